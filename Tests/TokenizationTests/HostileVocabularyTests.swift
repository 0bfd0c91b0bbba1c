import Testing
import Tokenization

@Suite struct HostileVocabularyTests {
  private func vocabulary(_ pieces: [String], model: String = "gpt2") throws -> Vocabulary {
    var vocabulary = try Vocabulary(model: model, preTokenizer: nil)
    vocabulary.pieces = pieces
    return vocabulary
  }

  @Test func emptyVocabulariesAreRefused() throws {
    let nothing = try vocabulary([])
    #expect(throws: VocabularyError.empty) { try Tokenizer(nothing) }
  }

  @Test func equalPiecesAreRefused() throws {
    let twice = try vocabulary(["a", "b", "a"])
    #expect(throws: VocabularyError.duplicatePiece(first: 0, second: 2)) { try Tokenizer(twice) }
    // Canonically equal is not equal, and empty pieces are never looked for.
    _ = try Tokenizer(vocabulary(["\u{E9}", "e\u{301}", "", ""]))
  }

  @Test func shortListsAreRefusedAndLongOnesCut() throws {
    var short = try vocabulary(["a", "b", "c"])
    short.kinds = [.normal]
    #expect(throws: VocabularyError.shortList(name: "token types", expected: 3, found: 1)) {
      try Tokenizer(short)
    }
    short.kinds = []
    short.scores = [1, 2]
    #expect(throws: VocabularyError.shortList(name: "scores", expected: 3, found: 2)) {
      try Tokenizer(short)
    }
    short.scores = [1, 2, 3, 4, 5]
    short.kinds = Array(repeating: .normal, count: 9)
    #expect(try Tokenizer(short).count == 3)
  }

  @Test func rolesOutsideTheVocabularyCountAsAbsent() throws {
    var odd = try vocabulary(["a", "b"])
    odd.roles = [.beginOfText: 2, .endOfText: -1, .endOfTurn: .max]
    odd.addsBeginOfText = true
    odd.addsEndOfText = true
    let tokenizer = try Tokenizer(odd)
    #expect(tokenizer.beginOfText == nil && tokenizer.endOfText == nil)
    #expect(!tokenizer.addsBeginOfText && !tokenizer.addsEndOfText)
    #expect(tokenizer.endTokens.isEmpty)
    #expect(
      tokenizer.encode("ab", addingSpecialTokens: true, readingSpecialTokens: true) == [0, 1])
  }

  @Test func mergesThatAreNoneAreLeftOut() throws {
    var odd = try vocabulary(["a", "b", "ab"])
    odd.merges = ["", " ", "ab", "a ", " b", "  ", "a b c", "x y", "a b", "a b", "\u{0} é"]
    let tokenizer = try Tokenizer(odd)
    #expect(tokenizer.encode("ab", addingSpecialTokens: false, readingSpecialTokens: false) == [2])
  }

  /// As in llama.cpp: a string that merges but is no piece survives only in its single-byte pieces.
  @Test func mergedStringsThatAreNoPieceAreSpelled() throws {
    var odd = try vocabulary(["a", "b"])
    odd.merges = ["a b", "b c"]
    let tokenizer = try Tokenizer(odd)
    let encode = { tokenizer.encode($0, addingSpecialTokens: false, readingSpecialTokens: false) }
    #expect(encode("ab") == [0, 1])
    #expect(encode("bc") == [1])
    #expect(encode("cab") == [0, 1])
  }

  @Test func textThatHasNoTokensBecomesUnknown() throws {
    var odd = try vocabulary(["<unk>", "a"], model: "llama")
    odd.addsSpacePrefix = false
    odd.addsBeginOfText = false
    let tokenizer = try Tokenizer(odd)
    #expect(
      tokenizer.encode("abé", addingSpecialTokens: true, readingSpecialTokens: false)
        == [1, 0, 0, 0])
  }

  @Test func identifiersOutsideTheVocabularyDecodeToNothing() throws {
    let tokenizer = try Tokenizer(vocabulary(["a"]))
    #expect(tokenizer.decode([-1, 0, 1, .max, .min]) == "a")
    #expect(tokenizer.kind(of: -1) == .undefined)
  }

  @Test func byteTokensThatNameNoByteDecodeToNothing() throws {
    var odd = try vocabulary(
      ["<0x41>", "<0xZZ>", "<0x4>", "<0x+1>", "0x4142", "<0xéa>"], model: "llama")
    odd.kinds = Array(repeating: .byte, count: 6)
    odd.roles = [:]
    #expect(try Tokenizer(odd).decode([0, 1, 2, 3, 4, 5]) == "A")
  }

  @Test func arbitraryVocabulariesNeverTrap() throws {
    var generator = SeededGenerator(state: 31)
    for round in 0..<300 {
      let model = round.isMultiple(of: 2) ? "gpt2" : "llama"
      let names = PreTokenizer.knownNames
      var odd = try Vocabulary(
        model: model, preTokenizer: names[Int.random(in: names.indices, using: &generator)])
      let count = Int.random(in: 1...40, using: &generator)
      odd.pieces = (0..<count).map { _ in generator.text(maximumParts: 2) }
      odd.pieces.append(contentsOf: ["<0x41>", "Ġ", "▁"])
      odd.pieces = Array(Set(odd.pieces.map { Array($0.utf8) })).map {
        String(decoding: $0, as: UTF8.self)
      }.sorted()
      odd.kinds = odd.pieces.map { _ in
        PieceKind(fileValue: Int.random(in: -1...8, using: &generator))
      }
      let scores: [Float] = [0, -1, .nan, .infinity, -.infinity, 5]
      odd.scores = odd.pieces.map { _ in
        scores[Int.random(in: scores.indices, using: &generator)]
      }
      odd.merges = (0..<count).map { _ in generator.text(maximumParts: 3) }
      for role in TokenRole.allCases {
        odd.roles[role] = TokenID.random(in: -2...TokenID(count + 2), using: &generator)
      }
      odd.addsEndOfText = true
      odd.stripsSpaceAfterSpecialTokens = round.isMultiple(of: 3)
      let tokenizer = try Tokenizer(odd)
      for _ in 0..<5 {
        for reading in [false, true] {
          let tokens = tokenizer.encode(
            generator.text(), addingSpecialTokens: true, readingSpecialTokens: reading)
          #expect(tokens.allSatisfy { odd.pieces.indices.contains(Int($0)) })
          _ = tokenizer.decode(tokens)
        }
      }
    }
  }
}
