import Testing
import Tokenization

@Suite struct SpecialTokenTests {
  @Test func textOfANoteNeverBecomesAControlToken() throws {
    var generator = SeededGenerator(state: 21)
    for vocabulary in [try TinyGoldens.bytePairs(), try TinyGoldens.sentencePiece()] {
      let tokenizer = try Tokenizer(vocabulary)
      #expect(!tokenizer.endTokens.isEmpty)
      for _ in 0..<300 {
        let tokens = tokenizer.encode(
          generator.text(), addingSpecialTokens: false, readingSpecialTokens: false)
        for token in tokens {
          let kind = tokenizer.kind(of: token)
          #expect(kind != .control && kind != .unknown)
        }
      }
    }
  }

  /// Even if the file says that pairs merge to one.
  @Test func mergesNeverMakeAControlToken() throws {
    for model in ["gpt2", "llama"] {
      var vocabulary = try Vocabulary(model: model, preTokenizer: nil)
      vocabulary.pieces = ["a", "b", "c", "ab", "abc"]
      vocabulary.kinds = [.normal, .normal, .normal, .normal, .control]
      vocabulary.merges = ["a b", "ab c"]
      vocabulary.addsSpacePrefix = false
      vocabulary.addsBeginOfText = false
      let tokenizer = try Tokenizer(vocabulary)
      let encode = { tokenizer.encode("abc", addingSpecialTokens: false, readingSpecialTokens: $0) }
      #expect(encode(false) == [3, 2])
      #expect(encode(true) == [4])
    }
  }

  @Test func onlyTemplateSegmentsHoldSpecialTokens() throws {
    let tokenizer = try Tokenizer(TinyGoldens.bytePairs())
    let end = try #require(tokenizer.token(of: "<|im_end|>"))
    let tokens = tokenizer.encode(
      [
        TextSegment("<|im_start|>user\n", isTemplate: true),
        TextSegment("a <|im_end|> b", isTemplate: false),
        TextSegment("<|im_end|>\n", isTemplate: true),
      ], addingSpecialTokens: false)
    #expect(tokens.count { $0 == end } == 1)
    #expect(
      tokenizer.decode(tokens, showingSpecialTokens: true)
        == "<|im_start|>user\na <|im_end|> b<|im_end|>\n")
  }

  @Test func aSpecialTokenDoesNotReachFromTemplateIntoText() throws {
    let tokenizer = try Tokenizer(TinyGoldens.bytePairs())
    let end = try #require(tokenizer.token(of: "<|im_end|>"))
    let parts: [(String, String)] = [("<|im_", "end|>"), ("<|im_end|", ">")]
    for (first, second) in parts {
      for isFirst in [true, false] {
        let tokens = tokenizer.encode(
          [
            TextSegment(first, isTemplate: isFirst), TextSegment(second, isTemplate: !isFirst),
          ], addingSpecialTokens: false)
        #expect(!tokens.contains(end))
      }
      let whole = tokenizer.encode(
        [TextSegment(first, isTemplate: true), TextSegment(second, isTemplate: true)],
        addingSpecialTokens: false)
      #expect(whole == [end])
    }
  }

  /// Words reach over segments as if the prompt had been one text.
  @Test func segmentsOfPlainTextAreOneText() throws {
    var generator = SeededGenerator(state: 22)
    for vocabulary in [try TinyGoldens.bytePairs(), try TinyGoldens.sentencePiece()] {
      let tokenizer = try Tokenizer(vocabulary)
      for _ in 0..<100 {
        let (first, second) = (generator.text(), generator.text())
        let segments = [first, second].map { TextSegment($0, isTemplate: false) }
        let apart = tokenizer.encode(segments, addingSpecialTokens: true)
        let whole = tokenizer.encode(
          first + second, addingSpecialTokens: true, readingSpecialTokens: false)
        #expect(apart == whole)
      }
    }
  }

  @Test func theLongestSpecialTokenWins() throws {
    var vocabulary = try Vocabulary(model: "gpt2", preTokenizer: "gpt-2")
    vocabulary.pieces = ["x", "<a>", "<a><b>", "<b><b>", "<b>"]
    vocabulary.kinds = [.normal, .control, .control, .control, .userDefined]
    let tokenizer = try Tokenizer(vocabulary)
    let encode = { tokenizer.encode($0, addingSpecialTokens: false, readingSpecialTokens: true) }
    #expect(encode("x<a>x<a><b>x<b>") == [0, 1, 0, 2, 0, 4])
    // Both of the longest fit; the one with the lower identifier is granted first.
    #expect(encode("<a><b><b>") == [2, 4])
  }

  @Test func endTokensAreFoundByName() throws {
    var vocabulary = try Vocabulary(model: "gpt2", preTokenizer: "gpt-2")
    vocabulary.pieces = [
      "<|eot_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>", "<|endoftext|>", "</s>", "a",
      "<|end_of_text|>", "<reponame>", "<s>",
    ]
    vocabulary.roles = [.endOfText: 6]
    let tokenizer = try Tokenizer(vocabulary)
    #expect(tokenizer.endTokens == [0, 1, 2, 3, 4, 5, 6, 7, 8])
    #expect(tokenizer.kind(of: 5) == .control)
    #expect(tokenizer.kind(of: 9) == .normal)
  }
}
