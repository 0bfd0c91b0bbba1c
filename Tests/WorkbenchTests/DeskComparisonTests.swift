import Clinical
import Screen
import Testing

@testable import Workbench

/// The desk of a rater: Compare.
@Suite struct DeskComparisonTests {
  @Test func bothSidesAreCompleteAndNamelessWhenTheyAppear() {
    let bench = Bench.comparing(columns: 120, rows: 40)
    let screen = bench.screen.joined(separator: "\n")
    #expect(screen.contains("LEFT") && screen.contains("RIGHT"))
    #expect(screen.contains("The note does not say who"))
    #expect(screen.contains("furosemide 40 mg BD"))
    #expect(!screen.contains("secret-model") && !screen.contains("other-model"))
    #expect(!screen.contains("[?]"), "no hints")
  }

  @Test func aVerdictNeedsASideAndItsStrength() {
    var bench = Bench.comparing()
    #expect(bench.press(.enter).isEmpty)
    #expect(bench.noticeRow.contains("Choose a side"))
    #expect(bench.press(.character("1")).isEmpty)
    #expect(bench.noticeRow.contains("Choose a side first"))
    bench.press(.character("h"))
    #expect(bench.press(.enter).isEmpty)
    #expect(bench.noticeRow.contains("How much better?"))
    bench.press(.character("2"), .character("a"), .character("b"), .character("b"))
    bench.tick(to: 75)
    let verdict = PairVerdict(choice: .left, strength: .clearly, reasons: [.accuracy])
    #expect(
      bench.press(.enter).orders == [
        .submit(.comparison, id: Bench.comparedItem.id, .comparison(verdict), seconds: 15)
      ])
  }

  @Test(arguments: [("=", PairVerdict.Choice.tie), ("x", .bothBad)])
  func neitherSideNeedsNoStrength(key: String, choice: PairVerdict.Choice) {
    var bench = Bench.comparing()
    bench.press(.character("l"), .character("1"))
    bench.type(key)
    #expect(bench.state.sheet?.verdict == PairVerdict(choice: choice))
    #expect(bench.press(.enter).orders.count == 1)
  }

  @Test func sidesScrollTogetherUntilTheyAreLetApart() {
    var item = Bench.comparedItem
    item.answers = [KeyRow.manyLines, KeyRow.manyLines]
    var bench = Bench.comparing()
    bench.send(.desk(.item(.comparison, item, Bench.progress())))
    bench.press(.down, .down)
    #expect(bench.state.sheet?.answers.map(\.scroll.top) == [2, 2])
    bench.press(.character("z"), .down)
    #expect(bench.state.sheet?.answers.map(\.scroll.top) == [3, 2])
    bench.press(.tab, .pageDown)
    #expect((bench.state.sheet?.answers[1].scroll.top ?? 0) > 3)
    bench.press(.tab, .end)
    #expect(bench.state.sheet?.focus == .note)
  }

  @Test func differencesAreSetOffWordByWord() {
    let left = RatedText("Furosemide 40 mg twice daily.")
    let right = RatedText("Furosemide 20 mg daily, by his GP.")
    func words(_ text: RatedText, _ other: RatedText) -> [String] {
      text.differences(from: other).map { String(String.UnicodeScalarView(text.source[$0])) }
    }
    #expect(words(left, right) == ["40", "twice"])
    #expect(words(right, left) == ["20", "by his GP"])
    #expect(words(left, left).isEmpty)
    var bench = Bench.comparing()
    #expect(!bench.screen.contains { $0.contains("+differences+") })
    bench.press(.character("D"))
    #expect(bench.screen.contains { $0.contains("+differences+") })
  }

  @Test func theNoteMakesRoomForTheSides() {
    var bench = Bench.comparing()
    let before = DeskLayout(bench.state).answer.rows
    bench.press(.character("S"))
    #expect(DeskLayout(bench.state).answer.rows > before)
    #expect(!bench.screen.contains { $0.contains("- Note -") })
    bench.press(.tab, .tab)
    #expect(bench.state.sheet?.focus == .answer, "the hidden note takes no keys")
  }
}

/// Texts with brackets and hints put in.
@Suite struct RatedTextTests {
  @Test func wordsLeaveOutTheSignsAroundThem() {
    let text = RatedText("(Café) 12.5 mg -- \u{1F600} 30%, x.")
    let words = text.words.map { String(String.UnicodeScalarView(text.source[$0])) }
    #expect(words == ["Café", "12.5", "mg", "--", "\u{1F600}", "30%", "x"])
    #expect(RatedText("").words.isEmpty)
    #expect(RatedText(" \n\t").words.isEmpty)
  }

  @Test func placesMoveWithWhatIsPutInBeforeThem() {
    var text = RatedText("one two three")
    text.show([
      .init(offset: 7, text: "]1", opens: false), .init(offset: 4, text: "[", opens: true),
      .init(offset: 13, text: " [?]", opens: false),
    ])
    #expect(text.wrapped.rows.map(\.text) == ["one [two]1 three [?]"])
    func shown(_ range: Range<Int>) -> String {
      String(String.UnicodeScalarView(text.shown[text.shownRange(of: range)]))
    }
    #expect(shown(0..<3) == "one")
    #expect(shown(4..<7) == "two")
    #expect(shown(8..<13) == "three")
    #expect(shown(4..<13) == "two]1 three")
    text.show([])
    #expect(text.wrapped.rows.map(\.text) == ["one two three"])
  }

  /// Spans side by side: the one that ends closes before the other opens.
  @Test func bracketsOfNeighboursNest() {
    var text = RatedText("ab")
    text.show([
      .init(offset: 1, text: "[", opens: true), .init(offset: 2, text: "]2", opens: false),
      .init(offset: 0, text: "[", opens: true), .init(offset: 1, text: "]1", opens: false),
    ])
    #expect(text.wrapped.rows.map(\.text) == ["[a]1[b]2"])
  }
}
