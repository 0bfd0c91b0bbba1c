import Testing

@testable import Screen

@Suite struct TextWidthTests {
  @Test(arguments: measuredStrings.indices)
  func stringsMeasureAsInWcwidth(index: Int) {
    let golden = measuredStrings[index]
    #expect(TextWidth.columns(of: golden.text) == golden.columns, "\(golden.text)")
  }

  @Test func codePointsMeasureAsInTheCLibrary() {
    var wrong: [String] = []
    for (index, run) in measuredRuns.enumerated() where run % 4 != 3 {
      let next = index + 1 < measuredRuns.count ? measuredRuns[index + 1] / 4 : 0x110000
      for code in run / 4..<next {
        guard let scalar = Unicode.Scalar(code), TextWidth.columns(of: scalar) != Int(run % 4)
        else { continue }
        wrong.append(String(code, radix: 16))
      }
    }
    #expect(wrong.isEmpty)
  }

  @Test func controlCharactersTakeNoColumn() {
    for code in (0..<0x20).map(UInt8.init) + [0x7F] {
      #expect(TextWidth.columns(of: Unicode.Scalar(code)) == 0)
      #expect(TextWidth.columns(of: Character(Unicode.Scalar(code))) == 0)
    }
  }

  @Test func tablesAreInOrder() {
    for table in [TextWidth.wideRanges, TextWidth.zeroRanges] {
      #expect(table.count.isMultiple(of: 2))
      #expect(zip(table, table.dropFirst()).allSatisfy { $0 <= $1 })
    }
  }

  @Test func chromeIsNarrow() {
    for chrome in [Chrome.ascii, .unicode] {
      for glyph in [chrome.horizontal, chrome.vertical, chrome.corner] {
        #expect(TextWidth.columns(of: glyph) == 1)
      }
    }
  }
}
