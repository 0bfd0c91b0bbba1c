/// ROUGE-1, ROUGE-2 and ROUGE-L, as the package rouge-score computes them: words are runs of ASCII
/// letters and digits in lower case.
///
/// - Source: Lin, "ROUGE: A Package for Automatic Evaluation of Summaries" (2004).
public struct Rouge: Hashable, Sendable {
  /// Whether words are cut to their stems.
  public enum Stemming: Sendable {
    /// Words are compared as they are.
    case none
    /// Words of more than three letters are compared by their Porter stems.
    case porter
  }

  /// Single words.
  public let one: OverlapScore
  /// Pairs of neighbouring words.
  public let two: OverlapScore
  /// The longest common subsequence of words.
  public let longest: OverlapScore

  /// Compares an answer with its reference.
  public init(answer: String, reference: String, stemming: Stemming = .none) {
    var numbering = TokenNumbering()
    let answer = numbering.number(Self.tokens(answer, stemming))
    let reference = numbering.number(Self.tokens(reference, stemming))
    let matches = NGramMatches.count(answer, reference, upTo: 2)
    one = OverlapScore(matches[0])
    two = OverlapScore(matches[1])
    longest = OverlapScore(
      matchCount: Self.longestCommonSubsequence(answer, reference), answerCount: answer.count,
      referenceCount: reference.count)
  }

  static func tokens(_ text: String, _ stemming: Stemming) -> [[Unicode.Scalar]] {
    let words = ReferenceText.lowercased(text).split { scalar in
      !("a"..."z").contains(scalar) && !ReferenceText.isDigit(scalar)
    }
    return words.map { word in
      guard stemming == .porter, word.count > 3 else { return Array(word) }
      let stem = PorterStemmer.stem(word.map { UInt8(truncatingIfNeeded: $0.value) })
      return stem.map { Unicode.Scalar($0) }
    }
  }

  private static func longestCommonSubsequence(_ first: [Int], _ second: [Int]) -> Int {
    // Row by row; only the row above is needed.
    var row = [Int](repeating: 0, count: second.count + 1)
    for token in first {
      var diagonal = 0
      for (column, other) in second.enumerated() {
        let above = row[column + 1]
        row[column + 1] = token == other ? diagonal + 1 : max(above, row[column])
        diagonal = above
      }
    }
    return row.last ?? 0
  }
}
