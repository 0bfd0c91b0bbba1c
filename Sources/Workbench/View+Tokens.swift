import Clinical
import Screen

extension WorkbenchState {
  /// Marks what is to be seen of single tokens in the answers that stand in sight.
  func drawTokenMarks(top: Int, in pane: Rect, textX: Int, on frame: inout Frame) {
    guard tokenCursor != nil || answerMarks == .uncertainty else { return }
    var start = 0
    for index in transcript.shown {
      let layout = transcript.layouts[index]
      defer { start += layout.rowCount }
      let isInspected = tokenCursor?.exchange == index
      guard start < top + pane.rows, start + layout.rowCount > top,
        isInspected || answerMarks == .uncertainty
      else { continue }
      let entry = transcript.entries[index]
      let places = TokenPlaces(rows: layout.answer.rows, tokens: entry.tokens)
      let firstRow = start + layout.answerStart - top
      func mark(_ piece: TokenPlaces.Piece, _ role: Role) {
        let row = firstRow + piece.row
        guard (0..<pane.rows).contains(row), piece.row < layout.answer.rows.count else { return }
        let text = Array(layout.answer.rows[piece.row].text)
        let before = TextWidth.columns(of: String(text[..<piece.characters.lowerBound]))
        let columns = max(1, TextWidth.columns(of: String(text[piece.characters])))
        let room = pane.endX - textX - before
        guard room > 0 else { return }
        frame.mark(
          Rect(x: textX + before, y: pane.y + row, columns: min(columns, room), rows: 1),
          role: role)
      }
      for piece in places.pieces where entry.tokens[piece.token].isUncertain {
        mark(piece, .uncertain)
      }
      if isInspected, let token = tokenCursor?.token {
        for piece in places.pieces(of: token) { mark(piece, .selection) }
      }
    }
  }

  /// The pane that tells what the model weighed at the cursor.
  func drawInspector(in layout: WorkbenchLayout, on frame: inout Frame) {
    let pane = layout.inspector
    guard pane.rows > 0, let cursor = tokenCursor else { return }
    let hide = keyMap.label(of: .tokens, in: [.answer]).map { "\($0): hide" } ?? ""
    drawTitle("Token inspector", right: hide, above: pane, focused: false, on: &frame)
    let rows = inspectorRows(cursor, height: pane.rows)
    for (index, row) in rows.prefix(pane.rows).enumerated() {
      frame.put(
        row.text, x: pane.x + 1, y: pane.y + index, role: row.role,
        maxColumns: pane.columns - 2)
    }
  }

  private func inspectorRows(_ cursor: TokenCursor, height: Int) -> [PopUpRow] {
    let entry = transcript.entries[cursor.exchange]
    let number = "\(grouped(cursor.token + 1))/\(grouped(entry.tokens.count))"
    let standing = standingToken(at: cursor)
    let isEnd = cursor.token >= entry.tokens.count
    let name = isEnd ? Self.shownToken(nil) : Self.shownToken(standing?.text ?? "")
    let place = isEnd ? "behind \(grouped(entry.tokens.count))" : "token \(number)"
    guard let choice = choice(at: cursor) else {
      return [
        PopUpRow(text: " at \(name)   \(place)"), PopUpRow(text: ""),
        PopUpRow(text: " \(reasonForNoChoice(cursor, entry))", role: .dim),
      ]
    }
    let head =
      " at \(name)   p \(twoDecimals(choice.probability))"
      + "   entropy \(oneDecimal(Double(choice.entropy))) bits   \(place)"
    var rows = [PopUpRow(text: head, role: .heading)]
    let footer = inspectorFooter
    let options = options(at: cursor)
    let isRoomy = height >= options.count + footer.count + 3
    if isRoomy { rows.append(PopUpRow(text: "")) }
    let room = max(1, height - rows.count - (isRoomy ? footer.count + 1 : 1))
    let first = max(0, min(cursor.option - room + 1, options.count - room))
    for (index, option) in options.enumerated().dropFirst(first).prefix(room) {
      let isMarked = index == cursor.option
      rows.append(
        PopUpRow(
          text: optionRow(option, isMarked: isMarked, isStanding: option.id == standing?.id),
          role: isMarked ? .selection : .text))
    }
    if isRoomy { rows.append(PopUpRow(text: "")) }
    return rows + footer.prefix(isRoomy ? footer.count : 1).map { PopUpRow(text: $0, role: .dim) }
  }

  /// `> " GP"            0.31  #######`, with `=` before the one that stands in the answer.
  private func optionRow(
    _ option: TokenChoice.Alternative, isMarked: Bool, isStanding: Bool
  ) -> String {
    let name = Self.shownToken(option.text)
    let blanks = String(repeating: " ", count: max(1, 18 - TextWidth.columns(of: name)))
    let bar = String(repeating: "#", count: Int((option.probability * 24).rounded()))
    return "\(isMarked ? ">" : " ")\(isStanding ? "=" : " ") \(name)\(blanks)"
      + "\(twoDecimals(option.probability))  \(bar)"
  }

  private var inspectorFooter: [String] {
    let keys = [(Action.branch, "branch with the marked word"), (.branchWithText, "with your own")]
      .compactMap { action, text in
        keyMap.label(of: action, in: [.tokens]).map { "\($0): \(text)" }
      }.joined(separator: "   ")
    return [" " + keys, " Probabilities are the model's own, not a measure of truth."]
  }

  private func reasonForNoChoice(_ cursor: TokenCursor, _ entry: TranscriptEntry) -> String {
    if cursor.token < entry.givenTokenCount { return "You wrote this; the model did not weigh it." }
    if entry.parameters.beamCount > 1 { return "With beams no single token is weighed." }
    return "What the model weighed here is not known."
  }

  /// A token in quotes, line ends and the like made visible; `(end)` for none.
  static func shownToken(_ text: String?) -> String {
    guard let text else { return "(end)" }
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    return "\"\(DisplayText.sanitize(lines.joined(separator: "\\n")))\""
  }
}

/// A probability with two decimals.
private func twoDecimals(_ value: Float) -> String {
  let hundredths = value.isFinite ? Int((min(max(0, value), 1) * 100).rounded()) : 0
  return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
}
