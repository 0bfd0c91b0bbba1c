import Clinical
import Screen
import Testing

@testable import Workbench

/// Lines of a note that are marked and asked about.
@Suite struct NoteSelectionTests {
  /// Lines 5 and 6 of the note are marked, in all three rows.
  static func marked(columns: Int = 80, rows: Int = 24) -> Bench {
    var bench = Bench(columns: columns, rows: rows)
    bench.press(.tab, .down, .down, .down, .down, .character("v"), .down)
    return bench
  }

  @Test func markedLinesAreQuotedAsTheyStandInTheNote() throws {
    var bench = Self.marked(rows: 16)
    #expect(bench.state.note?.selection == RowSelection(anchor: 4, head: 5))
    bench.press(.character("a"))
    #expect(bench.state.focus == .instruction)
    #expect(bench.state.note?.selection == nil)
    bench.type("why?")
    let order = try bench.press(.enter).request().order
    #expect(
      order.question
        == "About \"Echocardiogram showed an ejection fraction of 30%. He received intravenous"
        + " furosemide with good diuresis.\": why?")
  }

  @Test func theMarkingFollowsTheKeysBothWaysAndStaysInSight() {
    var bench = Bench(rows: 16)
    bench.press(.tab, .character("v"))
    bench.press(.end)
    let last = (bench.state.note?.text.rows.count ?? 0) - 1
    #expect(bench.state.note?.selection == RowSelection(anchor: 0, head: last))
    #expect(bench.screen.contains { $0.contains("Heart failure clinic in two weeks.") })
    bench.press(.home)
    #expect(bench.state.note?.selection?.rows == 0...0)
    #expect(bench.state.note?.scroll.top == 0)
  }

  @Test func escGivesItUpFirst() {
    var bench = Self.marked()
    bench.press(.escape)
    #expect(bench.state.note?.selection == nil)
    #expect(bench.state.focus == .note)
    bench.press(.character("a"))
    #expect(bench.noticeRow.contains("Mark some lines first. v begins to."))
  }

  @Test func whatWasBegunStaysBeforeTheQuotation() {
    var bench = Bench()
    bench.type("Dose?")
    bench.press(.tab, .character("v"), .character("a"))
    #expect(bench.state.editor.text == "Dose?\nAbout \"ADMISSION\": ")
  }

  @Test func otherRowsAfterAResizeAreNotTaken() {
    var bench = Self.marked()
    bench.send(.resized(Size(columns: 130, rows: 40)))
    #expect(bench.state.note?.selection == nil)
  }
}
