/// One row of a text that was broken to a width.
public struct WrappedLine: Hashable, Sendable {
  /// What the row shows.
  public var text: String
  /// Where that stands in the text that was broken.
  public var range: Range<String.Index>

  /// Makes a row.
  public init(text: String, range: Range<String.Index>) {
    self.text = text
    self.range = range
  }
}

extension TextWidth {
  /// Breaks `text` into rows of at most `columns` columns.
  ///
  /// Rows break at blanks, beside wide characters, and inside a word only where it alone is too
  /// long; a single cluster wider than `columns` gets a row of its own. The blanks at which a row
  /// breaks belong to no row; blanks at the start of a paragraph stay. Each `\n` ends a paragraph,
  /// and each paragraph has at least one row. Rows depend only on what stands before them in their
  /// paragraph, so a paragraph that grows needs to be broken again only from the start of its last
  /// row.
  public static func wrap(_ text: String, columns: Int) -> [WrappedLine] {
    var lines: [WrappedLine] = []
    var start = text.startIndex
    while true {
      let end = text.utf8[start...].firstIndex(of: 0x0A) ?? text.endIndex
      wrapParagraph(text, start..<end, columns: max(1, columns)) { range in
        lines.append(WrappedLine(text: String(text[range]), range: range))
      }
      guard end < text.endIndex else { return lines }
      start = text.utf8.index(after: end)
    }
  }

  /// Calls `row` with the range of each row of the paragraph that stands in `range`.
  static func wrapParagraph(
    _ text: String, _ range: Range<String.Index>, columns: Int, row: (Range<String.Index>) -> Void
  ) {
    var breaker = RowBreaker(limit: columns)
    func emit(_ bytes: Range<Int>) {
      let start = text.utf8.index(range.lowerBound, offsetBy: bytes.lowerBound)
      row(start..<text.utf8.index(start, offsetBy: bytes.count))
    }
    let paragraph = text[range]
    // Most paragraphs are plain, and looking for clusters in them costs ten times as much.
    let wasPlain = paragraph.utf8.withContiguousStorageIfAvailable { bytes in
      guard bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else { return false }
      for byte in bytes { breaker.take(isBlank: byte == 0x20, columns: 1, byteCount: 1, row: emit) }
      return true
    }
    if wasPlain != true {
      for character in paragraph {
        breaker.take(
          isBlank: character == " " || character == "\t", columns: Self.columns(of: character),
          byteCount: character.utf8.count, row: emit)
      }
    }
    breaker.finish(row: emit)
  }
}

/// Finds where the rows of a paragraph end, in one pass. Places are bytes from its start.
private struct RowBreaker {
  /// A place where the row may end.
  private struct Opportunity {
    /// The end of the row's text.
    var end: Int
    /// The start of the next row.
    var next: Int
    /// Columns from the start of the row to `next`.
    var columns: Int
  }

  private let limit: Int
  private var start = 0
  private var position = 0
  /// Columns from `start` to `position`.
  private var used = 0
  private var opportunity: Opportunity?
  /// Where the blanks begin that the pass is going through.
  private var blanks: Int?
  /// Where blanks begin to hang over the edge.
  private var edge: Int?
  private var hasText = false
  private var previousIsWide = false

  init(limit: Int) { self.limit = limit }

  mutating func take(isBlank: Bool, columns: Int, byteCount: Int, row: (Range<Int>) -> Void) {
    defer { position += byteCount }
    if isBlank {
      takeBlank(byteCount: byteCount)
      return
    }
    if hasText, blanks == nil, columns > 1 || previousIsWide {
      opportunity = Opportunity(end: position, next: position, columns: used)
    }
    while used + columns > limit, start < position { endRow(row: row) }
    blanks = nil
    used += columns
    hasText = true
    previousIsWide = columns > 1
  }

  /// Blanks may hang over the edge without making a row.
  private mutating func takeBlank(byteCount: Int) {
    if used >= limit, edge == nil { edge = position }
    let firstBlank = blanks ?? position
    blanks = firstBlank
    used += 1
    if hasText || edge != nil {
      let end = hasText ? firstBlank : edge ?? position
      opportunity = Opportunity(end: end, next: position + byteCount, columns: used)
    }
    previousIsWide = false
  }

  private mutating func endRow(row: (Range<Int>) -> Void) {
    let place = opportunity ?? Opportunity(end: position, next: position, columns: used)
    row(start..<place.end)
    start = place.next
    used -= place.columns
    opportunity = nil
    edge = nil
    hasText = start < position
  }

  func finish(row: (Range<Int>) -> Void) { row(start..<(edge ?? position)) }
}
