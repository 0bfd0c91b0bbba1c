import Clinical
import Testing

@Suite("JSON")
struct JSONValueTests {
  private func parse(_ text: String) throws -> JSONValue {
    try JSONValue(parsing: text.utf8)
  }

  @Test("keeps order and the spelling of numbers")
  func keepsSpelling() throws {
    let line = #"{"b": 1.50, "a": [9007199254740993, -0, 1e400], "c": {"z": null, "y": true}}"#
    #expect(try parse(line).line == line)
  }

  // Each expected text is what Python's json.loads gives.
  @Test(
    "reads escapes",
    arguments: [
      (#""\u00b5g \/ \"q\" \\""#, #"µg / "q" \"#),
      (#""\ud83d\ude00""#, "😀"),
      (#""\b\f\n\r\t""#, "\u{8}\u{C}\n\r\t"),
      (#""\u0000""#, "\u{0}"),
    ])
  func readsEscapes(json: String, text: String) throws {
    #expect(try parse(json).string == text)
  }

  @Test("a text never breaks its line and reads back the same")
  func writesOneLine() throws {
    let text = "a\nb\r\nc\u{0}\u{7F}\u{2028}\u{85}µ👩‍⚕️\"\\/"
    let line = JSONValue.string(text).line
    #expect(!line.contains { $0 == "\n" || $0 == "\r\n" || $0 == "\u{2028}" })
    #expect(try Array(#require(parse(line).string).utf8) == Array(text.utf8))
  }

  // Each is refused by Python's json.loads too, but for the depth and the doubled-up numbers.
  @Test(
    "refuses what is not JSON",
    arguments: [
      "", "{", "[1,]", "{\"a\" 1}", "01", "1.", "1e", "-", "+1", "nul", "\"a", "\"\n\"", "\"\\x\"",
      "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\\u12g4\"", "\"\\u+123\"", "1 2",
      "{1: 2}", "[1 2]", "'a'", "NaN",
    ])
  func refuses(text: String) {
    #expect(throws: JSONError.self) { try parse(text) }
  }

  @Test("refuses bytes that are not UTF-8")
  func refusesBadBytes() {
    #expect(throws: JSONError(offset: 1, expected: "a string in UTF-8")) {
      try JSONValue(parsing: [0x22, 0x92, 0x22])
    }
  }

  @Test("a file of nothing but brackets is an error, not a crash")
  func limitsDepth() throws {
    #expect(throws: JSONError.self) { try parse(String(repeating: "[", count: 1_000_000)) }
    let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
    #expect(try parse(deep).line == deep)
  }

  @Test("every cut of a document is an error that shows none of it")
  func refusesEveryCut() throws {
    let whole = Array(#"{"note": "SECRET \u00e9", "n": [1.5e3, true, null]}"#.utf8)
    for count in 0..<whole.count {
      let error = #expect(throws: JSONError.self) {
        try JSONValue(parsing: whole.prefix(count))
      }
      #expect(error?.description.contains("SECRET") == false)
    }
  }

  @Test("members are replaced in place, added at the end, removed by nil")
  func editsMembers() {
    var object = JSONObject([.init(name: "a", value: 1), .init(name: "b", value: "x")])
    object["a"] = 2
    object["c"] = true
    object["b"] = nil
    #expect(JSONValue.object(object).line == #"{"a": 2, "c": true}"#)
  }
}
