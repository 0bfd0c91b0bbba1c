import Clinical
import Screen
import Testing

@testable import Workbench

@Suite struct LayoutTests {
  /// All sizes from nothing to more than the widest form, in states that draw different things.
  @Test func noSizeIsTooSmallOrTooLargeToDraw() throws {
    var bench = Bench()
    let id = try bench.asked("Which diuretic was he sent home on, and who adjusts it?")
    bench.write((1...30).map { "line \($0) of the answer\n" }, in: id)
    var states = [Bench().state, Bench(notes: [], isReady: false).state, bench.state]
    for keys in [
      [Key.function(1)], [.tab, .character("o")], [.alt("l")], [.tab, .character("B")],
      [.control("t")], [.control("r")], [.function(3)], [.function(4)], [.function(5)],
      [.escape, .escape, .character(":"), .tab],
    ] {
      var other = bench
      for key in keys { other.press(key) }
      states.append(other.state)
    }
    for (index, state) in states.enumerated() {
      // Steps that share no factor with the form's limits, shifted for each state.
      for rows in stride(from: 1 + index % 3, through: 70, by: 7) {
        for columns in stride(from: 1 + index % 5, through: 220, by: 11) {
          let size = Size(columns: columns, rows: rows)
          let frame = view(state, size: size)
          #expect(frame.size == size)
        }
      }
      for size in [(1, 1), (59, 16), (60, 15), (60, 16), (99, 24), (100, 24), (159, 30), (160, 30)]
      {
        let size = Size(columns: size.0, rows: size.1)
        #expect(view(state, size: size).size == size)
      }
    }
  }

  @Test func tooSmallAScreenSaysSoInTheMiddle() {
    let bench = Bench(columns: 52, rows: 14)
    let rows = bench.screen
    #expect(rows.contains { $0.contains("Need 60x16, have 52x14") })
    #expect(rows.filter { !$0.isEmpty }.count == 1)
  }

  @Test func writingGoesOnWhileTheScreenIsTooSmall() throws {
    var bench = Bench()
    let id = try bench.asked("Diuretic?")
    bench.send(.resized(Size(columns: 20, rows: 5)))
    bench.write(["Furo", "semide"], in: id)
    bench.send(.resized(Size(columns: 80, rows: 24)))
    #expect(bench.screen.contains { $0.contains("Furosemide") })
  }

  @Test(arguments: [60, 70, 80, 99, 100, 120, 159, 160, 200])
  func stateContextAndHelpAreNeverDropped(columns: Int) throws {
    var bench = Bench(columns: columns)
    let id = try bench.asked("Diuretic?")
    bench.send(.saved)
    bench.prefill(id, done: 812)
    #expect(bench.statusRow.contains("PREFILL 812/1248 | ctx 1248/2048 60%"))
    #expect(bench.screen.last?.contains("F1 help") == true)
  }

  @Test func aResizedScreenEqualsOneThatAlwaysHadThatSize() throws {
    func session(_ columns: Int, _ rows: Int) throws -> Bench {
      var bench = Bench(columns: columns, rows: rows)
      let id = try bench.asked("Which diuretic?")
      bench.write(["Furosemide 40 mg by mouth twice daily. ", "Nothing else."], in: id)
      return bench
    }
    var resized = try session(200, 60)
    for size in [(61, 17), (130, 40), (80, 24)] {
      resized.send(.resized(Size(columns: size.0, rows: size.1)))
    }
    #expect(resized.screen == (try session(80, 24)).screen)
  }

  @Test func theInstructionGrowsWithItsTextAndLeavesRoomForTheRest() {
    var bench = Bench()
    for _ in 0..<40 { bench.press(.character("x"), .newline) }
    let layout = WorkbenchLayout(bench.state)
    #expect(layout.instruction.rows == 6)
    #expect(layout.note.rows >= 3)
    #expect(layout.answer.rows >= 3)
  }

  @Test func aLongNoticeIsShownToItsEnd() {
    var bench = Bench(columns: 60, rows: 16)
    let words = (1...20).map { "word\($0)" }.joined(separator: " ")
    bench.send(.reported(Notice(.error, words)))
    let shown = bench.screen.joined(separator: " ")
    #expect(shown.contains("word20"))
    #expect(bench.screen.last?.contains("help") == true)
  }

  @Test func theCursorStandsWhereTypingGoes() throws {
    var bench = Bench()
    bench.type("Why")
    let cursor = try #require(view(bench.state, size: bench.state.size).cursor)
    #expect(cursor.x == 7)
    #expect(bench.screen[cursor.y].hasPrefix("  > Why"))
  }
}
