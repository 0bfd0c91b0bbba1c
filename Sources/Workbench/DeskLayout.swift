import Screen

/// Where everything stands while somebody rates.
struct DeskLayout: Equatable, Sendable {
  var instruction = Rect(x: 0, y: 0, columns: 0, rows: 0)
  var note = Rect(x: 0, y: 0, columns: 0, rows: 0)
  var answer = Rect(x: 0, y: 0, columns: 0, rows: 0)
  /// The right side of Compare; empty in QA.
  var right = Rect(x: 0, y: 0, columns: 0, rows: 0)
  /// Grades in QA, choices in Compare.
  var form = Rect(x: 0, y: 0, columns: 0, rows: 0)
  /// Empty while they are not shown.
  var guidelines = Rect(x: 0, y: 0, columns: 0, rows: 0)
  /// Columns and rows of the lines between panes that stand side by side.
  var separators: [Rect] = []

  /// Blank columns left of a text, for marks, and right of it.
  static let margin = 3

  init(_ state: WorkbenchState) {
    let notice = WorkbenchLayout(state).notice
    let body = Rect(x: 0, y: 1, columns: state.size.columns, rows: max(0, notice.y - 1))
    if state.deskKind == .comparison {
      placeComparison(state, body)
    } else {
      placeRating(state, body)
    }
  }

  func rect(of focus: DeskSheet.Focus) -> Rect {
    switch focus {
    case .note: note
    case .answer: answer
    case .right: right
    }
  }

  /// Columns that a text can have.
  func textColumns(of focus: DeskSheet.Focus) -> Int {
    max(1, rect(of: focus).columns - Self.margin - 1)
  }

  /// Rows of a text as it is broken now.
  func rowCount(of focus: DeskSheet.Focus, in state: WorkbenchState) -> Int {
    guard let sheet = state.sheet else { return 0 }
    switch focus {
    case .note: return sheet.note.wrapped.rows.count
    case .answer: return sheet.answers[0].wrapped.rows.count
    case .right: return sheet.answers[sheet.answers.count - 1].wrapped.rows.count
    }
  }

  /// Rows that the form takes: grades, one more for the rest, and what others said.
  private static func formRows(_ state: WorkbenchState) -> Int {
    if state.deskKind == .comparison { return 3 }
    return 5 + min(state.sheet?.item.earlier.count ?? 0, 4)
  }

  private static func instructionRows(_ state: WorkbenchState, columns: Int) -> Int {
    let rows = WrappedText(state.sheet?.item.question ?? "", columns: max(1, columns - 4)).rows
      .count
    return min(max(1, rows), state.size.rows >= 30 ? 6 : 3)
  }

  private mutating func placeRating(_ state: WorkbenchState, _ body: Rect) {
    let columns = body.columns
    if columns < 100 {
      let formRows = Self.formRows(state)
      let asked = Self.instructionRows(state, columns: columns)
      let rest = max(2, body.rows - formRows - asked - 4)
      let answerRows = min(
        max(2, rowCount(of: .answer, in: state)), max(1, rest / (state.size.rows < 30 ? 3 : 2)))
      var y = body.y + 1
      func pane(_ rows: Int) -> Rect {
        defer { y += rows + 1 }
        return Rect(x: 0, y: y, columns: columns, rows: rows)
      }
      instruction = pane(asked)
      note = pane(rest - answerRows)
      answer = pane(answerRows)
      form = pane(formRows)
      if state.showsGuidelines { guidelines = note }
      return
    }
    let guideColumns = state.showsGuidelines && columns >= 160 ? 40 : 0
    let used = columns - guideColumns - (guideColumns > 0 ? 1 : 0)
    let left = (used - 1) / 2
    let rows = body.rows - 1
    note = Rect(x: 0, y: body.y + 1, columns: left, rows: rows)
    separators = [Rect(x: left, y: body.y, columns: 1, rows: body.rows)]
    let x = left + 1
    let asked = Self.instructionRows(state, columns: used - x)
    let formRows = Self.formRows(state)
    instruction = Rect(x: x, y: body.y + 1, columns: used - x, rows: asked)
    answer = Rect(
      x: x, y: instruction.endY + 1, columns: used - x,
      rows: max(1, body.rows - asked - formRows - 3))
    form = Rect(x: x, y: answer.endY + 1, columns: used - x, rows: formRows)
    if guideColumns > 0 {
      separators.append(Rect(x: used, y: body.y, columns: 1, rows: body.rows))
      guidelines = Rect(x: used + 1, y: body.y + 1, columns: guideColumns, rows: rows)
    } else if state.showsGuidelines {
      let guideRows = max(1, rows / 2)
      note.rows = rows - guideRows - 1
      guidelines = Rect(x: 0, y: note.endY + 1, columns: left, rows: guideRows)
    }
  }

  private mutating func placeComparison(_ state: WorkbenchState, _ body: Rect) {
    let columns = body.columns
    let formRows = Self.formRows(state)
    let asked = Self.instructionRows(state, columns: columns)
    instruction = Rect(x: 0, y: body.y + 1, columns: columns, rows: asked)
    form = Rect(x: 0, y: body.endY - formRows, columns: columns, rows: formRows)
    var top = instruction.endY
    let room = form.y - 1 - top
    if state.desk?.hidesNote != true {
      let noteRows = max(1, room / (state.size.rows < 30 ? 3 : 2) - 1)
      note = Rect(x: 0, y: top + 1, columns: columns, rows: noteRows)
      top = note.endY
    }
    let half = (columns - 1) / 2
    let rows = max(1, form.y - 2 - top)
    answer = Rect(x: 0, y: top + 1, columns: half, rows: rows)
    right = Rect(x: half + 1, y: top + 1, columns: columns - half - 1, rows: rows)
    separators = [Rect(x: half, y: top, columns: 1, rows: rows + 1)]
    if state.showsGuidelines {
      guidelines = note.isEmpty ? answer : note
      if columns >= 160, !note.isEmpty {
        guidelines = Rect(x: columns - 60, y: note.y, columns: 60, rows: note.rows)
        note.columns = columns - 61
        separators.append(Rect(x: columns - 61, y: note.y - 1, columns: 1, rows: note.rows + 1))
      }
    }
  }
}

extension WorkbenchState {
  /// Whether the guidelines are shown: where there is room, unless the rater closed them.
  var showsGuidelines: Bool { desk?.showsGuidelines ?? (size.columns >= 160) }
}
