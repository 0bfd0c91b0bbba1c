import Screen

extension WorkbenchState {
  /// True where the outline can be seen.
  private var isOutlineShown: Bool {
    overlay == .outline || (mode == .query && WorkbenchLayout(self).form == .threeColumns)
  }

  /// True where keys move through the outline.
  var isOutlineActive: Bool { overlay == .outline || focus == .outline }

  /// Asks for the cost of the sections once somebody can see it.
  mutating func countSectionsIfNeeded() -> [Effect] {
    guard model.description != nil, let note, note.costs == .unknown, isOutlineShown else {
      return []
    }
    notes[noteIndex].costs = .requested
    return [.countSections(note: note.document.text)]
  }

  mutating func take(_ counts: [Int]?, ofSectionsIn text: String) {
    for index in notes.indices where notes[index].document.text == text {
      guard let counts, counts.count == notes[index].sections.count else {
        notes[index].costs = .unavailable
        continue
      }
      notes[index].costs = .known(counts)
    }
  }

  /// Goes to the outline: beside the note where there is room, else over the panes.
  mutating func openOutline() {
    guard note != nil else {
      notice = Notice(.information, "No note is open. :open FILE opens one.")
      return
    }
    mode = .query
    selectSectionInView()
    if WorkbenchLayout(self).form == .threeColumns {
      focus = .outline
    } else {
      overlay = .outline
    }
  }

  mutating func selectSectionInView() {
    guard let note else { return }
    let top = note.scroll.visibleTop(
      rowCount: note.text.rows.count, height: WorkbenchLayout(self).note.rows)
    notes[noteIndex].selectedSection = note.section(atRow: top) ?? 0
  }

  /// Over the panes: what belongs to the outline, and what moves in every pane.
  mutating func performInOutline(_ action: Action) -> [Effect] {
    switch action {
    case .lineUp, .lineDown, .pageUp, .pageDown, .top, .end, .toggleSection, .goToSection:
      return perform(action)
    case .peel, .back, .outline, .stop, .close:
      overlay = nil
    default:
      break
    }
    return []
  }

  mutating func selectSection(by delta: Int) {
    guard let note, !note.sections.isEmpty else { return }
    let last = note.sections.count - 1
    notes[noteIndex].selectedSection = min(max(0, note.selectedSection + delta), last)
    showSelectedSection()
  }

  private mutating func showSelectedSection() {
    guard let note, note.firstLines.indices.contains(note.selectedSection) else { return }
    notes[noteIndex].scroll.go(
      to: note.row(ofLine: note.firstLines[note.selectedSection]),
      rowCount: note.text.rows.count, height: WorkbenchLayout(self).note.rows, attaches: false)
  }

  /// Shows the chosen section and gives the keys to the note.
  mutating func leaveOutlineForSection() {
    showSelectedSection()
    overlay = nil
    focus = .note
  }

  /// Leaves the chosen section out of what is sent, or takes it in again, and says so.
  mutating func toggleSection() {
    guard let note, note.sections.indices.contains(note.selectedSection) else { return }
    let index = note.selectedSection
    let title = note.title(ofSection: index)
    guard notes[noteIndex].toggleSection(index) else {
      notice = Notice(.warning, "\(title) is all that is left of the note, so it stays.")
      return
    }
    let isOut = notes[noteIndex].leftOut.contains(index)
    notice = Notice(
      isOut ? .warning : .information,
      isOut
        ? "\(title) is left out: the model will not read it." : "\(title) is taken in again.")
  }
}
