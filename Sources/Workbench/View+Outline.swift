import Clinical
import Screen

extension WorkbenchState {
  /// The left column of a wide screen: sections of the note, and below them this session.
  func drawOutline(in layout: WorkbenchLayout, on frame: inout Frame) {
    guard layout.form == .threeColumns else { return }
    let pane = layout.outline
    let sessionRows = min(transcript.shown.count, pane.rows / 3)
    let outlineRows = pane.rows - (sessionRows > 0 ? sessionRows + 1 : 0)
    drawTitle("Outline", above: pane, focused: focus == .outline, on: &frame)
    drawSections(
      in: Rect(x: pane.x, y: pane.y, columns: pane.columns, rows: outlineRows),
      noteHeight: layout.note.rows, on: &frame)
    guard sessionRows > 0 else { return }
    let session = Rect(
      x: pane.x, y: pane.y + outlineRows + 1, columns: pane.columns, rows: sessionRows)
    let search = keyMap.label(of: .sessions).map { "\($0) all" } ?? ""
    drawTitle("This session", right: search, above: session, focused: false, on: &frame)
    for (index, shown) in transcript.shown.suffix(sessionRows).enumerated() {
      let entry = transcript.entries[shown]
      let question = DisplayText.sanitize(
        entry.question.split(whereSeparator: \.isNewline).joined(separator: " "))
      frame.put(
        "\(entry.askedAt.shortClock) \(question)", x: session.x + 1, y: session.y + index,
        role: .text, maxColumns: session.columns - 2)
    }
  }

  private func drawSections(in pane: Rect, noteHeight: Int, on frame: inout Frame) {
    let rows = outlineRows(columns: pane.columns, height: pane.rows, noteHeight: noteHeight)
    for (index, row) in rows.enumerated() {
      frame.put(
        row.text, x: pane.x, y: pane.y + index, role: row.role, maxColumns: pane.columns - 1)
    }
  }

  /// The sections with their switches and costs, and below them what is to be known about them.
  func outlineRows(columns: Int, height: Int, noteHeight: Int) -> [PopUpRow] {
    guard let note, note.sections.contains(where: { $0.heading != nil }) else {
      return [PopUpRow(text: note == nil ? "  no note" : "  no headings found", role: .dim)]
    }
    let footer = outlineFooter(note, columns: columns)
    let room = max(1, height - footer.count)
    let chosen: Int
    if isOutlineActive {
      chosen = note.selectedSection
    } else {
      let top = note.scroll.visibleTop(rowCount: note.text.rows.count, height: noteHeight)
      chosen = note.section(atRow: top) ?? 0
    }
    let first = max(0, min(chosen - room / 2, note.sections.count - room))
    let end = min(note.sections.count, first + room)
    let rows = (first..<end).map { index in
      PopUpRow(
        text: outlineRow(index, of: note, isChosen: index == chosen, columns: columns),
        role: index == chosen ? .titleFocused : note.leftOut.contains(index) ? .dim : .text)
    }
    return rows + footer
  }

  /// `>[x] HOSPITAL COURSE    402`.
  private func outlineRow(
    _ index: Int, of note: NotePane, isChosen: Bool, columns: Int
  ) -> String {
    let box = "\(isChosen ? ">" : " ")[\(note.leftOut.contains(index) ? " " : "x")] "
    var cost = ""
    if case .known(let counts) = note.costs { cost = grouped(counts[index]) }
    let room = max(1, columns - box.count - max(6, cost.count + 1) - 1)
    var title = note.title(ofSection: index)
    if TextWidth.columns(of: title) > room {
      while TextWidth.columns(of: title) >= room, !title.isEmpty { title.removeLast() }
      title += "~"
    }
    let gap = columns - 1 - box.count - TextWidth.columns(of: title) - cost.count
    return box + title + String(repeating: " ", count: max(1, gap)) + cost
  }

  private func outlineFooter(_ note: NotePane, columns: Int) -> [PopUpRow] {
    var lines = [PopUpRow(text: "")]
    switch note.costs {
    case .known(let counts):
      let all = counts.reduce(0, +)
      let sent = counts.indices.filter { !note.leftOut.contains($0) }.map { counts[$0] }
        .reduce(0, +)
      lines.append(
        PopUpRow(text: "  sent \(grouped(sent)) of \(grouped(all)) tokens", role: .dim))
    case .requested: lines.append(PopUpRow(text: "  counting tokens", role: .dim))
    case .unknown: lines.append(PopUpRow(text: "  tokens: no model yet", role: .dim))
    case .unavailable: lines.append(PopUpRow(text: "  tokens: not known", role: .dim))
    }
    if let key = keyMap.label(of: .toggleSection) {
      lines.append(PopUpRow(text: "  \(key): leave a section out", role: .dim))
    }
    return lines
  }

  /// The outline over the panes, for screens without room for it beside the note.
  func drawOutlineBox(on frame: inout Frame) {
    let columns = min(58, size.columns - 8)
    let rows = outlineRows(
      columns: columns - 1, height: max(4, size.rows - 8),
      noteHeight: WorkbenchLayout(self).note.rows)
    drawBox("Outline", right: "Enter: show it", rows: rows, columns: columns, on: &frame)
  }
}
