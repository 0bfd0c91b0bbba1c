/// A metric that compares an answer with a reference word by word. The raw values are the names in
/// the program's output.
public enum LexicalMetric: String, CaseIterable, Sendable {
  /// SQuAD's F1 over words, 0 to 1.
  case tokenF1 = "token_f1"
  /// The F-measure of ROUGE-1, 0 to 1.
  case rouge1 = "rouge_1"
  /// The F-measure of ROUGE-2, 0 to 1.
  case rouge2 = "rouge_2"
  /// The F-measure of ROUGE-L, 0 to 1.
  case rougeL = "rouge_l"
  /// The BLEU of single answers, 0 to 100.
  case bleu
  /// chrF2 of single answers, 0 to 100.
  case chrF = "chrf"
  /// The share of the reference's numbers that the answer gives, 0 to 1.
  case numberRecall = "number_recall"
  /// The share of the answer's numbers that the reference has, 0 to 1.
  case numberPrecision = "number_precision"

  /// What people call it.
  public var title: String {
    switch self {
    case .tokenF1: "Token F1"
    case .rouge1: "ROUGE-1"
    case .rouge2: "ROUGE-2"
    case .rougeL: "ROUGE-L"
    case .bleu: "BLEU"
    case .chrF: "chrF"
    case .numberRecall: "Numbers found"
    case .numberPrecision: "Numbers right"
    }
  }
}

/// All lexical metrics of one answer.
public struct LexicalScores: Hashable, Sendable {
  /// The value of each metric; those that are not defined for the pair, as the share of numbers
  /// where there are none, are not there.
  public let values: [LexicalMetric: Double]

  let bleu: Bleu
  let chrF: CharacterFScore

  /// Compares an answer with its reference.
  public init(answer: String, reference: String, stemming: Rouge.Stemming = .none) {
    let rouge = Rouge(answer: answer, reference: reference, stemming: stemming)
    let numbers = NumberOverlap.score(answer: answer, reference: reference)
    bleu = Bleu(answer: answer, reference: reference)
    chrF = CharacterFScore(answer: answer, reference: reference)
    var values: [LexicalMetric: Double] = [
      .tokenF1: TokenF1.score(answer: answer, reference: reference), .rouge1: rouge.one.f1,
      .rouge2: rouge.two.f1, .rougeL: rouge.longest.f1, .bleu: bleu.sentenceScore,
      .chrF: chrF.score,
    ]
    values[.numberRecall] = numbers.recall
    values[.numberPrecision] = numbers.precision
    self.values = values
  }
}

/// The lexical metrics of many answers: means over the answers, and the scores of the whole corpus.
public struct LexicalSummary: Hashable, Sendable {
  /// The number of answers.
  public let answerCount: Int
  /// The mean of each metric over the answers for which it is defined.
  public let means: [LexicalMetric: Estimate]
  /// BLEU from the counts of all answers, 0 to 100.
  public let corpusBleu: Estimate
  /// chrF2 from the counts of all answers, 0 to 100.
  public let corpusChrF: Estimate

  /// Sums up answers.
  public init(_ scores: [LexicalScores], bootstrap: Bootstrap = Bootstrap()) {
    answerCount = scores.count
    means = Dictionary(
      LexicalMetric.allCases.map { metric in
        (metric, bootstrap.mean(scores.map { $0.values[metric] }))
      }, uniquingKeysWith: { first, _ in first })
    let (bleus, chrFs) = (scores.map(\.bleu), scores.map(\.chrF))
    corpusBleu = Self.corpus(scores, bootstrap) { times in
      scores.isEmpty ? nil : Bleu(summing: bleus, times: times).corpusScore
    }
    corpusChrF = Self.corpus(scores, bootstrap) { times in
      scores.isEmpty ? nil : CharacterFScore(summing: chrFs, times: times).score
    }
  }

  private static func corpus(
    _ scores: [LexicalScores], _ bootstrap: Bootstrap, _ statistic: ([Double]) -> Double?
  ) -> Estimate {
    var resampled: [Double?] = []
    bootstrap.resample(
      groupOfItem: scores.indices.map(Int32.init), groupCount: scores.count
    ) { resampled.append(statistic($0)) }
    return bootstrap.estimate(statistic(scores.map { _ in 1 }), resampled: resampled)
  }
}
