/// Which words of a text a negation governs.
enum Negation {
  private static let before: Set<String> = [
    "no", "not", "without", "w/o", "denies", "denied", "deny", "never", "none", "nor", "neither",
    "cannot", "didn't", "didnt", "don't", "dont", "doesn't", "doesnt", "wasn't", "wasnt", "isn't",
    "isnt", "weren't", "werent", "won't", "wont", "hasn't", "haven't", "can't", "cant", "couldn't",
  ]
  private static let after: Set<String> = [
    "neg", "negative", "absent", "nil", "declined", "refused", "excluded",
  ]
  private static let ends: Set<String> = [
    ".", ";", "\n", ":", "but", "however", "except", "although", "though", "which", ">",
    "(", ")", "because", "since", "so", "then", "only", "until", "till", "when", "while",
    "after", "before", "despite",
  ]
  private static let auxiliaries: Set<String> = [
    "was", "were", "is", "are", "did", "does", "do", "has", "had", "could", "should", "been",
  ]

  /// Words that end a course of treatment.
  static let stops: Set<String> = [
    "stop", "stopped", "stopping", "discontinued", "discontinue", "held", "hold", "ceased", "off",
    "withdrawn", "withheld", "paused",
  ]
  static let starts: Set<String> = [
    "start", "started", "starting", "begun", "began", "commenced", "initiated", "restarted",
    "resumed", "new",
  ]

  /// Words after which a sentence may deny something, in the widest sense.
  static let cues: Set<String> = before.union(after).union(stops).union([
    "unlikely", "avoid", "free", "nl", "normal", "clear", "un", "instead", "only", "until", "till",
    "declines", "refuses", "against", "failed", "unable", "ruled", "out", "d/c", "dc", "lost",
    "missed", "0", "rather", "intact", "unchanged", "neither", "finished", "gone", "resolved",
    "yet",
    "pending", "ø", "zero", "wnl",
  ])

  /// Whether a token denies something, and does not merely answer.
  static func isDenial(_ index: Int, in tokens: [Token]) -> Bool {
    before.contains(tokens[index].text) && !isAnswerWord(index, tokens)
      || tokens[index].text == "negative"
  }

  /// Whether a plain denial stands at most two words away: "no obstructive CAD", "UCx neg".
  static func isDirectlyDenied(_ index: Int, in tokens: [Token]) -> Bool {
    for place in stride(from: index - 1, through: max(0, index - 3), by: -1) {
      let text = tokens[place].text
      if ["no", "denies", "denied", "without", "w/o", "nil"].contains(text) {
        return !isAnswerWord(place, tokens)
      }
      if tokens[place].kind != .word { break }
    }
    guard index + 1 < tokens.count else { return false }
    let next = tokens[index + 1].text
    return next == "neg" || next == "negative" || next == "absent" || next == "nil"
  }

  /// For each token, whether it stands in the scope of a negation.
  static func marks(of tokens: [Token]) -> [Bool] {
    var marks = Array(repeating: false, count: tokens.count)
    var reach = 0
    for (index, token) in tokens.enumerated() {
      if ends.contains(token.text) || token.text == "," { reach = 0 }
      if before.contains(token.text), !isAnswerWord(index, tokens) {
        reach = 4
        let isPredicate = index > 0 && auxiliaries.contains(tokens[index - 1].text)
        if isPredicate { markBack(from: index - 1, tokens, &marks) }
        continue
      }
      if reach > 0, token.kind == .word {
        marks[index] = true
        reach -= 1
      }
      let isDenied = token.text == "negative" && index + 1 < tokens.count
      if isDenied, tokens[index + 1].text == "for" { reach = 5 }
      if after.contains(token.text) { markBack(from: index, tokens, &marks) }
    }
    return marks
  }

  /// Whether a "no" answers a question and so governs nothing: "No. The ...", "No, he ...".
  private static func isAnswerWord(_ index: Int, _ tokens: [Token]) -> Bool {
    guard tokens[index].text == "no" || tokens[index].text == "none", index + 1 < tokens.count
    else { return false }
    return [".", ",", ":", ";", "-"].contains(tokens[index + 1].text)
  }

  private static func markBack(from index: Int, _ tokens: [Token], _ marks: inout [Bool]) {
    var place = index - 1
    var words = 0
    while place >= 0, words < 3, !ends.contains(tokens[place].text),
      tokens[place].text != ","
    {
      if tokens[place].kind == .word {
        marks[place] = true
        words += 1
      }
      place -= 1
    }
  }
}
