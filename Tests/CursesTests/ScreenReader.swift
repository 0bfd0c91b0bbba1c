import Screen

/// A small terminal: reads what ncurses sends for `xterm-256color` and keeps the text of the cells.
/// It knows nothing of ncurses or of frames, so that a screen can be checked from the outside.
///
/// - Source: xterm control sequences; the description that `infocmp xterm-256color` prints.
struct ScreenReader {
  private(set) var rows: [[String]]
  private(set) var cursor = (x: 0, y: 0)
  private(set) var showsCursor = true
  /// Sequences that it does not know; a test that meets one fails.
  private(set) var unknown: [String] = []
  private let columns: Int
  private var wrapsNext = false
  private var region: ClosedRange<Int>
  private var last = " "
  /// Where the cursor was when the terminal was told to remember it.
  private var saved = (x: 0, y: 0)

  init(_ size: Size) {
    columns = size.columns
    rows = Array(repeating: Array(repeating: " ", count: size.columns), count: size.rows)
    region = 0...(size.rows - 1)
  }

  /// The screen as lines, blanks at their ends left out.
  var text: String {
    rows.map { row in
      var line = row.joined()
      while line.last == " " { line.removeLast() }
      return line
    }.joined(separator: "\n")
  }

  mutating func take(_ bytes: [UInt8]) {
    var scalars = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)[...]
    while let scalar = scalars.popFirst() {
      switch scalar {
      case "\u{1B}": takeEscape(&scalars)
      case "\r": move(x: 0, y: cursor.y)
      case "\n": lineFeed()
      case "\u{8}": move(x: cursor.x - 1, y: cursor.y)
      case "\t": move(x: (cursor.x / 8 + 1) * 8, y: cursor.y)
      case "\u{7}": break
      default: put(scalar)
      }
    }
  }

  private mutating func move(x: Int, y: Int) {
    cursor = (min(max(0, x), columns - 1), min(max(0, y), rows.count - 1))
    wrapsNext = false
  }

  private mutating func put(_ scalar: Unicode.Scalar) {
    let width = TextWidth.columns(of: scalar)
    if width == 0 {
      var x = wrapsNext ? columns - 1 : cursor.x - 1
      if x > 0, rows[cursor.y][x].isEmpty { x -= 1 }
      rows[cursor.y][x].unicodeScalars.append(scalar)
      return
    }
    if wrapsNext {
      lineFeed()
      move(x: 0, y: cursor.y)
    }
    for x in cursor.x..<min(columns, cursor.x + width) { clear(x: x, y: cursor.y) }
    rows[cursor.y][cursor.x] = String(scalar)
    if width == 2 { rows[cursor.y][cursor.x + 1] = "" }
    last = String(scalar)
    if cursor.x + width >= columns {
      wrapsNext = true
      cursor.x = columns - 1
    } else {
      cursor.x += width
    }
  }

  /// Blanks a cell, and the other half of a wide character with it.
  private mutating func clear(x: Int, y: Int) {
    if rows[y][x].isEmpty, x > 0 { rows[y][x - 1] = " " }
    if x + 1 < columns, rows[y][x + 1].isEmpty { rows[y][x + 1] = " " }
    rows[y][x] = " "
  }

  private mutating func lineFeed() {
    if cursor.y == region.upperBound { scroll(region, by: 1) } else { cursor.y += 1 }
    wrapsNext = false
  }

  private mutating func scroll(_ range: ClosedRange<Int>, by count: Int) {
    let blank = Array(repeating: " ", count: columns)
    let lines = min(abs(count), range.count)
    if count > 0 {
      rows.removeSubrange(range.lowerBound..<range.lowerBound + lines)
      rows.insert(
        contentsOf: repeatElement(blank, count: lines), at: range.upperBound - lines + 1)
    } else {
      rows.removeSubrange(range.upperBound - lines + 1...range.upperBound)
      rows.insert(contentsOf: repeatElement(blank, count: lines), at: range.lowerBound)
    }
  }

  private mutating func takeEscape(_ scalars: inout ArraySlice<Unicode.Scalar>) {
    switch scalars.popFirst() {
    case "[": takeControlSequence(&scalars)
    case "(": _ = scalars.popFirst()
    case "]":
      while let next = scalars.popFirst(), next != "\u{7}" {
        if next == "\u{1B}" {
          _ = scalars.popFirst()
          break
        }
      }
    case "M":
      if cursor.y == region.lowerBound { scroll(region, by: -1) } else { cursor.y -= 1 }
    case "7": saved = cursor
    case "8": move(x: saved.x, y: saved.y)
    case "=", ">": break
    case let other: unknown.append("ESC \(String(describing: other))")
    }
  }

  private mutating func takeControlSequence(_ scalars: inout ArraySlice<Unicode.Scalar>) {
    var parameters = ""
    while let next = scalars.popFirst() {
      if ("@"..."~").contains(next) {
        perform(next, parameters)
        return
      }
      parameters.unicodeScalars.append(next)
    }
  }

  private mutating func perform(_ final: Unicode.Scalar, _ parameters: String) {
    let numbers = parameters.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) }
    let first = numbers.first.flatMap { $0 }
    let count = first ?? 1
    switch final {
    case "H": move(x: ((numbers.count > 1 ? numbers[1] : nil) ?? 1) - 1, y: count - 1)
    case "A": move(x: cursor.x, y: cursor.y - count)
    case "B": move(x: cursor.x, y: cursor.y + count)
    case "C": move(x: cursor.x + count, y: cursor.y)
    case "D": move(x: cursor.x - count, y: cursor.y)
    case "G": move(x: count - 1, y: cursor.y)
    case "Z": move(x: (cursor.x - 1) / 8 * 8, y: cursor.y)
    case "d": move(x: cursor.x, y: count - 1)
    case "J" where first == nil || first == 2: erase(cells: first == 2 ? 0 : cursorIndex)
    case "K": eraseInRow(first ?? 0)
    case "X": for x in cursor.x..<min(columns, cursor.x + count) { clear(x: x, y: cursor.y) }
    case "P": shift(by: -count)
    case "@": shift(by: count)
    case "L": scroll(cursor.y...region.upperBound, by: -count)
    case "M": scroll(cursor.y...region.upperBound, by: count)
    case "S": scroll(region, by: count)
    case "T": scroll(region, by: -count)
    case "b": for _ in 0..<count { for scalar in last.unicodeScalars { put(scalar) } }
    case "r":
      let bottom = (numbers.count > 1 ? numbers[1] : nil) ?? rows.count
      region = (count - 1)...(bottom - 1)
      move(x: 0, y: 0)
    case "h" where parameters.contains("25"): showsCursor = true
    case "l" where parameters.contains("25"): showsCursor = false
    case "m", "h", "l", "t": break
    default: unknown.append("CSI \(parameters)\(final)")
    }
  }

  private var cursorIndex: Int { cursor.y * columns + cursor.x }

  private mutating func erase(cells start: Int) {
    for index in start..<columns * rows.count { clear(x: index % columns, y: index / columns) }
  }

  private mutating func eraseInRow(_ mode: Int) {
    let range = mode == 0 ? cursor.x..<columns : mode == 1 ? 0..<cursor.x + 1 : 0..<columns
    for x in range { clear(x: x, y: cursor.y) }
  }

  /// Inserts blanks at the cursor, or takes cells away.
  private mutating func shift(by count: Int) {
    if count > 0 {
      rows[cursor.y].insert(contentsOf: repeatElement(" ", count: count), at: cursor.x)
      rows[cursor.y].removeLast(count)
    } else {
      rows[cursor.y].removeSubrange(cursor.x..<min(columns, cursor.x - count))
      rows[cursor.y] += repeatElement(" ", count: columns - rows[cursor.y].count)
    }
    wrapsNext = false
  }
}
