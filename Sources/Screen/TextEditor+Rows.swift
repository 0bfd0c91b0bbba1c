extension TextEditor {
  /// Rows that the text takes at `columns` columns, one for the cursor behind a full row included.
  public func rowCount(columns: Int) -> Int {
    let rows = rows(columns: columns)
    return max(rows.starts.count, cursorPlace(in: rows).y + 1)
  }

  /// The rows to show in a box of `columns` and `height`, and where in it the cursor stands.
  ///
  /// The cursor's row is always among them, as far down as need be.
  public func visibleRows(columns: Int, height: Int) -> (rows: [String], cursor: Point) {
    let rows = rows(columns: columns)
    let place = cursorPlace(in: rows)
    let count = rows.starts.count
    let top = max(0, min(place.y - height / 2, max(count, place.y + 1) - height))
    let end = min(count, top + max(0, height))
    let shown = (top..<max(top, end)).map { row in
      let next = row + 1 < count ? index(rows.starts[row + 1]) : text.endIndex
      var shown = text[index(rows.starts[row])..<next]
      if shown.last == "\n" { shown.removeLast() }
      return String(shown)
    }
    return (shown, Point(x: place.x, y: place.y - top))
  }

  private func index(_ offset: Int) -> String.Index {
    text.utf8.index(text.startIndex, offsetBy: offset)
  }

  private func cursorPlace(in rows: EditorRows) -> Point {
    let cursor = cursor
    let row = rows.row(of: text.utf8.distance(from: text.startIndex, to: cursor))
    let x = TextWidth.columns(of: String(text[index(rows.starts[row])..<cursor]))
    guard x >= rows.columns else { return Point(x: x, y: row) }
    // Behind a full row the next character goes into the next one; among blanks that hang over the
    // edge of a row in the middle the cursor waits at the edge.
    let isLast = row + 1 == rows.starts.count || text[cursor...].first == "\n"
    return isLast && x == rows.columns
      ? Point(x: 0, y: row + 1) : Point(x: max(0, rows.columns - 1), y: row)
  }
}
