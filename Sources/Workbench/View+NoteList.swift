import Clinical
import Screen

/// The box that the list of notes stands in.
enum NoteBox {
  /// Rows of notes that it shows on a screen of `size`.
  static func rows(in size: Size) -> Int { max(1, min(16, size.rows - 11)) }
}

extension WorkbenchState {
  /// The notes that are open: which is shown, which are marked, what each costs.
  func drawNoteList(selected: Int, on frame: inout Frame) {
    let columns = min(90, max(40, size.columns - 8))
    let room = NoteBox.rows(in: size)
    let first = max(0, min(selected - room / 2, notes.count - room))
    var rows = notes.indices.dropFirst(first).prefix(room).map { index in
      PopUpRow(
        text: noteRow(index, isChosen: index == selected, columns: columns - 2),
        role: index == selected ? .selection : .text)
    }
    rows += [PopUpRow(text: ""), PopUpRow(text: togetherLine, role: .dim)]
    let shown = notes.count > room ? "\(selected + 1)/\(notes.count)  " : ""
    drawBox(
      "Notes", right: "\(shown)Enter: show it", rows: rows, columns: columns, on: &frame)
  }

  /// `>[x] 2  ward-letter.txt (shown)          715 tok    27 lines  2 answers`.
  private func noteRow(_ index: Int, isChosen: Bool, columns: Int) -> String {
    let note = notes[index]
    let mark = markedNotes.contains(index) ? "x" : " "
    let head = "\(isChosen ? ">" : " ")[\(mark)] \(index + 1)  "
    let answers = transcript.entries.count { $0.note == note.document.text }
    let tail =
      Self.right(cost(of: note.document.text), 11)
      + Self.right("\(grouped(note.text.lineCount)) lines", 13)
      + Self.right("\(grouped(answers)) answer\(answers == 1 ? " " : "s")", 11)
    let room = max(1, columns - head.count - tail.count)
    let name = DisplayText.sanitize(note.document.name) + (index == noteIndex ? " (shown)" : "")
    return head + Self.left(name, room) + tail
  }

  private func cost(of text: String) -> String {
    switch textCosts[text] {
    case .known(let count): "\(grouped(count)) tok"
    case .requested: "... tok"
    case .unavailable: "? tok"
    case nil: "- tok"
    }
  }

  private var togetherLine: String {
    guard let together = markedTogether else {
      let key = keyMap.label(of: .markNote) ?? ":with"
      return "\(key) marks notes to be asked about together."
    }
    let key = keyMap.label(of: .askTogether) ?? ":with"
    let limit = model.description.map { " of \(grouped($0.contextLength))" } ?? ""
    let cost = cost(of: together.text)
    return "\(key): \(grouped(markedNotes.count)) notes together, \(cost)\(limit)"
  }

  /// `text` filled with blanks, or cut, to exactly so many columns.
  private static func left(_ text: String, _ columns: Int) -> String {
    var shown = text
    if TextWidth.columns(of: shown) > columns {
      while TextWidth.columns(of: shown) >= columns, !shown.isEmpty { shown.removeLast() }
      shown += "~"
    }
    return shown + String(repeating: " ", count: max(0, columns - TextWidth.columns(of: shown)))
  }

  private static func right(_ text: String, _ columns: Int) -> String {
    String(repeating: " ", count: max(1, columns - text.count)) + text
  }
}
