import Clinical
import Screen

/// Where the pages of QA, Compare and Jobs stand: all rows between the tabs and the notice.
private struct PlacePage {
  /// The text below the first title.
  let body: Rect
  /// The list in the upper part, where a page has one.
  let list: Rect
  /// What is told about the chosen row of it.
  let details: Rect

  init(_ layout: WorkbenchLayout) {
    body = Rect(x: 0, y: 2, columns: layout.notice.columns, rows: max(0, layout.notice.y - 2))
    let rows = max(1, (body.rows - 1) / 2)
    list = Rect(x: 0, y: body.y, columns: body.columns, rows: min(rows, body.rows))
    details = Rect(
      x: 0, y: list.endY + 1, columns: body.columns, rows: max(0, body.rows - list.rows - 1))
  }
}

extension WorkbenchState {
  /// The page of the mode that is shown, other than Query.
  func drawPlace(in layout: WorkbenchLayout, on frame: inout Frame) {
    let page = PlacePage(layout)
    switch mode {
    case .query: break
    case .rating: drawRating(page, on: &frame)
    case .compare: drawCompare(page, on: &frame)
    case .jobs: drawJobs(page, on: &frame)
    }
  }

  /// What can be done to have something here, from the key map as it is.
  private func drawEmpty(_ lines: [String], in pane: Rect, on frame: inout Frame) {
    var y = pane.y + 1
    for line in lines {
      for row in WrappedText(line, columns: min(72, max(1, pane.columns - 4))).rows
      where y < pane.endY {
        frame.put(row.text, x: 2, y: y, role: .text, maxColumns: pane.columns - 3)
        y += 1
      }
      y += 1
    }
  }

  /// `F2 or g q`: the keys of an action.
  private func keys(of action: Action) -> String {
    let labels = keyMap.bindings.filter { $0.action == action }.map { KeyMap.label($0.keys) }
    return labels.isEmpty ? ":" : labels.joined(separator: " or ")
  }

  // MARK: QA

  private func drawRating(_ page: PlacePage, on frame: inout Frame) {
    let count = transcript.entries.count
    guard let chosen = chosenAnswerInRating else {
      drawTitle("Answers", above: page.body, focused: true, on: &frame)
      drawEmpty(
        [
          "There is no answer in this session yet.",
          "Ask about a note in Query (\(keys(of: .showQuery))); each answer is listed here.",
        ], in: page.body, on: &frame)
      return
    }
    drawTitle(
      "Answers", right: "\(chosen + 1)/\(count)", above: page.list, focused: true, on: &frame)
    drawList(count: count, chosen: chosen, in: page.list, on: &frame) { index in
      let entry = transcript.entries[index]
      let question = entry.question.split(whereSeparator: \.isNewline).joined(separator: " ")
      return "\(entry.askedAt.shortClock)  \(entry.noteName)  \(question)"
    }
    let entry = transcript.entries[chosen]
    drawTitle(
      "Output of \(answerName(of: chosen).lowercased())", right: entry.status.label ?? "",
      above: page.details, focused: false, on: &frame)
    drawText([entry.question, "", entry.answer], in: page.details, on: &frame)
  }

  // MARK: Compare

  private func drawCompare(_ page: PlacePage, on frame: inout Frame) {
    guard let (left, right) = comparedPair else {
      drawTitle("Two versions of an answer", above: page.body, focused: true, on: &frame)
      drawEmpty(
        [
          "No question has two answers yet.",
          "Ask in Query (\(keys(of: .showQuery))), go to the answers (\(keys(of: .focusNext))),"
            + " then ask again: \(keys(of: .again)) with the same seed, \(keys(of: .newSeed))"
            + " with a new one (:set temperature 0.7 first).",
          "The two newest versions then stand here side by side.",
        ], in: page.body, on: &frame)
      return
    }
    let columns = (page.body.columns - 1) / 2
    let sides = [
      (left, Rect(x: 0, y: page.body.y, columns: columns, rows: page.body.rows)),
      (
        right,
        Rect(
          x: columns + 1, y: page.body.y, columns: page.body.columns - columns - 1,
          rows: page.body.rows)
      ),
    ]
    for (exchange, pane) in sides {
      let entry = transcript.entries[exchange]
      drawTitle(
        answerName(of: exchange), right: "seed \(entry.parameters.seed)", above: pane,
        focused: exchange == left, on: &frame)
      drawText(
        comparedText(of: exchange), in: pane, top: places.compareTop, on: &frame)
    }
    frame.verticalRule(
      at: Point(x: columns, y: page.body.y - 1), rows: page.body.rows + 1, chrome: chrome)
  }

  private func comparedText(of exchange: Int) -> [String] {
    let entry = transcript.entries[exchange]
    let lines = [entry.question, entry.remark, "", entry.answer]
    return lines.compactMap { $0 } + (entry.status.label.map { ["", "(\($0))"] } ?? [])
  }

  /// Rows of the longer of the texts that are compared.
  var comparedRowCount: Int {
    guard let (left, right) = comparedPair else { return 0 }
    let columns = max(1, (size.columns - 1) / 2 - 3)
    return [left, right].map { exchange in
      WrappedText(comparedText(of: exchange).joined(separator: "\n"), columns: columns).rows.count
    }.max() ?? 0
  }

  // MARK: Jobs

  private func drawJobs(_ page: PlacePage, on frame: inout Frame) {
    let all = jobs
    let chosen = chosenJobIndex(among: all)
    drawTitle(
      "Jobs", right: "\(chosen + 1)/\(all.count)", above: page.list, focused: true, on: &frame)
    let columns = page.list.columns
    drawList(
      count: all.count, chosen: chosen, in: page.list,
      heading: jobLine(
        Job(
          id: .model, title: "job", model: "model", state: "state", done: "done", rate: "tok/s",
          time: "time"),
        columns: columns), on: &frame
    ) { jobLine(all[$0], columns: columns) }
    drawTitle("Job \(chosen + 1)", above: page.details, focused: false, on: &frame)
    var lines = all[chosen].details
    if all.count == 1 {
      lines += ["", "Answers join this list: ask in Query (\(keys(of: .showQuery)))."]
    }
    drawText(lines, in: page.details, on: &frame)
    if let losses = all[chosen].losses {
      drawLosses(losses, below: lines, in: page.details, on: &frame)
    }
  }

  /// The curves in what the text leaves of the pane.
  private func drawLosses(
    _ losses: LossHistory, below lines: [String], in pane: Rect, on frame: inout Frame
  ) {
    let columns = max(1, pane.columns - 3)
    let used = WrappedText(lines.joined(separator: "\n"), columns: columns).rows.count
    let plot = LossPlot(losses, columns: columns, rows: pane.rows - used)
    for (index, row) in plot.lines.enumerated() {
      frame.put(row, x: pane.x + 2, y: pane.y + used + index, role: .text, maxColumns: columns)
    }
  }

  /// The model is left out where there is no room for it beside the title.
  private func jobLine(_ job: Job, columns: Int) -> String {
    let modelColumns = columns >= 100 ? 24 : 0
    let numbers = [(job.state, 8), (job.done, 15), (job.rate, 6), (job.time, 5)]
    let used = numbers.reduce(modelColumns + 4) { $0 + $1.1 + 1 }
    let texts = [(job.title, max(10, columns - used)), (job.model, modelColumns)] + numbers
    return texts.filter { $0.1 > 0 }.map { Self.fitted($0, to: $1) }.joined(separator: " ")
  }

  /// `text` cut or filled with blanks to exactly so many columns.
  private static func fitted(_ text: String, to columns: Int) -> String {
    var shown = DisplayText.sanitize(text)
    if TextWidth.columns(of: shown) > columns {
      while TextWidth.columns(of: shown) >= columns, !shown.isEmpty { shown.removeLast() }
      shown += "~"
    }
    return shown + String(repeating: " ", count: max(0, columns - TextWidth.columns(of: shown)))
  }

  // MARK: Parts

  /// Rows of which one is chosen, as many as fit around it.
  private func drawList(
    count: Int, chosen: Int, in pane: Rect, heading: String? = nil, on frame: inout Frame,
    line: (Int) -> String
  ) {
    var rows = pane
    if let heading {
      frame.put("  " + heading, x: 0, y: pane.y, role: .dim, maxColumns: pane.columns)
      rows = Rect(x: 0, y: pane.y + 1, columns: pane.columns, rows: pane.rows - 1)
    }
    let first = max(0, min(chosen - rows.rows / 2, count - rows.rows))
    for index in first..<min(count, first + max(0, rows.rows)) {
      let isChosen = index == chosen
      let text = (isChosen ? "> " : "  ") + DisplayText.sanitize(line(index))
      frame.put(
        text, x: 0, y: rows.y + index - first, role: isChosen ? .selection : .text,
        maxColumns: rows.columns)
    }
  }

  private func drawText(
    _ paragraphs: [String], in pane: Rect, top: Int = 0, on frame: inout Frame
  ) {
    let columns = max(1, pane.columns - 3)
    let rows = WrappedText(paragraphs.joined(separator: "\n"), columns: columns).rows
    for (index, row) in rows.dropFirst(top).prefix(max(0, pane.rows)).enumerated() {
      frame.put(row.text, x: pane.x + 2, y: pane.y + index, role: .text, maxColumns: columns)
    }
  }
}
