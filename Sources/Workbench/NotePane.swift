import Clinical
import Screen

/// A note on the screen.
struct NotePane: Equatable, Sendable {
  let document: NoteDocument
  private(set) var text: WrappedText
  /// The note cut at its headings; the texts joined give the note again.
  let sections: [NoteSection]
  /// The line of the note that each section begins on, from 0.
  let firstLines: [Int]
  /// Lines that are headings.
  let headingLines: Set<Int>
  var scroll = PaneScroll(followsEnd: false)
  /// True once the person has agreed to send a note that has something wrong with it.
  var problemAccepted = false
  /// Indices of the sections that are not to be sent.
  private(set) var leftOut: Set<Int> = []
  /// The note as it would be sent: without what is left out.
  private(set) var sentText: String
  /// The section that the outline's keys act on.
  var selectedSection = 0
  var costs = SectionCosts.unknown
  /// Rows that are marked; nil where none are.
  var selection: RowSelection?
  /// True for several notes that stand together as one.
  var isJoined = false

  /// How many tokens each section takes.
  enum SectionCosts: Equatable, Sendable {
    case unknown
    case requested
    /// One count for each section; together those of the whole note.
    case known([Int])
    case unavailable
  }

  init(_ document: NoteDocument, columns: Int) {
    self.document = document
    let source = Self.withoutTrailingBlankLines(document.text)
    text = WrappedText(source, columns: columns)
    let sections = NoteSection.split(document.text)
    self.sections = sections
    let firstLines = Self.firstLines(of: sections)
    self.firstLines = firstLines
    headingLines = Set(
      sections.indices.filter { sections[$0].heading != nil }.map { firstLines[$0] })
    sentText = document.text
  }

  private static func firstLines(of sections: [NoteSection]) -> [Int] {
    var line = 0
    return sections.map { section in
      defer { line += section.text.count { $0 == "\n" || $0 == "\r\n" || $0 == "\r" } }
      return line
    }
  }

  mutating func resize(columns: Int) {
    guard columns != text.columns else { return }
    selection = nil
    text = WrappedText(Self.withoutTrailingBlankLines(document.text), columns: columns)
  }

  /// What a section is called on the screen.
  func title(ofSection index: Int) -> String {
    sections[index].heading.map { DisplayText.sanitize($0) } ?? "(start of the note)"
  }

  /// The sections that are not to be sent, in the order of the note.
  var leftOutSections: [LeftOutSection] {
    leftOut.sorted().map { LeftOutSection(index: $0, title: title(ofSection: $0)) }
  }

  /// Leaves the section at `index` out, or takes it in again. The last one that is left stays.
  ///
  /// - Returns: False where nothing would be left to send.
  mutating func toggleSection(_ index: Int) -> Bool {
    var changed = leftOut
    if changed.remove(index) == nil { changed.insert(index) }
    guard changed.count < sections.count else { return false }
    leftOut = changed
    sentText = ClinicalNote(title: document.name, text: document.text).text(leavingOut: changed)
    return true
  }

  /// The first row that shows a part of `line`.
  func row(ofLine line: Int) -> Int {
    text.rows.firstIndex { $0.line >= line } ?? max(0, text.rows.count - 1)
  }

  /// The section that the row at `row` belongs to; nil where there is no such row.
  func section(atRow row: Int) -> Int? {
    guard text.rows.indices.contains(row) else { return nil }
    return section(ofLine: text.rows[row].line)
  }

  /// The section that the line at `line` belongs to.
  func section(ofLine line: Int) -> Int? { firstLines.lastIndex { $0 <= line } }

  private static func withoutTrailingBlankLines(_ text: String) -> String {
    guard let last = text.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(text[...last])
  }
}

/// A part of a note that the model was not given.
public struct LeftOutSection: Equatable, Sendable {
  /// Its place among the sections of the note, from 0.
  public var index: Int
  /// Its heading as it is shown.
  public var title: String

  /// Makes a part that was left out.
  public init(index: Int, title: String) {
    self.index = index
    self.title = title
  }
}

extension NoteDocument {
  /// The sections at `indices` of a note with the text `text`; indices outside it are passed over.
  public static func sections(at indices: [Int], in text: String) -> [LeftOutSection] {
    guard !indices.isEmpty else { return [] }
    let pane = NotePane(NoteDocument(name: "", text: text), columns: 80)
    return indices.filter(pane.sections.indices.contains)
      .map { LeftOutSection(index: $0, title: pane.title(ofSection: $0)) }
  }
}
