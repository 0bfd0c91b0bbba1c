import GGUF
import Llama
import Testing
import Tokenization

/// Expected tokens come from llama.cpp: `Recipes/tiny_vocabularies.py`.
@Suite struct LlamaCppGoldenTests {
  @Test(arguments: try TinyGoldens.load().cases)
  func tokensAreThoseOfLlamaCpp(_ golden: TinyCase) throws {
    let goldens = try TinyGoldens.load()
    let tiny = try #require(goldens.vocabularies[golden.vocabulary])
    let tokenizer = try Tokenizer(vocabulary(tiny, golden))
    #expect(tokenizer.endTokens.sorted() == golden.endTokens)
    try #require(golden.plain.count == goldens.texts.count)
    for (index, text) in goldens.texts.enumerated() {
      let label = Comment(rawValue: text.debugDescription)
      let plain = tokenizer.encode(
        text, addingSpecialTokens: false, readingSpecialTokens: false)
      #expect(plain == golden.plain[index], label)
      let special = tokenizer.encode(
        text, addingSpecialTokens: false, readingSpecialTokens: true)
      #expect(special == golden.special[index], label)
      let added = tokenizer.encode(text, addingSpecialTokens: true, readingSpecialTokens: false)
      #expect(added == golden.added[index], label)
    }
  }

  /// The vocabulary as it comes out of a model file.
  private func vocabulary(_ tiny: TinyVocabulary, _ golden: TinyCase) throws -> Vocabulary {
    var file = VocabularyFile(model: golden.model, pieces: tiny.pieces)
    file.metadata["general.name"] = .string(golden.modelName)
    file.set("pre", golden.preTokenizer.map(GGUFValue.string))
    file.set("token_type", .array(GGUFArray(tiny.kinds.map(Int32.init))))
    file.set("scores", tiny.scores.map { .array(GGUFArray($0)) })
    file.set("merges", tiny.merges.map { .array(GGUFArray($0)) })
    for (key, id) in golden.roles { file.set(key, .uint32(UInt32(id))) }
    for (key, flag) in golden.flags { file.set(key, .bool(flag)) }
    return try file.read()
  }
}
