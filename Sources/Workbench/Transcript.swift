import Clinical
import Grounding
import Screen

/// The exchanges of the session and their rows on the screen.
///
/// Each exchange is broken into rows once for a width, and while an answer streams in only its last
/// row is broken again, so that a long session costs no more per key than a short one.
struct Transcript: Equatable, Sendable {
  private(set) var entries: [TranscriptEntry] = []
  private(set) var layouts: [EntryLayout] = []
  /// The exchange that stands at each place: of the versions of a question, one.
  private(set) var shown: [Int] = []
  /// Columns of the pane, the labels' column included.
  private(set) var columns: Int
  var scroll = PaneScroll(followsEnd: true)
  /// Whether answers are shown with what the note has for them.
  private(set) var showsEvidence = true
  /// Answers too long to be compared with their notes between two frames.
  private var waitingForEvidence: [EvidenceRequest] = []

  init(columns: Int) { self.columns = columns }

  var rowCount: Int { shown.reduce(0) { $0 + layouts[$1].rowCount } }

  /// Adds an exchange; a version of an earlier question takes the place of that one.
  mutating func append(_ entry: TranscriptEntry) {
    entries.append(entry)
    if !entry.status.isRunning { findEvidence(at: entries.count - 1) }
    layouts.append(layout(of: entries.count - 1))
    show(entries.count - 1)
  }

  /// The exchanges that ask the same question as the one at `index`, the oldest first.
  func versions(of index: Int) -> [Int] {
    let first = first(of: index)
    return entries.indices.filter { self.first(of: $0) == first }
  }

  /// The first version of the question at `index`.
  func first(of index: Int) -> Int { entries[index].versionOf ?? index }

  /// Shows the exchange at `index` in the place of the version that stands there.
  mutating func show(_ index: Int) {
    if let place = place(of: index) {
      shown[place] = index
    } else {
      shown.append(index)
    }
  }

  /// Where the question of the exchange at `index` stands; nil where it has no place yet.
  func place(of index: Int) -> Int? {
    let first = first(of: index)
    return shown.firstIndex { self.first(of: $0) == first }
  }

  /// Adds a piece to the answer of the exchange at `index`.
  mutating func extendAnswer(at index: Int, by text: String) {
    entries[index].answer += text
    layouts[index].answer.append(text)
  }

  /// Makes sure that the tokens are these, where what came piece by piece was not all.
  mutating func setTokens(at index: Int, to ids: [Int32]) {
    guard !entries[index].tokens.lazy.map(\.id).elementsEqual(ids) else { return }
    entries[index].tokens = ids.map { AnswerToken(id: $0) }
  }

  mutating func append(_ token: AnswerToken, at index: Int) {
    entries[index].tokens.append(token)
  }

  /// Lets an answer that had ended go on, with these parameters.
  mutating func reopen(at index: Int, parameters: GenerationParameters) {
    entries[index].parameters = parameters
    entries[index].summary = nil
    entries[index].evidence = nil
    layouts[index] = layout(of: index)
    setStatus(at: index, to: entries[index].tokens.isEmpty ? .waiting : .writing)
  }

  /// Replaces the answer, as when the whole text differs from the sum of the pieces.
  mutating func replaceAnswer(at index: Int, by text: String) {
    guard entries[index].answer != text else { return }
    entries[index].answer = text
    layouts[index] = layout(of: index)
  }

  private func layout(of index: Int) -> EntryLayout {
    EntryLayout(entries[index], columns: columns, showsEvidence: showsEvidence)
  }

  /// Looks in the note for what the answer at `index` says, now that it has ended.
  mutating func findEvidence(at index: Int) {
    let request = EvidenceRequest(entries[index])
    let byteCount = request.answer.utf8.count
    entries[index].evidence =
      byteCount <= EvidenceRequest.immediateByteLimit ? request.find() : nil
    if byteCount > EvidenceRequest.immediateByteLimit, byteCount <= EvidenceRequest.byteLimit {
      waitingForEvidence.append(request)
    }
    if layouts.indices.contains(index) { layouts[index] = layout(of: index) }
  }

  /// The long answers that are now to be compared in the background.
  mutating func takeEvidenceRequests() -> [EvidenceRequest] {
    defer { waitingForEvidence = [] }
    return waitingForEvidence
  }

  /// Takes what was found in the background, and says which exchanges it belongs to. An answer that
  /// has changed since takes nothing.
  mutating func take(_ evidence: AnswerEvidence?, for request: EvidenceRequest) -> [Int] {
    let found = entries.indices.filter {
      !entries[$0].status.isRunning && EvidenceRequest(entries[$0]) == request
    }
    for index in found {
      entries[index].evidence = evidence
      layouts[index] = layout(of: index)
    }
    return found
  }

  /// Puts tags in the place of what tells who a person is.
  mutating func redact() {
    for index in entries.indices {
      entries[index].noteName = RedactedText(entries[index].noteName).text
      entries[index].note = RedactedText(entries[index].note).text
      entries[index].question = RedactedText(entries[index].question).text
      entries[index].answer = RedactedText(entries[index].answer).text
      for part in entries[index].leftOut.indices {
        entries[index].leftOut[part].title = RedactedText(entries[index].leftOut[part].title).text
      }
      entries[index].tokens = []
      if entries[index].evidence != nil { findEvidence(at: index) }
    }
  }

  /// Shows the answers with what the note has for them, or without.
  mutating func showEvidence(_ shown: Bool) {
    guard shown != showsEvidence else { return }
    showsEvidence = shown
    for index in entries.indices where entries[index].evidence != nil {
      layouts[index] = layout(of: index)
    }
  }

  mutating func setStatus(at index: Int, to status: AnswerStatus) {
    guard entries[index].status != status else { return }
    entries[index].status = status
    layouts[index].setFooter(status.label, columns: columns)
  }

  mutating func setSummary(at index: Int, to summary: GenerationSummary) {
    entries[index].summary = summary
  }

  mutating func setModel(at index: Int, to model: ModelDescription) {
    entries[index].model = model
  }

  /// Takes the last exchange out again, as if it had not been asked.
  mutating func removeLast() {
    let index = entries.count - 1
    if let place = shown.firstIndex(of: index) {
      if let earlier = versions(of: index).dropLast().last {
        shown[place] = earlier
      } else {
        shown.remove(at: place)
      }
    }
    entries.removeLast()
    layouts.removeLast()
  }

  mutating func resize(columns: Int) {
    guard columns != self.columns else { return }
    self.columns = columns
    layouts = entries.indices.map { layout(of: $0) }
  }

  /// The first row of what stands at `place`.
  func firstRow(ofPlace place: Int) -> Int {
    shown[..<place].reduce(0) { $0 + layouts[$1].rowCount }
  }

  /// The rows that stand in `range`; those past the end are left out.
  func rows(in range: Range<Int>) -> [TranscriptRow] {
    var result: [TranscriptRow] = []
    result.reserveCapacity(range.count)
    var start = 0
    for index in shown {
      let layout = layouts[index]
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
  /// What has to be known about the question before its answer is read.
  private let remark: WrappedText?
  private var footer: WrappedText?
  /// How much of the answer is found in the note; nil where that is not shown.
  private var support: WrappedText?

  init(_ entry: TranscriptEntry, columns: Int, showsEvidence: Bool = true) {
    let textColumns = max(1, columns - Self.labelColumns)
    question = WrappedText(entry.question, columns: textColumns)
    let evidence = showsEvidence ? entry.evidence : nil
    answer = WrappedText(
      evidence?.marked(entry.answer).text ?? entry.answer, columns: textColumns)
    support = evidence.map { WrappedText($0.summary, columns: textColumns) }
    if showsEvidence, !entry.status.isRunning,
      entry.answer.utf8.count > EvidenceRequest.byteLimit
    {
      let limit = grouped(EvidenceRequest.byteLimit)
      support = WrappedText(
        "Not compared with the note: it is longer than \(limit) bytes.", columns: textColumns)
    }
    remark = entry.remark.map { WrappedText($0, columns: textColumns) }
    setFooter(entry.status.label, columns: columns)
  }

  mutating func setFooter(_ label: String?, columns: Int) {
    footer = label.map { WrappedText($0, columns: max(1, columns - Self.labelColumns)) }
  }

  private var answerRowCount: Int { max(1, answer.rows.count) }

  /// Question and remark, blank, answer, how it ended and what supports it, blank.
  var rowCount: Int {
    answerStart + answerRowCount + (footer?.rows.count ?? 0) + (support?.rows.count ?? 0) + 1
  }

  /// The parts of the answer's rows that one of its sentences stands in.
  func parts(
    ofClaim claim: Int, _ entry: TranscriptEntry
  ) -> [(row: Int, characters: Range<Int>)] {
    guard support != nil, let (text, ranges) = entry.evidence?.marked(entry.answer),
      ranges.indices.contains(claim)
    else { return [] }
    return answer.parts(of: ranges[claim], in: Array(text.unicodeScalars))
  }

  /// The first row of the answer.
  var answerStart: Int { question.rows.count + (remark?.rows.count ?? 0) + 1 }

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
    if let remark, index - question.rows.count < remark.rows.count {
      row.text = remark.rows[index - question.rows.count].text
      row.role = .warning
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
      return row
    }
    let inSupport = inAnswer - answerRowCount - (footer?.rows.count ?? 0)
    if let support, support.rows.indices.contains(inSupport) {
      row.text = support.rows[inSupport].text
      row.role = entry.evidence?.missingCount == 0 ? .dim : .supportNone
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
