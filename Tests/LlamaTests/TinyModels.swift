import Foundation
import Llama
import Tensors
import Testing
import Tokenization

/// The tiny random models and what an independent program computes with them; the recipe is
/// `Tests/Recipes/tiny_models.py`, which also describes the fields.
struct TinyModel: Decodable, CustomTestStringConvertible, Sendable {
  let file: String
  let text: String
  let textTokens: [TokenID]
  let tokens: [TokenID]
  let positions: [Int]
  let logits: Data
  let greedyPrompt: [TokenID]
  let greedy: [TokenID]

  static let all: [TinyModel] = {
    let data = FileManager.default.contents(atPath: path("tiny-models.json")) ?? Data()
    return (try? JSONDecoder().decode([TinyModel].self, from: data)) ?? []
  }()

  static func path(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Resources/\(name)").path
  }

  static func named(_ file: String) throws -> TinyModel {
    try #require(all.first { $0.file == file })
  }

  var testDescription: String { file }

  func load(workerCount: Int = 2) throws -> (model: LlamaModel, pool: WorkerPool) {
    let pool = WorkerPool(workerCount: workerCount)
    return (try LlamaModel(path: Self.path(file), pool: pool), pool)
  }

  func engine() throws -> InferenceEngine {
    let (model, pool) = try load()
    return InferenceEngine(model, pool: pool)
  }

  /// Logits of each of `positions`.
  var expectedLogits: [[Float]] { rows(ofLogits: logits, count: positions.count) }
}
