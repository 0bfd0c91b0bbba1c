/// A text of several lines that is being written, and the place of the cursor in it.
///
/// The text holds no control characters but `\n`: what is inserted is cleaned.
public struct TextEditor: Hashable, Sendable {
  /// The whole text.
  public private(set) var text = ""
  /// Bytes of the text before the cursor; always between two clusters.
  private var offset = 0
  /// Column in its line that the cursor goes back to when it moves up or down; nil after any
  /// other key.
  private var wantedColumn: Int?
  /// The rows for the columns that were asked for last; nil before that.
  private var laidOut: EditorRows?

  /// Makes an empty text.
  public init() {}

  /// Makes a text with the cursor at its end.
  public init(text: String) { insert(text) }

  /// Where the cursor stands.
  public var cursor: String.Index { text.utf8.index(text.startIndex, offsetBy: offset) }

  /// Breaks the text into rows of `columns` and keeps them up to date from then on, so that asking
  /// for them costs little.
  public mutating func layOut(columns: Int) { laidOut = rows(columns: columns) }

  /// The rows of the text, those that are kept where they have that width.
  func rows(columns: Int) -> EditorRows {
    if let laidOut, laidOut.columns == max(1, columns) { return laidOut }
    return EditorRows(text, columns: columns)
  }

  /// Puts `inserted` where the cursor is, and the cursor behind it.
  public mutating func insert(_ inserted: String) {
    let clean = DisplayText.typed(inserted)
    text.insert(contentsOf: clean, at: cursor)
    laidOut?.replace(offset..<offset, byteCount: clean.utf8.count, text: text)
    offset += clean.utf8.count
    wantedColumn = nil
    alignCursor()
  }

  /// An accent that was inserted joins the letter before it, and a letter the accent after it.
  private mutating func alignCursor() {
    while offset < text.utf8.count, String.Index(cursor, within: text) == nil { offset += 1 }
  }

  // MARK: Moving

  private mutating func move(to index: String.Index) {
    offset = text.utf8.distance(from: text.startIndex, to: index)
    wantedColumn = nil
  }

  /// Moves by one character; nothing happens at the start.
  public mutating func moveLeft() {
    if cursor > text.startIndex { move(to: text.index(before: cursor)) }
  }

  /// Moves by one character; nothing happens at the end.
  public mutating func moveRight() {
    if cursor < text.endIndex { move(to: text.index(after: cursor)) }
  }

  /// Moves to the start of the word before the cursor.
  public mutating func moveWordLeft() { move(to: wordStart(before: cursor)) }

  /// Moves to the end of the word after the cursor.
  public mutating func moveWordRight() { move(to: wordEnd(after: cursor)) }

  /// Moves to the start of the line.
  public mutating func moveToLineStart() { move(to: lineStart(of: cursor)) }

  /// Moves to the end of the line.
  public mutating func moveToLineEnd() { move(to: lineEnd(of: cursor)) }

  /// Moves to the line before; false in the first line.
  public mutating func moveUp() -> Bool {
    let start = lineStart(of: cursor)
    guard start > text.startIndex else { return false }
    moveVertically(toLineAt: lineStart(of: text.index(before: start)))
    return true
  }

  /// Moves to the line after; false in the last line.
  public mutating func moveDown() -> Bool {
    let end = lineEnd(of: cursor)
    guard end < text.endIndex else { return false }
    moveVertically(toLineAt: text.index(after: end))
    return true
  }

  private mutating func moveVertically(toLineAt start: String.Index) {
    let column =
      wantedColumn ?? TextWidth.columns(of: String(text[lineStart(of: cursor)..<cursor]))
    var index = start
    var used = 0
    while index < text.endIndex, text[index] != "\n" {
      used += TextWidth.columns(of: text[index])
      guard used <= column else { break }
      index = text.index(after: index)
    }
    move(to: index)
    wantedColumn = column
  }

  // MARK: Deleting

  /// Deletes from `index` to the cursor, in either direction.
  private mutating func delete(to index: String.Index) {
    let range = min(index, cursor)..<max(index, cursor)
    let start = text.utf8.distance(from: text.startIndex, to: range.lowerBound)
    let end = text.utf8.distance(from: text.startIndex, to: range.upperBound)
    text.removeSubrange(range)
    laidOut?.replace(start..<end, byteCount: 0, text: text)
    offset = start
    wantedColumn = nil
    alignCursor()
  }

  /// Deletes the character before the cursor.
  public mutating func deleteLeft() {
    if cursor > text.startIndex { delete(to: text.index(before: cursor)) }
  }

  /// Deletes the character after the cursor.
  public mutating func deleteRight() {
    if cursor < text.endIndex { delete(to: text.index(after: cursor)) }
  }

  /// Deletes to the start of the word before the cursor.
  public mutating func deleteWordLeft() { delete(to: wordStart(before: cursor)) }

  /// Deletes to the end of the word after the cursor.
  public mutating func deleteWordRight() { delete(to: wordEnd(after: cursor)) }

  /// Deletes to the start of the line.
  public mutating func deleteToLineStart() { delete(to: lineStart(of: cursor)) }

  /// Deletes to the end of the line, or the end itself where nothing is before it.
  public mutating func deleteToLineEnd() {
    let end = lineEnd(of: cursor)
    if end == cursor { deleteRight() } else { delete(to: end) }
  }

  // MARK: Places

  private func lineStart(of index: String.Index) -> String.Index {
    text[..<index].lastIndex(of: "\n").map { text.index(after: $0) } ?? text.startIndex
  }

  private func lineEnd(of index: String.Index) -> String.Index {
    text[index...].firstIndex(of: "\n") ?? text.endIndex
  }

  private func wordStart(before index: String.Index) -> String.Index {
    let before = text[..<index]
    guard let last = before.lastIndex(where: \.isPartOfWord) else { return text.startIndex }
    return before[..<last].lastIndex { !$0.isPartOfWord }.map { text.index(after: $0) }
      ?? text.startIndex
  }

  private func wordEnd(after index: String.Index) -> String.Index {
    guard let first = text[index...].firstIndex(where: \.isPartOfWord) else { return text.endIndex }
    return text[first...].firstIndex { !$0.isPartOfWord } ?? text.endIndex
  }
}

extension TextEditor {
  /// Rows follow from the text, so they tell no two editors apart.
  public static func == (one: TextEditor, other: TextEditor) -> Bool {
    one.text == other.text && one.offset == other.offset && one.wantedColumn == other.wantedColumn
  }

  /// Hashes what `==` compares.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(text)
    hasher.combine(offset)
    hasher.combine(wantedColumn)
  }
}

extension Character {
  fileprivate var isPartOfWord: Bool { isLetter || isNumber }
}
