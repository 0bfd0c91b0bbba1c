/// Notes of MIMIC-IV have `___` where those before had a mark with a class; what stood there has to
/// be told from the words around it.
extension DeidentificationTags {
  /// A blank becomes `tag` where the words before it on its line end in one of `before`, or those
  /// after it begin with one of `after`; compared in lower case.
  struct BlankRule: Sendable {
    var name: String
    var tag: String
    var before: [String] = []
    var after: [String] = []
  }

  /// The rules in their order; the first that fits counts.
  ///
  /// - Source: the words are those of the headings and phrases of MIMIC-IV-Note's discharge
  ///   summaries (Johnson et al., PhysioNet 2023).
  static let blankRules: [BlankRule] = [
    BlankRule(name: "unit number", tag: "[Reg#]", before: ["unit no:", "mrn:", "mrn", "job #"]),
    BlankRule(
      name: "telephone", tag: "[CI]",
      before: ["phone:", "phone number:", "telephone:", "tel:", "fax:", "pager:", "pager", "call"]),
    BlankRule(
      name: "age over 90", tag: "[Age]",
      after: ["year old", "year-old", "years old", "yo ", "y/o", "yof", "yom", "y.o."]),
    BlankRule(
      name: "doctor's name", tag: "[DR]",
      before: ["dr.", "dr", "drs.", "attending:", "provider:", "seen by", "by:", "md,"],
      after: [", md", ", m.d", " md", " m.d", ", np", ", pa"]),
    BlankRule(
      name: "hospital", tag: "[LOC]",
      before: ["transferred from", "transfer from", "transferred to", "lives in", "facility:"],
      after: [
        "hospital", "clinic", "medical center", "rehab", "rehabilitation", "nursing home", "ed ",
        "emergency",
        "street",
      ]),
    BlankRule(
      name: "day", tag: "[DAY]",
      before: [
        "date:", "of birth:", "on", "since", "until", "from", "dated", "completed:", "through",
        "as of", "started", "last",
      ], after: ["at ", "am", "pm", ":"]),
    BlankRule(
      name: "name", tag: "[Name]",
      before: [
        "name:", "mr.", "mrs.", "ms.", "miss", "mr", "mrs", "ms", "dear", "daughter", "son", "wife",
        "husband", "sister", "brother", "mother", "father",
      ]),
  ]

  /// Replaces runs of exactly three underscores, as `replacingMarks` does marks; longer ones are
  /// rules and lines to write on. Blanks whose kind cannot be told become `[#]`.
  public static func replacingBlanks(in note: String) -> Result {
    var result = Result(text: "", counts: [:], unknown: [:])
    var rest = note[...]
    while let start = rest.firstRange(of: "___") {
      let end = rest[start.upperBound...].firstIndex { $0 != "_" } ?? rest.endIndex
      result.text += rest[..<start.lowerBound]
      guard end == start.upperBound else {
        result.text += rest[start.lowerBound..<end]
        rest = rest[end...]
        continue
      }
      let rule = rule(before: line(before: result.text), after: rest[end...])
      result.text += rule?.tag ?? "[#]"
      result.counts[rule?.name ?? "blank", default: 0] += 1
      rest = rest[end...]
    }
    result.text += rest
    return result
  }

  private static func rule(before: String, after: Substring) -> BlankRule? {
    let after = String(after.prefix(20)).lowercased()
    return blankRules.first { rule in
      rule.before.contains { endsWithWords(before, $0) }
        || rule.after.contains { words in
          beginsWithWords(after, words)
            || beginsWithWords(after.drop { $0 == " " || $0 == "-" }, words)
        }
    }
  }

  /// What stands on the line so far, in lower case, without blanks at its end.
  private static func line(before text: String) -> String {
    let line =
      text.suffix(40).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .last ?? ""
    return String(line.lowercased().reversed().drop { $0 == " " || $0 == "\t" }.reversed())
  }

  private static func beginsWithWords(_ line: some StringProtocol, _ words: String) -> Bool {
    guard line.hasPrefix(words) else { return false }
    guard words.last?.isLetter == true, let next = line.dropFirst(words.count).first else {
      return true
    }
    return !next.isLetter
  }

  private static func endsWithWords(_ line: String, _ words: String) -> Bool {
    guard line.hasSuffix(words) else { return false }
    guard let before = line.dropLast(words.count).last else { return true }
    return !before.isLetter
  }
}
