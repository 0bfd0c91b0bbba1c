import Screen

/// Text broken into rows of a pane, to which more can be added cheaply: only the last row is broken
/// again. Control characters never get in.
struct WrappedText: Equatable, Sendable {
  /// One row on the screen.
  struct Row: Equatable, Sendable {
    var text: String
    /// Index of the line of the source that this row shows a part of.
    var line: Int
    /// What stood between the row before and this one where both show the same line; nil where
    /// this row begins a line.
    var joint: String?
  }

  /// Columns that each row has at most.
  let columns: Int
  private(set) var rows: [Row] = []
  /// Lines of the source so far.
  private(set) var lineCount = 0
  /// The part of the source that the last row shows, and what follows it.
  private var tail = ""
  /// A carriage return that ended the last piece, not yet known to be alone.
  private var endedWithReturn = false

  init(_ text: String = "", columns: Int) {
    self.columns = max(1, columns)
    append(text)
  }

  /// Adds `text` at the end.
  mutating func append(_ text: String) {
    guard !text.isEmpty else { return }
    var piece = normalizingLineEnds(text)
    if endedWithReturn, text.unicodeScalars.first == "\n" {
      piece.unicodeScalars.removeFirst()
    }
    endedWithReturn = text.unicodeScalars.last == "\r"
    guard !piece.isEmpty else { return }

    var joint: String?
    if let last = rows.popLast() {
      joint = last.joint
      lineCount -= 1
      piece = tail + piece
    }
    for line in piece.split(separator: "\n", omittingEmptySubsequences: false) {
      add(line: String(line), joint: joint)
      joint = nil
    }
  }

  private mutating func add(line: String, joint: String?) {
    let shown = DisplayText.sanitize(line)
    let parts = TextWidth.wrap(shown, columns: columns)
    var previousEnd: String.Index?
    for part in parts {
      let gap = previousEnd.map { $0 < part.range.lowerBound ? " " : "" }
      rows.append(Row(text: part.text, line: lineCount, joint: gap ?? joint))
      previousEnd = part.range.upperBound
    }
    tail = parts.last.map { String(shown[$0.range.lowerBound...]) } ?? ""
    if parts.isEmpty { rows.append(Row(text: "", line: lineCount, joint: joint)) }
    lineCount += 1
  }
}
