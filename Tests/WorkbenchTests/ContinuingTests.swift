import Clinical
import Screen
import Testing

@testable import Workbench

/// Answers that go on after they stopped.
@Suite struct ContinuingTests {
  private func stopped() throws -> Bench {
    var bench = Bench()
    bench.state.template = .chat
    bench.state.parameters.temperature = 0.7
    let id = try bench.asked("Which diuretic?")
    bench.prefill(id)
    bench.write(["Furo", "semide"], in: id, from: 7)
    bench.press(.control("c"), .backTab)
    return bench
  }

  @Test func aStoppedAnswerGoesOnBehindTheTokensThatWereSeen() throws {
    var bench = try stopped()
    #expect(bench.screen.contains { $0.contains("stopped at token 2") })
    #expect(bench.screen.last?.contains("c continue") == true)
    // What is set meanwhile is for other answers.
    bench.state.parameters.temperature = 0
    let request = try bench.press(.character("c")).request()
    #expect(request.order.given == [7, 8])
    #expect(request.order.parameters.temperature == 0.7)
    #expect(request.order.template == .chat)
    #expect(request.order.note == Bench.note)
    bench.prefill(request.id, done: 1250, total: 1250, reused: 1249)
    #expect(bench.statusRow.contains("ctx 1250/2048"), "what was given is not counted twice")
    bench.write([" 40 mg"], in: request.id, from: 9)
    #expect(bench.screen.contains { $0.hasSuffix("Furosemide 40 mg") })
    #expect(!bench.screen.contains { $0.contains("stopped at token") })
    #expect(bench.statusRow.contains("ctx 1251/2048"))
    bench.finish(request.id, text: "Furosemide 40 mg.", tokens: [7, 8, 9, 10])
    #expect(bench.answers.count == 1)
    #expect(bench.answers[0].status == .complete)
    #expect(bench.answers[0].tokens.map(\.id) == [7, 8, 9, 10])
    #expect(bench.effects.saved.last?.number == 0)
  }

  @Test func itCanBeStoppedAgain() throws {
    var bench = try stopped()
    let id = try bench.press(.character("c")).request().id
    bench.write([" 40 mg"], in: id, from: 9)
    bench.press(.control("c"))
    #expect(bench.answers[0].status == .stopped(atToken: 3))
    #expect(try bench.press(.character("c")).request().order.given == [7, 8, 9])
  }

  @Test func atTheLimitAsManyTokensAgainMayCome() throws {
    var bench = Bench()
    let id = try bench.asked("Course?")
    bench.finish(id, text: "He", tokens: [1, 2, 3], stop: .limit)
    bench.press(.backTab)
    bench.send(.command("set max-tokens 50"))
    let order = try bench.press(.character("c")).request().order
    #expect(order.parameters.maximumTokenCount == 53)
    #expect(order.given == [1, 2, 3])
  }

  @Test func aLoopIsSaidInWordsAndGoesOnWithoutTheGuard() throws {
    var bench = Bench()
    let id = try bench.asked("Course?")
    bench.finish(id, text: "He. He. He. He.", tokens: Array(0..<28), stop: .loop)
    #expect(
      bench.screen.contains { $0.contains("stopped at token 28: the answer repeats itself") })
    #expect(bench.statusRow.contains("LOOP"))
    #expect(bench.effects.saved.last?.entry.parameters.loopGuard == .on)
    bench.press(.backTab)
    #expect(try bench.press(.character("c")).request().order.parameters.loopGuard == .off)
  }

  @Test func aRefusalLeavesTheAnswerAsItWas() throws {
    var bench = try stopped()
    let id = try bench.press(.character("c")).request().id
    bench.send(
      .generation(
        id,
        .refused(
          PromptTooLong(promptTokenCount: 2048, reservedTokenCount: 1, contextLength: 2048))))
    #expect(bench.answers.map(\.status) == [.stopped(atToken: 2)])
    #expect(bench.answers.map(\.answer) == ["Furosemide"])
    #expect(bench.state.notice?.text.contains("Needs 2,049 of 2,048 tokens") == true)
  }

  @Test func whatTheModelEndedItselfDoesNotGoOn() throws {
    var bench = Bench()
    let id = try bench.asked("Course?")
    bench.finish(id, text: "Good.")
    bench.press(.backTab)
    #expect(bench.press(.character("c")).isEmpty)
    #expect(bench.noticeRow.contains("has ended this answer itself"))
  }

  @Test func tokensOfAnotherModelAreNotTakenUp() throws {
    var bench = try stopped()
    var other = Bench.model
    other.name = "Other"
    bench.send(.model(.ready(other)))
    #expect(bench.press(.character("c")).isEmpty)
    #expect(bench.noticeRow.contains("SmolLM2-135M-Instruct wrote this"))
    // The same name, but another file.
    var (mine, theirs) = (Bench.model, Bench.model)
    mine.digest = "ab"
    theirs.digest = "cd"
    var entries = bench.answers
    entries[0].model = theirs
    var later = Bench()
    later.send(.model(.ready(mine)))
    later.send(.sessionRestored(entries))
    later.press(.backTab)
    #expect(later.press(.character("c")).isEmpty)
    entries[0].model?.digest = "ab"
    entries[0].model?.kernels = "avx2"
    later = Bench()
    later.send(.model(.ready(mine)))
    later.send(.sessionRestored(entries))
    later.press(.backTab)
    #expect(later.press(.character("c")).generation?.order.given == [7, 8])
  }

  @Test func anAnswerThatTheEndOfTheProgramCutOffGoesOn() throws {
    var entries = try stopped().answers
    entries[0].status = .writing
    var bench = Bench()
    bench.send(.sessionRestored(entries))
    bench.press(.backTab)
    #expect(bench.screen.contains { $0.contains("cut off when the program ended") })
    #expect(bench.press(.character("c")).generation?.order.given == [7, 8])
  }
}
