/// chrF with sacrebleu's defaults: sequences of one to six characters without blanks, recall
/// weighted twice as much as precision (chrF2).
///
/// Holds counts, not a score: those of many answers add up to the corpus's.
///
/// - Source: Popović, "chrF: character n-gram F-score for automatic MT evaluation" (2015).
public struct CharacterFScore: Hashable, Sendable {
  private static let greatestOrder = 6
  /// The square of how much more recall weighs than precision.
  private static let recallFactor = 4.0

  private let matches: [NGramMatches]

  /// Counts the n-grams of an answer and its reference.
  public init(answer: String, reference: String) {
    func characters(_ text: String) -> [[Unicode.Scalar]] {
      text.unicodeScalars.filter { !ReferenceText.isBlank($0) }.map { [$0] }
    }
    var numbering = TokenNumbering()
    let answer = numbering.number(characters(answer))
    let reference = numbering.number(characters(reference))
    matches = NGramMatches.count(answer, reference, upTo: Self.greatestOrder).map { order in
      // Sequences longer than the reference are not held against an answer.
      order.referenceCount > 0 ? order : NGramMatches()
    }
  }

  /// The counts of a corpus, in which the answer at an index stands `times[index]` times.
  init(summing answers: [CharacterFScore], times: [Double]) {
    matches = NGramMatches.sum(answers.map(\.matches), times: times)
  }

  /// The counts of a corpus.
  public init(summing answers: [CharacterFScore]) {
    self.init(summing: answers, times: answers.map { _ in 1 })
  }

  /// The score, from 0 to 100.
  public var score: Double {
    let orders = matches.filter { $0.answerCount > 0 && $0.referenceCount > 0 }.map(
      OverlapScore.init)
    guard !orders.isEmpty else { return 0 }
    let count = Double(orders.count)
    let precision = orders.reduce(0) { $0 + $1.precision } / count
    let recall = orders.reduce(0) { $0 + $1.recall } / count
    guard precision + recall > 0 else { return 0 }
    let factor = Self.recallFactor
    return 100 * (1 + factor) * precision * recall / (factor * precision + recall)
  }
}
