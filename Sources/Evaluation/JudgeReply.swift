/// Reads the scores of a judge's reply. What is not clearly a score of 1 to 4 is none: a guess would
/// be worse than a gap. Neither is the form said back ("Score (1-4)"), a range or a share of another
/// scale.
public enum JudgeReply {
  /// The score of a reply about one answer: the number behind the word "score" or "grade", else the
  /// only number of the reply; nil where there is none, more than one, or one outside the scale.
  public static func score(in reply: String) -> Int? {
    let named = reply.matches(
      of: /(?i)\b(?:score|grade|rating)\b[^\w\n]*(?:is[^\w\n]*)?(\d+(?:\.\d+)?)/
    ).filter { isWhole(reply[$0.range.upperBound...]) }
    let numbers =
      named.isEmpty
      ? reply.matches(of: /(\d+(?:\.\d+)?)(?:\s*(?:\/|out of)\s*4\b)?/).map { $0.output.1 }
      : named.map { $0.output.1 }
    return single(numbers)
  }

  /// The scores of a reply about several answers, in the order of their letters: the number behind
  /// each letter, such as `A: 3`; nil for a letter without a score or with different ones.
  public static func scores(in reply: String, letters: [String]) -> [Int?] {
    let found = reply.matches(
      of: /\b(?:[Aa]nswer\s+)?([A-Z])\b["'*)\]]*\s*[:=\-]\s*["'*(]*(\d+(?:\.\d+)?)/
    ).filter { isWhole(reply[$0.range.upperBound...]) }
    return letters.map { letter in
      single(found.filter { $0.output.1 == letter }.map { $0.output.2 })
    }
  }

  /// Whether a number is a score by itself, by what follows it: no range, no choice, and out of
  /// nothing but four.
  private static func isWhole(_ rest: Substring) -> Bool {
    rest.prefixMatch(of: /\s*(?:(?:[-–]|to|or|and) *\d|(?:\/|out of) *(?!4\b)\d)/) == nil
  }

  /// The score that all spellings agree on.
  private static func single(_ spellings: [Substring]) -> Int? {
    let values = Set(spellings.map { Double($0) ?? .nan })
    guard values.count == 1, let value = values.first, let score = Int(exactly: value) else {
      return nil
    }
    return (1...4).contains(score) ? score : nil
  }
}

/// What a model that grades in this process thinks of the four scores.
public struct ScoreDistribution: Hashable, Codable, Sendable {
  /// The probabilities of the tokens "1" to "4".
  public var probabilities: [Double]

  /// The probability of any score at all: below 1 by what the judge would rather have said.
  public var mass: Double { probabilities.reduce(0, +) }

  /// The mean score under the probabilities, which are scaled to sum to 1; nil where all are 0.
  public var expected: Double? {
    let mass = mass
    guard mass > 0 else { return nil }
    return probabilities.enumerated().reduce(0) { $0 + Double($1.offset + 1) * $1.element } / mass
  }

  /// A distribution of four probabilities.
  public init(probabilities: [Double]) {
    self.probabilities = probabilities
  }
}
