import Clinical
import Screen

extension WorkbenchState {
  func drawNote(in layout: WorkbenchLayout, on frame: inout Frame) {
    let pane = layout.note
    guard let note else {
      drawTitle("Note", above: pane, focused: focus == .note, on: &frame)
      let lines = [
        "No note is open.", "", "Open one with  :open FILE", "or start with  asclepius FILE",
      ]
      for (index, line) in lines.enumerated() where index < pane.rows {
        frame.put(
          line, x: pane.x + WorkbenchLayout.noteMargin, y: pane.y + index, role: .dim,
          maxColumns: layout.noteTextColumns)
      }
      return
    }
    let rows = note.text.rows
    let top = note.scroll.visibleTop(rowCount: rows.count, height: pane.rows)
    let end = min(rows.count, top + pane.rows)
    drawTitle(
      noteTitle(note), right: noteRange(note, rows: top..<end), above: pane,
      focused: focus == .note, on: &frame)

    for row in top..<end {
      let isHeading = note.headingLines.contains(rows[row].line) && rows[row].joint == nil
      let isOut = note.section(ofLine: rows[row].line).map(note.leftOut.contains) ?? false
      if isOut {
        // The mark tells without colour that the model does not read this row.
        frame.put("x", x: pane.x + 1, y: pane.y + row - top, role: .warning, maxColumns: 1)
      }
      let isMarked = note.selection?.rows.contains(row) ?? false
      if isMarked, rows[row].text.isEmpty {
        frame.put(
          " ", x: pane.x + WorkbenchLayout.noteMargin, y: pane.y + row - top, role: .selection,
          maxColumns: 1)
      }
      drawRow(
        rows[row].text, number: row, of: .note,
        role: isMarked ? .selection : isOut ? .dim : isHeading ? .heading : .text,
        at: Rect(
          x: pane.x + WorkbenchLayout.noteMargin, y: pane.y + row - top,
          columns: layout.noteTextColumns, rows: 1),
        on: &frame)
    }
    drawEvidence(inNote: pane, top: top, columns: layout.noteTextColumns, on: &frame)
  }

  private func noteTitle(_ note: NotePane) -> String {
    let name = DisplayText.sanitize(note.document.name)
    let count = note.leftOut.count
    let parts = count == 0 ? "" : " (\(count) section\(count == 1 ? "" : "s") left out)"
    return "Note \(name)" + parts + (note.document.problem == nil ? "" : " (has odd bytes)")
  }

  /// `3/120  lines 9-15 of 41`.
  private func noteRange(_ note: NotePane, rows: Range<Int>) -> String {
    let position = notes.count > 1 ? "\(noteIndex + 1)/\(notes.count)  " : ""
    guard !rows.isEmpty else { return position + "empty" }
    let lines = note.text.rows
    if let selection = note.selection {
      return position + "\(grouped(selection.rows.count)) of \(grouped(lines.count)) rows marked"
    }
    return position
      + "lines \(lines[rows.lowerBound].line + 1)-\(lines[rows.upperBound - 1].line + 1)"
      + " of \(note.text.lineCount)"
  }

  func drawAnswer(in layout: WorkbenchLayout, on frame: inout Frame) {
    let pane = layout.answer
    let count = transcript.rowCount
    let top = transcript.scroll.visibleTop(rowCount: count, height: pane.rows)
    drawTitle(
      answerTitle, right: answerPlace(rowCount: count, top: top, height: pane.rows), above: pane,
      focused: focus == .answer, on: &frame)
    if let greeting {
      draw(greeting, in: layout, on: &frame)
      return
    }
    let x = pane.x + WorkbenchLayout.margin
    let textX = x + EntryLayout.labelColumns
    let marked = selectedPlace == nil ? nil : chosenPlace.map { transcript.firstRow(ofPlace: $0) }
    if let marked, (top..<top + pane.rows).contains(marked) {
      frame.put(">", x: pane.x, y: pane.y + marked - top, role: .prompt, maxColumns: 1)
    }
    for (offset, row) in transcript.rows(in: top..<top + pane.rows).enumerated() {
      let y = pane.y + offset
      frame.put(
        row.label, x: x, y: y, role: row.labelRole, maxColumns: EntryLayout.labelColumns)
      drawRow(
        row.text, number: top + offset, of: .answer, role: row.role,
        at: Rect(
          x: textX, y: y, columns: max(0, layout.answerTextColumns - EntryLayout.labelColumns),
          rows: 1),
        on: &frame)
    }
    drawClaimMarks(top: top, in: pane, textX: textX, on: &frame)
    drawTokenMarks(top: top, in: pane, textX: textX, on: &frame)
  }

  private var answerTitle: String {
    chosenExchange.map { answerName(of: $0) } ?? "Answer"
  }

  private func answerPlace(rowCount: Int, top: Int, height: Int) -> String {
    guard rowCount > height else { return "" }
    let new = transcript.scroll.newRowCount(of: rowCount)
    if new > 0 { return "\(grouped(new)) new line\(new == 1 ? "" : "s"), End" }
    if transcript.scroll.followsEnd { return generation == nil ? "end" : "following" }
    return "\(100 * (top + height) / max(1, rowCount))%"
  }

  /// A row of text with the places found in it set off.
  private func drawRow(
    _ text: String, number: Int, of target: Search.Target, role: Role, at place: Rect,
    on frame: inout Frame
  ) {
    let columns = place.columns
    frame.put(text, x: place.x, y: place.y, role: role, maxColumns: columns)
    guard let search, search.target == target else { return }
    let characters = Array(text)
    for range in search.characters(inRow: number) where range.upperBound <= characters.count {
      let before = TextWidth.columns(of: String(characters[..<range.lowerBound]))
      frame.put(
        String(characters[range]), x: place.x + before, y: place.y, role: .match,
        maxColumns: columns - before)
    }
  }

  func drawInstruction(in layout: WorkbenchLayout, on frame: inout Frame) {
    let pane = layout.instruction
    let keys = [(Action.send, "send"), (.newline, "new line"), (.tasks, "tasks")]
      .compactMap { action, word in keyMap.label(of: action).map { "\($0) \(word)" } }
      .joined(separator: "  ")
    let source = editedFrom.map { ", edited from \(transcript.entries[$0].askedAt.shortClock)" }
    let title = (task.map { "Instruction: \($0.title)" } ?? "Instruction") + (source ?? "")
    drawTitle(title, right: keys, above: pane, focused: focus == .instruction, on: &frame)

    let columns = layout.instructionTextColumns
    let rows = editor.visibleRows(columns: columns, height: pane.rows)
    let x = pane.x + WorkbenchLayout.margin
    frame.put(">", x: x, y: pane.y, role: .prompt, maxColumns: 1)
    for (index, row) in rows.rows.enumerated() {
      frame.put(row, x: x + 2, y: pane.y + index, role: .text, maxColumns: columns)
    }
    if focus == .instruction, overlay == nil {
      frame.cursor = Point(x: x + 2 + rows.cursor.x, y: pane.y + rows.cursor.y)
    }
  }
}
