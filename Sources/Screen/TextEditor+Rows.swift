extension TextEditor {
  /// Rows that the text takes at `columns` columns, one for the cursor behind a full row included.
  public func rowCount(columns: Int) -> Int {
    let starts = rowStarts(columns: columns)
    return max(starts.count, place(of: cursor, in: starts, columns: columns).y + 1)
  }

  /// The rows to show in a box of `columns` and `height`, and where in it the cursor stands.
  ///
  /// The cursor's row is always among them, as far down as need be.
  public func visibleRows(columns: Int, height: Int) -> (rows: [String], cursor: Point) {
    let starts = rowStarts(columns: columns)
    let place = place(of: cursor, in: starts, columns: columns)
    let top = max(0, min(place.y - height / 2, max(starts.count, place.y + 1) - height))
    let end = min(starts.count, top + max(0, height))
    let rows = (top..<max(top, end)).map { row in
      let next = row + 1 < starts.count ? starts[row + 1] : text.endIndex
      var shown = text[starts[row]..<next]
      if shown.last == "\n" { shown.removeLast() }
      return String(shown)
    }
    return (rows, Point(x: place.x, y: place.y - top))
  }

  /// Where each row begins. Blanks at which a row breaks belong to it, since the cursor can stand
  /// among them.
  private func rowStarts(columns: Int) -> [String.Index] {
    var starts: [String.Index] = []
    var start = text.startIndex
    while true {
      let end = text.utf8[start...].firstIndex(of: 0x0A) ?? text.endIndex
      TextWidth.wrapParagraph(text, start..<end, columns: max(1, columns)) {
        starts.append($0.lowerBound)
      }
      guard end < text.endIndex else { return starts }
      start = text.utf8.index(after: end)
    }
  }

  private func place(
    of index: String.Index, in starts: [String.Index], columns: Int
  ) -> Point {
    var low = 0
    var high = starts.count
    while low < high {
      let middle = (low + high) / 2
      if starts[middle] <= index { low = middle + 1 } else { high = middle }
    }
    let row = max(0, low - 1)
    let x = TextWidth.columns(of: String(text[starts[row]..<index]))
    guard x >= columns else { return Point(x: x, y: row) }
    // Behind a full row the next character goes into the next one; among blanks that hang over the
    // edge of a row in the middle the cursor waits at the edge.
    let isLast = row + 1 == starts.count || text[index...].first == "\n"
    return isLast && x == columns ? Point(x: 0, y: row + 1) : Point(x: max(0, columns - 1), y: row)
  }
}
