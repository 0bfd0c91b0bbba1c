import GGUF
import Llama
import Testing
import Tokenization

@Suite struct VocabularyFileTests {
  @Test func missingKeysLeaveTheDefaultsOfTheFamily() throws {
    let sentences = try VocabularyFile(model: "llama", pieces: ["<unk>", "<s>", "</s>"]).read()
    #expect(sentences.addsBeginOfText)
    #expect(!sentences.addsEndOfText)
    #expect(sentences.addsSpacePrefix)
    #expect(sentences.roles == [.beginOfText: 1, .endOfText: 2, .unknown: 0])

    var file = VocabularyFile(model: "gpt2", pieces: ["a", "b"])
    file.set("merges", .array(GGUFArray([String]())))
    for (name, addsBeginOfText) in [("llama-bpe", true), ("smollm", false), ("tekken", true)] {
      file.set("pre", .string(name))
      let bytes = try file.read()
      #expect(bytes.addsBeginOfText == addsBeginOfText)
      #expect(!bytes.addsSpacePrefix)
    }
  }

  @Test func keysOverrideDefaults() throws {
    var file = VocabularyFile(model: "llama", pieces: ["<unk>", "<s>", "</s>", "x"])
    file.set("add_bos_token", .bool(false))
    file.set("add_eos_token", .bool(true))
    file.set("add_space_prefix", .bool(false))
    file.set("eos_token_id", .uint32(3))
    file.set("bos_token_id", .uint32(999))
    file.set("scores", .array(GGUFArray([0, -1, -2, -3] as [Int32])))
    file.set("token_type", .array(GGUFArray([2, 3, 3, 77] as [Int32])))
    let vocabulary = try file.read()
    #expect(!vocabulary.addsBeginOfText)
    #expect(vocabulary.addsEndOfText)
    #expect(!vocabulary.addsSpacePrefix)
    #expect(vocabulary.roles[.endOfText] == 3)
    #expect(vocabulary.roles[.beginOfText] == 1)
    #expect(vocabulary.scores == [0, -1, -2, -3])
    #expect(vocabulary.kinds == [.unknown, .control, .control, .undefined])
  }

  @Test func unknownTokenizersAreNamedWithTheKnownOnes() throws {
    let bert = VocabularyFile(model: "bert", pieces: ["a"])
    #expect(throws: VocabularyError.unknownModel(found: "bert", known: ["gpt2", "llama"])) {
      try bert.read()
    }
    var file = VocabularyFile(model: "gpt2", pieces: ["a"])
    file.set("pre", .string("martian"))
    let error = #expect(throws: VocabularyError.self) { try file.read() }
    let text = error?.description ?? ""
    #expect(text.contains("martian") && text.contains("smollm") && text.contains("llama-bpe"))
  }

  @Test func byteLevelVocabulariesNeedMerges() {
    let file = VocabularyFile(model: "gpt2", pieces: ["a"])
    #expect(throws: GGUFError.self) { try file.read() }
  }
}
