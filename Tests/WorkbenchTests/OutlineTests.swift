import Clinical
import Screen
import Testing

@testable import Workbench

@Suite struct OutlineTests {
  /// The note of the bench has these sections, of which the second stands on these lines.
  private static let withoutCourse = """
    ADMISSION
    67-year-old man admitted with progressive dyspnoea and orthopnoea.

    DISCHARGE MEDICATIONS
    Furosemide 40 mg by mouth twice daily.
    Metoprolol succinate 25 mg by mouth daily.

    FOLLOW-UP
    Heart failure clinic in two weeks.
    """

  /// A narrow room with the outline open and the second section chosen.
  private func opened() -> Bench {
    var bench = Bench()
    bench.press(.tab, .character("o"), .down)
    return bench
  }

  @Test func theKeyOpensTheOutlineOverThePanesAndAsksForItsCosts() {
    var bench = Bench()
    bench.press(.tab)
    let effects = bench.press(.character("o"))
    #expect(bench.state.overlay == .outline)
    #expect(effects == [.countSections(note: Bench.note)])
    bench.send(.sectionsCounted(note: Bench.note, tokenCounts: [20, 61, 27, 10]))
    let rows = bench.screen
    #expect(rows.contains { $0.contains(">[x] ADMISSION") && $0.contains("20") })
    #expect(rows.contains { $0.contains(" [x] HOSPITAL COURSE") && $0.contains("61") })
    #expect(rows.contains { $0.contains("sent 118 of 118 tokens") })
    bench.press(.escape)
    #expect(bench.press(.character("o")).isEmpty, "costs are counted once for a note")
  }

  @Test func costsAreCountedAgainForAnotherModelOnly() {
    var bench = Bench(columns: 200, rows: 60)
    #expect(bench.state.note?.costs == .requested)
    bench.send(.sectionsCounted(note: Bench.note, tokenCounts: [1, 2, 3, 4]))
    bench.type("Why")
    #expect(!bench.effects.contains(.countSections(note: Bench.note)))
    let effects = bench.send(.model(.ready(Bench.model)))
    #expect(effects.contains(.countSections(note: Bench.note)))
  }

  @Test func spaceLeavesASectionOutOfWhatIsSentAndCounted() throws {
    var bench = opened()
    let effects = bench.press(.character(" "))
    #expect(
      effects == [
        .countTokens(TokenCountRequest(note: Self.withoutCourse, question: ""))
      ])
    #expect(bench.screen.contains { $0.contains(">[ ] HOSPITAL COURSE") })
    #expect(bench.noticeRow.contains("HOSPITAL COURSE is left out: the model will not read it."))
    bench.press(.escape)
    #expect(bench.screen[1].contains("Note 0142.txt (1 section left out)"))
    bench.press(.escape)
    let id = try bench.asked("Which diuretic?")
    let order = try #require(bench.effects.generation).order
    #expect(order.note == Self.withoutCourse)
    #expect(
      order.note
        == ClinicalNote(title: "", text: Bench.note).text(leavingOut: [1]))
    bench.finish(id, text: "Furosemide.")
    let kept = try #require(bench.effects.saved.last?.entry)
    #expect(kept.note == Bench.note)
    #expect(kept.leftOut == [LeftOutSection(index: 1, title: "HOSPITAL COURSE")])
    #expect(kept.sentNote == Self.withoutCourse)
    #expect(bench.screen.contains { $0.contains("note without: HOSPITAL COURSE") })
  }

  @Test func spaceAgainTakesTheSectionInAgain() throws {
    var bench = opened()
    bench.press(.character(" "), .character(" "))
    #expect(bench.noticeRow.contains("HOSPITAL COURSE is taken in again."))
    bench.press(.escape, .escape)
    #expect(bench.press(.escape).isEmpty)
    _ = try bench.asked("Which diuretic?")
    #expect(try #require(bench.effects.generation).order.note == Bench.note)
    #expect(!bench.screen.contains { $0.contains("note without") })
  }

  @Test func theLastSectionCannotBeLeftOut() {
    var bench = opened()
    bench.press(.home)
    for _ in 0..<4 { bench.press(.character(" "), .down) }
    #expect(bench.state.note?.leftOut == [0, 1, 2])
    #expect(bench.noticeRow.contains("FOLLOW-UP is all that is left of the note"))
  }

  @Test func rowsThatAreLeftOutAreMarkedInTheNote() {
    var bench = opened()
    bench.press(.character(" "), .escape)
    let course = bench.screen.first { $0.contains("HOSPITAL COURSE") }
    #expect(course?.hasPrefix(" x HOSPITAL COURSE") == true)
  }

  @Test func sumsFollowTheSwitches() {
    var bench = opened()
    bench.send(.sectionsCounted(note: Bench.note, tokenCounts: [20, 61, 27, 10]))
    bench.press(.character(" "))
    #expect(bench.screen.contains { $0.contains("sent 57 of 118 tokens") })
  }

  @Test func whatCannotBeCountedIsSaid() {
    var bench = opened()
    bench.send(.sectionsCounted(note: Bench.note, tokenCounts: nil))
    #expect(bench.screen.contains { $0.contains("tokens: not known") })
  }

  @Test func onAWideScreenTheOutlineIsAPaneThatTabReaches() {
    var bench = Bench(columns: 200, rows: 60)
    bench.press(.tab)
    #expect(bench.state.focus == .outline)
    bench.press(.down, .character(" "))
    #expect(bench.screen[3].hasPrefix(">[ ] HOSPITAL COURSE"))
    bench.press(.enter)
    #expect(bench.state.focus == .note)
    bench.press(.character("o"))
    #expect(bench.state.focus == .outline)
    bench.send(.resized(Size(columns: 80, rows: 24)))
    #expect(bench.state.focus == .note, "a narrow screen has no such pane")
  }

  @Test func aNoteWithoutHeadingsSaysSo() {
    var bench = Bench(notes: [NoteDocument(name: "a.txt", text: "Stable overnight.")])
    bench.press(.tab, .character("o"))
    #expect(bench.screen.contains { $0.contains("no headings found") })
    bench.press(.character(" "))
    #expect(bench.state.note?.leftOut.isEmpty == true)
  }

  @Test func refusalOfALongPromptPointsToTheOutline() throws {
    var bench = Bench(columns: 140, rows: 40)
    let id = try bench.asked("Which diuretic?")
    let refusal = PromptTooLong(
      promptTokenCount: 1910, reservedTokenCount: 400, contextLength: 2048)
    bench.send(.generation(id, .refused(refusal)))
    #expect(bench.screen.joined(separator: " ").contains("Leave sections out (Tab o)"))
  }
}
