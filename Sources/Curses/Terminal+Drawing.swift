import CNcurses
public import Screen

extension Terminal {
  /// Shows `frame`: the cells that differ from the frame before are handed to ncurses, which sends
  /// the fewest bytes it finds. What lies beyond the terminal's size is left out, what the frame
  /// does not cover is blank.
  public func draw(_ frame: Frame) {
    whileOpen {
      self.frame = frame
      putChanges(of: frame)
      placeCursor(of: frame)
      doupdate()
    }
  }

  /// Sets the terminal's modes and sends the whole screen again, for when another program has
  /// written on it or the process was stopped from outside.
  public func redraw() {
    whileOpen {
      restoreModes()
      shown = nil
      clearok(curses_physical_screen(), true)
      if let frame {
        draw(frame)
      } else if let window = curses_standard_screen() {
        wnoutrefresh(window)
        doupdate()
      }
    }
  }

  private func putChanges(of frame: Frame) {
    guard let window = curses_standard_screen() else { return }
    if shown?.size != frame.size { shown = nil }
    if shown == nil { werase(window) }
    let hadRedefinedColors = palette.hasRedefinedColors
    // Erased cells have the terminal's own look, which need not be that of a blank.
    let isBlankPlain = palette.look(of: Cell.blank.role) == CellLook(attributes: 0, pair: 0)
    let columns = min(frame.size.columns, size.columns)
    for y in 0..<min(frame.size.rows, size.rows) {
      let row = frame.row(y)
      let before = shown?.row(y)
      guard row != before else { continue }
      for x in 0..<columns {
        let cell = row[row.startIndex + x]
        if let before {
          guard cell != before[before.startIndex + x] else { continue }
        } else {
          guard cell != .blank || !isBlankPlain else { continue }
        }
        put(cell, x: x, y: y, columns: extent(ofCellAt: x, in: row), window: window)
      }
    }
    shown = frame
    if palette.hasRedefinedColors != hadRedefinedColors { updateRescue() }
  }

  /// Columns of the cluster that begins at `x`: its own and those of its continuations.
  private func extent(ofCellAt x: Int, in row: ArraySlice<Cell>) -> Int {
    var end = row.startIndex + x + 1
    while end < row.endIndex, row[end].isContinuation { end += 1 }
    return end - row.startIndex - x
  }

  private func put(
    _ cell: Cell, x: Int, y: Int, columns: Int, window: UnsafeMutablePointer<WINDOW>
  ) {
    // Its cluster draws a continuation.
    guard !cell.isContinuation else { return }
    let look = palette.look(of: cell.role)
    let isCut = x + columns > size.columns
    let pieces = CellGlyph.pieces(of: isCut ? " " : cell.text, columns: isCut ? 1 : columns)
    var column = x
    for piece in pieces {
      curses_put(window, Int32(y), Int32(column), piece.scalars, look.attributes, look.pair)
      column += piece.columns
    }
  }

  private func placeCursor(of frame: Frame) {
    guard let window = curses_standard_screen() else { return }
    if let cursor = frame.cursor, cursor.x >= 0, cursor.y >= 0, cursor.x < size.columns,
      cursor.y < size.rows
    {
      wmove(window, Int32(cursor.y), Int32(cursor.x))
      curs_set(1)
    } else {
      curs_set(0)
    }
    wnoutrefresh(window)
  }
}

// MARK: Inspection

extension Terminal {
  /// What ncurses holds in a cell, for tests; the right half of a wide character has the text of the
  /// left one.
  func heldCell(x: Int, y: Int) -> (text: String, look: CellLook)? {
    guard let window = curses_standard_screen() else { return nil }
    var scalars = [UInt32](repeating: 0, count: Int(curses_cell_capacity()) + 1)
    var look = CellLook(attributes: 0, pair: 0)
    let result = curses_get(window, Int32(y), Int32(x), &scalars, &look.attributes, &look.pair)
    guard result == OK else { return nil }
    look.attributes &= ~curses_attribute_colors()
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars.prefix { $0 != 0 }.compactMap(Unicode.Scalar.init))
    return (String(text), look)
  }
}

/// A cluster in the form that ncurses draws: pieces that each fill their columns exactly.
///
/// ncurses and many terminals know no clusters, only characters with a width and marks without one.
/// What they would count otherwise than we do would shift the rest of the row; so a picture of
/// several characters shows as its first, and columns that it does not fill are blank.
enum CellGlyph {
  /// Some columns' worth of characters, ended by 0.
  struct Piece: Hashable {
    var scalars: [UInt32]
    var columns: Int
  }

  private static let blank = Piece(scalars: [0x20, 0], columns: 1)

  /// The pieces of `text`, which fill `columns` columns together.
  static func pieces(of text: String, columns: Int) -> [Piece] {
    if text.utf8.count == 1, let byte = text.utf8.first, columns == 1 {
      return byte == 0x20 ? [blank] : [Piece(scalars: [UInt32(byte), 0], columns: 1)]
    }
    var pieces: [Piece] = []
    var rest = columns
    let capacity = Int(curses_cell_capacity())
    for scalar in text.unicodeScalars {
      let width = Int(curses_width(scalar.value))
      if width > 0, width <= rest {
        pieces.append(Piece(scalars: [scalar.value], columns: width))
        rest -= width
      } else if width == 0, isMark(scalar), let last = pieces.indices.last,
        pieces[last].scalars.count < capacity
      {
        pieces[last].scalars.append(scalar.value)
      } else if width != 0, rest > 0, pieces.isEmpty {
        // Unknown to ncurses, or wider than we count it.
        pieces.append(Piece(scalars: [0xFFFD], columns: 1))
        rest -= 1
      }
    }
    for index in pieces.indices { pieces[index].scalars.append(0) }
    return pieces + repeatElement(blank, count: max(0, rest))
  }

  /// False for joiners and choices of presentation, which change the width that some terminals
  /// give to the characters around them.
  private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value != 0x200D && !(0xFE00...0xFE0F).contains(scalar.value)
  }
}
