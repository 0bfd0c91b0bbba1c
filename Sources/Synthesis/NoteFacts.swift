internal import Clinical

/// What the notes of a set name: medicines, measured values, abbreviations.
struct NoteFacts: Sendable {
  /// Medicines that at least two notes name with a dose, in lower case.
  let medicines: Set<String>
  /// What at least four notes give a number for.
  let measures: Set<String>
  /// Abbreviations with their only expansion.
  let expansions: [String: String]

  init(_ records: [PatientRecord]) {
    var medicines: [String: Int] = [:]
    var measures: [String: Int] = [:]
    var expansions: [String: Set<String>] = [:]
    for record in records {
      let note = NoteText(record.note ?? "")
      for name in Set(note.doses.map(\.name)) { medicines[name, default: 0] += 1 }
      for name in Set(note.values.map(\.name)) { measures[name, default: 0] += 1 }
      for (short, long) in Self.definitions(in: record.caseReport ?? "") {
        expansions[short, default: []].insert(long.lowercased())
      }
    }
    self.medicines = Set(medicines.filter { $0.value >= 2 }.keys)
    self.measures = Set(measures.filter { $0.value >= 4 }.keys)
    self.expansions = expansions.compactMapValues { $0.count == 1 ? $0.first : nil }
  }

  /// The medicine or abbreviation that a question is about; nil where it has none or several, or
  /// where it speaks of its own patient.
  func subject(of question: String) -> String? {
    guard !question.contains("\""), !question.contains(where: \.isNumber) else { return nil }
    let words = question.split { !$0.isLetter && $0 != "-" }.map(String.init)
    guard !words.contains(where: { Self.persons.contains($0.lowercased()) }) else { return nil }
    let found = Set(
      words.compactMap { word -> String? in
        if medicines.contains(word.lowercased()) { return word.lowercased() }
        if measures.contains(word) || expansions[word] != nil { return word }
        return nil
      })
    return found.count == 1 ? found.first : nil
  }

  private static let persons: Set<String> = [
    "he", "she", "his", "her", "him", "hers", "mother", "father", "baby", "child", "wife",
    "husband", "son", "daughter", "sister", "brother", "partner", "parents", "mum", "dad",
  ]

  /// Expansions that a text gives itself, as in "Glasgow Coma Scale (GCS)": the words before the
  /// bracket whose initials are the letters within it.
  static func definitions(in text: String) -> [(short: String, long: String)] {
    text.matches(of: /\(([A-Z][A-Za-z]{1,6})\)/).compactMap { match in
      let short = String(match.1)
      let before = text[..<match.range.lowerBound].suffix(120)
      let words = before.split { !$0.isLetter && !$0.isNumber }.suffix(short.count)
      guard words.count == short.count, short.count >= 2,
        zip(short.lowercased(), words).allSatisfy({ $1.lowercased().first == $0 }),
        let first = words.first, let last = words.last
      else { return nil }
      return (short, String(text[first.startIndex..<last.endIndex]))
    }
  }
}

/// A note with what rules can read from it.
struct NoteText: Sendable {
  /// Something with an amount behind it.
  struct Amount: Sendable {
    /// The name as it is compared.
    var name: String
    /// The name as the note writes it.
    var spelling: String
    /// The amount as the note writes it.
    var amount: String
  }

  private let text: String
  private let counts: [String: Int]
  private let folded: String

  init(_ text: String) {
    self.text = text
    folded = text.lowercased()
    counts = text.split { !$0.isLetter && !$0.isNumber && $0 != "-" }
      .reduce(into: [:]) { $0[$1.lowercased(), default: 0] += 1 }
  }

  /// How often a word stands in the note, in whatever case.
  func count(of word: String) -> Int { counts[word.lowercased(), default: 0] }

  /// Whether the note has the word, or in a longer word what it begins with.
  func mentions(_ word: String) -> Bool {
    let word = word.lowercased()
    return word.count >= 5 ? folded.contains(word.prefix(5)) : folded.contains(word)
  }

  /// Medicines with dose and frequency.
  var doses: [Amount] {
    let pattern =
      /\b([A-Za-z][a-z]{4,}) (\d[\d.,]*(?:\/\d+)? ?(?:mg|mcg|micrograms?|g|units?|u|mL)\b(?: (?:OD|BD|TDS|QDS|BID|TID|QID|daily|nightly|weekly|nocte|PRN|qHS|PO|IV|SC|IM)\b)*)/
    return text.matches(of: pattern).map {
      Amount(name: $0.1.lowercased(), spelling: String($0.1), amount: String($0.2))
    }
  }

  /// Measures with their number, unless a second one follows as in a course of values.
  var values: [Amount] {
    text.matches(
      of: /\b([A-Z][A-Za-z0-9]{1,6}) (\d+(?:,\d{3})*(?:\.\d+)?%?)(?=[;,.)\n]| [a-zA-Z(])/
    )
    .filter { match in
      let behind = text[match.range.upperBound...].prefix(6).lowercased()
      return !Self.calendar.contains(match.1.lowercased()) && !behind.hasPrefix(" to")
        && !behind.hasPrefix(" then") && !behind.hasPrefix(" at") && !behind.hasPrefix(" on")
    }
    .map { Amount(name: String($0.1), spelling: String($0.1), amount: String($0.2)) }
  }

  private static let calendar: Set<String> = [
    "hd", "pod", "dol", "ppd", "day", "days", "week", "weeks", "wk", "year", "grade", "type",
    "stage", "age", "section", "month", "on", "at", "in", "to", "for", "from", "over", "after",
    "cycle", "ward", "bed", "level", "para", "dob", "about", "only", "had", "the", "by", "gave",
    "given", "took", "was", "and", "of",
  ]

  /// What stands under a heading for follow-up, where it is short; nil elsewhere.
  var followUp: String? {
    let section = NoteSection.split(text).first { section in
      guard let heading = section.heading?.lowercased() else { return false }
      return ["follow", "f/u", "plan"].contains { heading.contains($0) }
    }
    guard let section, let end = section.text.firstIndex(where: \.isNewline) else { return nil }
    let body = section.text[end...].drop(while: \.isWhitespace)
    let words = body.split(whereSeparator: \.isWhitespace).count
    guard (4...60).contains(words), let last = body.lastIndex(where: { !$0.isWhitespace }) else {
      return nil
    }
    return String(body[...last])
  }
}
