import Screen

extension WorkbenchState {
  /// The left column of a wide screen: sections of the note, and below them this session.
  func drawOutline(in layout: WorkbenchLayout, on frame: inout Frame) {
    guard layout.form == .threeColumns else { return }
    let pane = layout.outline
    let sessionRows = transcript.entries.isEmpty ? 0 : min(transcript.entries.count, pane.rows / 3)
    let outlineRows = pane.rows - (sessionRows > 0 ? sessionRows + 1 : 0)
    drawTitle("Outline", above: pane, focused: false, on: &frame)
    drawSections(
      in: Rect(x: pane.x, y: pane.y, columns: pane.columns, rows: outlineRows),
      noteHeight: layout.note.rows, on: &frame)
    guard sessionRows > 0 else { return }
    let session = Rect(
      x: pane.x, y: pane.y + outlineRows + 1, columns: pane.columns, rows: sessionRows)
    drawTitle("This session", above: session, focused: false, on: &frame)
    for (index, entry) in transcript.entries.suffix(sessionRows).enumerated() {
      let question = DisplayText.sanitize(
        entry.question.split(whereSeparator: \.isNewline).joined(separator: " "))
      frame.put(
        "\(entry.askedAt.shortClock) \(question)", x: session.x + 1, y: session.y + index,
        role: .text, maxColumns: session.columns - 2)
    }
  }

  private func drawSections(in pane: Rect, noteHeight: Int, on frame: inout Frame) {
    guard let note, !note.sections.isEmpty else {
      let text = note == nil ? "no note" : "no headings found"
      frame.put(text, x: pane.x + 2, y: pane.y, role: .dim, maxColumns: pane.columns - 3)
      return
    }
    let top = note.scroll.visibleTop(rowCount: note.text.rows.count, height: noteHeight)
    let current = note.section(atRow: top) ?? 0
    let first = max(0, min(current - pane.rows / 2, note.sections.count - pane.rows))
    let end = min(note.sections.count, first + pane.rows)
    for index in first..<end {
      let isCurrent = index == current
      let section = note.sections[index]
      let y = pane.y + index - first
      let mark = isCurrent ? ">" : " "
      frame.put(
        "\(mark) \(section.title)", x: pane.x, y: y, role: isCurrent ? .titleFocused : .text,
        maxColumns: pane.columns - 1)
    }
  }
}
