import Clinical
import Foundation
import Store
import Synchronization
import Workbench

extension SessionJournal {
  /// Keeps exchanges in `store`. A session begins with its first exchange.
  ///
  /// - Parameter template: Tells the prompt template that answers are made with at the time of the
  ///   call, for those that do not say it themselves; nil where none is known.
  static func kept(
    in store: SessionStore, template: @escaping @Sendable () -> PromptTemplate?
  ) -> SessionJournal {
    let keeper = SessionKeeper(store: store, template: template)
    return SessionJournal(
      unfinished: { try keeper.unfinished() }, resume: { try keeper.resume($0) },
      search: { try keeper.search($0) }, open: { try keeper.open($0) },
      dismiss: { try keeper.dismiss($0) }, save: { try keeper.save($0) },
      history: { try keeper.history() }, end: { try keeper.end($0) })
  }

  /// Fails each saving with `reason`: the workbench then says that nothing is kept.
  static func unavailable(_ reason: any Error) -> SessionJournal {
    var journal = SessionJournal.none
    let fail: @Sendable () throws -> Void = { throw reason }
    journal.unfinished = {
      try fail()
      return nil
    }
    journal.save = { _ in try fail() }
    journal.search = { _ in
      try fail()
      return []
    }
    return journal
  }
}

/// The session that is being kept and the numbers of its exchanges.
private final class SessionKeeper: Sendable {
  private struct Kept {
    var session: SessionID?
    var exchanges: [Int: ExchangeID] = [:]
    var noteDigests: Set<String> = []
    /// Numbers of exchanges that are kept as ended.
    var ended: Set<Int> = []
  }

  private let store: SessionStore
  private let template: @Sendable () -> PromptTemplate?
  // The journal's queue is the only caller; the lock says so to the compiler.
  private let kept = Mutex(Kept())

  init(store: SessionStore, template: @escaping @Sendable () -> PromptTemplate?) {
    self.store = store
    self.template = template
  }

  func unfinished() throws -> SessionOffer? {
    guard let summary = try store.unfinishedSession() else { return nil }
    return SessionOffer(
      id: String(summary.id.number), startedAt: Self.time(summary.startedAt, "d MMMM, HH:mm"),
      exchangeCount: summary.exchangeCount)
  }

  /// A time as it is shown: with the date, in that form, if that was not today.
  private static func time(_ date: Date, _ otherDays: String) -> String {
    let format = DateFormatter()
    format.dateFormat = Calendar.current.isDateInToday(date) ? "HH:mm" : otherDays
    return format.string(from: date)
  }

  func dismiss(_ offer: SessionOffer) throws {
    if let number = Int64(offer.id) { try store.endSession(SessionID(number)) }
  }

  func resume(_ offer: SessionOffer) throws -> [TranscriptEntry] {
    guard let number = Int64(offer.id) else { return [] }
    return try takeUp(SessionID(number))
  }

  /// Where the words stand; without words, the newest sessions.
  func search(_ words: String) throws -> [SessionHit] {
    guard words.contains(where: { !$0.isWhitespace }) else {
      return try store.sessions(limit: 50).map { summary in
        let count = summary.exchangeCount
        return SessionHit(
          session: String(summary.id.number),
          startedAt: Self.time(summary.startedAt, "d MMM HH:mm"), note: summary.title,
          excerpt: "\(count) question\(count == 1 ? "" : "s")")
      }
    }
    return try store.search(words).map { found in
      var hit = SessionHit(
        session: String(found.session.number),
        startedAt: Self.time(found.startedAt, "d MMM HH:mm"), note: found.noteTitle,
        excerpt: found.excerpt)
      hit.exchange = found.exchange.map { String($0.number) }
      hit.question = found.question
      return hit
    }
  }

  /// Takes up the session of `hit` and closes the one before.
  func open(_ hit: SessionHit) throws -> OpenedSession {
    let session = Int64(hit.session).map { SessionID($0) }
    let before = kept.withLock(\.session)
    var entries: [TranscriptEntry]?
    if let session, session != before {
      entries = try takeUp(session)
      if let before { try store.endSession(before) }
    }
    let exchange = hit.exchange.flatMap { Int64($0) }
    let number = kept.withLock { kept in
      kept.exchanges.first { $0.value.number == exchange }?.key
    }
    return OpenedSession(entries: entries, exchange: number)
  }

  private func takeUp(_ session: SessionID) throws -> [TranscriptEntry] {
    let stored = try store.resumeSession(session)
    kept.withLock { kept in
      kept.session = stored.id
      kept.noteDigests = Set(stored.notes.map(\.id))
      kept.exchanges = Dictionary(
        uniqueKeysWithValues: stored.exchanges.enumerated().map { ($0.offset, $0.element.id) })
      kept.ended = Set(stored.exchanges.indices)
    }
    let numbers = Dictionary(
      uniqueKeysWithValues: stored.exchanges.enumerated().map { ($0.element.id, $0.offset) })
    return stored.exchanges.map { entry(of: $0, notes: stored.notes, numbers: numbers) }
  }

  func history() throws -> [String] {
    var instructions: [String] = []
    for summary in try store.sessions(limit: 20).reversed() {
      instructions += try store.session(summary.id).exchanges.map(\.exchange.instruction.text)
    }
    return instructions
  }

  func end(_ departure: Departure) throws {
    guard departure == .chosen, let session = kept.withLock(\.session) else { return }
    try store.endSession(session)
  }

  func save(_ record: ExchangeRecord) throws {
    let entry = record.entry
    let note = ClinicalNote(title: entry.noteName, text: entry.note)
    let session = try session(holding: note)
    let answer = Answer(entry.answer, state: AnswerState(entry.status))
    let provenance = provenance(of: entry, note: note)
    if let exchange = kept.withLock({ $0.exchanges[record.number] }) {
      try save(answer, provenance, of: exchange, number: record.number)
      return
    }
    let exchange = try store.beginExchange(
      Exchange(
        noteID: note.id, instruction: Instruction(entry.question, task: entry.task),
        answer: answer, provenance: provenance),
      lineage: lineage(of: entry), in: session)
    kept.withLock { kept in
      kept.exchanges[record.number] = exchange
      if answer.state != .writing { kept.ended.insert(record.number) }
    }
  }

  private func save(
    _ answer: Answer, _ provenance: Provenance?, of exchange: ExchangeID, number: Int
  ) throws {
    guard answer.state == .writing else {
      try store.finishExchange(exchange, answer: answer, provenance: provenance)
      kept.withLock { _ = $0.ended.insert(number) }
      return
    }
    if kept.withLock({ $0.ended.remove(number) }) != nil { try store.reopenExchange(exchange) }
    try store.updateExchange(exchange, answer: answer.text, provenance: provenance)
  }

  private func session(holding note: ClinicalNote) throws -> SessionID {
    if let session = kept.withLock(\.session) {
      if !kept.withLock({ $0.noteDigests.contains(note.id) }) {
        try store.addNote(note, to: session)
        kept.withLock { _ = $0.noteDigests.insert(note.id) }
      }
      return session
    }
    let session = try store.beginSession(title: note.title, notes: [note])
    kept.withLock { kept in
      kept.session = session
      kept.noteDigests = [note.id]
    }
    return session
  }

  private func provenance(of entry: TranscriptEntry, note: ClinicalNote) -> Provenance? {
    guard let model = entry.model, let template = entry.template ?? template() else { return nil }
    var provenance = Provenance(
      model: model, template: template, noteDigest: note.id, parameters: entry.parameters,
      tokens: entry.tokens.map(\.id))
    provenance.givenTokenCount = entry.givenTokenCount > 0 ? entry.givenTokenCount : nil
    return provenance
  }

  private func lineage(of entry: TranscriptEntry) -> ExchangeLineage {
    kept.withLock { kept in
      ExchangeLineage(
        versionOf: entry.versionOf.flatMap { kept.exchanges[$0] },
        editedFrom: entry.editedFrom.flatMap { kept.exchanges[$0] },
        leftOut: entry.leftOut.map(\.index))
    }
  }

  private func entry(
    of stored: StoredExchange, notes: [ClinicalNote], numbers: [ExchangeID: Int]
  ) -> TranscriptEntry {
    let exchange = stored.exchange
    let note = notes.first { $0.id == exchange.noteID }
    let time = Calendar.current.dateComponents([.hour, .minute, .second], from: stored.startedAt)
    var entry = TranscriptEntry(
      noteName: note?.title ?? "", note: note?.text ?? "", question: exchange.instruction.text,
      askedAt: Moment(
        hour: time.hour ?? 0, minute: time.minute ?? 0, second: time.second ?? 0),
      parameters: exchange.provenance?.parameters ?? GenerationParameters())
    entry.task = exchange.instruction.task
    entry.answer = exchange.answer.text
    entry.model = exchange.provenance?.model
    entry.template = exchange.provenance.flatMap { PromptTemplate(rawValue: $0.template) }
    entry.versionOf = stored.lineage.versionOf.flatMap { numbers[$0] }
    entry.editedFrom = stored.lineage.editedFrom.flatMap { numbers[$0] }
    entry.leftOut = NoteDocument.sections(at: stored.lineage.leftOut, in: entry.note)
    entry.tokens = (exchange.provenance?.tokens ?? []).map { AnswerToken(id: $0) }
    entry.givenTokenCount = exchange.provenance?.givenTokenCount ?? 0
    let tokenCount = entry.tokens.count
    entry.status =
      switch exchange.answer.state {
      case .end: .complete
      case .limit: .limit(tokenCount: tokenCount)
      case .loop: .loop(tokenCount: tokenCount)
      case .cancelled: .stopped(atToken: tokenCount)
      case .failed: .failed(reason: "it broke off in an earlier run")
      case .writing, .interrupted: .failed(reason: "cut off when the program ended")
      }
    return entry
  }
}

extension AnswerState {
  /// The state that an answer on the screen is kept in.
  init(_ status: AnswerStatus) {
    switch status {
    case .waiting, .writing: self = .writing
    case .complete: self = .end
    case .stopped: self = .cancelled
    case .limit: self = .limit
    case .loop: self = .loop
    case .failed: self = .failed
    }
  }
}
