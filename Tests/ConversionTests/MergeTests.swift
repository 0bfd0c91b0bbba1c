import Conversion
import Foundation
import GGUF
import Kernels
import Llama
import Tensors
import Testing
import Tokenization

/// Logits that an independent program computed with `W + scale B A`; the recipe is
/// `Tests/Recipes/tiny_adapters.py`.
private struct AdapterGolden: Decodable, CustomTestStringConvertible, Sendable {
  let model: String
  let adapter: String
  let tokens: [TokenID]
  let positions: [Int]
  let logits: Data

  var testDescription: String { adapter }

  static let all: [AdapterGolden] = {
    let data = FileManager.default.contents(atPath: tinyPath("adapters.json")) ?? Data()
    return (try? JSONDecoder().decode([AdapterGolden].self, from: data)) ?? []
  }()
}

/// Logits after each of `tokens`, one row each.
func logits(_ path: String, _ tokens: [TokenID], adapter: String? = nil) throws -> [[Float]] {
  let pool = WorkerPool(workerCount: 1)
  let model = try LlamaModel(path: path, pool: pool)
  let loaded = try adapter.map { try LoraAdapter(path: $0, model: model, pool: pool) }
  let pass = ForwardPass(model, pool: pool, adapter: loaded)
  var sequences = [KeyValueSequence(model.configuration, .f16)]
  try pass.run([BatchPart(sequence: 0, tokens: tokens)], in: &sequences, wanted: .all)
  let size = model.configuration.vocabularySize
  return pass.withLogits { all in
    tokens.indices.map { Array(all[$0 * size..<($0 + 1) * size]) }
  }
}

/// Root mean square of the difference as a share of that of the expected values.
func relativeError(_ found: [Float], _ expected: [Float]) -> Double {
  rootMeanSquare(found, expected)
    / rootMeanSquare(expected, [Float](repeating: 0, count: expected.count))
}

@Suite struct MergeTests {
  @Test("a merged model computes what model and adapter do", arguments: AdapterGolden.all)
  fileprivate func logitsOfMerged(_ golden: AdapterGolden) throws {
    let folder = try TemporaryFolder()
    let model = try GGUFFile(path: tinyPath(golden.model))
    let adapter = try AdapterFile(path: tinyPath(golden.adapter))
    let path = folder.path("merged.gguf")
    try ModelMerge(model, adapter, as: .f32).write(to: path, pool: WorkerPool(workerCount: 2))
    let found = try logits(path, golden.tokens)
    let size = golden.logits.floats.count / golden.positions.count
    let beside = try logits(
      tinyPath(golden.model), golden.tokens, adapter: tinyPath(golden.adapter))
    // The cache is rounded to 11 bits; beside a quantised model activations are rounded to 8.
    let isQuantised = golden.model == "tiny-mixed.gguf"
    for (index, position) in golden.positions.enumerated() {
      let expected = Array(golden.logits.floats[index * size..<(index + 1) * size])
      #expect(relativeError(found[position], expected) < 0.0025)
      #expect(relativeError(found[position], beside[position]) < (isQuantised ? 0.05 : 0.0025))
    }
  }

  @Test("without a type each tensor keeps its own, and those that no pair changes their bytes")
  func types() throws {
    let folder = try TemporaryFolder()
    let model = try GGUFFile(path: tinyPath("tiny-mixed.gguf"))
    let adapter = try AdapterFile(path: tinyPath("adapter-mixed.gguf"))
    let (path, exact) = (folder.path("merged.gguf"), folder.path("exact.gguf"))
    let pool = WorkerPool(workerCount: 2)
    try ModelMerge(model, adapter, as: nil).write(to: path, pool: pool)
    try ModelMerge(model, adapter, as: .f32).write(to: exact, pool: pool)
    let (merged, floats) = (try GGUFFile(path: path), try GGUFFile(path: exact))
    let changed = Set(adapter.pairs.map(\.name))
    for tensor in model.tensors {
      let found = try merged.requiredTensor(named: tensor.name)
      #expect(found.elementType == tensor.elementType)
      if changed.contains(tensor.name) {
        let error = relativeError(
          merged.floats(of: found), try floats.floats(named: tensor.name))
        #expect(error > 0 || tensor.elementType == .f32)
        #expect(error < (tensor.elementType == .q2_K ? 0.4 : 0.25), "\(tensor.name)")
      } else {
        #expect(try merged.bytes(named: tensor.name) == model.bytes(named: tensor.name))
      }
    }
    #expect(merged.metadata["general.file_type"] == model.metadata["general.file_type"])
    #expect(try floats.metadata.integer("general.file_type") == 0)
  }

  @Test("an adapter of another model is refused, and so is one of a tied embedding")
  func refusals() throws {
    let adapter = try AdapterFile(path: tinyPath("adapter-f32.gguf"))
    #expect(throws: AdapterError.self) {
      try ModelMerge(GGUFFile(path: tinyPath("tiny-llama3.gguf")), adapter, as: .f32)
    }
    #expect(throws: AdapterError.tiedEmbedding(name: "token_embd.weight")) {
      try ModelMerge(
        GGUFFile(path: tinyPath("tiny-f32.gguf")),
        AdapterFile(path: tinyPath("adapter-linear.gguf")), as: .f32)
    }
  }
}
