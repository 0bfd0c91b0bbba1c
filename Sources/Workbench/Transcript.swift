import Clinical
import Screen

/// The exchanges of the session and their rows on the screen.
///
/// Each exchange is broken into rows once for a width, and while an answer streams in only its last
/// row is broken again, so that a long session costs no more per key than a short one.
struct Transcript: Equatable, Sendable {
  private(set) var entries: [TranscriptEntry] = []
  private(set) var layouts: [EntryLayout] = []
  /// Columns of the pane, the labels' column included.
  private(set) var columns: Int
  var scroll = PaneScroll(followsEnd: true)

  init(columns: Int) { self.columns = columns }

  var rowCount: Int { layouts.reduce(0) { $0 + $1.rowCount } }

  mutating func append(_ entry: TranscriptEntry) {
    entries.append(entry)
    layouts.append(EntryLayout(entry, columns: columns))
  }

  /// Adds a piece to the answer of the exchange at `index`.
  mutating func extendAnswer(at index: Int, by text: String) {
    entries[index].answer += text
    layouts[index].answer.append(text)
  }

  /// Replaces the answer, as when the whole text differs from the sum of the pieces.
  mutating func replaceAnswer(at index: Int, by text: String) {
    guard entries[index].answer != text else { return }
    entries[index].answer = text
    layouts[index] = EntryLayout(entries[index], columns: columns)
  }

  mutating func setStatus(at index: Int, to status: AnswerStatus) {
    guard entries[index].status != status else { return }
    entries[index].status = status
    layouts[index].setFooter(status.label, columns: columns)
  }

  mutating func setSummary(at index: Int, to summary: GenerationSummary) {
    entries[index].summary = summary
  }

  /// Takes the last exchange out again, as if it had not been asked.
  mutating func removeLast() {
    entries.removeLast()
    layouts.removeLast()
  }

  mutating func resize(columns: Int) {
    guard columns != self.columns else { return }
    self.columns = columns
    layouts = entries.map { EntryLayout($0, columns: columns) }
  }

  /// The first row of the exchange at `index`.
  func firstRow(of index: Int) -> Int {
    layouts[..<index].reduce(0) { $0 + $1.rowCount }
  }

  /// The rows that stand in `range`; those past the end are left out.
  func rows(in range: Range<Int>) -> [TranscriptRow] {
    var result: [TranscriptRow] = []
    result.reserveCapacity(range.count)
    var start = 0
    for (index, layout) in layouts.enumerated() {
      let end = start + layout.rowCount
      if end > range.lowerBound {
        for row in max(start, range.lowerBound)..<min(end, range.upperBound) {
          result.append(layout.row(at: row - start, entry: entries[index]))
        }
      }
      start = end
      if start >= range.upperBound { break }
    }
    return result
  }
}

/// One row of the transcript, ready to be drawn.
struct TranscriptRow: Equatable, Sendable {
  /// Who speaks, on the first row of a part; empty elsewhere.
  var label = ""
  var labelRole = Role.dim
  var text = ""
  var role = Role.text
}

/// The rows of one exchange.
struct EntryLayout: Equatable, Sendable {
  /// Columns of `You 14:01` and the blanks after it.
  static let labelColumns = 12

  var question: WrappedText
  var answer: WrappedText
  private var footer: WrappedText?

  init(_ entry: TranscriptEntry, columns: Int) {
    let textColumns = max(1, columns - Self.labelColumns)
    question = WrappedText(entry.question, columns: textColumns)
    answer = WrappedText(entry.answer, columns: textColumns)
    setFooter(entry.status.label, columns: columns)
  }

  mutating func setFooter(_ label: String?, columns: Int) {
    footer = label.map { WrappedText($0, columns: max(1, columns - Self.labelColumns)) }
  }

  private var answerRowCount: Int { max(1, answer.rows.count) }

  /// Question, blank, answer, how it ended, blank.
  var rowCount: Int { question.rows.count + 1 + answerRowCount + (footer?.rows.count ?? 0) + 1 }

  /// The first row of the answer.
  var answerStart: Int { question.rows.count + 1 }

  func row(at index: Int, entry: TranscriptEntry) -> TranscriptRow {
    var row = TranscriptRow()
    if index < question.rows.count {
      row.text = question.rows[index].text
      row.role = .you
      if index == 0 {
        row.label = "You \(entry.askedAt.shortClock)"
        row.labelRole = .you
      }
      return row
    }
    let inAnswer = index - answerStart
    if inAnswer >= 0, inAnswer < answerRowCount {
      if inAnswer == 0 {
        row.label = "Model"
        row.labelRole = .model
      }
      if inAnswer < answer.rows.count {
        row.text = answer.rows[inAnswer].text
      } else if entry.status == .waiting {
        row.text = "(reading the note)"
        row.role = .dim
      }
      return row
    }
    if let footer, inAnswer >= answerRowCount, inAnswer - answerRowCount < footer.rows.count {
      row.text = footer.rows[inAnswer - answerRowCount].text
      row.role = entry.status.isProblem ? .error : .warning
    }
    return row
  }
}

extension AnswerStatus {
  /// True where something went wrong, not merely short.
  var isProblem: Bool {
    if case .failed = self { return true }
    return false
  }
}
