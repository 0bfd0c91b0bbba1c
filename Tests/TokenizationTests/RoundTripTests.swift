import Testing
import Tokenization

@Suite struct RoundTripTests {
  @Test(arguments: ["smollm", "gpt-2", "default", "llama-bpe", "qwen2", "tekken", "deepseek-coder"])
  func anyTextComesBackFromBytePairs(_ preTokenizer: String) throws {
    let tokenizer = try Tokenizer(TinyGoldens.bytePairs(preTokenizer))
    var generator = SeededGenerator(state: 11)
    for _ in 0..<400 {
      let text = generator.text()
      let tokens = tokenizer.encode(text, addingSpecialTokens: false, readingSpecialTokens: false)
      #expect(Array(tokenizer.decode(tokens).utf8) == Array(text.utf8))
      let read = tokenizer.encode(text, addingSpecialTokens: false, readingSpecialTokens: true)
      #expect(tokenizer.decode(read, showingSpecialTokens: true) == text)
    }
  }

  /// Pieces write a blank as U+2581, so that one character cannot come back.
  @Test func anyTextComesBackFromSentencePieces() throws {
    let tokenizer = try Tokenizer(TinyGoldens.sentencePiece())
    var generator = SeededGenerator(state: 12)
    for _ in 0..<400 {
      let text = generator.text()
      for reading in [false, true] {
        let tokens = tokenizer.encode(
          text, addingSpecialTokens: true, readingSpecialTokens: reading)
        let decoded = tokenizer.decode(tokens, showingSpecialTokens: true)
        #expect(decoded == "<s>" + text, Comment(rawValue: text.debugDescription))
      }
    }
  }

  @Test func oneLongWordIsNoTrouble() throws {
    let word = String(repeating: "patient", count: 60_000)
    for vocabulary in [try TinyGoldens.bytePairs(), try TinyGoldens.sentencePiece()] {
      let tokenizer = try Tokenizer(vocabulary)
      let tokens = tokenizer.encode(word, addingSpecialTokens: false, readingSpecialTokens: false)
      #expect(tokens.count < word.utf8.count)
      #expect(tokenizer.decode(tokens) == word)
    }
  }

  @Test func composedAndDecomposedLettersStayApart() throws {
    var vocabulary = try Vocabulary(model: "llama", preTokenizer: nil)
    vocabulary.pieces = ["\u{E9}", "e\u{301}", "e", "\u{301}"]
    vocabulary.addsSpacePrefix = false
    vocabulary.roles = [:]
    let tokenizer = try Tokenizer(vocabulary)
    let encode = { tokenizer.encode($0, addingSpecialTokens: false, readingSpecialTokens: false) }
    #expect(encode("\u{E9}") == [0])
    #expect(encode("e\u{301}") == [1])
  }
}
