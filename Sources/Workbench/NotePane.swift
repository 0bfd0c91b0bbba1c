import Clinical
import Screen

/// A note on the screen.
struct NotePane: Equatable, Sendable {
  let document: NoteDocument
  private(set) var text: WrappedText
  /// The headings of the note and the lines they stand on.
  let sections: [Section]
  var scroll = PaneScroll(followsEnd: false)
  /// True once the person has agreed to send a note that has something wrong with it.
  var problemAccepted = false

  init(_ document: NoteDocument, columns: Int) {
    self.document = document
    let source = Self.withoutTrailingBlankLines(document.text)
    text = WrappedText(source, columns: columns)
    sections = Self.sections(of: source)
  }

  /// A heading and where it stands.
  struct Section: Equatable, Sendable {
    var title: String
    /// Index among the lines of the note, from 0.
    var line: Int
  }

  private static func sections(of text: String) -> [Section] {
    var line = 0
    return NoteSection.split(text).compactMap { section in
      defer { line += section.text.count { $0.isNewline } }
      return section.heading.map { Section(title: DisplayText.sanitize($0), line: line) }
    }
  }

  mutating func resize(columns: Int) {
    guard columns != text.columns else { return }
    text = WrappedText(Self.withoutTrailingBlankLines(document.text), columns: columns)
  }

  /// The first row that shows a part of `line`.
  func row(ofLine line: Int) -> Int {
    text.rows.firstIndex { $0.line >= line } ?? max(0, text.rows.count - 1)
  }

  /// The section that the row at `row` belongs to; nil before the first heading.
  func section(atRow row: Int) -> Int? {
    guard text.rows.indices.contains(row) else { return nil }
    let line = text.rows[row].line
    return sections.lastIndex { $0.line <= line }
  }

  private static func withoutTrailingBlankLines(_ text: String) -> String {
    guard let last = text.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(text[...last])
  }
}
