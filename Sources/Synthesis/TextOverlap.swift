/// How much of their wording texts have in common: runs of five words.
///
/// Two notes written from one case, or one note edited into another, share runs of words that
/// independent texts do not.
///
/// - Source: Broder, "On the resemblance and containment of documents" (1997).
struct TextOverlap {
  /// Words in a run.
  static let runLength = 5
  /// A run that more texts than this have is a set phrase and says nothing.
  static let commonest = 20

  private let runs: [Set<Int>]

  init(_ texts: [String]) {
    var numbers: [[Substring]: Int] = [:]
    runs = texts.map { text in
      let folded = text.lowercased()
      let words = folded.split { !$0.isLetter && !$0.isNumber }
      var found: Set<Int> = []
      for start in 0..<max(0, words.count - Self.runLength + 1) {
        let run = Array(words[start..<start + Self.runLength])
        let number = numbers[run] ?? numbers.count
        numbers[run] = number
        found.insert(number)
      }
      return found
    }
  }

  /// The pairs of texts of which the shorter one has at least the share `smallest` of its runs in
  /// common with the other.
  func pairs(sharing smallest: Double) -> [(Int, Int)] {
    var textsOfRun: [Int: [Int]] = [:]
    for (text, runs) in runs.enumerated() {
      for run in runs { textsOfRun[run, default: []].append(text) }
    }
    var common: [[Int]: Int] = [:]
    for texts in textsOfRun.values where (2...Self.commonest).contains(texts.count) {
      let texts = texts.sorted()
      for (place, first) in texts.enumerated() {
        for second in texts[(place + 1)...] { common[[first, second], default: 0] += 1 }
      }
    }
    return common.compactMap { pair, count in
      let shorter = min(runs[pair[0]].count, runs[pair[1]].count)
      return Double(count) >= smallest * Double(shorter) ? (pair[0], pair[1]) : nil
    }.sorted { $0 < $1 }
  }
}
