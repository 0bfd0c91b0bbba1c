import Foundation
import Testing
import Tokenization

/// A small vocabulary of the recorded goldens.
struct TinyVocabulary: Decodable {
  var pieces: [String]
  var kinds: [Int]
  var merges: [String]?
  var scores: [Float]?
}

/// What llama.cpp made of the texts with one vocabulary under one set of flags.
struct TinyCase: Decodable, CustomTestStringConvertible {
  var vocabulary: String
  var model: String
  var preTokenizer: String?
  var modelName: String
  var roles: [String: Int]
  var flags: [String: Bool]
  var endTokens: [TokenID]
  var plain: [[TokenID]]
  var special: [[TokenID]]
  var added: [[TokenID]]

  var testDescription: String {
    "\(model) \(preTokenizer ?? "-") \(modelName) \(flags.sorted { $0.key < $1.key })"
  }
}

/// The recorded goldens of `Recipes/tiny_vocabularies.py`.
struct TinyGoldens: Decodable {
  var vocabularies: [String: TinyVocabulary]
  var texts: [String]
  var cases: [TinyCase]

  static func load() throws -> TinyGoldens {
    try decode(TinyGoldens.self, "tiny-vocabularies.json")
  }

  /// The byte-level vocabulary, under the pre-tokenizer of the default model.
  static func bytePairs(_ preTokenizer: String = "smollm") throws -> Vocabulary {
    let tiny = try #require(load().vocabularies["bytes"])
    var vocabulary = try Vocabulary(model: "gpt2", preTokenizer: preTokenizer)
    vocabulary.pieces = tiny.pieces
    vocabulary.kinds = tiny.kinds.map(PieceKind.init(fileValue:))
    vocabulary.merges = tiny.merges ?? []
    return vocabulary
  }

  /// The SentencePiece vocabulary.
  static func sentencePiece() throws -> Vocabulary {
    let tiny = try #require(load().vocabularies["sentences"])
    var vocabulary = try Vocabulary(model: "llama", preTokenizer: nil)
    vocabulary.pieces = tiny.pieces
    vocabulary.kinds = tiny.kinds.map(PieceKind.init(fileValue:))
    vocabulary.scores = tiny.scores ?? []
    return vocabulary
  }
}

/// Decodes a file in Resources.
func decode<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
  let url = try #require(Bundle.module.url(forResource: "Resources/\(name)", withExtension: nil))
  return try JSONDecoder().decode(type, from: Data(contentsOf: url))
}

/// The folder of data beside the package, where there is one.
let sharedFolder: URL? = {
  let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  let shared = package.deletingLastPathComponent().appending(path: "shared")
  return FileManager.default.fileExists(atPath: shared.path) ? shared : nil
}()

/// SplitMix64: the same numbers on every machine.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// Text of words, digits, punctuation, white space of many kinds and scalars from everywhere.
  mutating func text(maximumParts: Int = 20) -> String {
    let parts = [
      " ", "  ", "\n", "\r\n", "\t", "\u{A0}", "\u{3000}", "'s", "'LL", "12345", "½", "٣", "...",
      "$%", "the", " patient", "Größe", "e\u{301}", "中文", "한국어", "👩‍⚕️", "<|im_end|>", "</s>",
      "<note>", "<0x41>", "\0",
    ]
    var text = ""
    for _ in 0..<Int.random(in: 0...maximumParts, using: &self) {
      if Int.random(in: 0..<4, using: &self) == 0 {
        let value = UInt32.random(in: 0...0x10FFFF, using: &self)
        text.unicodeScalars.append(Unicode.Scalar(value) ?? "?")
      } else {
        text += parts[Int.random(in: parts.indices, using: &self)]
      }
    }
    return text
  }
}
