import Clinical
import Foundation
import Store
import Synchronization
import Testing
import Workbench

@testable import asclepius

/// What is kept of a session, and how it comes back.
@Suite struct SessionJournalTests {
  private let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("asclepius-\(UUID().uuidString)")

  private func journal() throws -> SessionJournal {
    let store = try SessionStore(path: folder.appendingPathComponent("sessions.sqlite").path)
    return .kept(in: store, template: { .plain })
  }

  private func record(
    _ number: Int, _ question: String, _ answer: String, _ status: AnswerStatus
  ) -> ExchangeRecord {
    var entry = TranscriptEntry(noteName: "a.txt", note: "Furosemide 40 mg.", question: question)
    entry.answer = answer
    entry.status = status
    entry.task = .questionAnswering
    entry.model = ModelDescription(name: "M", quantization: "Q8_0", contextLength: 2048)
    entry.parameters.seed = 7
    if !status.isRunning { entry.tokens = [4, 5, 6].map { AnswerToken(id: $0) } }
    return ExchangeRecord(number: number, entry: entry)
  }

  @Test func whatAKilledProgramLeftIsOfferedAndComesBack() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    do {
      let journal = try journal()
      #expect(try journal.unfinished() == nil)
      try journal.save(record(0, "Which diuretic?", "", .waiting))
      try journal.save(record(0, "Which diuretic?", "Furo", .writing))
      try journal.save(record(0, "Which diuretic?", "Furosemide.", .complete))
      try journal.save(record(1, "What dose?", "", .waiting))
      try journal.save(record(1, "What dose?", "40", .writing))
      try journal.end(.hungUp)
    }
    let journal = try journal()
    let offer = try #require(try journal.unfinished())
    #expect(offer.exchangeCount == 2)
    let entries = try journal.resume(offer)
    #expect(entries.map(\.question) == ["Which diuretic?", "What dose?"])
    #expect(entries.map(\.answer) == ["Furosemide.", "40"])
    #expect(entries[0].status == .complete)
    #expect(entries[1].status == .failed(reason: "cut off when the program ended"))
    #expect(entries[0].note == "Furosemide 40 mg.")
    #expect(entries[0].parameters.seed == 7)
    #expect(entries[0].task == .questionAnswering)

    // Later exchanges join the same session, which a chosen end then closes.
    try journal.save(record(2, "Who adjusts it?", "Not stated.", .complete))
    try journal.end(.chosen)
    #expect(try journal.unfinished() == nil)
    #expect(try journal.history() == ["Which diuretic?", "What dose?", "Who adjusts it?"])
  }

  @Test func earlierSessionsAreFoundAndTakenUpAgain() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let journal = try journal()
    try journal.save(record(0, "Which diuretic?", "Furosemide.", .complete))
    try journal.save(record(1, "What dose?", "40 mg.", .complete))
    try journal.end(.chosen)
    let later = try self.journal()
    try later.save(record(0, "Any allergy?", "Not stated.", .complete))
    #expect(try later.search(" ").map(\.excerpt) == ["1 question", "2 questions"])

    let hit = try #require(try later.search("40").first { $0.question == "What dose?" })
    #expect(hit.note == "a.txt")
    let opened = try later.open(hit)
    #expect(opened.entries?.map(\.answer) == ["Furosemide.", "40 mg."])
    #expect(opened.exchange == 1)
    // What is asked now joins it; the session before is closed.
    try later.save(record(2, "Who adjusts it?", "Not stated.", .complete))
    #expect(try later.search("").map(\.excerpt) == ["3 questions", "1 question"])
    #expect(try later.unfinished() == nil)
    let same = try later.open(try #require(try later.search("adjusts").first))
    #expect(same == OpenedSession(entries: nil, exchange: 2))
    try later.end(.chosen)
  }

  @Test func versionsEditsAndWhatWasLeftOutComeBack() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let note = "ADMISSION\nDyspnoea.\n\nMEDICATION\nFurosemide.\n"
    do {
      let journal = try journal()
      for number in 0..<3 {
        var kept = record(number, "Which diuretic?", "Answer \(number).", .complete)
        kept.entry.note = note
        if number == 1 {
          kept.entry.versionOf = 0
          kept.entry.leftOut = [LeftOutSection(index: 1, title: "MEDICATION")]
        }
        if number == 2 { kept.entry.editedFrom = 1 }
        try journal.save(kept)
      }
    }
    let journal = try journal()
    let entries = try journal.resume(try #require(try journal.unfinished()))
    #expect(entries.map(\.versionOf) == [nil, 0, nil])
    #expect(entries.map(\.editedFrom) == [nil, nil, 1])
    #expect(entries[1].leftOut == [LeftOutSection(index: 1, title: "MEDICATION")])
    #expect(entries[1].note == note)
    #expect(entries[1].sentNote == "ADMISSION\nDyspnoea.\n\n")
  }

  @Test func theTemplateInForceWhenAnAnswerIsKeptIsTheOneRecorded() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let store = try SessionStore(path: folder.appendingPathComponent("sessions.sqlite").path)
    let template = Mutex<PromptTemplate?>(nil)
    let journal = SessionJournal.kept(in: store) { template.withLock { $0 } }
    try journal.save(record(0, "A?", "", .waiting))
    // The model is loaded later than the journal is opened.
    template.withLock { $0 = .asclepius }
    try journal.save(record(0, "A?", "a", .complete))
    var said = record(1, "B?", "b", .complete)
    said.entry.template = .alpaca
    try journal.save(said)
    let session = try #require(try store.sessions().first)
    let names = try store.session(session.id).exchanges.map(\.exchange.provenance?.template)
    #expect(names == ["asclepius", "alpaca"])
  }

  @Test func aDismissedSessionIsNotOfferedAgain() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    do {
      let journal = try journal()
      try journal.save(record(0, "Which diuretic?", "Furosemide.", .complete))
    }
    let journal = try journal()
    let offer = try #require(try journal.unfinished())
    try journal.dismiss(offer)
    #expect(try journal.unfinished() == nil)
  }

  @Test func stoppedAndCutAnswersKeepTheirReason() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    do {
      let journal = try journal()
      try journal.save(record(0, "A?", "a", .stopped(atToken: 3)))
      try journal.save(record(1, "B?", "b", .limit(tokenCount: 3)))
      try journal.save(record(2, "C?", "c", .loop(tokenCount: 3)))
    }
    let journal = try journal()
    let entries = try journal.resume(try #require(try journal.unfinished()))
    #expect(
      entries.map(\.status)
        == [.stopped(atToken: 3), .limit(tokenCount: 3), .loop(tokenCount: 3)])
    #expect(entries[0].tokens.map(\.id) == [4, 5, 6])
  }

  @Test func whatComesOfAnAnswerThatGoesOnIsKeptAsItComes() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    do {
      let journal = try journal()
      try journal.save(record(0, "A?", "a", .stopped(atToken: 3)))
      var rest = record(0, "A?", "a b", .writing)
      rest.entry.tokens = [4, 5, 6, 7].map { AnswerToken(id: $0) }
      try journal.save(rest)
    }
    do {
      let journal = try journal()
      let entries = try journal.resume(try #require(try journal.unfinished()))
      #expect(entries.map(\.answer) == ["a b"])
      #expect(entries[0].tokens.map(\.id) == [4, 5, 6, 7], "it can go on from exactly here")
      #expect(entries[0].status == .failed(reason: "cut off when the program ended"))
      var whole = record(0, "A?", "a b c", .complete)
      whole.entry.tokens = [4, 5, 6, 7, 8].map { AnswerToken(id: $0) }
      whole.entry.givenTokenCount = 2
      // It goes on in the next run too.
      try journal.save(record(0, "A?", "a b", .writing))
      try journal.save(whole)
    }
    let journal = try journal()
    let entries = try journal.resume(try #require(try journal.unfinished()))
    #expect(entries.map(\.answer) == ["a b c"])
    #expect(entries[0].status == .complete)
    #expect(entries[0].givenTokenCount == 2)
  }
}
