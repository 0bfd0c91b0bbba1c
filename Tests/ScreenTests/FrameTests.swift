import Testing

@testable import Screen

@Suite struct FrameTests {
  @Test func putWritesAndTellsTheColumnsUsed() {
    var frame = Frame(size: Size(columns: 12, rows: 2))
    #expect(frame.put("caf\u{E9} \u{65E5}", x: 2, y: 1, role: .you, maxColumns: 20) == 7)
    #expect(frame.text == "\n  caf\u{E9} \u{65E5}")
    #expect(frame[2, 1] == Cell(text: "c", role: .you))
    #expect(frame[7, 1].text == "\u{65E5}")
    #expect(frame[8, 1] == Cell(text: "", role: .you))
  }

  @Test func whatDoesNotFitIsLeftOut() {
    var frame = Frame(size: Size(columns: 5, rows: 1))
    #expect(frame.put("abcdefg", x: 3, y: 0, role: .text, maxColumns: 10) == 2)
    #expect(frame.put("xyz", x: 0, y: 0, role: .text, maxColumns: 1) == 1)
    #expect(frame.put("above", x: 0, y: -1, role: .text, maxColumns: 9) == 0)
    #expect(frame.put("below", x: 0, y: 1, role: .text, maxColumns: 9) == 0)
    #expect(frame.put("right", x: 5, y: 0, role: .text, maxColumns: 9) == 0)
    #expect(frame.text == "x  ab")
    frame.put("wide", x: -2, y: 0, role: .text, maxColumns: 9)
    #expect(frame.text == "de ab")
  }

  @Test func aWideClusterIsNeverCutInHalf() {
    var frame = Frame(size: Size(columns: 4, rows: 1))
    #expect(frame.put("a\u{65E5}", x: 0, y: 0, role: .text, maxColumns: 2) == 2)
    #expect(frame.text == "a")
    frame.put("\u{65E5}\u{672C}", x: 0, y: 0, role: .text, maxColumns: 4)
    frame.put("x", x: 1, y: 0, role: .text, maxColumns: 1)
    #expect(frame.text == " x\u{672C}")
    frame.put("y", x: 2, y: 0, role: .text, maxColumns: 1)
    #expect(frame.text == " xy")
  }

  @Test func controlCharactersNeverGetIntoAFrame() {
    var frame = Frame(size: Size(columns: 9, rows: 1))
    frame.put("a\u{1B}[\u{7}\u{9B}\n", x: 0, y: 0, role: .text, maxColumns: 9)
    #expect(frame.text == "a?[???")
  }

  @Test func aMarkWithoutABaseIsLeftOut() {
    var frame = Frame(size: Size(columns: 4, rows: 1))
    #expect(frame.put("\u{301}", x: 0, y: 0, role: .text, maxColumns: 4) == 0)
    #expect(frame.put("e\u{301}", x: 0, y: 0, role: .text, maxColumns: 4) == 1)
    #expect(frame[0, 0].text == "e\u{301}")
  }

  @Test func fillBlanksAPart() {
    var frame = Frame(size: Size(columns: 6, rows: 3))
    for y in 0..<3 { frame.put("\u{65E5}\u{672C}\u{8A9E}", x: 0, y: y, role: .text, maxColumns: 6) }
    frame.fill(Rect(x: 3, y: 1, columns: 9, rows: 9), role: .status)
    #expect(frame.text == "\u{65E5}\u{672C}\u{8A9E}\n\u{65E5}\n\u{65E5}")
    #expect(frame[3, 1].role == .status && frame[2, 1].role == .text)
  }

  @Test func markChangesRolesAlone() {
    var frame = Frame(size: Size(columns: 6, rows: 1))
    frame.put("abcdef", x: 0, y: 0, role: .text, maxColumns: 6)
    frame.mark(Rect(x: 2, y: 0, columns: 2, rows: 1), role: .match)
    #expect(frame.text == "abcdef")
    #expect(frame.row(0).map(\.role) == [.text, .text, .match, .match, .text, .text])
  }

  // The rule above the note as the screen of 80 columns was designed.
  @Test func aRuleHasTitlesAtBothEnds() {
    var frame = Frame(size: Size(columns: 80, rows: 1))
    frame.horizontalRule(
      .init(left: "Note 0142", right: "3/120  lines 9-15 of 41"), at: Point(x: 0, y: 0),
      columns: 80, chrome: .ascii)
    let expected =
      "-- Note 0142 ---------------------------------------- 3/120  lines 9-15 of 41 --"
    #expect(frame.text == expected)
    #expect(frame[3, 0].role == .title && frame[0, 0].role == .border)
  }

  @Test func aNarrowRuleKeepsItsLeftTitle() {
    var frame = Frame(size: Size(columns: 20, rows: 3))
    frame.horizontalRule(
      .init(left: "Instruction", right: "Enter send"), at: Point(x: 0, y: 0), columns: 20,
      chrome: .ascii)
    frame.verticalRule(at: Point(x: 4, y: 1), rows: 9, chrome: .unicode)
    #expect(frame.text == "-- Instruction -----\n    \u{2502}\n    \u{2502}")
  }

  @Test(arguments: [1, 2, 3])
  func everyWideClusterStaysWhole(seed: UInt64) {
    var source = SeededSource(seed: seed)
    var frame = Frame(size: Size(columns: 17, rows: 5))
    for _ in 0..<400 {
      let x = Int.random(in: -4..<20, using: &source)
      let y = Int.random(in: -1..<6, using: &source)
      let count = Int.random(in: 0..<12, using: &source)
      if count == 0 {
        frame.fill(Rect(x: x, y: y, columns: 5, rows: 2), role: .status)
      } else {
        frame.put(source.text(clusters: count), x: x, y: y, role: .text, maxColumns: 9)
      }
      for y in 0..<5 {
        #expect(TextWidth.columns(of: frame.row(y).map(\.text).joined()) == 17)
        var column = 0
        while column < 17 {
          let columns = TextWidth.columns(of: frame[column, y].text)
          #expect(columns > 0 && column + columns <= 17)
          for half in column + 1..<max(column + 1, column + columns) {
            #expect(frame[half, y].isContinuation)
          }
          column += max(1, columns)
        }
      }
    }
  }

  @Test func rectsAreSplit() {
    var rect = Rect(Size(columns: 10, rows: 6))
    #expect(rect.removeTop(1) == Rect(x: 0, y: 0, columns: 10, rows: 1))
    #expect(rect.removeBottom(2) == Rect(x: 0, y: 4, columns: 10, rows: 2))
    #expect(rect.removeLeft(4) == Rect(x: 0, y: 1, columns: 4, rows: 3))
    #expect(rect.removeRight(99) == Rect(x: 4, y: 1, columns: 6, rows: 3))
    #expect(rect.isEmpty)
  }
}
