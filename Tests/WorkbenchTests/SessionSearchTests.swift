import Clinical
import Screen
import Testing

@testable import Workbench

/// The search through all sessions that were kept.
@Suite struct SessionSearchTests {
  static let hits: [SessionHit] = {
    var first = SessionHit(
      session: "7", startedAt: "14:01", note: "0142.txt",
      excerpt: "…sent home on furosemide 40 mg…")
    first.exchange = "31"
    first.question = "Which diuretic?"
    var second = first
    second.exchange = "30"
    second.question = "Summarise\nthe course."
    let note = SessionHit(
      session: "4", startedAt: "2 Nov 09:30", note: "labs.txt", excerpt: "furosemide stopped")
    return [first, second, note]
  }()

  /// The pop-up with three hits for a word; the second one is chosen.
  static func found(columns: Int = 80, rows: Int = 24) -> Bench {
    var bench = Bench(columns: columns, rows: rows)
    bench.send(.command("sessions furo"))
    bench.send(.sessionsFound("furo", hits))
    bench.press(.down)
    return bench
  }

  private func kept(_ question: String, _ answer: String) -> TranscriptEntry {
    var entry = TranscriptEntry(noteName: "labs.txt", note: "Potassium 5.9.", question: question)
    entry.answer = answer
    entry.status = .complete
    return entry
  }

  @Test func eachChangeOfTheWordsAsksAgainAndLateAnswersChangeNothing() {
    var bench = Bench()
    bench.count()
    #expect(bench.send(.command("sessions")) == [.searchSessions("")])
    bench.send(.sessionsFound("", []))
    #expect(bench.screen.contains { $0.contains("no session was kept yet") })
    #expect(bench.state.isAtRest)
    #expect(bench.type("fu") == [.searchSessions("f"), .searchSessions("fu")])
    #expect(!bench.state.isAtRest)
    bench.send(.sessionsFound("f", Self.hits))
    #expect(!bench.screen.contains { $0.contains("Which diuretic?") })
    bench.send(.sessionsFound("fu", []))
    #expect(bench.screen.contains { $0.contains("no session has all these words") })
    #expect(bench.press(.backspace) == [.searchSessions("f")])
    #expect(bench.press(.left).isEmpty)
  }

  @Test func aSessionOpensAtTheAnswerThatWasFound() throws {
    var bench = Self.found()
    bench.finish(try bench.askedFromPopUp("Mine?"), text: "Yes.")
    bench.send(.command("sessions furo"))
    bench.send(.sessionsFound("furo", Self.hits))
    bench.press(.down)
    bench.count()
    bench.send(.saved)
    bench.send(.saved)
    #expect(bench.state.isAtRest)
    #expect(bench.press(.enter) == [.openSession(Self.hits[1])])
    #expect(!bench.state.isAtRest)
    let entries = [
      kept("First?", (1...60).map { "line \($0)" }.joined(separator: "\n")),
      kept("Second?", "No."),
    ]
    bench.send(.sessionOpened(OpenedSession(entries: entries, exchange: 0)))
    #expect(bench.answers.map(\.question) == ["First?", "Second?"])
    #expect(bench.state.chosenExchange == 0)
    #expect(bench.screen.contains { $0.contains("You 00:00   First?") })
    #expect(bench.state.note?.document.name == "labs.txt")
    #expect(bench.state.notes.count == 2)
    // New questions go on behind what that session has.
    bench.press(.escape)
    let id = try bench.asked("Third?")
    bench.finish(id, text: "Yes.")
    #expect(bench.effects.saved.last?.number == 2)
  }

  @Test func inTheSessionOnTheScreenItOnlyGoesThere() throws {
    var bench = Bench()
    for question in ["First?", "Second?"] {
      bench.finish(try bench.asked(question), text: "Yes.")
    }
    bench.send(.sessionOpened(OpenedSession(entries: nil, exchange: 0)))
    #expect(bench.answers.count == 2)
    #expect(bench.state.chosenExchange == 0)
  }

  @Test func nothingIsOpenedWhileAnAnswerIsWritten() throws {
    var bench = Bench()
    let id = try bench.asked("First?")
    bench.prefill(id)
    bench.send(.command("sessions"))
    bench.send(.sessionsFound("", Self.hits))
    #expect(bench.press(.enter).isEmpty)
    #expect(bench.noticeRow.contains("An answer is being written"))
  }

  @Test func whatCannotBeOpenedIsSaid() {
    var bench = Self.found()
    bench.count()
    bench.press(.enter)
    bench.send(.reported(Notice(.error, "The session cannot be opened: another program has it")))
    #expect(bench.noticeRow.contains("cannot be opened"))
    #expect(bench.state.isAtRest)
  }
}

extension Bench {
  /// Closes the pop-up and asks.
  fileprivate mutating func askedFromPopUp(_ question: String) throws -> GenerationID {
    press(.escape)
    return try asked(question)
  }
}
