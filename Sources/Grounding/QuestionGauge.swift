/// How likely a note is to answer a question, told before there is an answer.
///
/// A logistic regression, fitted by `Tests/Recipes/answerability.py` to questions with their own
/// notes, to the same questions with other patients' notes, and to questions that their notes do not
/// answer. What comes out is a share among such questions, not a promise.
public struct QuestionGauge: Sendable {
  /// Whether a gauge was fitted to the signs of such a model; without one they count for nothing.
  public static func readsSigns(of model: ModelTables?) -> Bool {
    model.map { Lexicon.shared.gauges[$0.shape] != nil } ?? false
  }

  /// What a model adds to the rules before it writes a word.
  public struct Signs: Sendable, Equatable {
    /// How much more probable the note makes the question's tokens, in natural logarithms a token.
    public var questionGrounding: Double
    /// The mean logarithm of the probability of the tokens of a refusal, behind the note.
    public var refusal: Double
    /// How much more probable the note makes them, a token.
    public var refusalGrounding: Double
    /// How undecided the model is about its first token, in bits.
    public var entropy: Double
    /// The largest share of attention that one sentence of the note has, among its sentences.
    public var peak: Double

    /// Makes signs of their parts.
    public init(
      questionGrounding: Double, refusal: Double, refusalGrounding: Double, entropy: Double,
      peak: Double
    ) {
      self.questionGrounding = questionGrounding
      self.refusal = refusal
      self.refusalGrounding = refusalGrounding
      self.entropy = entropy
      self.peak = peak
    }

    var features: [Double] {
      [
        questionGrounding, refusal, refusalGrounding, entropy, peak,
      ].map { max(-20, min(20, $0)) }
    }
  }

  /// Intercept and weights by what they were fitted to: `rules`, or a model's shape.
  static func tables(in bytes: [UInt8]) -> [String: [Double]] {
    var tables: [String: [Double]] = [:]
    for line in bytes.split(separator: 10) where line.first != 35 {
      let halves = line.split(separator: 58)
      guard halves.count == 2 else { continue }
      tables[String(decoding: halves[0], as: UTF8.self)] = String(
        decoding: halves[1], as: UTF8.self
      ).split(separator: " ").compactMap { Double($0) }
    }
    return tables
  }
}

extension NoteIndex {
  /// What the gauge sees of a question: the rules' features, and behind them a model's signs.
  public func gaugeFeatures(of question: String, signs: QuestionGauge.Signs? = nil) -> [Double] {
    var matcher = TermMatcher(note: self)
    let asked = QuestionText(question)
    let terms = matcher.terms(of: asked.tokens, claims: [0..<asked.tokens.count])
    let total = terms.reduce(1e-9) { $0 + $1.weight }
    var held: [Int: Double] = [:]
    for term in terms {
      for match in term.matches { held[match.sentence, default: 0] += term.weight * match.strength }
    }
    let best = held.values.max() ?? 0
    let missing = terms.filter(\.matches.isEmpty)
    let medicines = asked.tokens.count { token in
      Lexicon.shared.isDrug(token) && matcher.sentences(of: token).isEmpty
    }
    let rarest = terms.filter { !$0.matches.isEmpty }.map(\.weight).max() ?? 0
    return [
      best / total, missing.reduce(0) { $0 + $1.weight } / total, Double(min(missing.count, 8)),
      Double(min(medicines, 3)), min(rarest, 6), min(best, 20), Double(min(terms.count, 20)),
      quotedShare(asked), logarithm(Double(max(1, sentences.count))),
    ] + (signs?.features ?? [])
  }

  private func quotedShare(_ question: QuestionText) -> Double {
    question.quotedSentences(in: self).isEmpty ? 0 : 1
  }

  /// How likely the note is to answer a question, 0 to 1; nil where nothing was fitted.
  ///
  /// - Parameters:
  ///   - signs: What a model adds.
  ///   - model: The model's shape, as `ModelTables` counts it; needed for the signs to count.
  public func answerability(
    of question: String, signs: QuestionGauge.Signs? = nil, model: ModelTables? = nil
  ) -> Double? {
    let tables = Lexicon.shared.gauges
    let fitted = signs == nil ? nil : model.flatMap { tables[$0.shape] }
    guard let weights = fitted ?? tables["rules"], let intercept = weights.first else { return nil }
    let features = gaugeFeatures(of: question, signs: fitted == nil ? nil : signs)
    let sum = zip(weights.dropFirst(), features).reduce(intercept) { $0 + $1.0 * $1.1 }
    return 1 / (1 + exponential(-sum))
  }

  /// What a question takes for granted and the note does not bear out, in words: a number, a side, a
  /// frequency or a medicine that the note does not have where the question has it.
  public func doubtfulPremises(of question: String) -> [String] {
    var reading = AnswerReading(question, question: "", note: self)
    let kinds: [Fact.Kind] = [.number, .side, .frequency, .medicine]
    return reading.facts().filter { fact in
      guard kinds.contains(fact.kind), let trees = reading.trees[fact.kind.rawValue] else {
        return false
      }
      return fact.isSurelyWrong || trees.probability(fact.features) >= trees.threshold
    }.map { reading.finding(on: $0).reason }
  }
}
