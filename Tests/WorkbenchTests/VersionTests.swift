import Clinical
import Screen
import Testing

@testable import Workbench

@Suite struct VersionTests {
  /// A room in which one question has two answers, the keys in the answer pane.
  private func twoVersions() throws -> Bench {
    var bench = Bench()
    let first = try bench.asked("Which diuretic?")
    bench.finish(first, text: "Furosemide.")
    bench.press(.backTab)
    let second = try bench.press(.character("r")).request().id
    bench.finish(second, text: "Furosemide 40 mg.")
    return bench
  }

  @Test func askingAgainMakesAVersionInThePlaceOfTheFirst() throws {
    let bench = try twoVersions()
    #expect(bench.screen.contains { $0.contains("Answer 2 of 2") })
    #expect(bench.screen.contains { $0.contains("Furosemide 40 mg.") })
    #expect(!bench.screen.contains { $0.contains("Furosemide. ") || $0.hasSuffix("Furosemide.") })
    #expect(bench.answers.map(\.versionOf) == [nil, 0])
    #expect(Set(bench.effects.saved.map(\.number)) == [0, 1], "both are kept")
  }

  @Test func angleBracketsWalkThroughTheVersions() throws {
    var bench = try twoVersions()
    bench.press(.character("<"))
    #expect(bench.screen.contains { $0.contains("Answer 1 of 2") })
    #expect(bench.screen.contains { $0.contains("Furosemide. [9=]") })
    bench.press(.character("<"))
    #expect(bench.noticeRow.contains("This is the first version."))
    bench.press(.character(">"))
    #expect(bench.screen.contains { $0.contains("Answer 2 of 2") })
    bench.press(.character(">"))
    #expect(bench.noticeRow.contains("This is the last version."))
  }

  @Test func aSingleAnswerSaysHowToMakeAnother() throws {
    var bench = Bench()
    let id = try bench.asked("Which diuretic?")
    bench.finish(id, text: "Furosemide.")
    bench.press(.backTab, .character("<"))
    #expect(bench.noticeRow.contains("There is one version of this answer. r makes another."))
  }

  @Test func aThirdVersionBelongsToTheSameQuestion() throws {
    var bench = try twoVersions()
    let id = try bench.press(.character("r")).request().id
    bench.finish(id, text: "Third.")
    #expect(bench.answers.map(\.versionOf) == [nil, 0, 0])
    #expect(bench.screen.contains { $0.contains("Answer 3 of 3") })
  }

  @Test func aVersionIsAskedWithTheSectionsThatAreInNow() throws {
    var bench = try twoVersions()
    bench.press(.character("o"), .down, .character(" "), .escape)
    let order = try bench.press(.character("r")).request().order
    #expect(!order.note.contains("HOSPITAL COURSE"))
    #expect(bench.answers.last?.leftOut.map(\.title) == ["HOSPITAL COURSE"])
  }

  @Test func aVersionThatIsRefusedLeavesTheOneBefore() throws {
    var bench = try twoVersions()
    let id = try bench.press(.character("r")).request().id
    let refusal = PromptTooLong(promptTokenCount: 9, reservedTokenCount: 0, contextLength: 8)
    bench.send(.generation(id, .refused(refusal)))
    #expect(bench.screen.contains { $0.contains("Answer 2 of 2") })
    #expect(bench.state.editor.text.isEmpty)
    #expect(bench.state.notice?.text.contains("nothing was sent") == true)
  }

  @Test func bracesChooseAnEarlierQuestionWhichThenIsAskedAgain() throws {
    var bench = try twoVersions()
    bench.press(.tab)
    let id = try bench.asked("Why admitted?")
    bench.finish(id, text: "Dyspnoea.")
    bench.press(.backTab, .character("{"))
    #expect(bench.screen.contains { $0.contains("Answer 2 of 2") })
    #expect(bench.screen.contains { $0.hasPrefix("> You") && $0.contains("Which diuretic?") })
    let again = try bench.press(.character("r")).request()
    #expect(again.order.question == "Which diuretic?")
    bench.finish(again.id, text: "Again.")
    #expect(bench.state.transcript.shown == [3, 2], "the versions keep their place")
    bench.press(.character("}"))
    #expect(bench.state.chosenExchange == 2)
  }

  @Test func aRefusedFirstQuestionLeavesNoPlace() throws {
    var bench = Bench()
    let id = try bench.asked("Which diuretic?")
    let refusal = PromptTooLong(promptTokenCount: 9, reservedTokenCount: 0, contextLength: 8)
    bench.send(.generation(id, .refused(refusal)))
    #expect(bench.state.transcript.shown.isEmpty)
    #expect(bench.state.transcript.rowCount == 0)
  }

  @Test func editingAQuestionMakesANewOneAboutTheSameNote() throws {
    var bench = try twoVersions()
    bench.send(.notesOpened([NoteDocument(name: "other.txt", text: "Another note.")]))
    bench.press(.character("E"))
    #expect(bench.state.editor.text == "Which diuretic?")
    #expect(bench.state.note?.document.name == "0142.txt")
    #expect(bench.screen.contains { $0.contains("Instruction, edited from 14:00") })
    bench.press(.backspace)
    bench.type(" and what dose?")
    let request = try bench.press(.enter).request()
    #expect(request.order.question == "Which diuretic and what dose?")
    #expect(request.order.note == Bench.note, "the same prefix, so it is not read again")
    bench.finish(request.id, text: "40 mg.")
    #expect(bench.answers.last?.editedFrom == 1)
    #expect(bench.answers.last?.versionOf == nil)
    #expect(bench.state.transcript.shown == [1, 2])
  }

  @Test func anEditThatIsClearedIsForgotten() throws {
    var bench = try twoVersions()
    bench.press(.character("E"), .escape)
    #expect(bench.state.editor.text.isEmpty)
    let id = try bench.asked("Something else?")
    bench.finish(id, text: "Yes.")
    #expect(bench.answers.last?.editedFrom == nil)
  }

  @Test func aRestoredSessionShowsTheNewestVersion() throws {
    let entries = try twoVersions().answers
    var bench = Bench()
    bench.send(.sessionRestored(entries))
    #expect(bench.screen.contains { $0.contains("Answer 2 of 2") })
    bench.press(.backTab, .character("<"))
    #expect(bench.screen.contains { $0.contains("Furosemide. [9=]") })
  }

  @Test func findLooksIntoTheVersionThatIsShown() throws {
    var bench = try twoVersions()
    bench.press(.character("/"))
    bench.type("40")
    bench.press(.enter)
    #expect(bench.state.search?.matches.count == 1)
    bench.press(.character("<"))
    #expect(bench.state.search?.matches.isEmpty == true)
  }
}
