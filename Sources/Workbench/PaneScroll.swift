/// Which rows of a text a pane shows.
struct PaneScroll: Equatable, Sendable {
  /// The first row shown.
  var top = 0
  /// True while the pane stays at the end as text is added.
  var followsEnd: Bool
  /// Rows there were when the pane stopped following.
  private(set) var rowsWhenLeft = 0

  init(followsEnd: Bool) { self.followsEnd = followsEnd }

  /// Rows that were added below since the person scrolled away.
  func newRowCount(of rowCount: Int) -> Int {
    followsEnd ? 0 : max(0, rowCount - rowsWhenLeft)
  }

  /// Where the pane begins for this many rows of text and of screen.
  func visibleTop(rowCount: Int, height: Int) -> Int {
    let last = max(0, rowCount - height)
    return followsEnd ? last : min(max(0, top), last)
  }

  /// Moves by `delta` rows. Reaching the end follows it again if `attaches`.
  mutating func move(by delta: Int, rowCount: Int, height: Int, attaches: Bool) {
    let target = visibleTop(rowCount: rowCount, height: height) + delta
    go(to: target, rowCount: rowCount, height: height, attaches: attaches)
  }

  /// Shows `row` at the top, as far as there is text below it.
  mutating func go(to row: Int, rowCount: Int, height: Int, attaches: Bool) {
    let last = max(0, rowCount - height)
    let wasFollowing = followsEnd
    top = min(max(0, row), last)
    followsEnd = attaches && top >= last
    if wasFollowing, !followsEnd { rowsWhenLeft = rowCount }
  }
}
