/// A part of a note under one heading.
public struct NoteSection: Sendable, Equatable {
  /// The heading's words without numbering, colon or underline; empty where the note starts
  /// without one.
  public var title: String
  /// Offsets in Unicode scalars, heading included.
  public var range: Range<Int>
}

/// A sentence, a list item, a lab line, a table row or a heading: the unit that evidence points at.
public struct NoteSentence: Sendable, Equatable {
  /// Offsets in Unicode scalars, without white space at either end.
  public var range: Range<Int>
  /// Index into the note's sections.
  public var section: Int
  /// Whether it is a heading that stands on its own line.
  public var isHeading: Bool
}

/// Cuts a note into sections and sentences in one pass.
struct NoteLayout {
  private(set) var sections: [NoteSection] = []
  private(set) var sentences: [NoteSentence] = []
  private let scalars: [Unicode.Scalar]

  init(_ scalars: [Unicode.Scalar]) {
    self.scalars = scalars
    sections = [NoteSection(title: "", range: 0..<0)]
    for line in Self.lines(scalars) { read(line) }
    for index in sections.indices {
      let end = index + 1 < sections.count ? sections[index + 1].range.lowerBound : scalars.count
      sections[index].range =
        sections[index].range
        .lowerBound..<max(
          sections[index].range.lowerBound, end)
    }
    if sections.count > 1,
      sections[0].range.isEmpty || !sentences.contains(where: { $0.section == 0 })
    {
      sections.removeFirst()
      for index in sentences.indices { sentences[index].section -= 1 }
    }
  }

  /// The lines of a text without their ends, wrapped prose joined again.
  private static func lines(_ scalars: [Unicode.Scalar]) -> [Range<Int>] {
    var lines: [Range<Int>] = []
    var start = 0
    for index in 0...scalars.count where index == scalars.count || scalars[index] == "\n" {
      let line = trimmed(start..<index, scalars)
      if let last = lines.last, joins(last, line, start, scalars) {
        lines[lines.count - 1] = last.lowerBound..<line.upperBound
      } else if !line.isEmpty {
        lines.append(line)
      }
      start = index + 1
    }
    return lines
  }

  /// Whether a line goes on in the next: a long line without an end mark, then a small letter.
  private static func joins(
    _ last: Range<Int>, _ line: Range<Int>, _ start: Int, _ scalars: [Unicode.Scalar]
  ) -> Bool {
    guard !line.isEmpty, start - last.upperBound <= 2, last.upperBound > 0 else { return false }
    let end = scalars[last.upperBound - 1]
    guard !".:;!?".unicodeScalars.contains(end) else { return false }
    var column = last.upperBound
    while column > last.lowerBound, scalars[column - 1] != "\n" { column -= 1 }
    let first = scalars[line.lowerBound]
    let isLong = last.upperBound - column >= 56
    return isLong && (first.properties.isLowercase || first.isDigit || first == "(")
      && !isListMark(line, scalars)
  }

  static func trimmed(_ range: Range<Int>, _ scalars: [Unicode.Scalar]) -> Range<Int> {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high, isSpace(scalars[low]) { low += 1 }
    while high > low, isSpace(scalars[high - 1]) { high -= 1 }
    return low..<high
  }

  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value <= 32 || scalar.isBlank
  }

  private static func isListMark(_ line: Range<Int>, _ scalars: [Unicode.Scalar]) -> Bool {
    let first = scalars[line.lowerBound]
    if "-*>•·+#".unicodeScalars.contains(first) { return true }
    var index = line.lowerBound
    while index < line.upperBound, scalars[index].isDigit, index - line.lowerBound < 3 {
      index += 1
    }
    return index > line.lowerBound && index < line.upperBound
      && (scalars[index] == "." || scalars[index] == ")")
      && (index + 1 >= line.upperBound || !scalars[index + 1].isDigit)
  }

  private mutating func read(_ line: Range<Int>) {
    if isRule(line) { return }
    var line = line
    if let colon = headingEnd(of: line) {
      let title = Self.title(line.lowerBound..<colon, scalars)
      sections.append(NoteSection(title: title, range: line.lowerBound..<line.upperBound))
      let rest = Self.trimmed(
        min(colon + (colon < line.upperBound ? 1 : 0), line.upperBound)..<line.upperBound, scalars)
      if rest.isEmpty {
        append(line, isHeading: true)
        return
      }
    }
    line = Self.trimmed(line, scalars)
    for sentence in SentenceSplitter.sentences(in: line, of: scalars) {
      append(sentence, isHeading: false)
    }
  }

  private mutating func append(_ range: Range<Int>, isHeading: Bool) {
    guard !range.isEmpty else { return }
    sentences.append(
      NoteSentence(range: range, section: sections.count - 1, isHeading: isHeading))
  }

  /// Whether a line is an underline or a divider.
  private func isRule(_ line: Range<Int>) -> Bool {
    scalars[line].allSatisfy { !$0.isLetter && !$0.isDigit }
  }

  /// Where a heading ends in a line: its colon, or the line's end; nil for a line without one.
  private func headingEnd(of line: Range<Int>) -> Int? {
    var words = 0
    var capitals = 0
    var letters = 0
    var digits = 0
    for index in line {
      let scalar = scalars[index]
      if scalar == ":" {
        let isEnd = index + 1 >= line.upperBound || Self.isSpace(scalars[index + 1])
        return isEnd && letters >= 2 && words <= 5 && digits <= 2 ? index : nil
      }
      if scalar.isDigit { digits += 1 }
      if ".;,=".unicodeScalars.contains(scalar), words > 0, letters > 2 { return nil }
      if scalar.isLetter {
        letters += 1
        if scalar.properties.isUppercase { capitals += 1 }
        if index == line.lowerBound || !scalars[index - 1].isLetter { words += 1 }
      }
      if index - line.lowerBound > 60 { return nil }
    }
    let isCapitals = letters >= 4 && capitals * 10 >= letters * 9
    return isCapitals && words <= 7 && digits <= 2 ? line.upperBound : nil
  }

  /// The words of a heading without numbering and marks.
  private static func title(_ range: Range<Int>, _ scalars: [Unicode.Scalar]) -> String {
    var range = range
    while let first = range.first, !scalars[first].isLetter {
      range = (first + 1)..<range.upperBound
    }
    while let last = range.last, !scalars[last].isLetter, scalars[last] != ")" {
      range = range.lowerBound..<last
    }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars[range])
    return String(text)
  }
}

/// Cuts a line into sentences: an end mark counts unless an abbreviation or a decimal bears it.
enum SentenceSplitter {
  static func sentences(in line: Range<Int>, of scalars: [Unicode.Scalar]) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var start = line.lowerBound
    for index in line where isEnd(index, start, line, scalars) {
      let sentence = NoteLayout.trimmed(start..<index + 1, scalars)
      if !sentence.isEmpty { found.append(sentence) }
      start = index + 1
    }
    let rest = NoteLayout.trimmed(start..<line.upperBound, scalars)
    if rest.contains(where: { scalars[$0].isLetter || scalars[$0].isDigit }) {
      found.append(rest)
    } else if let last = found.popLast() {
      found.append(last.lowerBound..<max(last.upperBound, rest.upperBound))
    } else if !rest.isEmpty {
      found.append(rest)
    }
    return found
  }

  private static func isEnd(
    _ index: Int, _ start: Int, _ line: Range<Int>, _ scalars: [Unicode.Scalar]
  ) -> Bool {
    let mark = scalars[index]
    guard mark == "." || mark == "!" || mark == "?" || mark == "\n" else { return false }
    if mark == "\n" { return false }
    var next = index + 1
    while next < line.upperBound, ")\"'\u{201D}".unicodeScalars.contains(scalars[next]) {
      next += 1
    }
    guard next < line.upperBound else { return false }
    guard scalars[next].isBlank || scalars[next] == "\n" else { return false }
    guard mark == "." else { return true }
    var low = index
    while low > start, scalars[low - 1].isLetter || scalars[low - 1].isDigit, index - low < 12 {
      low -= 1
    }
    let word = String(String.UnicodeScalarView(scalars[low..<index])).lowercased()
    if abbreviations.contains(word) { return false }
    if word.utf8.count == 1, !word.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) {
      return !(low > 0 && scalars[low].properties.isUppercase) && low - 1 >= start
        && scalars[low - 1] != "."
    }
    // The number of a list item bears a point too.
    let digits = word.utf8.allSatisfy { $0 >= 48 && $0 <= 57 }
    if digits, low == start || word.isEmpty { return false }
    return true
  }

  private static let abbreviations: Set<String> = [
    "dr", "mr", "mrs", "ms", "st", "vs", "e.g", "eg", "i.e", "ie", "etc", "approx", "fig", "prof",
    "ca", "cf", "resp", "incl", "temp", "jr", "sr", "inc", "dept", "hosp", "est",
  ]
}
