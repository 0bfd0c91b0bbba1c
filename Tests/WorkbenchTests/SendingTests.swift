import Clinical
import Screen
import Testing

@testable import Workbench

@Suite struct SendingTests {
  @Test func enterSendsTheQuestionWithTheWholeNote() throws {
    var bench = Bench()
    bench.type("Why was he admitted?")
    let request = try bench.press(.enter).request()
    #expect(request.order.note == Bench.note)
    #expect(request.order.question == "Why was he admitted?")
    #expect(bench.state.editor.text.isEmpty)
    #expect(bench.answers.map(\.question) == ["Why was he admitted?"])
  }

  @Test func controlJMakesANewLineAndDoesNotSend() throws {
    var bench = Bench()
    bench.type("one")
    #expect(bench.press(.newline).generation == nil)
    bench.type("two")
    let request = try bench.press(.enter).request()
    #expect(request.order.question == "one\ntwo")
  }

  @Test func aPastedMegabyteIsOneEventAndIsNotSent() {
    var bench = Bench()
    let block = String(repeating: "Sodium 129 mmol/L, potassium 3.3 mmol/L.\n", count: 25_600)
    #expect(block.utf8.count > 1_000_000)
    let effects = bench.press(.paste(block))
    #expect(effects.generation == nil)
    #expect(bench.state.editor.text == block)
    #expect(bench.screen.count == 24)
  }

  @Test func anEmptyInstructionSendsNothing() {
    var bench = Bench()
    #expect(bench.press(.enter).generation == nil)
    #expect(bench.noticeRow.contains("Type a question first"))
  }

  @Test func withoutANoteNothingIsSentAndTheQuestionStays() {
    var bench = Bench(notes: [])
    bench.type("Why?")
    #expect(bench.press(.enter).generation == nil)
    #expect(bench.noticeRow.contains(":open FILE"))
    #expect(bench.state.editor.text == "Why?")
  }

  @Test func whileAnAnswerIsWrittenASecondQuestionWaitsInTheInstruction() throws {
    var bench = Bench()
    _ = try bench.asked("First?")
    #expect(bench.ask("Second?") == nil)
    #expect(bench.noticeRow.contains("^C stops it"))
    #expect(bench.state.editor.text == "Second?")
  }

  @Test func aPromptThatDoesNotFitIsRefusedWithExactCountsAndGivenBack() throws {
    var bench = Bench(columns: 140, rows: 40)
    let id = try bench.asked("Which diuretic?")
    let effects = bench.send(
      .generation(
        id,
        .refused(
          PromptTooLong(
            promptTokenCount: 1910, reservedTokenCount: 400, contextLength: 2048))))
    #expect(
      bench.noticeRow.contains(
        "Needs 2,310 of 2,048 tokens (1,910 prompt + 400 answer); nothing was sent."))
    #expect(bench.state.editor.text == "Which diuretic?")
    #expect(bench.answers.isEmpty)
    #expect(effects.saved.isEmpty)
  }

  @Test func aRefusalDoesNotOverwriteWhatWasTypedMeanwhile() throws {
    var bench = Bench()
    let id = try bench.asked("First?")
    bench.type("Second?")
    bench.send(
      .generation(
        id,
        .refused(
          PromptTooLong(promptTokenCount: 9, reservedTokenCount: 0, contextLength: 8))))
    #expect(bench.state.editor.text == "Second?")
  }

  @Test func theNumberOfATaskWritesItsTemplate() {
    var bench = Bench()
    bench.press(.control("t"), .character("7"))
    #expect(bench.state.editor.text == ClinicalTask.summarization.instructionTemplate)
    #expect(bench.state.overlay == nil)
    #expect(bench.screen.contains { $0.contains("Instruction: Summarization") })
  }

  @Test func anotherTaskReplacesAnUntouchedTemplateButNotAText() {
    var bench = Bench()
    bench.press(.control("t"), .character("7"))
    bench.press(.control("t"), .down, .down, .enter)
    let third = ClinicalTask.allCases[2].instructionTemplate
    #expect(bench.state.editor.text == third)
    bench.type("!")
    bench.press(.control("t"), .character("1"))
    #expect(bench.state.editor.text.hasPrefix(third + "!"))
  }

  @Test func aTemplateWithOpenBracketsIsNotSentAsItIs() throws {
    let task = try #require(
      ClinicalTask.allCases.first { $0.instructionTemplate.contains("[") })
    let number = try #require(ClinicalTask.allCases.firstIndex(of: task)) + 1
    var bench = Bench()
    bench.press(.control("t"), .character(Character(String(number))))
    #expect(bench.press(.enter).generation == nil)
    #expect(bench.noticeRow.contains("[brackets]"))
  }

  @Test func tokensAreCountedAgainWhenQuestionOrNoteChanges() {
    var bench = Bench()
    let first = bench.type("W")
    #expect(first == [.countTokens(TokenCountRequest(note: Bench.note, question: "W"))])
    // A blank at the end changes nothing that would be sent.
    #expect(bench.type(" ").isEmpty)
  }

  @Test func theMeterShowsTheNewestCountAndMarksAnOldOne() {
    var bench = Bench(columns: 120, rows: 40)
    let request = TokenCountRequest(note: Bench.note, question: "")
    bench.send(.tokensCounted(request, TokenCosts(note: 118, prompt: 160)))
    #expect(bench.statusRow.contains("ctx 160/2048 7% (note 118)"))
    bench.type("Why")
    #expect(bench.statusRow.contains("ctx 160/2048 7% (note 118) ~"))
    bench.send(.tokensCounted(request, TokenCosts(note: 1, prompt: 1)))
    #expect(bench.statusRow.contains("ctx 160/2048"), "a late count of an older text is ignored")
  }
}
