import Clinical
import Screen
import Testing

@testable import Workbench

@Suite struct StreamingTests {
  @Test func piecesAppearAsTheyCome() throws {
    var bench = Bench()
    let id = try bench.asked("Diuretic?")
    bench.prefill(id)
    bench.write(["Furosemide", " 40 mg"], in: id)
    #expect(bench.screen.contains { $0.contains("Model       Furosemide 40 mg") })
  }

  @Test func aMessageOfAnOlderGenerationChangesNothing() throws {
    var bench = Bench()
    let old = try bench.asked("First?")
    bench.write(["one"], in: old)
    bench.press(.control("c"))
    let new = try bench.asked("Second?")
    #expect(new != old)
    let before = bench.state
    #expect(bench.send(.generation(old, .event(.token(id: 9, text: "late")))).isEmpty)
    #expect(bench.send(.generation(old, .failed(reason: "late"))).isEmpty)
    #expect(bench.state == before)
  }

  @Test func stateShowsPrefillThenRateThenIdle() throws {
    var bench = Bench()
    let id = try bench.asked("Diuretic?")
    bench.prefill(id, done: 812)
    #expect(bench.statusRow.contains("PREFILL 812/1248"))
    #expect(bench.statusRow.contains("ctx 1248/2048 60%"))
    bench.tick(to: 10)
    bench.write(Array(repeating: " a", count: 35), in: id)
    bench.tick(to: 12)
    #expect(bench.statusRow.contains("DECODE 17.5 tok/s 0:02"))
    #expect(bench.statusRow.contains("ctx 1283/2048 62%"))
    bench.finish(id, text: String(repeating: " a", count: 35))
    #expect(bench.statusRow.contains("IDLE"))
  }

  @Test func theRateChangesAtMostTwiceASecond() throws {
    var bench = Bench()
    let id = try bench.asked("Diuretic?")
    bench.tick(to: 10)
    bench.write(["a"], in: id)
    bench.tick(to: 10.5)
    let shown = bench.state.stateText
    bench.write(["a", "b", "c"], in: id)
    bench.tick(to: 10.9)
    #expect(bench.state.stateText == shown)
    bench.tick(to: 11)
    #expect(bench.state.stateText != shown)
  }

  @Test func controlCStopsAndKeepsWhatThereIs() throws {
    var bench = Bench()
    let id = try bench.asked("Diuretic?")
    bench.prefill(id)
    bench.write(["Furo", "semide"], in: id, from: 40)
    let effects = bench.press(.control("c"))
    #expect(effects.first == .cancel(id))
    let kept = try #require(effects.saved.first?.entry)
    #expect(kept.answer == "Furosemide")
    #expect(kept.status == .stopped(atToken: 2))
    #expect(kept.summary?.tokens == [40, 41])
    #expect(bench.statusRow.contains("STOPPED"))
    #expect(bench.screen.contains { $0.contains("stopped at token 2") })
  }

  @Test func controlCAsksBeforeItQuits() {
    var bench = Bench()
    #expect(bench.press(.control("c")).isEmpty)
    #expect(bench.noticeRow.contains("Quit? y/n"))
    #expect(bench.press(.character("n")).isEmpty)
    bench.press(.control("c"))
    #expect(bench.press(.character("y")) == [.quit(.chosen)])
  }

  @Test func anAnswerCutAtTheLimitSaysSo() throws {
    var bench = Bench()
    let id = try bench.asked("Course?")
    bench.finish(id, text: "He", tokens: [1, 2, 3], stop: .limit)
    #expect(bench.screen.contains { $0.contains("not finished: limit of 3 tokens reached") })
    #expect(bench.answers.last?.status == .limit(tokenCount: 3))
  }

  @Test func aFailureKeepsTheTextAndNamesTheCause() throws {
    var bench = Bench(columns: 120, rows: 40)
    let id = try bench.asked("Course?")
    bench.write(["He came"], in: id)
    let effects = bench.send(.generation(id, .failed(reason: "not a number in layer 3")))
    #expect(effects.saved.last?.entry.answer == "He came")
    #expect(bench.screen.contains { $0.contains("failed: not a number in layer 3") })
    #expect(bench.statusRow.contains("ERROR"))
  }

  @Test func thePaneFollowsOnlyWhileItIsAtItsEnd() throws {
    var bench = Bench()
    let id = try bench.asked("Course?")
    bench.write((1...40).map { "line \($0)\n" }, in: id)
    #expect(bench.screen.contains { $0.contains("line 40") })
    #expect(bench.screen.contains { $0.contains("following") })
    bench.press(.pageUp)
    let before = bench.screen.filter { $0.contains("line ") }
    bench.write((41...77).map { "line \($0)\n" }, in: id)
    #expect(bench.screen.filter { $0.contains("line ") && !$0.contains("lines") } == before)
    #expect(bench.screen.contains { $0.contains("37 new lines, End") })
    bench.press(.end)
    #expect(bench.screen.contains { $0.contains("line 77") })
    #expect(bench.screen.contains { $0.contains("following") })
  }

  @Test func againAsksTheSameQuestionWithTheSameSeed() throws {
    var bench = Bench()
    let id = try bench.asked("Diuretic?")
    bench.finish(id, text: "Furosemide.")
    bench.press(.backTab)
    let request = try bench.press(.character("r")).request()
    #expect(request.order.question == "Diuretic?")
    #expect(request.order.parameters.seed == 0)
  }

  @Test func aNewSeedNeedsATemperature() throws {
    var bench = Bench()
    let id = try bench.asked("Diuretic?")
    bench.finish(id, text: "Furosemide.")
    bench.press(.backTab)
    #expect(bench.press(.character("R")).generation == nil)
    bench.send(.command("set temperature 0.7"))
    let request = try bench.press(.character("R")).request()
    #expect(request.order.parameters.seed == 1)
    #expect(request.order.parameters.temperature == 0.7)
  }

  @Test func controlSequencesOfTheModelNeverReachTheScreen() throws {
    var bench = Bench()
    let id = try bench.asked("Course?")
    bench.write(["\u{1B}", "[2J", "\u{202E}x", "\u{7}"], in: id)
    let text = bench.screen.joined()
    for scalar in text.unicodeScalars {
      #expect(scalar.value >= 0x20 && scalar.value != 0x7F && scalar.value != 0x202E)
    }
  }
}
