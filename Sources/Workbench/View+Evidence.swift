import Grounding
import Screen

extension WorkbenchState {
  /// Sets off in the note what the chosen sentence rests on: `>>` and `<<` tell it without color.
  func drawEvidence(inNote pane: Rect, top: Int, columns: Int, on frame: inout Frame) {
    guard let note else { return }
    for part in evidenceRows where (top..<top + pane.rows).contains(part.row) {
      let y = pane.y + part.row - top
      let text = Array(note.text.rows[part.row].text)
      let before = TextWidth.columns(of: String(text[..<part.characters.lowerBound]))
      let width = TextWidth.columns(of: String(text[part.characters]))
      let x = pane.x + WorkbenchLayout.noteMargin
      frame.put(">>", x: pane.x, y: y, role: .supportFound, maxColumns: 2)
      frame.mark(
        Rect(x: x + before, y: y, columns: min(width, max(0, columns - before)), rows: 1),
        role: .supportFound)
      let end = x + TextWidth.columns(of: String(text)) + 1
      if end + 2 <= pane.endX {
        frame.put("<<", x: end, y: y, role: .supportFound, maxColumns: 2)
      }
    }
  }

  /// Marks in the answers what the note does not have (`!` before it) and the chosen sentence.
  func drawClaimMarks(top: Int, in pane: Rect, textX: Int, on frame: inout Frame) {
    guard transcript.showsEvidence else { return }
    var start = 0
    for index in transcript.shown {
      let layout = transcript.layouts[index]
      defer { start += layout.rowCount }
      let entry = transcript.entries[index]
      guard start < top + pane.rows, start + layout.rowCount > top, let evidence = entry.evidence
      else { continue }
      let firstRow = start + layout.answerStart - top
      for (claim, found) in evidence.claims.enumerated() {
        let isChosen = claimCursor == ClaimCursor(exchange: index, claim: claim)
        guard isChosen || found.verdict != .supported else { continue }
        let parts = layout.parts(ofClaim: claim, entry)
        for (number, part) in parts.enumerated() {
          let row = firstRow + part.row
          guard (0..<pane.rows).contains(row) else { continue }
          if number == 0 {
            frame.put(
              isChosen ? ">" : "!", x: textX - 2, y: pane.y + row,
              role: isChosen ? .prompt : .supportNone, maxColumns: 1)
          }
          // Places that were searched for are set off in their own way.
          guard search?.target != .answer else { continue }
          let text = Array(layout.answer.rows[part.row].text)
          let before = TextWidth.columns(of: String(text[..<part.characters.lowerBound]))
          let width = TextWidth.columns(of: String(text[part.characters]))
          frame.mark(
            Rect(
              x: textX + before, y: pane.y + row,
              columns: max(0, min(width, pane.endX - textX - before)), rows: 1),
            role: found.verdict != .supported ? .supportNone : .supportFound)
        }
      }
    }
  }

  /// True where the evidence of the chosen answer has a pane of its own, if there is room.
  var wantsEvidencePane: Bool {
    transcript.showsEvidence && mode == .query && chosenEvidence != nil
  }

  /// A line for each sentence of the chosen answer: what supports it, and where that stands.
  func drawEvidencePane(in layout: WorkbenchLayout, on frame: inout Frame) {
    let pane = layout.evidence
    guard pane.rows > 0, let evidence = chosenEvidence else { return }
    let hide = keyMap.label(of: .marks, in: [.answer]).map { "\($0): hide" } ?? ""
    drawTitle("Evidence for this answer", right: hide, above: pane, focused: false, on: &frame)
    let x = pane.x + 1
    let columns = max(0, pane.columns - 2)
    frame.put(
      " #  support           where", x: x, y: pane.y, role: .dim, maxColumns: columns)
    let room = max(0, pane.rows - 2)
    let chosen = claimCursor.flatMap { $0.exchange == chosenExchange ? $0.claim : nil }
    let first = max(0, min((chosen ?? 0) - room / 2, evidence.claims.count - room))
    for (offset, claim) in evidence.claims.indices.dropFirst(first).prefix(room).enumerated() {
      let found = evidence.claims[claim]
      let support = "\(found.verdict.mark) \(found.verdict.words)"
      let line = evidence.lines[claim].map { "line \($0)" } ?? "-"
      let section = evidence.sections[claim].isEmpty ? "" : "  \(evidence.sections[claim])"
      let reason = found.verdict == .supported ? "" : "  \(DisplayText.sanitize(found.reason))"
      let number = String(claim + 1)
      frame.put(
        "\(claim == chosen ? ">" : " ")\(String(repeating: " ", count: max(0, 2 - number.count)))"
          + "\(number) \(support)"
          + String(repeating: " ", count: max(1, 18 - support.count))
          + "\(line)\(section)\(reason)",
        x: x, y: pane.y + 1 + offset,
        role: claim == chosen
          ? .selection : found.verdict == .supported ? .text : .supportNone,
        maxColumns: columns)
    }
    if pane.rows > 1 {
      frame.put(
        " Found in the note is not the same as clinically right.", x: x, y: pane.endY - 1,
        role: .dim, maxColumns: columns)
    }
  }
}
