import Foundation
import GGUF
import Llama
import Tensors
import Testing
import Tokenization

@Suite struct DamagedModelTests {
  /// Loads the bytes as a model and lets it write a few tokens; errors are fine, traps are not.
  private func use(_ bytes: Data, _ name: String) async throws {
    let path = FileManager.default.temporaryDirectory
      .appending(path: "asclepius-damaged-\(ProcessInfo.processInfo.processIdentifier)-\(name)")
    defer { try? FileManager.default.removeItem(at: path) }
    try bytes.write(to: path)
    let pool = WorkerPool(workerCount: 1)
    guard let model = try? LlamaModel(path: path.path, pool: pool) else { return }
    let engine = InferenceEngine(model, pool: pool)
    let request = EngineRequest(prompt: [5, 6, 7], maximumTokenCount: 2)
    _ = try? await engine.generate(request)
  }

  @Test(
    "a model file cut short anywhere is an error", arguments: ["tiny-f32.gguf", "tiny-spm.gguf"])
  func truncated(_ file: String) throws {
    let bytes = try Data(contentsOf: URL(filePath: TinyModel.path(file)))
    let pool = WorkerPool(workerCount: 1)
    for share in stride(from: 0.0, to: 1, by: 0.01) {
      let path = FileManager.default.temporaryDirectory
        .appending(path: "asclepius-cut-\(ProcessInfo.processInfo.processIdentifier)-\(file)")
      defer { try? FileManager.default.removeItem(at: path) }
      try bytes.prefix(Int(share * Double(bytes.count))).write(to: path)
      #expect(throws: (any Error).self) { try LlamaModel(path: path.path, pool: pool) }
    }
  }

  @Test(
    "flipped bits never trap",
    arguments: ["tiny-f32.gguf", "tiny-mixed.gguf", "tiny-spm.gguf"])
  func flippedBits(_ file: String) async throws {
    let bytes = try Data(contentsOf: URL(filePath: TinyModel.path(file)))
    var random = SeededRandom(seed: 99)
    for round in 0..<120 {
      var damaged = bytes
      for _ in 0..<1 + round % 4 {
        // Half of the flips hit the metadata, where the numbers are that everything is sized by.
        let reach = round.isMultiple(of: 2) ? min(4096, bytes.count) : bytes.count
        let offset = Int(random.next() % UInt64(reach))
        damaged[offset] ^= 1 << UInt8(random.next() % 8)
      }
      try await use(damaged, "\(round)-\(file)")
    }
  }

  @Test("shapes that contradict the tensors are errors that name key and values")
  func lyingShapes() throws {
    let file = try GGUFFile(path: TinyModel.path("tiny-f32.gguf"))
    let changes: [(String, GGUFValue)] = [
      ("llama.embedding_length", .uint32(128)), ("llama.block_count", .uint32(1000)),
      ("llama.attention.head_count", .uint32(3)), ("llama.attention.head_count", .uint32(0)),
      ("llama.feed_forward_length", .uint32(1 << 30)), ("llama.context_length", .uint32(.max)),
      ("llama.attention.head_count_kv", .uint32(3)), ("llama.expert_count", .uint32(8)),
      ("llama.rope.dimension_count", .uint32(7)), ("llama.rope.freq_base", .float32(-1)),
      ("llama.rope.scaling.type", .string("yarn")), ("general.architecture", .string("mamba")),
    ]
    for (key, value) in changes {
      let path = FileManager.default.temporaryDirectory
        .appending(path: "asclepius-lie-\(ProcessInfo.processInfo.processIdentifier).gguf").path
      defer { try? FileManager.default.removeItem(atPath: path) }
      var metadata = file.metadata
      metadata[key] = value
      let shapes = file.tensors.map {
        GGUFTensorShape(name: $0.name, elementType: $0.elementType, dimensions: $0.dimensions)
      }
      try GGUFWriter(metadata: metadata, tensors: shapes).write(to: path) { shape, output in
        let tensor = try file.requiredTensor(named: shape.name)
        try file.withBytes(of: tensor) { try output.write($0) }
      }
      #expect(throws: (any Error).self, "\(key)") {
        try LlamaModel(path: path, pool: WorkerPool(workerCount: 1))
      }
    }
  }

  @Test(
    "numbers that are not finite are told with their layer and the token",
    arguments: [0, 1], [1, 3])
  func notFinite(layer: Int, beamCount: Int) async throws {
    let path = FileManager.default.temporaryDirectory
      .appending(path: "asclepius-nan-\(UUID().uuidString).gguf")
    defer { try? FileManager.default.removeItem(at: path) }
    let tiny = try TinyModel.named("tiny-f32.gguf")
    var bytes = try Data(contentsOf: URL(filePath: TinyModel.path(tiny.file)))
    let tensor = try GGUFFile(path: TinyModel.path(tiny.file))
      .requiredTensor(named: "blk.\(layer).ffn_down.weight")
    // A quiet NaN in float32, lowest byte first.
    bytes.replaceSubrange(
      tensor.byteRange.lowerBound..<tensor.byteRange.lowerBound + 4, with: [0, 0, 0xC0, 0x7F])
    try bytes.write(to: path)
    let pool = WorkerPool(workerCount: 1)
    let engine = InferenceEngine(try LlamaModel(path: path.path, pool: pool), pool: pool)
    var sampling = SamplingParameters()
    sampling.beamCount = beamCount
    let request = EngineRequest(
      prompt: tiny.greedyPrompt, maximumTokenCount: 8, sampling: sampling)
    let error = await #expect(throws: LlamaError.self) { try await engine.generate(request) }
    #expect(error == .notFinite(position: tiny.greedyPrompt.count, step: 1, layer: layer))
    #expect(error?.description.contains("from layer \(layer) on, at token 1") == true)
  }
}
