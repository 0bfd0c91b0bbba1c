/// Something that a note names, read by rules: a medicine, a problem, a value, an appointment.
public struct NoteMention: Sendable, Equatable {
  /// A detail of it, with what the note offers for it.
  public struct Part: Sendable, Equatable {
    /// What the detail is, such as `dose`.
    public var name: String
    /// What it may be, the one that the rules take first; none where the note says nothing.
    public var options: [Option]
  }

  /// What a detail may be.
  public struct Option: Sendable, Equatable {
    /// The note's words with single blanks, or a word of a fixed list.
    public var value: String
    /// Where the note says so, in Unicode scalars; nil where it follows from the place alone.
    public var range: Range<Int>?
  }

  /// The details, `name` first.
  public var parts: [Part]

  /// The details called `name`.
  public subscript(name: String) -> [Option] { parts.first { $0.name == name }?.options ?? [] }
}

/// The part of a note that a sentence belongs to, as far as lists of medicines and problems go.
enum NoteContext {
  case medicinesNow, medicinesBefore, allergies, problems, history, followUp, other

  /// The context of a heading, by its words.
  init(heading: String) {
    let title = heading.lowercased()
    func has(_ parts: String...) -> Bool { parts.contains { title.contains($0) } }
    let words = Set(title.split { !$0.isLetter && $0 != "/" }.map(String.init))
    func hasWord(_ list: String...) -> Bool { !words.isDisjoint(with: list) }
    if has("allerg", "intoleran", "sensitivit", "adverse") || hasWord("adr", "adrs") {
      self = .allergies
    } else if has("arrival", "admission med", "pre-op", "came in on", "prior", "pta", "home med") {
      self = has("med", "drug", "rx", "tablet") || hasWord("pta") ? .medicinesBefore : .other
    } else if has("medic", "prescription", "drugs", "going home", "home with", "reconcil")
      || hasWord("meds", "rx", "tto", "ttos", "tta", "out", "stopped", "started", "new", "changed")
      || hasWord("stop", "start", "continue", "unchanged", "hold", "held")
    {
      self = .medicinesNow
    } else if has("follow", "appointment", "pending", "please", "asks") || hasWord("f/u", "fu")
      || hasWord("plan", "appts", "next", "later", "clinic")
    {
      self = .followUp
    } else if has("pmh", "history", "background", "comorbid") || hasWord("hx", "pmhx", "psh") {
      self = has("present", "social", "family", "drug") ? .other : .history
    } else if has("diagnos", "impression", "problem") || hasWord("dx", "imp") {
      self = .problems
    } else {
      self = .other
    }
  }
}

extension NoteIndex {
  /// The words of a range, white space made one blank.
  func words(_ range: Range<Int>) -> String {
    var text = ""
    for scalar in scalars[range] {
      if scalar.isBlank || scalar == "\n" {
        if text.last != " " { text += " " }
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  func option(_ range: Range<Int>) -> NoteMention.Option {
    NoteMention.Option(value: words(range), range: range)
  }

  /// The scalars from the first to the last of some tokens.
  func span(_ tokens: Range<Int>) -> Range<Int> {
    self.tokens[tokens.lowerBound].range
      .lowerBound..<self.tokens[tokens.upperBound - 1].range
      .upperBound
  }

  /// The context of a sentence and where its own words begin: a short head before a colon, or in
  /// brackets, says more than the section's heading.
  func context(ofSentence index: Int) -> (context: NoteContext, start: Int) {
    let range = sentenceTokens[index]
    let section = NoteContext(heading: sections[sentences[index].section].title)
    guard !range.isEmpty else { return (section, range.lowerBound) }
    for place in range.prefix(7) {
      let isEnd = tokens[place].text == ":" || tokens[place].text == "]"
      guard isEnd, place > range.lowerBound else { continue }
      let own = NoteContext(heading: words(span(range.lowerBound..<place)))
      if case .other = own {
        if case .medicinesNow = section { return (section, range.lowerBound) }
        return (tokens[place].text == "]" ? .other : section, range.lowerBound)
      }
      return (own, place + 1)
    }
    return (section, range.lowerBound)
  }

  /// The stretches of a sentence between commas, semicolons and the like.
  func segments(_ range: Range<Int>, at marks: Set<String> = [",", ";", "+", "\n"]) -> [Range<Int>]
  {
    var parts: [Range<Int>] = []
    var start = range.lowerBound
    var depth = 0
    for index in range {
      let text = tokens[index].text
      if text == "(" { depth += 1 }
      if text == ")" { depth = max(0, depth - 1) }
      guard depth == 0, marks.contains(text) else { continue }
      if index > start { parts.append(start..<index) }
      start = index + 1
    }
    if range.upperBound > start { parts.append(start..<range.upperBound) }
    return parts
  }
}
