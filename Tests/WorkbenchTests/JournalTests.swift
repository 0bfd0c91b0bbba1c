import Clinical
import Screen
import Testing

@testable import Workbench

@Suite struct JournalTests {
  @Test func anExchangeIsKeptAtItsStartNowAndThenAndAtItsEnd() throws {
    var bench = Bench()
    let id = try bench.asked("Diuretic?")
    #expect(bench.effects.saved.isEmpty, "nothing is kept before the decoder took the prompt")
    bench.prefill(id, done: 0)
    #expect(bench.effects.saved.map(\.entry.answer) == [""])
    #expect(bench.effects.saved.map(\.entry.question) == ["Diuretic?"])

    bench.write(["Furo"], in: id)
    bench.tick(to: 0.9)
    #expect(bench.effects.saved.count == 1)
    bench.tick(to: 1.1)
    #expect(bench.effects.saved.last?.entry.answer == "Furo")
    bench.tick(to: 5)
    #expect(bench.effects.saved.count == 2, "unchanged text is not kept twice")

    bench.finish(id, text: "Furosemide.")
    let last = try #require(bench.effects.saved.last)
    #expect(last.entry.answer == "Furosemide.")
    #expect(last.entry.status == .complete)
    #expect(Set(bench.effects.saved.map(\.number)) == [0])
  }

  @Test func savedIsShownOnlyWhenItIsConfirmed() throws {
    var bench = Bench()
    let id = try bench.asked("Diuretic?")
    bench.finish(id, text: "Furosemide.")
    #expect(!bench.statusRow.contains("saved"))
    bench.tick(to: 131)
    bench.send(.saved)
    #expect(bench.statusRow.contains("saved 14:02:11"))
  }

  @Test func whatCannotBeSavedBlocksFurtherQuestionsUntilAccepted() throws {
    var bench = Bench()
    let id = try bench.asked("First?")
    bench.finish(id, text: "Yes.")
    bench.send(.saveFailed(reason: "the disk is full"))
    #expect(bench.noticeRow.contains("Not saved: the disk is full"))
    #expect(bench.ask("Second?") == nil)
    bench.send(.command("unsafe"))
    #expect(bench.press(.enter).generation?.order.question == "Second?")
  }

  @Test func anUnfinishedSessionIsOfferedAndComesBack() {
    var bench = Bench()
    let offer = SessionOffer(id: "7", startedAt: "14:01", exchangeCount: 3)
    bench.send(.sessionOffered(offer))
    #expect(bench.noticeRow.contains("Resume session of 14:01 (3 exchanges)? y/n"))
    #expect(bench.press(.character("y")) == [.resumeSession(offer)])

    var first = TranscriptEntry(noteName: "0142.txt", note: Bench.note, question: "Diuretic?")
    first.answer = "Furosemide."
    first.status = .complete
    var cut = TranscriptEntry(noteName: "0142.txt", note: Bench.note, question: "Course?")
    cut.answer = "He was"
    cut.status = .writing
    bench.send(.sessionRestored([first, cut]))
    #expect(bench.answers.map(\.answer) == ["Furosemide.", "He was"])
    #expect(bench.screen.contains { $0.contains("cut off when the program ended") })
    #expect(bench.state.notes.count == 1, "the note is open already")
    bench.press(.up)
    #expect(bench.state.editor.text == "Course?")
  }

  @Test func exchangesAfterAResumeAreNumberedOn() throws {
    var bench = Bench()
    let old = TranscriptEntry(noteName: "0142.txt", note: Bench.note, question: "Diuretic?")
    bench.send(.sessionRestored([old, old]))
    let id = try bench.asked("Next?")
    bench.finish(id, text: "Yes.")
    #expect(bench.effects.saved.last?.number == 2)
  }

  @Test func aRestoredNoteThatIsNotOpenIsOpened() {
    var bench = Bench(notes: [])
    bench.send(
      .sessionRestored([TranscriptEntry(noteName: "a.txt", note: "Text.", question: "Q?")]))
    #expect(bench.state.note?.document.text == "Text.")
  }

  @Test func refusingAnOfferClosesThatSession() {
    var bench = Bench()
    let offer = SessionOffer(id: "7", startedAt: "14:01", exchangeCount: 1)
    bench.send(.sessionOffered(offer))
    #expect(bench.noticeRow.contains("(1 exchange)?"))
    #expect(bench.press(.character("n")) == [.dismissSession(offer)])
  }

  @Test func anOfferWaitsUntilNothingIsBeingTyped() {
    var bench = Bench()
    bench.type("W")
    bench.send(.sessionOffered(SessionOffer(id: "7", startedAt: "14:01", exchangeCount: 1)))
    #expect(bench.state.overlay == nil)
    bench.press(.backspace)
    #expect(bench.state.isAsking)
  }

  @Test func aDroppedLineStopsKeepsAndLeaves() throws {
    var bench = Bench()
    let id = try bench.asked("Diuretic?")
    bench.write(["Furo"], in: id)
    let effects = bench.send(.hungUp)
    #expect(effects.first == .cancel(id))
    #expect(effects.saved.last?.entry.status == .stopped(atToken: 1))
    #expect(effects.last == .quit(.hungUp))
  }
}
