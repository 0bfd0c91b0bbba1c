// Screen: what is shown, as values. Frames of cells with roles, text measured in columns and broken
// into rows, themes, keys, the text that is being edited.
//
// Invariants: a frame never holds a control character; the columns that a wide cluster covers hold
// it and continuations, never half of it; drawing outside of the frame draws nothing.
// May not import curses, do input or output, or know what is shown.

/// A whole screen of cells.
public struct Frame: Hashable, Sendable {
  /// Columns and rows.
  public let size: Size
  /// Where the terminal's cursor stands; nil hides it.
  public var cursor: Point?
  /// Row by row, `size.columns` each.
  private var cells: [Cell]

  /// Makes a frame of blanks.
  public init(size: Size) {
    self.size = size
    cells = Array(repeating: .blank, count: size.columns * size.rows)
  }

  /// The cell `x` columns from the left and `y` rows from the top, both inside of the frame.
  public subscript(x: Int, y: Int) -> Cell {
    precondition(x >= 0 && x < size.columns && y >= 0 && y < size.rows, "outside of the frame")
    return cells[y * size.columns + x]
  }

  /// The cells of row `y`, which is inside of the frame.
  public func row(_ y: Int) -> ArraySlice<Cell> {
    cells[y * size.columns..<(y + 1) * size.columns]
  }

  /// The frame as lines of text, blanks at their ends left out.
  public var text: String {
    (0..<size.rows).map { y in
      var line = row(y).map(\.text).joined()
      while line.last == " " { line.removeLast() }
      return line
    }.joined(separator: "\n")
  }
}

// MARK: Drawing

extension Frame {
  /// Writes `text` in one row and returns the columns used.
  ///
  /// What does not fit in `maxColumns` or in the frame is left out; a wide cluster that would be
  /// cut in half becomes a blank. Control characters become `?`; clean text beforehand with
  /// `DisplayText` to show what they are.
  @discardableResult
  public mutating func put(_ text: String, x: Int, y: Int, role: Role, maxColumns: Int) -> Int {
    guard y >= 0, y < size.rows, maxColumns > 0, x < size.columns else { return 0 }
    let limit = maxColumns > size.columns - x ? size.columns : x + maxColumns
    var column = x
    for character in text {
      guard column < limit else { break }
      column += put(character, x: column, y: y, role: role, limit: limit)
    }
    return column - x
  }

  /// Fills `rect` with blanks.
  public mutating func fill(_ rect: Rect, role: Role) {
    fill(rect, with: " ", role: role)
  }

  /// Fills `rect` with `glyph`, which is one column wide.
  public mutating func fill(_ rect: Rect, with glyph: String, role: Role) {
    precondition(TextWidth.columns(of: glyph) == 1, "a glyph to fill with takes one column")
    let part = rect.intersection(Rect(size))
    guard !part.isEmpty else { return }
    let cell = Cell(text: glyph, role: role)
    for y in part.y..<part.endY {
      let start = y * size.columns
      clearHalves(from: part.x, to: part.endX, y: y)
      for x in part.x..<part.endX { cells[start + x] = cell }
    }
  }

  /// Gives the cells of `rect` another role and leaves their text.
  public mutating func mark(_ rect: Rect, role: Role) {
    let part = rect.intersection(Rect(size))
    guard !part.isEmpty else { return }
    for y in part.y..<part.endY {
      for x in part.x..<part.endX { cells[y * size.columns + x].role = role }
    }
  }

  private mutating func put(
    _ character: Character, x: Int, y: Int, role: Role, limit: Int
  ) -> Int {
    let shown = TextWidth.isControl(character) ? "?" : character
    let columns = TextWidth.columns(of: shown)
    // A mark with nothing to stand on.
    guard columns > 0 else { return 0 }
    guard x + columns <= limit else {
      for column in x..<limit { set(" ", x: column, y: y, role: role, columns: 1) }
      return limit - x
    }
    set(TextWidth.string(of: shown), x: x, y: y, role: role, columns: columns)
    return columns
  }

  private mutating func set(_ text: String, x: Int, y: Int, role: Role, columns: Int) {
    // What begins left of the frame is cut off; its visible columns are blanks.
    let first = max(0, x)
    guard first < x + columns else { return }
    clearHalves(from: first, to: x + columns, y: y)
    let start = y * size.columns
    for column in first..<x + columns {
      let part = x < 0 ? " " : column == x ? text : ""
      cells[start + column] = Cell(text: part, role: role)
    }
  }

  /// Blanks the rest of wide clusters that reach across either end of the columns to be written.
  private mutating func clearHalves(from first: Int, to end: Int, y: Int) {
    let start = y * size.columns
    if cells[start + first].isContinuation {
      var column = first - 1
      while column >= 0 {
        let wasHead = !cells[start + column].isContinuation
        cells[start + column].text = " "
        if wasHead { break }
        column -= 1
      }
    }
    var column = end
    while column < size.columns, cells[start + column].isContinuation {
      cells[start + column].text = " "
      column += 1
    }
  }
}
