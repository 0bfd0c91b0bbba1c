import Screen
import Testing

@testable import Workbench

@Suite struct WrappedTextTests {
  private static let text = """
    Echocardiogram showed an ejection fraction of 30%.\r\nHe received intravenous furosemide \
    with good diuresis.

    患者は発熱と咳で入院した。 e\u{301}te\u{301} averyveryverylongwordthatdoesnotfitintoarow
    end
    """

  /// Pieces of any length give the rows that the whole text gives.
  @Test(arguments: [1, 2, 3, 7, 20])
  func piecesGiveTheRowsOfTheWhole(length: Int) {
    for columns in [1, 2, 5, 11, 20, 80] {
      let whole = WrappedText(Self.text, columns: columns)
      var pieced = WrappedText(columns: columns)
      var rest = Self.text[...]
      while !rest.isEmpty {
        pieced.append(String(rest.prefix(length)))
        rest = rest.dropFirst(length)
      }
      #expect(pieced.rows == whole.rows)
      #expect(pieced.lineCount == whole.lineCount)
    }
  }

  @Test func noRowIsWiderThanItMayBe() {
    for columns in 2...40 {
      for row in WrappedText(Self.text, columns: columns).rows {
        #expect(TextWidth.columns(of: row.text) <= columns)
      }
    }
  }

  @Test func aCarriageReturnCutFromItsNewlineIsOneLineEnd() {
    var text = WrappedText("a\r", columns: 10)
    text.append("\nb")
    #expect(text.rows.map(\.text) == ["a", "b"])
  }

  @Test func emptyLinesStay() {
    #expect(WrappedText("a\n\n\nb", columns: 10).rows.map(\.text) == ["a", "", "", "b"])
    #expect(WrappedText("a\n\n\nb", columns: 10).rows.map(\.line) == [0, 1, 2, 3])
  }

  @Test func numbersAreWrittenAsPeopleReadThem() {
    #expect(grouped(2310) == "2,310")
    #expect(grouped(999) == "999")
    #expect(grouped(1_234_567) == "1,234,567")
    #expect(grouped(-1000) == "-1,000")
    #expect(oneDecimal(17.44) == "17.4")
    #expect(oneDecimal(.nan) == "-")
    #expect(minutesAndSeconds(63.9) == "1:03")
    #expect(megabytes(98_000_000) == "98 MB")
    #expect(megabytes(1_250_000) == "1.3 MB")
  }
}
