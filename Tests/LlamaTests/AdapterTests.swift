import Foundation
import GGUF
import Kernels
import Llama
import Tensors
import Testing
import Tokenization

/// Random adapters of the tiny models and what an independent program computes with them; the
/// recipe is `Tests/Recipes/tiny_adapters.py`, which also describes the fields.
struct TinyAdapter: Decodable, CustomTestStringConvertible, Sendable {
  let model: String
  let adapter: String
  let tokens: [TokenID]
  let positions: [Int]
  let logits: Data
  let change: Double

  static let all: [TinyAdapter] = {
    let data = FileManager.default.contents(atPath: TinyModel.path("adapters.json")) ?? Data()
    return (try? JSONDecoder().decode([TinyAdapter].self, from: data)) ?? []
  }()

  static func named(_ file: String) throws -> TinyAdapter {
    try #require(all.first { $0.adapter == file })
  }

  var testDescription: String { adapter }

  var expectedLogits: [[Float]] { rows(ofLogits: logits, count: positions.count) }

  func load() throws -> (model: LlamaModel, adapter: LoraAdapter, pool: WorkerPool) {
    let pool = WorkerPool(workerCount: 2)
    let model = try LlamaModel(path: TinyModel.path(self.model), pool: pool)
    let path = TinyModel.path(adapter)
    return (model, try LoraAdapter(path: path, model: model, pool: pool), pool)
  }
}

@Suite struct AdapterTests {
  @Test("logits equal an independent program's", arguments: TinyAdapter.all)
  func logitsMatchReference(_ tiny: TinyAdapter) throws {
    let (model, adapter, pool) = try tiny.load()
    // Quantised models round activations to 8 bits, others the cache to 11.
    let tolerance = tiny.model == "tiny-mixed.gguf" ? 0.05 : 0.0025
    for kernels in KernelTable.available {
      let pass = ForwardPass(model, pool: pool, kernels: kernels, adapter: adapter)
      let found = try logits(model, pass, tiny.tokens)
      for (position, expected) in zip(tiny.positions, tiny.expectedLogits) {
        let error = relativeError(found[position], expected)
        #expect(error < tolerance, "position \(position), \(kernels.name)")
      }
      // Without the adapter they are far off.
      let bare = try logits(model, ForwardPass(model, pool: pool, kernels: kernels), tiny.tokens)
      let last = tiny.positions.count - 1
      let error = relativeError(bare[tiny.positions[last]], tiny.expectedLogits[last])
      #expect(error > tiny.change / 4)
    }
  }

  @Test("a token's logits do not depend on how the text is cut", arguments: TinyAdapter.all)
  func logitsDoNotDependOnBatches(_ tiny: TinyAdapter) throws {
    let (model, adapter, pool) = try tiny.load()
    let pass = ForwardPass(model, pool: pool, adapter: adapter)
    let whole = try logits(model, pass, tiny.tokens)
    for step in [1, 3, 7, 16] {
      #expect(try logits(model, pass, tiny.tokens, step: step) == whole, "steps of \(step)")
    }
  }

  @Test("what has no effect is told, and a pair without an alpha counts once")
  func facts() throws {
    let linear = try TinyAdapter.named("adapter-linear.gguf").load().adapter
    #expect(linear.ignoredTensors == ["output_norm.weight"])
    #expect(linear.name == "adapter-linear")
    #expect(linear.rank == 17)
    #expect(linear.matrixCount == 6)
    let file = try AdapterFile(path: TinyModel.path("adapter-mixed.gguf"))
    #expect(file.pairs.allSatisfy { file.scale(of: $0) == 1 })
    let scaled = try AdapterFile(path: TinyModel.path("adapter-f32.gguf"))
    #expect(scaled.pairs.allSatisfy { scaled.scale(of: $0) == 2 })
  }

  @Test("an adapter of another model is refused")
  func otherModel() throws {
    let pool = WorkerPool(workerCount: 1)
    let model = try LlamaModel(path: TinyModel.path("tiny-llama3.gguf"), pool: pool)
    #expect {
      try LoraAdapter(path: TinyModel.path("adapter-f32.gguf"), model: model, pool: pool)
    } throws: { error in
      "\(error)" == """
        the adapter's tensor blk.0.attn_k.weight.lora_b has the shape [4, 32], but 4 x 16 was \
        expected; it was made for another model
        """
    }
  }

  /// Loads a changed copy of an adapter.
  private func load(
    _ name: String, of kind: String = "f32", _ metadata: (inout GGUFMetadata) -> Void = { _ in },
    _ shape: (GGUFTensor) -> GGUFTensorShape? = { GGUFTensorShape($0) }
  ) throws {
    let file = try GGUFFile(path: TinyModel.path("adapter-\(kind).gguf"))
    let path = FileManager.default.temporaryDirectory
      .appending(path: "asclepius-adapter-\(ProcessInfo.processInfo.processIdentifier)-\(name)")
      .path
    defer { try? FileManager.default.removeItem(atPath: path) }
    var changed = file.metadata
    metadata(&changed)
    let shapes = file.tensors.compactMap(shape)
    try GGUFWriter(metadata: changed, tensors: shapes).write(to: path) { shape, output in
      let count = shape.dimensions.reduce(1, *)
      try output.write([Float](repeating: 0.5, count: count))
    }
    let pool = WorkerPool(workerCount: 1)
    let model = try LlamaModel(path: TinyModel.path("tiny-\(kind).gguf"), pool: pool)
    _ = try LoraAdapter(path: path, model: model, pool: pool)
  }

  @Test("keys that are none of a low-rank adapter's are errors that name them")
  func wrongKeys() throws {
    try load("unchanged")
    #expect(
      throws: AdapterError.unsupported(key: "general.type", expected: "adapter", found: "model")
    ) { try load("type", { $0["general.type"] = .string("model") }) }
    #expect(
      throws: AdapterError.unsupported(key: "adapter.type", expected: "lora", found: "")
    ) { try load("lora", { $0["adapter.type"] = nil }) }
    #expect(throws: AdapterError.wrongArchitecture(model: "llama", adapter: "mamba")) {
      try load("architecture", { $0["general.architecture"] = .string("mamba") })
    }
    #expect(throws: AdapterError.self) {
      try load("alpha", { $0["adapter.lora.alpha"] = .float32(.infinity) })
    }
    #expect(throws: GGUFError.self) {
      try load("text", { $0["adapter.lora.alpha"] = .string("8") })
    }
    #expect(throws: AdapterError.self) {
      try load("begin", { $0["adapter.alora.invocation_tokens"] = .uint32(1) })
    }
  }

  @Test("tensors that make no pairs for the model are errors that name them")
  func wrongTensors() throws {
    let first = "blk.0.attn_q.weight"
    func renamed(_ from: String, _ to: String) -> (GGUFTensor) -> GGUFTensorShape? {
      { tensor in
        let name = tensor.name == from ? to : tensor.name
        return GGUFTensorShape(name: name, elementType: .f32, dimensions: tensor.dimensions)
      }
    }
    func reshaped(_ name: String, _ dimensions: [Int]) -> (GGUFTensor) -> GGUFTensorShape? {
      { tensor in
        GGUFTensorShape(
          name: tensor.name, elementType: .f32,
          dimensions: tensor.name == name ? dimensions : tensor.dimensions)
      }
    }
    for half in [first + ".lora_a", first + ".lora_b"] {
      #expect(throws: AdapterError.missingHalf(name: half)) {
        try load("half", { _ in }, { $0.name == half ? nil : .init($0) })
      }
    }
    #expect(throws: AdapterError.unexpectedTensor(name: first + ".lora_c")) {
      try load("third", of: "linear", { _ in }, renamed("output_norm.weight", first + ".lora_c"))
    }
    #expect(throws: AdapterError.empty) { try load("empty", { _ in }, { _ in nil }) }
    #expect(throws: AdapterError.unknownMatrix(name: "blk.2.attn_q.weight")) {
      try load(
        "unknown", { _ in },
        { tensor in
          let name = tensor.name.replacing(first + ".", with: "blk.2.attn_q.weight.")
          return GGUFTensorShape(name: name, elementType: .f32, dimensions: tensor.dimensions)
        })
    }
    for (name, dimensions) in [
      (first + ".lora_a", [64, 5]), (first + ".lora_a", [65, 4]), (first + ".lora_b", [4, 65]),
      (first + ".lora_a", [64]), (first + ".lora_a", [64, 2, 2]), (first + ".lora_b", [5000, 64]),
    ] {
      #expect(throws: AdapterError.self) {
        try load("shape", { _ in }, reshaped(name, dimensions))
      }
    }
  }

  @Test("a file cut short anywhere is an error, and flipped bits never trap")
  func damage() async throws {
    let bytes = try Data(contentsOf: URL(filePath: TinyModel.path("adapter-linear.gguf")))
    let pool = WorkerPool(workerCount: 1)
    let model = try LlamaModel(path: TinyModel.path("tiny-linear.gguf"), pool: pool)
    let path = FileManager.default.temporaryDirectory
      .appending(path: "asclepius-adapter-\(ProcessInfo.processInfo.processIdentifier).gguf")
    defer { try? FileManager.default.removeItem(at: path) }
    for share in stride(from: 0.0, to: 1, by: 0.02) {
      try bytes.prefix(Int(share * Double(bytes.count))).write(to: path)
      #expect(throws: (any Error).self) {
        try LoraAdapter(path: path.path, model: model, pool: pool)
      }
    }
    var random = SeededRandom(seed: 7)
    for round in 0..<120 {
      var damaged = bytes
      for _ in 0..<1 + round % 4 {
        let reach = round.isMultiple(of: 2) ? min(2048, bytes.count) : bytes.count
        damaged[Int(random.next() % UInt64(reach))] ^= 1 << UInt8(random.next() % 8)
      }
      try damaged.write(to: path)
      guard let adapter = try? LoraAdapter(path: path.path, model: model, pool: pool) else {
        continue
      }
      let engine = InferenceEngine(model, pool: pool, adapter: adapter)
      _ = try? await engine.generate(EngineRequest(prompt: [5, 6, 7], maximumTokenCount: 2))
    }
  }
}
