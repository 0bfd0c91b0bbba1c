import Screen

extension WorkbenchState {
  /// Rows a page key moves by in the pane that has the focus: one row stays in sight.
  var pageHeight: Int {
    if let sheet { return max(1, DeskLayout(self).rect(of: sheet.focus).rows - 1) }
    let layout = WorkbenchLayout(self)
    return max(1, (focus == .note ? layout.note.rows : layout.answer.rows) - 1)
  }

  var answerPageHeight: Int { max(1, WorkbenchLayout(self).answer.rows - 1) }

  /// Scrolls the pane that has the focus; from the instruction, the answers.
  mutating func scroll(by delta: Int) {
    guard mode == .query else { return movePlace(by: delta) }
    if isOutlineActive { return selectSection(by: delta) }
    guard focus == .note else { return scrollAnswer(by: delta) }
    guard notes.indices.contains(noteIndex) else { return }
    if notes[noteIndex].selection != nil { return extendNoteSelection(by: delta) }
    let height = WorkbenchLayout(self).note.rows
    notes[noteIndex].scroll.move(
      by: delta, rowCount: notes[noteIndex].text.rows.count, height: height, attaches: false)
  }

  mutating func scrollAnswer(by delta: Int) {
    let height = WorkbenchLayout(self).answer.rows
    transcript.scroll.move(
      by: delta, rowCount: transcript.rowCount, height: height, attaches: true)
  }

  mutating func showNote(by step: Int) {
    let target = noteIndex + step
    guard notes.indices.contains(target) else {
      notice = Notice(
        .information, step > 0 ? "This is the last note." : "This is the first note.")
      return
    }
    noteIndex = target
    costs = nil
    if search?.target == .note { search = nil }
  }

  mutating func goToSection(by step: Int) {
    guard notes.indices.contains(noteIndex) else { return }
    let pane = notes[noteIndex]
    let height = WorkbenchLayout(self).note.rows
    let rowCount = pane.text.rows.count
    let top = pane.scroll.visibleTop(rowCount: rowCount, height: height)
    let starts = pane.firstLines.map { pane.row(ofLine: $0) }
    let target = step > 0 ? starts.first { $0 > top } : starts.last { $0 < top }
    guard let target else { return }
    notes[noteIndex].scroll.go(to: target, rowCount: rowCount, height: height, attaches: false)
  }

  // MARK: Finding

  mutating func find(_ query: String) -> [Effect] {
    let wanted = query.isEmpty ? search?.query ?? "" : query
    guard !wanted.isEmpty else { return [] }
    let target: Search.Target =
      switch focus {
      case _ where sheet != nil: .rated
      case .note, .outline: .note
      case .answer: .answer
      case .instruction: transcript.entries.isEmpty ? .note : .answer
      }
    search = Search(query: wanted, target: target)
    goToMatch(by: 1)
    return []
  }

  mutating func goToMatch(by step: Int) {
    guard var search else {
      notice = Notice(.information, "Nothing is being looked for yet. / begins.")
      return
    }
    search.findNew(in: self)
    defer { self.search = search }
    guard !search.matches.isEmpty else {
      let place = search.target == .answer ? "the answers" : "this note"
      notice = Notice(
        .information, "\(DisplayText.sanitize(search.query)) is not in \(place) as written.")
      return
    }
    let count = search.matches.count
    let index = search.current.map { ($0 + step + count) % count } ?? (step > 0 ? 0 : count - 1)
    search.current = index
    notice = Notice(.information, "\(index + 1) of \(count) found. n next, N before, Esc ends.")
    show(row: search.matches[index].row, of: search.target)
  }

  /// Scrolls so that `row` is in sight, a third down the pane if it was not.
  mutating func show(row: Int, of target: Search.Target) {
    let layout = WorkbenchLayout(self)
    switch target {
    case .note:
      guard notes.indices.contains(noteIndex) else { return }
      let count = notes[noteIndex].text.rows.count
      let height = layout.note.rows
      let top = notes[noteIndex].scroll.visibleTop(rowCount: count, height: height)
      guard row < top || row >= top + height else { return }
      notes[noteIndex].scroll.go(
        to: row - height / 3, rowCount: count, height: height, attaches: false)
    case .rated:
      guard let sheet else { return }
      self.sheet?.focus = .note
      let height = DeskLayout(self).note.rows
      let count = sheet.note.wrapped.rows.count
      let top = sheet.note.scroll.visibleTop(rowCount: count, height: height)
      guard row < top || row >= top + height else { return }
      self.sheet?.note.scroll.go(
        to: row - height / 3, rowCount: count, height: height, attaches: false)
    case .answer:
      let height = layout.answer.rows
      let count = transcript.rowCount
      let top = transcript.scroll.visibleTop(rowCount: count, height: height)
      guard row < top || row >= top + height else { return }
      transcript.scroll.go(to: row - height / 3, rowCount: count, height: height, attaches: true)
    }
  }
}
