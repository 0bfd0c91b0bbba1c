import Clinical
import Screen

/// Takes in one message and says what should be done about it.
public func update(_ state: inout WorkbenchState, _ message: Message) -> [Effect] {
  var effects = state.receive(message)
  effects += state.askForDeskWork()
  if case .key = message { effects += state.renewLease() }
  state.settle()
  effects += state.recountIfNeeded() + state.countSectionsIfNeeded()
  effects += state.countNotesIfNeeded()
  effects += state.transcript.takeEvidenceRequests().map { .findEvidence($0) }
  state.unsavedCount += effects.count { if case .save = $0 { true } else { false } }
  return effects
}

extension WorkbenchState {
  fileprivate mutating func receive(_ message: Message) -> [Effect] {
    switch message {
    case .key(let key):
      return press(key)
    case .instruction(let text):
      replaceInstruction(by: text)
      return send()
    case .command(let line):
      return run(line)
    case .resized(let size):
      self.size = Size(columns: max(0, size.columns), rows: max(0, size.rows))
      return []
    case .tick(let moment):
      now = moment
      return advanceGeneration()
    case .memoryMeasured(let byteCount):
      memoryByteCount = byteCount
      return []
    case .notesOpened(let documents):
      add(documents)
      return []
    case .noteFailed(let path, let reason):
      notice = Notice(.error, "Cannot open \(path): \(reason)")
      return []
    case .openingEnded:
      isOpening = false
      return []
    case .model(let news):
      return receive(news)
    case .modelsListed(let items):
      take(items)
      return []
    case .generation(let id, let news):
      return receive(news, of: id)
    case .branchRead(let request, let tokens):
      return receive(tokens, of: request)
    case .tokensCounted(let request, let counted):
      if request == countRequest {
        costs = counted
        costsAreCurrent = true
      }
      return []
    case .countingFailed(let request):
      if request == countRequest {
        costs = nil
        costsAreCurrent = true
      }
      return []
    case .textCounted(let text, let count):
      textCosts[text] = count.map { .known($0) } ?? .unavailable
      return []
    case .sectionsCounted(let note, let counts):
      take(counts, ofSectionsIn: note)
      return []
    case .evidenceFound(let request, let evidence):
      if let last = transcript.take(evidence, for: request).last { reportEvidence(of: last) }
      return []
    case .filesListed(let prefix, let paths):
      takeFiles(paths, beginningWith: prefix)
      return []
    case .runsObserved(let observed):
      runs = observed
      return []
    case .editedExternally(let text):
      mode = .query
      focus = .instruction
      replaceInstruction(by: text)
      return []
    case .fileExists(let path, let contents):
      overlay = .confirm(.overwrite(path: path, contents: contents))
      return []
    case .desk(let news):
      receive(news)
      return []
    case .hungUp:
      return stopGeneration() + [.quit(.hungUp)]
    case .saved, .saveFailed, .sessionOffered, .sessionRestored, .sessionsFound, .sessionOpened,
      .historyLoaded, .reported:
      receiveFromJournal(message)
      return []
    }
  }

  private mutating func receiveFromJournal(_ message: Message) {
    switch message {
    case .saved:
      unsavedCount = max(0, unsavedCount - 1)
      if case .failed = journal { notice = nil }
      journal = .saved(at: now)
    case .saveFailed(let reason):
      unsavedCount = max(0, unsavedCount - 1)
      if case .failed(_, accepted: true) = journal { return }
      journal = .failed(reason: reason, accepted: false)
      // What follows from it is more urgent than what was said before.
      notice = nil
    case .sessionOffered(let offer):
      waitingOffer = offer
    case .sessionRestored(let entries):
      restore(entries)
    case .sessionsFound(let words, let hits):
      take(hits, for: words)
    case .sessionOpened(let session):
      open(session)
    case .historyLoaded(let instructions):
      history.prepend(instructions)
    case .reported(let notice):
      isRestoring = false
      self.notice = notice
    default:
      break
    }
  }

  private mutating func restore(_ entries: [TranscriptEntry]) {
    isRestoring = false
    guard transcript.entries.isEmpty else { return }
    let hadNotes = !notes.isEmpty
    takeUp(entries)
    if !hadNotes, let last = entries.last {
      noteIndex = notes.firstIndex { $0.document.text == last.note } ?? 0
    }
    notice = Notice(.information, "Session resumed.")
  }

  /// Shows the exchanges of an earlier session, with the notes that they are about.
  mutating func takeUp(_ entries: [TranscriptEntry]) {
    for var entry in entries {
      // It was running when the line was dropped: what was kept is all there is.
      if entry.status.isRunning { entry.status = .failed(reason: "cut off when the program ended") }
      transcript.append(entry)
      if !entry.note.isEmpty, !notes.contains(where: { $0.document.text == entry.note }) {
        notes.append(
          NotePane(NoteDocument(name: entry.noteName, text: entry.note), columns: 80))
      }
    }
    firstExchangeOfModel = transcript.entries.count
    history.prepend(entries.map(\.question))
  }

  /// Asks for a token count when note or question are not those counted last.
  mutating func recountIfNeeded() -> [Effect] {
    guard model.description != nil, let note else { return [] }
    let request = TokenCountRequest(
      note: note.sentText, question: question, template: templateChoice)
    guard request != countRequest else { return [] }
    countRequest = request
    costsAreCurrent = false
    return [.countTokens(request)]
  }

  /// The instruction as it would be sent.
  var question: String { trimmingBlanks(editor.text) }
}

/// `text` without blanks and line ends around it.
func trimmingBlanks(_ text: String) -> String {
  guard let first = text.firstIndex(where: { !$0.isWhitespace }),
    let last = text.lastIndex(where: { !$0.isWhitespace })
  else { return "" }
  return String(text[first...last])
}
