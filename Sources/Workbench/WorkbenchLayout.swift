import Screen

/// Where everything stands on a screen of a given size.
struct WorkbenchLayout: Equatable, Sendable {
  /// The arrangement of the panes, chosen by width.
  enum Form: Equatable, Sendable {
    /// Below 60x16 nothing but a line that says so.
    case tooSmall
    /// Note above answer.
    case stacked
    /// Note left, answer right.
    case twoColumns
    /// Outline and session, note, answer.
    case threeColumns
  }

  /// The least that the panes need.
  static let smallest = Size(columns: 60, rows: 16)

  private static let outlineColumns = 30

  var form: Form
  /// The text of each pane; its title stands in the row above. Empty where the form has no outline.
  var outline = Rect(x: 0, y: 0, columns: 0, rows: 0)
  var note = Rect(x: 0, y: 0, columns: 0, rows: 0)
  var answer = Rect(x: 0, y: 0, columns: 0, rows: 0)
  /// What the model weighed at a token; empty while nobody looks.
  var inspector = Rect(x: 0, y: 0, columns: 0, rows: 0)
  /// Where the chosen answer's sentences stand in the note; empty where there is no room for it.
  var evidence = Rect(x: 0, y: 0, columns: 0, rows: 0)
  var instruction = Rect(x: 0, y: 0, columns: 0, rows: 0)
  /// Columns of the lines between panes that stand side by side.
  var separators: [Int] = []
  /// All rows between the tabs and the instruction's title.
  var body = Rect(x: 0, y: 0, columns: 0, rows: 0)
  /// What just happened, or what is being asked: one row, more for a long notice.
  var notice = Rect(x: 0, y: 0, columns: 0, rows: 0)
  var statusRow = 0
  var hintRow = 0

  /// Blank columns left of a note's text and right of it.
  static let noteMargin = 3
  /// Blank columns left of the answers and of the instruction.
  static let margin = 2

  /// Columns that the text of a note can have.
  var noteTextColumns: Int { max(1, note.columns - Self.noteMargin - 1) }

  /// Columns that the answers can have, the labels' column included.
  var answerTextColumns: Int { max(1, answer.columns - Self.margin - 1) }

  /// Columns that a row of the instruction can have, the prompt's left out.
  var instructionTextColumns: Int { Self.instructionColumns(in: body.columns) }

  private static func instructionColumns(in columns: Int) -> Int {
    max(1, columns - margin - 2 - 1)
  }

  init(_ state: WorkbenchState) {
    let size = state.size
    guard size.columns >= Self.smallest.columns, size.rows >= Self.smallest.rows else {
      form = .tooSmall
      return
    }
    form = size.columns >= 160 ? .threeColumns : size.columns >= 100 ? .twoColumns : .stacked
    hintRow = size.rows - 1
    statusRow = size.rows - 2
    let noticeRows = min(max(1, state.noticeLines(columns: size.columns).count), 3)
    notice = Rect(x: 0, y: statusRow - noticeRows, columns: size.columns, rows: noticeRows)

    let wanted = state.editor.rowCount(columns: Self.instructionColumns(in: size.columns))
    let least = size.rows >= 30 ? 2 : 1
    let editorRows = min(max(wanted, least), max(least, size.rows / 4))
    instruction = Rect(
      x: 0, y: notice.y - editorRows, columns: size.columns, rows: editorRows)
    body = Rect(x: 0, y: 1, columns: size.columns, rows: instruction.y - 2)
    placePanes()
    if state.tokenCursor != nil, state.mode == .query { placeInspector(state.focus) }
    if state.wantsEvidencePane, form == .twoColumns || form == .threeColumns {
      let wanted = (state.chosenEvidence?.claims.count ?? 0) + 2
      let rows = min(wanted, answer.rows / 3)
      answer.rows -= rows + 1
      evidence = Rect(x: answer.x, y: answer.endY + 1, columns: answer.columns, rows: rows)
    }
  }

  /// Below the answers; where panes are stacked, in the place of the note while the answers have the
  /// keys.
  private mutating func placeInspector(_ focus: WorkbenchState.Focus) {
    switch form {
    case .tooSmall:
      break
    case .stacked:
      guard focus == .answer else { return }
      inspector = note
    case .twoColumns, .threeColumns:
      let rows = min(13, answer.rows / 2)
      answer.rows -= rows + 1
      inspector = Rect(
        x: answer.x, y: answer.endY + 1, columns: answer.columns, rows: rows)
    }
  }

  private mutating func placePanes() {
    let top = body.y + 1
    let rows = body.rows - 1
    switch form {
    case .tooSmall:
      break
    case .stacked:
      let noteRows = (rows - 1) / 2
      note = Rect(x: 0, y: top, columns: body.columns, rows: noteRows)
      answer = Rect(
        x: 0, y: top + noteRows + 1, columns: body.columns, rows: rows - noteRows - 1)
    case .twoColumns:
      let left = (body.columns - 1) / 2
      note = Rect(x: 0, y: top, columns: left, rows: rows)
      answer = Rect(x: left + 1, y: top, columns: body.columns - left - 1, rows: rows)
      separators = [left]
    case .threeColumns:
      let left = Self.outlineColumns
      let middle = (body.columns - left - 2) / 2
      outline = Rect(x: 0, y: top, columns: left, rows: rows)
      note = Rect(x: left + 1, y: top, columns: middle, rows: rows)
      answer = Rect(
        x: left + middle + 2, y: top, columns: body.columns - left - middle - 2, rows: rows)
      separators = [left, left + 1 + middle]
    }
  }
}
