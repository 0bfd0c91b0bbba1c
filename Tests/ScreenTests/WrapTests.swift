import Testing

@testable import Screen

@Suite struct WrapTests {
  private func rows(_ text: String, _ columns: Int) -> [String] {
    TextWidth.wrap(text, columns: columns).map(\.text)
  }

  @Test func breaksAtBlanks() {
    #expect(
      rows("67-year-old man admitted with progressive dyspnoea", 20) == [
        "67-year-old man", "admitted with", "progressive dyspnoea",
      ])
  }

  @Test func keepsTheIndentOfAParagraph() {
    #expect(rows("    two words", 9) == ["    two", "words"])
  }

  @Test func breaksOnlyWordsThatAreTooLong() {
    #expect(rows("on aminosalicylate 5", 8) == ["on", "aminosal", "icylate", "5"])
  }

  @Test func blanksHangOverTheEdge() {
    #expect(rows("abcde   fg", 5) == ["abcde", "fg"])
    #expect(rows("abcde   ", 5) == ["abcde"])
    #expect(rows("        x", 5) == ["     ", "x"])
  }

  @Test func emptyParagraphsHaveARow() {
    #expect(rows("", 5) == [""])
    #expect(rows("a\n\nb\n", 5) == ["a", "", "b", ""])
  }

  @Test func breaksBetweenWideCharacters() {
    #expect(rows("\u{65E5}\u{672C}\u{8A9E}x", 5) == ["\u{65E5}\u{672C}", "\u{8A9E}x"])
    #expect(rows("ab\u{65E5}", 3) == ["ab", "\u{65E5}"])
  }

  @Test func aClusterWiderThanTheRowStandsAlone() {
    #expect(rows("\u{65E5}\u{672C}", 1) == ["\u{65E5}", "\u{672C}"])
    #expect(rows("ab", 0) == ["a", "b"])
  }

  @Test(arguments: [1, 2, 3, 7, 20, 61])
  func rowsFitAndCoverTheText(columns: Int) {
    var source = SeededSource(seed: UInt64(columns))
    for length in 0..<120 {
      let text = source.text(clusters: length)
      let lines = TextWidth.wrap(text, columns: columns)
      var end = text.startIndex
      for line in lines {
        #expect(line.text == text[line.range])
        // Only blanks stand between rows.
        #expect(text[end..<line.range.lowerBound].allSatisfy { $0 == " " })
        #expect(TextWidth.columns(of: line.text) <= columns || line.text.count == 1)
        end = line.range.upperBound
      }
      #expect(text[end...].allSatisfy { $0 == " " })
    }
  }

  @Test(arguments: [1, 4, 11, 40])
  func plainTextBreaksAsAnyOther(columns: Int) {
    var source = SeededSource(seed: 7)
    for length in 0..<100 {
      let text = source.plainText(clusters: length)
      // The accent at the end sends the whole through the way that looks at clusters.
      let slow = rows(text + "\u{E9}", columns).joined(separator: "\n")
      let fast = rows(text + "e", columns).joined(separator: "\n")
      #expect(slow.dropLast() == fast.dropLast())
    }
  }

  /// What lets a pane break only its last row again while an answer streams in.
  @Test(arguments: [1, 5, 12, 33])
  func aGrowingParagraphBreaksFromItsLastRow(columns: Int) {
    var source = SeededSource(seed: 99)
    for _ in 0..<60 {
      let start = source.text(clusters: 40)
      let more = source.text(clusters: 12)
      let before = TextWidth.wrap(start, columns: columns)
      guard let last = before.last else { continue }
      let grown = String(start[last.range.lowerBound...]) + more
      let stepwise = before.dropLast().map(\.text) + rows(grown, columns)
      #expect(Array(stepwise) == rows(start + more, columns))
    }
  }
}
