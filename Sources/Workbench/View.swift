import Clinical
public import Screen

/// Draws the state on a screen of `size` cells.
public func view(_ state: WorkbenchState, size: Size) -> Frame {
  guard size == state.size else {
    var resized = state
    resized.size = size
    resized.settle()
    return view(resized, size: size)
  }
  var frame = Frame(size: size)
  guard !state.isBlank else { return frame }
  let layout = WorkbenchLayout(state)
  guard layout.form != .tooSmall else {
    drawTooSmall(on: &frame)
    return frame
  }
  if case .bare(let top) = state.overlay {
    state.drawBareText(top: top, on: &frame)
    return frame
  }
  state.drawTabs(on: &frame)
  if state.mode == .query {
    state.drawOutline(in: layout, on: &frame)
    if layout.inspector != layout.note { state.drawNote(in: layout, on: &frame) }
    state.drawAnswer(in: layout, on: &frame)
    state.drawEvidencePane(in: layout, on: &frame)
    state.drawInspector(in: layout, on: &frame)
    state.drawSeparators(in: layout, on: &frame)
    state.drawInstruction(in: layout, on: &frame)
  } else if state.deskKind != nil {
    state.drawDesk(on: &frame)
  } else {
    state.drawPlace(in: layout, on: &frame)
  }
  state.drawNotice(in: layout, on: &frame)
  state.drawStatus(row: layout.statusRow, on: &frame)
  state.drawHints(row: layout.hintRow, on: &frame)
  state.drawPopUp(on: &frame)
  return frame
}

private func drawTooSmall(on frame: inout Frame) {
  let size = frame.size
  guard size.columns > 0, size.rows > 0 else { return }
  let least = WorkbenchLayout.smallest
  let text =
    "Need \(least.columns)x\(least.rows), have \(size.columns)x\(size.rows)"
  let x = max(0, (size.columns - text.count) / 2)
  frame.put(text, x: x, y: size.rows / 2, role: .warning, maxColumns: size.columns - x)
}

extension WorkbenchState {
  private static let tabs: [(title: String, mode: Mode)] = [
    ("F2 Query", .query), ("F3 QA", .rating), ("F4 Compare", .compare), ("F5 Jobs", .jobs),
  ]

  /// The mode whose tab covers the column `x` of the first row.
  static func tab(atColumn x: Int) -> Mode? {
    var start = 1
    for (title, mode) in tabs {
      let end = start + title.count + 2
      if (start..<end).contains(x) { return mode }
      start = end
    }
    return nil
  }

  /// What is being done: an answer, or a model on its way, and runs in other processes.
  private var runningJobCount: Int {
    let runCount = runs.count { $0.state == .running || $0.state == .waiting }
    return switch model {
    case .starting, .loading, .downloading: runCount + 1
    default: runCount + (generation == nil ? 0 : 1)
    }
  }

  func drawTabs(on frame: inout Frame) {
    frame.fill(Rect(x: 0, y: 0, columns: size.columns, rows: 1), role: .tab)
    var x = 1
    for (title, tab) in Self.tabs {
      // The star tells the active tab without colour.
      let count = tab == .jobs && runningJobCount > 0 ? "(\(runningJobCount))" : ""
      let text = title + (tab == mode ? "*" : "") + count + (tab == mode ? " " : "  ")
      x += frame.put(
        text, x: x, y: 0, role: tab == mode ? .tabActive : .tab, maxColumns: size.columns - x)
    }
    let theme = deskTabText.map { $0 + " " } ?? "theme:\(themeName) "
    let themeX = size.columns - TextWidth.columns(of: theme)
    if themeX > x + 2 {
      frame.put(theme, x: themeX, y: 0, role: .tab, maxColumns: size.columns - themeX)
    }
    let bannerX = max(x, themeX) - TextWidth.columns(of: banner) - 2
    if !banner.isEmpty, bannerX > x {
      frame.put(banner, x: bannerX, y: 0, role: .banner, maxColumns: size.columns - bannerX)
    }
  }

  /// A title in a ruled line: `-- left ------- right --`.
  func drawTitle(
    _ left: String, right: String = "", above pane: Rect, focused: Bool, on frame: inout Frame
  ) {
    // Focus must show without colour too.
    let title = Frame.RuleTitle(
      left: focused ? "[\(left)]" : left, right: right,
      lineRole: focused ? .borderFocused : .border, leftRole: focused ? .titleFocused : .title)
    frame.horizontalRule(
      title, at: Point(x: pane.x, y: pane.y - 1), columns: pane.columns, chrome: chrome)
  }

  func drawSeparators(in layout: WorkbenchLayout, on frame: inout Frame) {
    for x in layout.separators {
      frame.verticalRule(
        at: Point(x: x, y: layout.body.y), rows: layout.body.rows, chrome: chrome)
    }
  }
}
