import Screen
import Testing

@testable import Workbench

@Suite struct SearchTests {
  @Test func slashFindsInTheNoteAndNGoesOn() {
    var bench = Bench()
    bench.press(.tab, .character("/"))
    bench.type("FUROSEMIDE")
    bench.press(.enter)
    #expect(bench.noticeRow.contains("1 of 2 found"))
    bench.press(.character("n"))
    #expect(bench.noticeRow.contains("2 of 2 found"))
    #expect(bench.screen.contains { $0.contains("Furosemide 40 mg") })
    bench.press(.character("n"))
    #expect(bench.noticeRow.contains("1 of 2 found"))
    bench.press(.character("N"))
    #expect(bench.noticeRow.contains("2 of 2 found"))
  }

  @Test func aPhraseIsFoundAcrossTheEndOfARow() throws {
    let rows = WrappedText("alpha beta gamma delta", columns: 11).rows
    #expect(rows.count == 2)
    let match = try #require(Search.matches(of: "beta gamma", in: rows, from: 5).first)
    #expect(match.pieces.map(\.row) == [5, 6])
    #expect(match.pieces.map(\.characters) == [6..<10, 0..<5])
  }

  @Test func aPhraseIsNotFoundAcrossLines() {
    let rows = WrappedText("alpha\nbeta", columns: 11).rows
    #expect(Search.matches(of: "alpha beta", in: rows, from: 0).isEmpty)
  }

  @Test func whatIsNotThereIsSaidToBeNotThereAsWritten() {
    var bench = Bench()
    bench.press(.tab, .character("/"))
    bench.type("digoxin")
    bench.press(.enter)
    #expect(bench.noticeRow.contains("digoxin is not in this note as written"))
  }

  @Test func placesFoundAreSetOff() throws {
    var bench = Bench()
    bench.press(.tab, .character("/"))
    bench.type("dyspnoea")
    bench.press(.enter)
    let frame = view(bench.state, size: bench.state.size)
    let row = try #require(bench.screen.firstIndex { $0.contains("dyspnoea") })
    let found = (0..<80).filter { frame[$0, row].role == .match }
    #expect(found.count == 8)
  }

  @Test func aSearchSurvivesAResize() {
    var bench = Bench()
    bench.press(.tab, .character("/"))
    bench.type("good diuresis")
    bench.press(.enter)
    bench.send(.resized(Size(columns: 120, rows: 40)))
    #expect(bench.state.search?.matches.count == 1)
    bench.press(.character("n"))
    #expect(bench.noticeRow.contains("1 of 1 found"))
  }

  @Test func nFindsWhatHasComeSinceInTheSameRow() throws {
    var bench = Bench()
    let id = try bench.asked("Diuretic?")
    bench.write(["dose one"], in: id)
    bench.press(.tab, .tab, .character("/"))
    bench.type("dose")
    bench.press(.enter)
    #expect(bench.noticeRow.contains("1 of 1 found"))
    bench.write([", dose two"], in: id)
    bench.press(.character("n"))
    #expect(bench.noticeRow.contains("2 of 2 found"))
    bench.finish(id, text: "dose one, dose two")
    bench.press(.character("n"))
    #expect(bench.noticeRow.contains("1 of 2 found"))
    let row = try #require(bench.screen.firstIndex { $0.contains("dose one, dose two") })
    let frame = view(bench.state, size: bench.state.size)
    #expect((0..<80).filter { frame[$0, row].role == .match }.count == 8)
  }
}
