import Clinical
import Screen

/// The box that the help page stands in.
enum HelpBox {
  static let columns = 74

  /// Rows of text that fit into the box on a screen of `size`.
  static func rows(in size: Size) -> Int { max(1, size.rows - 6) }
}

/// The box that earlier instructions stand in.
enum HistoryBox {
  /// Rows of instructions that it shows on a screen of `size`.
  static func rows(in size: Size) -> Int { max(1, min(12, size.rows - 10)) }
}

extension WorkbenchState {
  /// One row of a pop-up.
  struct PopUpRow: Equatable, Sendable {
    var text: String
    var role = Role.text
  }

  func drawPopUp(on frame: inout Frame) {
    switch overlay {
    case .help(let top):
      let rows = Array(helpLines.dropFirst(top).prefix(HelpBox.rows(in: size)))
      let more = top + rows.count < helpLines.count ? "Down: more" : "end"
      drawBox("Help", right: more, rows: rows, columns: HelpBox.columns, on: &frame)
    case .outline:
      drawOutlineBox(on: &frame)
    case .tasks(let selected):
      drawTasks(selected: selected, on: &frame)
    case .models(let items, let selected):
      drawModels(items, selected: selected, on: &frame)
    case .settings(let panel):
      drawSettings(panel, on: &frame)
    case .sessionSearch(let search):
      drawSessions(search, on: &frame)
    case .notes(let selected):
      drawNoteList(selected: selected, on: &frame)
    case .harm(let selected):
      drawHarm(selected: selected, on: &frame)
    case .branches(let selected):
      drawBranches(selected: selected, on: &frame)
    case .historySearch(let query, let selected):
      drawHistory(query: query, selected: selected, on: &frame)
    default:
      break
    }
  }

  private func drawTasks(selected: Int, on frame: inout Frame) {
    var rows = ClinicalTask.allCases.enumerated().map { index, task in
      PopUpRow(
        text: "\(index == selected ? ">" : " ") \(index + 1)  \(task.title)",
        role: index == selected ? .selection : .text)
    }
    let about = WrappedText(ClinicalTask.allCases[selected].about, columns: 52)
    rows.append(PopUpRow(text: ""))
    rows += about.rows.map { PopUpRow(text: $0.text, role: .dim) }
    drawBox("Tasks", right: "Enter: write it", rows: rows, columns: 58, on: &frame)
  }

  private func drawBranches(selected: Int, on frame: inout Frame) {
    guard let chosen = chosenExchange else { return }
    let versions = transcript.versions(of: chosen)
    let room = max(1, min(12, size.rows - 10))
    let first = max(0, min(selected - room + 1, versions.count - room))
    let rows = versions.enumerated().dropFirst(first).prefix(room).map { index, exchange in
      let entry = transcript.entries[exchange]
      let text = entry.answer.split(whereSeparator: \.isNewline).joined(separator: " ")
      let head =
        "\(index == selected ? ">" : " ") \(index + 1)  \(entry.askedAt.shortClock)"
        + "  \(origin(of: exchange)), seed \(entry.parameters.seed): "
      return PopUpRow(
        text: head + DisplayText.sanitize(String(text.prefix(200))),
        role: index == selected ? .selection : .text)
    }
    let columns = min(100, max(40, size.columns - 8))
    drawBox(
      "Versions of this answer", right: "Enter: show it", rows: rows, columns: columns, on: &frame)
  }

  private func drawHistory(query: TextEditor, selected: Int, on frame: inout Frame) {
    let matches = history.matches(query.text)
    let height = HistoryBox.rows(in: size)
    let first = max(0, min(selected - height + 1, matches.count - height))
    var rows = [PopUpRow(text: "search: \(DisplayText.sanitize(query.text))", role: .prompt)]
    if matches.isEmpty {
      rows.append(PopUpRow(text: "  no earlier instruction has this", role: .dim))
    }
    for index in first..<min(matches.count, first + height) {
      let line = matches[index].split(whereSeparator: \.isNewline).joined(separator: " ")
      rows.append(
        PopUpRow(
          text:
            "\(index == selected ? ">" : " ") \(DisplayText.sanitize(String(line.prefix(200))))",
          role: index == selected ? .selection : .text))
    }
    let columns = min(100, max(40, size.columns - 8))
    drawBox("Earlier instructions", right: "newest first", rows: rows, columns: columns, on: &frame)
  }

  /// A framed box in the middle of the screen.
  func drawBox(
    _ title: String, right: String, rows: [PopUpRow], columns: Int, on frame: inout Frame
  ) {
    let width = min(columns, max(1, size.columns - 4))
    let height = min(rows.count, max(1, size.rows - 6))
    let x = (size.columns - width - 2) / 2
    let y = max(1, (size.rows - height - 2) / 2)
    let outer = Rect(x: x, y: y, columns: width + 2, rows: height + 2)
    frame.fill(outer, role: .text)
    let inner = Rect(x: x + 1, y: y + 1, columns: width, rows: height)
    drawTitle(title, right: right, above: inner, focused: true, on: &frame)
    frame.horizontalRule(
      Frame.RuleTitle(left: "", lineRole: .borderFocused),
      at: Point(x: inner.x, y: inner.endY), columns: width, chrome: chrome)
    for edge in [x, inner.endX] {
      frame.verticalRule(
        at: Point(x: edge, y: inner.y), rows: height, role: .borderFocused, chrome: chrome)
      for row in [y, inner.endY] {
        frame.put(chrome.corner, x: edge, y: row, role: .borderFocused, maxColumns: 1)
      }
    }
    for (index, row) in rows.prefix(height).enumerated() {
      frame.put(
        row.text, x: inner.x + 1, y: inner.y + index, role: row.role, maxColumns: width - 2)
    }
  }

  // MARK: Help

  /// Places in the order of the help page: where one begins, then the rest.
  private static let helpOrder =
    [KeyMap.Context.instruction] + KeyMap.Context.allCases.filter { $0 != .instruction }

  /// The help page, made from the key map as it is.
  var helpLines: [PopUpRow] {
    var lines = [
      PopUpRow(text: "Ask a question about a discharge note; a model on this machine answers."),
      PopUpRow(text: "Answers can be wrong. Not for clinical decisions.", role: .warning),
    ]
    for context in Self.helpOrder {
      lines += [PopUpRow(text: ""), PopUpRow(text: context.title, role: .heading)]
      for action in Action.allCases {
        let keys = keyMap.bindings
          .filter { $0.context == context && $0.action == action }
          .map { KeyMap.label($0.keys) }
        guard !keys.isEmpty else { continue }
        lines.append(
          PopUpRow(text: padded(keys.joined(separator: "  "), to: 12) + action.explanation))
      }
      if context == .instruction {
        lines.append(
          PopUpRow(text: padded("? / :", to: 12) + "help, find, command, while nothing is typed"))
      }
    }
    lines += [PopUpRow(text: ""), PopUpRow(text: "Commands", role: .heading)]
    lines += Command.summaries.map { PopUpRow(text: padded($0.line, to: 20) + $0.explanation) }
    return lines
  }

  private func padded(_ text: String, to columns: Int) -> String {
    "  " + text + String(repeating: " ", count: max(2, columns - text.count))
  }
}
