import Testing

@testable import Screen

@Suite struct DisplayTextTests {
  @Test(arguments: [
    ("plain\ntext", "plain\ntext"),
    ("a\u{1B}[31mred\u{1B}[0m", "a^[[31mred^[[0m"),
    ("\u{1B}]52;c;aGk=\u{7}", "^[]52;c;aGk=^G"),
    ("bell\u{0}\u{7F}", "bell^@^?"),
    ("C1 \u{9B}31m", "C1 <U+009B>31m"),
    ("abc\u{202E}def\u{2066}", "abc<U+202E>def<U+2066>"),
    ("mark\u{200F}\u{061C}", "mark<U+200F><U+061C>"),
    ("zero\u{200B}\u{200D}\u{2060}\u{FEFF}\u{AD}\u{FE0F}width", "zerowidth"),
    ("tag\u{E0041}\u{E007F}", "tag"),
    ("one\r\ntwo\rthree", "one\ntwo^Mthree"),
    ("two\u{2028}lines", "two<U+2028>lines"),
    ("cafe\u{301} \u{5E9}\u{5B8}", "cafe\u{301} \u{5E9}\u{5B8}"),
    ("37 \u{B0}C \u{2264} 5 \u{3B1}", "37 \u{B0}C \u{2264} 5 \u{3B1}"),
  ])
  func showsWhatATerminalWouldObey(text: String, expected: String) {
    #expect(DisplayText.sanitize(text) == expected)
  }

  @Test func tabsGoToTheNextStop() {
    #expect(DisplayText.sanitize("a\tb\n\tc", tabColumns: 4) == "a   b\n    c")
    #expect(DisplayText.sanitize("\u{65E5}\tb", tabColumns: 4) == "\u{65E5}  b")
  }

  @Test func nothingThatATerminalObeysGetsThrough() {
    var every = String.UnicodeScalarView()
    for code in UInt32(0)..<0x3000 {
      if let scalar = Unicode.Scalar(code) { every.append(scalar) }
    }
    let shown = DisplayText.sanitize(String(every))
    for scalar in shown.unicodeScalars where scalar != "\n" {
      #expect(scalar.value >= 0x20 && !(0x7F..<0xA0).contains(scalar.value))
      #expect(!scalar.properties.isBidiControl)
    }
    #expect(DisplayText.sanitize(shown) == shown)
    let typed = DisplayText.typed(String(every))
    #expect(DisplayText.sanitize(typed) == typed)
  }

  @Test func typedTextKeepsOnlyWhatIsWritten() {
    #expect(DisplayText.typed("a\r\nb\rc\td\u{1B}[2J\u{200B}") == "a\nb\nc    d[2J")
  }
}
