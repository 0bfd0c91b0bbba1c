import Clinical
import Screen
import Testing

@testable import Workbench

/// QA, Compare and Jobs.
@Suite struct PlaceTests {
  @Test(arguments: [
    (Key.function(3), "F2 or g q"), (.function(4), "r with the same seed"),
    (.function(5), "F2 or g q"),
  ])
  func anEmptyPlaceNamesTheKeysThatFillIt(key: Key, keys: String) {
    var bench = Bench()
    bench.press(key)
    func words() -> String {
      bench.screen.joined(separator: " ").split(separator: " ").joined(separator: " ")
    }
    #expect(words().contains(keys))
    // The keys are those that are in force.
    bench.state.keyMap.bind([.control("q")], to: .showQuery, in: .everywhere)
    bench.state.keyMap.bind([.character("r")], to: nil, in: .answer)
    bench.state.keyMap.bind([.character("x")], to: .again, in: .answer)
    #expect(words().contains("^Q"))
    if key == .function(4) { #expect(words().contains("x with the same seed")) }
  }

  @Test func qaListsTheAnswersAndShowsTheChosenOne() throws {
    var bench = try KeyRow.versions()
    bench.press(.function(3), .home)
    let screen = bench.screen
    #expect(screen.filter { $0.contains("0142.txt") && $0.contains("First?") }.count == 3)
    #expect(screen.contains { $0.contains("> 14:00  0142.txt  First?") })
    #expect(screen.contains { $0.contains("line 1") })
    bench.press(.down)
    #expect(bench.screen.contains { $0.contains("Again.") })
  }

  @Test func compareSetsTwoVersionsSideBySide() throws {
    var bench = try KeyRow.versions()
    bench.press(.function(4))
    let row = try #require(bench.screen.first { $0.contains("line 1") })
    #expect(row.contains("Again."), "both stand in the same row")
    #expect(bench.screen.contains { $0.contains("Answer 1 of 3") && $0.contains("Answer 2 of 3") })
    bench.press(.down, .down, .down, .down)
    #expect(!bench.screen.contains { $0.contains("Again.") }, "they scroll together")
    bench.press(.character(">"), .character(">"))
    #expect(bench.noticeRow.contains("These are the last two versions."))
    #expect(bench.screen.contains { $0.contains("Answer 2 of 3") && $0.contains("Answer 3 of 3") })
  }

  @Test func jobsShowWhatRunsAndWhatItCost() throws {
    var bench = Bench(isReady: false)
    bench.press(.function(5))
    bench.send(.model(.loading(done: 43, total: 100)))
    #expect(
      bench.screen.contains {
        $0.contains("> Load the model") && $0.contains("RUN") && $0.contains("43%")
      })
    bench.send(.model(.failed(reason: "no such file")))
    #expect(bench.screen.contains { $0.contains("no such file") })
    bench.send(.model(.ready(Bench.model)))
    bench.press(.function(2))
    let id = try bench.asked("Diuretic?")
    bench.press(.function(5))
    bench.prefill(id, done: 812)
    #expect(bench.screen.contains { $0.contains("Diuretic?") && $0.contains("read 812/1248") })
    bench.tick(to: 10)
    bench.write((0..<40).map { "w\($0) " }, in: id)
    bench.tick(to: 12)
    // 40 tokens in 2 seconds, and 360 of 400 are still allowed.
    #expect(
      bench.screen.contains {
        $0.contains("RUN") && $0.contains("40/400") && $0.contains("20.0") && $0.contains("<0:18")
      })
    #expect(bench.press(.character("c")).first == .cancel(id))
    #expect(bench.screen.contains { $0.contains("Diuretic?") && $0.contains("STOPPED") })
    #expect(bench.press(.character("c")).isEmpty)
    #expect(bench.noticeRow.contains("Only what is being done can be stopped."))
  }

  @Test func whatIsBrokenOffIsSaidThere() throws {
    var bench = Bench()
    let id = try bench.asked("Diuretic?")
    bench.send(.generation(id, .failed(reason: "NaN in layer 3 at step 7")))
    bench.press(.function(5))
    #expect(bench.screen.contains { $0.contains("FAILED") })
    #expect(bench.screen.contains { $0.contains("NaN in layer 3 at step 7") })
  }
}
