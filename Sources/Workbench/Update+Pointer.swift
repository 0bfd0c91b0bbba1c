import Screen

extension WorkbenchState {
  /// Rows that one step of the wheel moves by.
  private static let wheelRows = 3

  /// A press goes to the pane under it, or to the mode whose tab it meets; the wheel scrolls the
  /// pane under it, or what lies over the panes.
  mutating func point(_ event: PointerEvent) -> [Effect] {
    switch event.kind {
    case .press:
      guard overlay == nil else { break }
      if event.place.y == 0 {
        if let tab = Self.tab(atColumn: event.place.x) { mode = tab }
      } else if mode == .query, let pane = pane(at: event.place) {
        focus = pane
      }
    case .wheelUp, .wheelDown:
      let step: Action = event.kind == .wheelUp ? .lineUp : .lineDown
      let kept = focus
      if overlay == nil, mode == .query { focus = pane(at: event.place) ?? focus }
      for _ in 0..<Self.wheelRows {
        if overlay == nil {
          scroll(by: step == .lineUp ? -1 : 1)
        } else if overlay?.takesWheel == true {
          _ = performInOverlay(step)
        }
      }
      focus = kept
    }
    return []
  }

  /// The pane at a place of the screen in Query.
  private func pane(at place: Point) -> Focus? {
    let layout = WorkbenchLayout(self)
    let panes: [(Focus, Rect)] = [
      (.outline, layout.outline), (.note, layout.note), (.answer, layout.answer),
      (.instruction, layout.instruction),
    ]
    // The title stands in the row above.
    return panes.first { _, rect in
      !rect.isEmpty && (rect.x..<rect.endX).contains(place.x)
        && (rect.y - 1..<rect.endY).contains(place.y)
    }?.0
  }
}

extension Overlay {
  /// True where the wheel moves through it.
  fileprivate var takesWheel: Bool {
    switch self {
    case .commandLine, .findLine, .branchLine, .commentLine, .confirm: false
    default: true
    }
  }
}
