/// Precision, recall and their harmonic mean, each from 0 to 1.
public struct OverlapScore: Hashable, Sendable {
  /// The share of the answer that is in the reference.
  public let precision: Double
  /// The share of the reference that is in the answer.
  public let recall: Double

  /// The harmonic mean.
  public var f1: Double {
    precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0
  }

  /// The shares of `matchCount` in both sides; 0 where a side is empty.
  init(matchCount: Int, answerCount: Int, referenceCount: Int) {
    precision = answerCount > 0 ? Double(matchCount) / Double(answerCount) : 0
    recall = referenceCount > 0 ? Double(matchCount) / Double(referenceCount) : 0
  }

  init(_ matches: NGramMatches) {
    self.init(
      matchCount: matches.matchCount, answerCount: matches.answerCount,
      referenceCount: matches.referenceCount)
  }
}
