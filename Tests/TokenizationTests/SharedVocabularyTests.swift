import Foundation
import GGUF
import Llama
import Testing
import Tokenization

/// The vocabularies and vectors that llama.cpp tests itself with, where the data folder has them.
@Suite(.enabled(if: sharedFolder != nil, "the folder ../shared is not there"))
struct SharedVocabularyTests {
  @Test(arguments: ["gpt-2", "llama-spm"])
  func tokensAreThoseOfTheVectors(_ name: String) throws {
    let path = "data/vocab/ggml-vocab-\(name).gguf"
    let file = try #require(sharedFolder).appending(path: path)
    let tokenizer = try Tokenizer(Vocabulary(GGUFFile(path: file.path)))
    let texts = try String(contentsOf: URL(filePath: file.path + ".inp"), encoding: .utf8)
      .components(separatedBy: "\n__ggml_vocab_test__\n")
    let lines = try String(contentsOf: URL(filePath: file.path + ".out"), encoding: .utf8)
      .components(separatedBy: "\n")
    // Every text ends with a separator and every line with a line end, so that both end in nothing.
    try #require(lines.count == texts.count && lines.last == "" && texts.last == "")
    try #require(texts.count > 40)
    for (text, line) in zip(texts, lines).dropLast() {
      let expected = line.split(separator: " ").compactMap { TokenID($0) }
      let found = tokenizer.encode(text, addingSpecialTokens: false, readingSpecialTokens: false)
      #expect(found == expected, Comment(rawValue: text.debugDescription))
      #expect(tokenizer.decode(found) == text)
    }
  }

  @Test func notesComeBackFromTheirTokens() throws {
    let folder = try #require(sharedFolder).appending(path: "data")
    let notes = try String(
      contentsOf: folder.appending(path: "mtsamples/notes.jsonl"), encoding: .utf8)
    for name in ["gpt-2", "llama-spm"] {
      let path = folder.appending(path: "vocab/ggml-vocab-\(name).gguf").path
      let tokenizer = try Tokenizer(Vocabulary(GGUFFile(path: path)))
      for note in notes.components(separatedBy: "\n").prefix(10) {
        let tokens = tokenizer.encode(
          note, addingSpecialTokens: true, readingSpecialTokens: false)
        #expect(tokenizer.decode(tokens) == note)
        #expect(tokens.count < note.utf8.count)
      }
    }
  }
}
