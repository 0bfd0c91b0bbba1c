/// The overlap of words after SQuAD's normalisation: lower case, no ASCII punctuation, no articles.
///
/// - Source: Rajpurkar et al., "Know What You Don't Know" (2018): the evaluation script of SQuAD 2.0.
public enum TokenF1 {
  /// From 0 to 1. Where a side has no words, 1 if the other has none either, else 0.
  public static func score(answer: String, reference: String) -> Double {
    var numbering = TokenNumbering()
    let answer = numbering.number(tokens(answer))
    let reference = numbering.number(tokens(reference))
    if answer.isEmpty || reference.isEmpty { return answer.isEmpty && reference.isEmpty ? 1 : 0 }
    let matches = NGramMatches.count(answer, reference, upTo: 1)
    return matches.first.map { OverlapScore($0).f1 } ?? 0
  }

  /// Whether both are the same after normalisation.
  public static func isExactMatch(answer: String, reference: String) -> Bool {
    tokens(answer) == tokens(reference)
  }

  static func tokens(_ text: String) -> [[Unicode.Scalar]] {
    let scalars = ReferenceText.lowercased(text).filter { !isPunctuation($0) }
    var kept: [Unicode.Scalar] = []
    var index = scalars.startIndex
    while index < scalars.endIndex {
      let isPart = ReferenceText.isWordPart(scalars[index])
      let end = scalars[index...].firstIndex { ReferenceText.isWordPart($0) != isPart }
      let run = scalars[index..<(end ?? scalars.endIndex)]
      if isPart, articles.contains(Array(run)) { kept.append(" ") } else { kept += run }
      index = run.endIndex
    }
    return ReferenceText.words(kept)
  }

  private static let articles: Set<[Unicode.Scalar]> = [["a"], ["a", "n"], ["t", "h", "e"]]

  private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
    default: false
    }
  }
}
