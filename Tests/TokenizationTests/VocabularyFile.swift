import Foundation
import GGUF
import Llama
import Tokenization

/// A model file that holds a vocabulary only, to be written and read back.
struct VocabularyFile {
  var metadata = GGUFMetadata()

  init(model: String, pieces: [String]) {
    set("model", .string(model))
    set("tokens", .array(GGUFArray(pieces)))
  }

  /// Sets `tokenizer.ggml.…`; nil leaves the key out.
  mutating func set(_ key: String, _ value: GGUFValue?) {
    metadata["tokenizer.ggml.\(key)"] = value
  }

  /// The vocabulary that the file holds.
  func read() throws -> Vocabulary {
    let url = FileManager.default.temporaryDirectory
      .appending(path: "vocabulary-\(UUID().uuidString).gguf")
    defer { try? FileManager.default.removeItem(at: url) }
    try GGUFWriter(metadata: metadata, tensors: []).write(to: url.path) { _, _ in }
    return try Vocabulary(GGUFFile(path: url.path))
  }
}
