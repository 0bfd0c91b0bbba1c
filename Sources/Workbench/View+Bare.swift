import Screen

extension WorkbenchState {
  /// The text of the pane that has the focus, as a person would want to copy it.
  private var bareText: String {
    if focus == .note || focus == .outline || transcript.shown.isEmpty {
      return note?.document.text ?? ""
    }
    return transcript.shown.map { index in
      let entry = transcript.entries[index]
      let remark = entry.remark.map { "(\($0))\n" } ?? ""
      return "You: \(entry.question)\n\(remark)\nModel: \(entry.answer)\n"
    }.joined(separator: "\n")
  }

  private var bareRows: [WrappedText.Row] {
    WrappedText(bareText, columns: max(1, size.columns)).rows
  }

  /// Rows of text on the screen: all but the last.
  private var bareHeight: Int { max(1, size.rows - 1) }

  func drawBareText(top: Int, on frame: inout Frame) {
    for (y, row) in bareRows.dropFirst(top).prefix(bareHeight).enumerated() {
      frame.put(row.text, x: 0, y: y, role: .text, maxColumns: size.columns)
    }
    frame.put(
      "Up/Down scroll, any other key goes back", x: 0, y: size.rows - 1, role: .hint,
      maxColumns: size.columns)
  }

  mutating func scrollBareText(_ key: Key, top: Int) {
    let last = max(0, bareRows.count - bareHeight)
    let target: Int
    switch key {
    case .up: target = top - 1
    case .down: target = top + 1
    case .pageUp: target = top - bareHeight
    case .pageDown, .character(" "): target = top + bareHeight
    case .home: target = 0
    case .end: target = last
    default:
      overlay = nil
      return
    }
    overlay = .bare(top: min(max(0, target), last))
  }
}
