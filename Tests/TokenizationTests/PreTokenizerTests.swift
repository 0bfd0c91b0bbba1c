import Testing

@testable import Tokenization

@Suite struct PreTokenizerTests {
  private func words(_ text: String, _ name: String) throws -> [String] {
    let bytes = Array(text.utf8)
    return try bytes.withUnsafeBufferPointer { bytes in
      let text = ScalarText(bytes)
      return try PreTokenizer(named: name).words(in: text).map {
        String(decoding: bytes[text.byteRange(of: $0)], as: UTF8.self)
      }
    }
  }

  /// Worked out by hand from the published expressions.
  @Test func wordsAreCutAsTheExpressionsSay() throws {
    #expect(try words("it's 1234 ok", "gpt-2") == ["it", "'s", " 1234", " ok"])
    #expect(try words("it's 1234 ok", "smollm") == ["it", "'s", " ", "1", "2", "3", "4", " ok"])
    #expect(try words("it'S 1234 ok", "llama-bpe") == ["it", "'S", " ", "123", "4", " ok"])
    #expect(try words("it'S 12 ok", "qwen2") == ["it", "'S", " ", "1", "2", " ok"])
    #expect(try words("HelloWorld ABCdef", "tekken") == ["Hello", "World", " ABCdef"])
    #expect(try words("She'll", "gpt-4o") == ["She'll"])
    #expect(try words("a=b, 1234", "default") == ["a", "=", "b", ",", " ", "123", "4"])
    #expect(try words("a  b   \n", "gpt-2") == ["a", " ", " b", "   \n"])
    #expect(try words("a \n\n b...\n\n", "llama-bpe") == ["a", " \n\n", " b", "...\n\n"])
  }

  @Test func wordsCoverTheTextWithoutGaps() throws {
    var generator = SeededGenerator(state: 51)
    for name in PreTokenizer.knownNames {
      for _ in 0..<20 {
        let text = generator.text()
        let words = try words(text, name)
        #expect(Array(words.joined().utf8) == Array(text.utf8))
        #expect(words.allSatisfy { !$0.isEmpty })
      }
    }
  }

  /// U+0897 and U+10D40 came with Unicode 16, U+0CDC with 17; the rest are older.
  @Test func classesAreThoseOfUnicode15() {
    #expect(ScalarClass("\u{10D40}") == .other)
    #expect(ScalarClass("\u{0CDC}") == .other)
    #expect(ScalarClass("\u{1C89}") == .other)
    #expect(ScalarClass("\u{2EBF0}") == .letter)
    #expect(ScalarClass("ǅ") == .letter)
    #expect(ScalarClass("½") == .number)
    #expect(ScalarClass("Ⅷ") == .number)
    #expect(ScalarClass("\u{85}") == .space)
    #expect(ScalarClass("\u{200B}") == .other)
    #expect(ScalarClass("\u{301}") == .other)
    #expect(ScalarClass("—") == .punctuation)
    #expect(ScalarClass("€") == .other)
  }

  @Test func everyKnownNameIsFoundOnce() throws {
    let names = PreTokenizer.knownNames
    #expect(Set(names).count == names.count)
    for name in names { #expect(try PreTokenizer(named: name).name == name) }
  }
}
