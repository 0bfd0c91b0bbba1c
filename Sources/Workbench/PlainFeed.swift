import Clinical
import Grounding
import Screen

/// Tells what happens in plain lines, without moving the cursor: for screen readers, pipes and
/// terminals that cannot draw.
public struct PlainFeed: Equatable, Sendable {
  private var toldNote: String?
  private var toldModel = ModelPhase.starting
  private var toldNotice: Notice?
  private var toldConfirmation: Confirmation?
  private var toldList: PlainList?
  /// What has been told of each exchange.
  private var told: [Told] = []
  private var isInLine = false

  private struct Told: Equatable, Sendable {
    /// Bytes of the answer.
    var byteCount = 0
    /// True once its end was told.
    var hasEnded = false
  }

  /// Starts with nothing told.
  public init() {}

  /// What has happened since the last call, ready to be written.
  public mutating func news(of state: WorkbenchState) -> String {
    var text = ""
    if let note = state.note, note.document.name != toldNote {
      toldNote = note.document.name
      tell("Note: \(shown(note.document.name)), \(note.text.lineCount) lines", to: &text)
    }
    tellModel(state.model, to: &text)
    tellAnswers(state, to: &text)
    if state.notice != toldNotice {
      toldNotice = state.notice
      if let notice = state.notice { tell("Notice: \(shown(notice.text))", to: &text) }
    }
    tellList(state.plainList, to: &text)
    let confirmation: Confirmation? =
      if case .confirm(let question) = state.overlay { question } else { nil }
    if confirmation != toldConfirmation {
      toldConfirmation = confirmation
      if let confirmation { tell("Question: \(confirmation.text)", to: &text) }
    }
    return text
  }

  /// The tasks with the numbers that choose them.
  public static var taskList: String {
    var text = "Tasks: a number sends the instruction behind it.\n"
    for (index, task) in ClinicalTask.allCases.enumerated() {
      let starter = task.starters.first ?? task.instructionTemplate
      text += "  \(index + 1)  \(task.title): \(starter)\n"
    }
    return text
  }

  /// The commands, one a line.
  public static var commandList: String {
    "Commands:\n"
      + Command.summaries.map { "  \($0.line)  \($0.explanation)\n" }.joined()
  }

  /// What a line typed at the prompt means: keys for `update`.
  public static func messages(for line: String, state: WorkbenchState) -> [Message] {
    let bare = trimmingBlanks(line)
    if case .confirm = state.overlay {
      let isYes = bare.lowercased().hasPrefix("y")
      return [.key(isYes ? .character("y") : .character("n"))]
    }
    if let list = state.plainList {
      if let keys = Int(bare).flatMap(list.keys) { return keys.map { .key($0) } }
      // Whatever else is typed closes the list first.
      if bare.isEmpty { return [.key(.escape)] }
      return [.key(.escape)] + instruction(line, bare)
    }
    return instruction(line, bare)
  }

  private static func instruction(_ line: String, _ bare: String) -> [Message] {
    if bare.hasPrefix(":") {
      return [.command(String(bare.dropFirst()))]
    }
    var instruction = line
    if let number = Int(bare), (1...ClinicalTask.allCases.count).contains(number) {
      let task = ClinicalTask.allCases[number - 1]
      instruction = task.starters.first ?? task.instructionTemplate
    }
    return [.instruction(instruction)]
  }

  /// A list with the numbers that choose from it.
  private mutating func tellList(_ list: PlainList?, to text: inout String) {
    guard list != toldList else { return }
    toldList = list
    guard let list else { return }
    tell("\(list.title) An empty line closes the list.", to: &text)
    for (index, line) in list.lines.enumerated() {
      let joined = line.split(whereSeparator: \.isNewline).joined(separator: " ")
      tell("  \(index + 1)  \(shown(joined))", to: &text)
    }
    if list.lines.isEmpty { tell("  nothing", to: &text) }
  }

  private mutating func tellModel(_ model: ModelPhase, to text: inout String) {
    switch model {
    case .ready(let description) where model != toldModel:
      tell(
        "Model: \(shown(description.title)), "
          + "\(grouped(description.contextLength)) tokens of context", to: &text)
    case .missing(let offer) where model != toldModel:
      tell(
        "No model is here yet. Press Enter to download \(offer.name), "
          + "\(megabytes(offer.byteCount)), to \(offer.folder).", to: &text)
    case .failed(let reason) where model != toldModel:
      tell("The model cannot be used: \(shown(reason))", to: &text)
    case .downloading(let done, let total):
      tellDownload(percent(done, of: total), to: &text)
    default:
      break
    }
    toldModel = model
  }

  /// One line for each tenth of a download, not one for each piece.
  private mutating func tellDownload(_ now: Int, to text: inout String) {
    var before = -1
    if case .downloading(let done, let total) = toldModel { before = percent(done, of: total) }
    if now / 10 != before / 10 || before < 0 { tell("Downloading: \(now)%", to: &text) }
  }

  private mutating func tellAnswers(_ state: WorkbenchState, to text: inout String) {
    let entries = state.transcript.entries
    if told.count > entries.count {
      // An exchange that was refused is gone again.
      told.removeLast(told.count - entries.count)
      breakLine(&text)
    }
    for (index, entry) in entries.enumerated() {
      if index == told.count {
        told.append(Told())
        tell("You: \(shown(entry.question))", to: &text)
        if let remark = entry.remark { tell("(\(shown(remark)))", to: &text) }
        text += "Model: "
        isInLine = true
      } else if told[index].hasEnded, entry.status.isRunning {
        told[index].hasEnded = false
        tell("Model goes on: ", to: &text)
        text.removeLast()
        isInLine = true
      }
      guard !told[index].hasEnded else { continue }
      let bytes = entry.answer.utf8
      let start = min(told[index].byteCount, bytes.count)
      text += shown(String(decoding: bytes.dropFirst(start), as: UTF8.self))
      told[index].byteCount = bytes.count
      guard !entry.status.isRunning else { return }
      breakLine(&text)
      if let label = entry.status.label { tell("(\(shown(label)))", to: &text) }
      tellSupport(of: entry, to: &text)
      told[index].hasEnded = true
    }
  }

  /// How much of an answer is found in its note, and each sentence that is not.
  private mutating func tellSupport(of entry: TranscriptEntry, to text: inout String) {
    guard let evidence = entry.evidence else { return }
    tell("Support: \(evidence.summary)", to: &text)
    for (number, claim) in evidence.claims.enumerated() where claim.verdict != .supported {
      tell(
        "Support: sentence \(number + 1), \(claim.verdict.words): \(shown(claim.reason))", to: &text
      )
    }
  }

  private mutating func tell(_ line: String, to text: inout String) {
    breakLine(&text)
    text += line + "\n"
  }

  private mutating func breakLine(_ text: inout String) {
    if isInLine { text += "\n" }
    isInLine = false
  }
}

/// `text` line by line without control characters.
private func shown(_ text: String) -> String {
  normalizingLineEnds(text).split(separator: "\n", omittingEmptySubsequences: false)
    .map { DisplayText.sanitize(String($0)) }.joined(separator: "\n")
}
