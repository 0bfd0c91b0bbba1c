import Screen
import Testing

@testable import Workbench

/// Completing the line after `:`.
@Suite struct CompletionTests {
  private func bench(_ line: String) -> Bench {
    var bench = Bench()
    bench.state.themeNames = ["system", "dark", "daylight", "light"]
    bench.press(.character(":"))
    bench.type(line)
    return bench
  }

  private func line(of bench: Bench) -> String? {
    guard case .commandLine(let line) = bench.state.overlay else { return nil }
    return line.text
  }

  @Test(arguments: [
    ("ope", "open "), ("thm", "thm"), ("set se", "set seed "), ("set top-", "set top-"),
    ("set mouse of", "set mouse off"), ("set slow-link ", "set slow-link o"),
    ("theme li", "theme light"), ("theme da", "theme da"), ("un", "unsafe "),
  ])
  func whatAllWaysHaveInCommonIsWritten(typed: String, expected: String) {
    var bench = bench(typed)
    bench.press(.tab)
    #expect(line(of: bench) == expected)
  }

  @Test func severalWaysAreShownAndGoneThroughRoundAndRound() {
    var bench = bench("theme ")
    bench.press(.tab)
    #expect(bench.screen.contains { $0.contains("system  dark  daylight  light") })
    #expect(line(of: bench) == "theme ")
    var seen: [String?] = []
    for _ in 0..<5 {
      bench.press(.tab)
      seen.append(line(of: bench))
    }
    #expect(
      seen == ["theme system", "theme dark", "theme daylight", "theme light", "theme system"])
    #expect(bench.screen.contains { $0.contains(">system") }, "the chosen one is marked")
    bench.press(.backTab)
    #expect(line(of: bench) == "theme light")
    bench.type("s")
    #expect(!bench.screen.contains { $0.contains("daylight") })
    bench.press(.backspace)
    #expect(bench.press(.enter) == [.setTheme(name: "light")])
  }

  @Test func whatNothingBeginsWithIsSaid() {
    var bench = bench("zzz")
    bench.press(.tab)
    #expect(bench.screen.contains { $0.contains("nothing begins like this") })
    #expect(line(of: bench) == "zzz")
  }

  @Test func filesAreAskedForAndComeLater() {
    var bench = bench("open samples/no")
    #expect(bench.press(.tab) == [.listFiles(prefix: "samples/no")])
    bench.send(.filesListed(prefix: "samples/no", paths: ["samples/notes/"]))
    #expect(line(of: bench) == "open samples/notes/")
    #expect(bench.press(.tab) == [.listFiles(prefix: "samples/notes/")])
    bench.send(
      .filesListed(
        prefix: "samples/notes/", paths: ["samples/notes/a b.txt", "samples/notes/a\u{1B}c.txt"]))
    #expect(line(of: bench) == "open samples/notes/a")
    #expect(bench.screen.contains { $0.contains("a b.txt  a^[c.txt") }, "names are shown safely")
    bench.press(.tab)
    #expect(bench.press(.enter) == [.openNotes("samples/notes/a b.txt")])
  }

  @Test func filesForALineThatHasChangedAreNotTaken() {
    var bench = bench("open sa")
    bench.press(.tab)
    bench.type("x")
    bench.send(.filesListed(prefix: "sa", paths: ["samples/"]))
    #expect(line(of: bench) == "open sax")
    bench.press(.escape)
    bench.send(.filesListed(prefix: "sa", paths: ["samples/"]))
    #expect(bench.state.overlay == nil)
  }

  @Test func aThemeCanBeAFile() {
    var bench = bench("theme ./")
    #expect(bench.press(.tab) == [.listFiles(prefix: "./")])
  }

  @Test func everyCommandOfTheHelpPageCanBeCompletedAndIsKnown() throws {
    for (summary, _) in Command.summaries where !summary.isEmpty {
      let name = String(summary.dropFirst().prefix { $0 != " " })
      var bench = bench(name)
      bench.press(.tab)
      #expect(line(of: bench)?.hasPrefix(name) == true)
      do throws(Command.Problem) {
        _ = try Command.parse(name)
      } catch {
        #expect(!error.text.contains("There is no command"), "\(name)")
      }
    }
    for setting in Command.Setting.names {
      let value =
        switch setting {
        case "min-p": "0.5"
        case "template": "chat"
        default: Command.Setting.switches.contains(setting) ? "on" : "1"
        }
      _ = try Command.parse("set \(setting) \(value)")
    }
  }

  @Test func anEarlierCommandComesBack() {
    var bench = bench("set seed 7")
    bench.press(.enter, .character(":"), .up)
    #expect(line(of: bench) == "set seed 7")
    bench.press(.down)
    #expect(line(of: bench) == "")
  }

  @Test func theLineIsEditedInItsMiddle() throws {
    var bench = bench("teme dark")
    bench.press(.control("a"), .right)
    bench.type("h")
    #expect(line(of: bench) == "theme dark")
    let cursor = try #require(view(bench.state, size: bench.state.size).cursor)
    #expect(cursor.x == 4)
    #expect(bench.press(.enter) == [.setTheme(name: "dark")])
  }

  @Test func switchesAreTurnedOnAndOff() {
    var bench = Bench()
    bench.send(.command("set mouse"))
    #expect(bench.state.mouse == .on)
    bench.send(.command("set mouse off"))
    #expect(bench.state.mouse == .off)
    bench.send(.command("set slow-link on"))
    #expect(bench.state.slowLink == .on)
    bench.send(.command("set slow-link maybe"))
    #expect(bench.state.slowLink == .on)
    #expect(bench.noticeRow.contains("on or off"))
  }
}
