import Clinical
import Screen

extension WorkbenchState {
  /// Seconds between two savings of an answer that is being written.
  private static let savingInterval = 1.0

  /// Sends the instruction, or says why that cannot be done.
  mutating func send() -> [Effect] {
    if case .missing(let offer) = model {
      overlay = .confirm(.download(offer))
      return []
    }
    if let obstacle = obstacleToSending {
      notice = Notice(.warning, obstacle)
      return []
    }
    if let note, let problem = note.document.problem, !note.problemAccepted {
      overlay = .confirm(.sendNote(problem))
      return []
    }
    let asked = question
    editor = TextEditor()
    history.add(asked)
    defer { task = nil }
    let source = editedFrom
    editedFrom = nil
    return ask(asked, task: task, editedFrom: source)
  }

  private var obstacleToSending: String? {
    if let template = task?.instructionTemplate, editor.text == template, template.contains("[") {
      return "Replace what stands in [brackets] before you send it."
    }
    if question.isEmpty { return "Type a question first, or ^T for a task." }
    if note == nil { return "There is no note to ask about. Open one with :open FILE" }
    if isRestoring { return "The earlier session is still being read. Send again in a moment." }
    return obstacleToAnswering
  }

  /// Why no answer can be begun now, whatever the question.
  var obstacleToAnswering: String? {
    if generation != nil { return "An answer is being written. ^C stops it." }
    switch model {
    case .ready: break
    case .failed: return "The model cannot be used; the answer pane says why. :model tries again."
    default: return "The model is not ready yet. Your instruction stays here; send it then."
    }
    if case .failed(_, accepted: false) = journal {
      return "Answers cannot be saved. :unsafe goes on without saving."
    }
    return nil
  }

  /// Begins an answer to `question` about the note that is shown.
  ///
  /// - Parameters:
  ///   - versionOf: The exchange that this asks once more.
  ///   - editedFrom: The exchange whose question was edited into this one.
  mutating func ask(
    _ question: String, task: ClinicalTask?, versionOf: Int? = nil, editedFrom: Int? = nil
  ) -> [Effect] {
    guard let note else { return [] }
    var exchange = TranscriptEntry(
      noteName: note.document.name, note: note.document.text, question: question, askedAt: now,
      parameters: parameters)
    exchange.task = task
    exchange.model = model.description
    exchange.template = templateInForce
    exchange.leftOut = note.leftOutSections
    exchange.versionOf = versionOf
    exchange.editedFrom = editedFrom
    transcript.append(exchange)
    return generate(transcript.entries.count - 1)
  }

  /// Asks the decoder for the exchange at `entry`, behind the tokens that it has already.
  mutating func generate(_ entry: Int) -> [Effect] {
    let id = nextGeneration
    nextGeneration = GenerationID(id.number + 1)
    showPlace(ofExchange: entry)
    let exchange = transcript.entries[entry]
    var active = ActiveGeneration(id: id, entry: entry, startedAt: now.seconds)
    active.givenTokenCount = exchange.tokens.count
    generation = active
    notice = nil
    var order = GenerationOrder(
      note: exchange.sentNote, question: exchange.question, parameters: exchange.parameters,
      template: exchange.template)
    order.lookup = lookup
    order.given = exchange.tokens.map(\.id)
    return [.generate(id, order)]
  }

  mutating func receive(_ news: GenerationNews, of id: GenerationID) -> [Effect] {
    guard let active = generation, active.id == id else { return [] }
    switch news {
    case .event(let event):
      return receive(event)
    case .refused(let refusal):
      refuse(refusal, active)
      return []
    case .failed(let reason):
      transcript.setStatus(at: active.entry, to: .failed(reason: reason))
      notice = Notice(.error, "The answer broke off: \(reason)")
      generation = nil
      return [.save(record(of: active.entry))]
    }
  }

  private mutating func receive(_ event: GenerationEvent) -> [Effect] {
    guard var active = generation else { return [] }
    var effects: [Effect] = []
    if !active.isAccepted {
      active.isAccepted = true
      active.savedAtSeconds = now.seconds
      effects.append(.save(record(of: active.entry)))
    }
    switch event {
    case .prefill(let done, let total, let reused):
      active.prefill = PrefillProgress(done: done, total: total, reused: reused)
      generation = active
    case .token(let id, let text, let choice):
      if active.decodingSince == nil {
        active.decodingSince = now.seconds
        transcript.setStatus(at: active.entry, to: .writing)
      }
      active.tokenCount += 1
      active.lastTokenAt = now.seconds
      generation = active
      transcript.append(AnswerToken(id: id, text: text, choice: choice), at: active.entry)
      transcript.extendAnswer(at: active.entry, by: text)
    case .rest(let text):
      transcript.extendAnswer(at: active.entry, by: text)
    case .finished(let summary):
      finish(active, summary)
      effects.append(.save(record(of: active.entry)))
    }
    return effects
  }

  private mutating func finish(_ active: ActiveGeneration, _ summary: GenerationSummary) {
    generation = nil
    transcript.replaceAnswer(at: active.entry, by: summary.text)
    transcript.setSummary(at: active.entry, to: summary)
    transcript.setTokens(at: active.entry, to: summary.tokens)
    let status: AnswerStatus =
      switch summary.stop {
      case .end: .complete
      case .limit: .limit(tokenCount: summary.tokens.count)
      case .loop: .loop(tokenCount: summary.tokens.count)
      case .cancelled: .stopped(atToken: summary.tokens.count)
      }
    transcript.setStatus(at: active.entry, to: status)
    transcript.findEvidence(at: active.entry)
    reportEvidence(of: active.entry)
  }

  /// Takes the exchange back and gives the question back to the person.
  private mutating func refuse(_ refusal: PromptTooLong, _ active: ActiveGeneration) {
    generation = nil
    if let before = active.endedBefore {
      transcript.setStatus(at: active.entry, to: before)
      notice = Notice(.error, text(of: refusal))
      return
    }
    let exchange = transcript.entries[active.entry]
    let question = exchange.question
    transcript.removeLast()
    selectedPlace = nil
    if exchange.versionOf != nil {
      // The question still stands above its earlier answers.
      notice = Notice(.error, text(of: refusal))
      return
    }
    if editor.text.isEmpty {
      editor = TextEditor()
      editor.insert(question)
    }
    notice = Notice(.error, text(of: refusal))
  }

  /// What is needed, what there is, and what can be done about it.
  func text(of refusal: PromptTooLong) -> String {
    let needed = refusal.promptTokenCount + refusal.reservedTokenCount
    let parts =
      refusal.reservedTokenCount > 0
      ? " (\(grouped(refusal.promptTokenCount)) prompt"
        + " + \(grouped(refusal.reservedTokenCount)) answer)" : ""
    return "Needs \(grouped(needed)) of \(grouped(refusal.contextLength)) tokens\(parts);"
      + " nothing was sent. Leave sections out (\(outlineKeys)) or :set max-tokens N"
  }

  /// How the outline is reached from the instruction.
  private var outlineKeys: String {
    [keyMap.label(of: .focusNext), keyMap.label(of: .outline)].compactMap { $0 }
      .joined(separator: " ")
  }

  /// Stops the running answer, if there is one, and keeps what there is of it.
  mutating func stopGeneration() -> [Effect] {
    guard let active = generation else { return [] }
    generation = nil
    let entry = transcript.entries[active.entry]
    transcript.setSummary(
      at: active.entry,
      to: GenerationSummary(
        stop: .cancelled, text: entry.answer, tokens: entry.tokens.map(\.id),
        promptTokenCount: max(0, active.prefill.total - active.givenTokenCount),
        reusedTokenCount: active.prefill.reused,
        prefillSeconds: (active.decodingSince ?? now.seconds) - active.startedAt,
        decodeSeconds: active.decodingSince.map { active.lastTokenAt - $0 } ?? 0))
    transcript.setStatus(at: active.entry, to: .stopped(atToken: entry.tokens.count))
    transcript.findEvidence(at: active.entry)
    return [.cancel(active.id)]
      + (active.isAccepted ? [.save(record(of: active.entry))] : [])
  }

  /// What a tick does for a running answer: its rate, and keeping it now and then.
  mutating func advanceGeneration() -> [Effect] {
    guard var active = generation else { return [] }
    if let since = active.decodingSince, now.seconds - active.rateShownAt >= 0.5 {
      let elapsed = now.seconds - since
      if elapsed > 0 {
        active.shownRate = Double(active.tokenCount) / elapsed
        active.rateShownAt = now.seconds
      }
    }
    var effects: [Effect] = []
    let byteCount = transcript.entries[active.entry].answer.utf8.count
    let isDue = now.seconds - active.savedAtSeconds >= Self.savingInterval
    if active.isAccepted, isDue, byteCount != active.savedByteCount {
      active.savedByteCount = byteCount
      active.savedAtSeconds = now.seconds
      effects.append(.save(record(of: active.entry)))
    }
    generation = active
    return effects
  }

  func record(of entry: Int) -> ExchangeRecord {
    ExchangeRecord(number: entry, entry: transcript.entries[entry])
  }
}
