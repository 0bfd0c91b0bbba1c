import Screen

/// Rows of a note that the person has marked.
struct RowSelection: Equatable, Sendable {
  /// Where the marking began, and where it has come to.
  var anchor: Int
  var head: Int

  var rows: ClosedRange<Int> { min(anchor, head)...max(anchor, head) }
}

extension WorkbenchState {
  /// Begins to mark rows of the note at the first one in sight, or gives the marking up.
  mutating func switchNoteSelection() {
    guard let note, !note.text.rows.isEmpty else { return }
    guard note.selection == nil else {
      notes[noteIndex].selection = nil
      return
    }
    let top = note.scroll.visibleTop(
      rowCount: note.text.rows.count, height: WorkbenchLayout(self).note.rows)
    notes[noteIndex].selection = RowSelection(anchor: top, head: top)
    let ask = keyMap.label(of: .askAbout).map { " \($0) asks about them." } ?? ""
    notice = Notice(.information, "Up and Down mark lines.\(ask)")
  }

  /// Marks as many rows more or fewer.
  mutating func extendNoteSelection(by delta: Int) {
    guard let note, var selection = note.selection else { return }
    selection.head = min(max(0, selection.head + delta), note.text.rows.count - 1)
    notes[noteIndex].selection = selection
    let height = WorkbenchLayout(self).note.rows
    let count = note.text.rows.count
    let top = note.scroll.visibleTop(rowCount: count, height: height)
    if selection.head < top {
      notes[noteIndex].scroll.go(
        to: selection.head, rowCount: count, height: height, attaches: false)
    } else if selection.head >= top + height {
      notes[noteIndex].scroll.go(
        to: selection.head - height + 1, rowCount: count, height: height, attaches: false)
    }
  }

  /// Writes what is marked into the instruction, to be asked about.
  mutating func askAboutSelection() {
    guard let note, let selection = note.selection else {
      let select = keyMap.label(of: .select).map { " \($0) begins to." } ?? ""
      notice = Notice(.information, "Mark some lines first.\(select)")
      return
    }
    let quoted = "About \"\(note.sourceText(ofRows: selection.rows))\": "
    notes[noteIndex].selection = nil
    if !question.isEmpty { editor.insert("\n") }
    editor.insert(quoted)
    focus = .instruction
    notice = Notice(.information, "Write what you want to know about it.")
  }
}

extension NotePane {
  /// The text that the rows show, with the line ends of the note and without those of the pane.
  func sourceText(ofRows range: ClosedRange<Int>) -> String {
    var text = ""
    for index in range where text.utf8.count < Self.longestQuote {
      let row = self.text.rows[index]
      if index > range.lowerBound { text += row.joint ?? "\n" }
      text += row.text
    }
    return trimmingBlanks(text)
  }

  /// Bytes after which a quotation ends: whoever means more means the note.
  private static let longestQuote = 4000
}
