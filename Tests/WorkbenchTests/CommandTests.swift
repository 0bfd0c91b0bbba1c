import Clinical
import Screen
import Testing

@testable import Workbench

@Suite struct CommandTests {
  @Test func aCommandIsTypedAfterAColon() {
    var bench = Bench()
    bench.press(.character(":"))
    bench.type("theme dark")
    #expect(bench.press(.enter) == [.setTheme(name: "dark")])
  }

  @Test func linesAreRead() throws {
    #expect(try Command.parse("q") == .quit)
    #expect(try Command.parse("open  my note.txt ") == .open("my note.txt"))
    #expect(try Command.parse("set seed 7") == .set(.seed(7)))
    #expect(try Command.parse("set max-tokens=64") == .set(.maximumTokenCount(64)))
    #expect(try Command.parse("save-display out.txt") == .saveDisplay("out.txt"))
  }

  @Test(arguments: [
    "", "nonsense", "open", "set temperature warm", "set temperature 11", "set seed -1",
    "set colour blue", "set top-p 1.5", "set seed",
  ])
  func aWrongLineIsExplainedAndDoesNothing(line: String) {
    var bench = Bench()
    let before = bench.state.parameters
    #expect(bench.send(.command(line)).isEmpty)
    #expect(bench.state.notice?.kind == .warning)
    #expect(bench.state.parameters == before)
  }

  @Test func quitStopsWhatRuns() throws {
    var bench = Bench()
    let id = try bench.asked("Diuretic?")
    bench.write(["Furo"], in: id)
    let effects = bench.send(.command("q"))
    #expect(effects.first == .cancel(id))
    #expect(effects.last == .quit(.chosen))
  }

  @Test func theSessionIsWrittenWithItsWarningAndHowAnswersEnded() throws {
    var bench = Bench()
    let id = try bench.asked("Diuretic?")
    bench.finish(id, text: "Furosemide", tokens: [1, 2], stop: .limit)
    let effects = bench.send(.command("w out.md"))
    guard case .writeFile("out.md", let contents) = effects.first else {
      Issue.record("nothing is written")
      return
    }
    #expect(contents.contains("Not for clinical decisions"))
    #expect(contents.contains("**Question:** Diuretic?\n\nFurosemide\n"))
    #expect(contents.contains("not finished: limit of 2 tokens reached"))
    #expect(contents.contains("SmolLM2-135M-Instruct Q4_1, temperature 0.0, seed 0"))
  }

  @Test func anEmptySessionIsNotWritten() {
    var bench = Bench()
    #expect(bench.send(.command("w out.md")).isEmpty)
  }
}
