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
    let keys = [(Action.lineUp, "up"), (.lineDown, "down"), (.close, "back")]
      .compactMap { action, word in
        keyMap.label(of: action, in: contexts).map { "\($0) \(word)" }
      }
    frame.put(
      keys.joined(separator: "  "), x: 0, y: size.rows - 1, role: .hint, maxColumns: size.columns)
  }

  mutating func scrollBareText(_ action: Action, top: Int) {
    let last = max(0, bareRows.count - bareHeight)
    overlay = action.target(from: top, page: bareHeight, last: last).map { .bare(top: $0) }
  }
}
