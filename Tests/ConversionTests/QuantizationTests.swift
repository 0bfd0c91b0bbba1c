import Conversion
import Foundation
import GGUF
import Kernels
import Tensors
import Testing

/// What llama.cpp's quantiser makes of the same numbers; the recipe is
/// `Recipes/quantization_goldens.py`, which also describes the fields.
private struct QuantizationGolden: Decodable {
  struct Blocks: Decodable {
    let blocks: Data
    let error: Double
  }

  struct Mix: Decodable {
    let blocks: Int
    let heads: Int
    let shared: Int
    let tied: Bool
    let columns: Int
    let types: [String: [String: String]]
  }

  let rows: Data
  let types: [String: Blocks]
  let mixes: [Mix]

  static func read() throws -> Self {
    try JSONDecoder().decode(Self.self, from: resource("quantization.json"))
  }
}

/// A model of zeros in the shape of a golden, or of given numbers in one matrix.
private func writeModel(
  _ path: String, blocks: Int, heads: Int = 1, shared: Int = 1, tied: Bool = true, columns: Int,
  numbers: [Float]? = nil
) throws {
  var metadata = GGUFMetadata()
  metadata["general.architecture"] = .string("llama")
  metadata["general.name"] = .string("small")
  metadata["llama.block_count"] = .uint32(UInt32(blocks))
  metadata["llama.attention.head_count"] = .uint32(UInt32(heads))
  metadata["llama.attention.head_count_kv"] = .uint32(UInt32(shared))
  metadata["split.count"] = .uint16(1)
  metadata["tokenizer.ggml.tokens"] = .array(GGUFArray(["a", "b"]))
  var shapes = [
    GGUFTensorShape(name: "token_embd.weight", elementType: .f32, dimensions: [columns, 2])
  ]
  for block in 0..<blocks {
    for part in ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"] {
      let rows = part == "attn_q" && numbers != nil ? (numbers?.count ?? 0) / columns : 2
      shapes.append(
        GGUFTensorShape(
          name: "blk.\(block).\(part).weight", elementType: .f32, dimensions: [columns, rows]))
    }
    shapes.append(
      GGUFTensorShape(
        name: "blk.\(block).attn_norm.weight", elementType: .f32, dimensions: [columns]))
  }
  if !tied {
    shapes.append(
      GGUFTensorShape(name: "output.weight", elementType: .f32, dimensions: [columns, 2]))
  }
  try GGUFWriter(metadata: metadata, tensors: shapes).write(to: path) { shape, output in
    if let numbers, shape.name == "blk.0.attn_q.weight" {
      try output.write(numbers)
    } else {
      try output.write([UInt8](repeating: 0, count: output.remaining))
    }
  }
}

private func quantize(
  _ source: String, _ type: GGUFFileType, to path: String, workerCount: Int = 2
) throws -> GGUFFile {
  try ModelQuantization(GGUFFile(path: source), as: type)
    .write(to: path, pool: WorkerPool(workerCount: workerCount))
  return try GGUFFile(path: path)
}

@Suite struct QuantizationTests {
  @Test("no type is further off than llama.cpp's by more than 2 %")
  func errors() throws {
    let golden = try QuantizationGolden.read()
    let folder = try TemporaryFolder()
    let numbers = golden.rows.floats
    try writeModel(folder.path("source.gguf"), blocks: 1, columns: 256, numbers: numbers)
    // Query matrices have the main type in each of these mixes.
    let fileTypes: [GGUFFileType] = [
      .f16, .bf16, .q4_0, .q4_1, .q5_0, .q5_1, .q8_0, .q2_K, .q3_K_S, .q4_K_S, .q5_K_S, .q6_K,
      .iq4_NL, .iq4_XS,
    ]
    for type in fileTypes {
      let name = type.elementType.name
      let expected = try #require(golden.types[name])
      let file = try quantize(folder.path("source.gguf"), type, to: folder.path("\(name).gguf"))
      let tensor = try file.requiredTensor(named: "blk.0.attn_q.weight")
      #expect(tensor.elementType == type.elementType)
      let found = file.floats(of: tensor)
      // Rows differ in size by orders of magnitude: each has to be as good.
      let theirs = dequantized(Array(expected.blocks), type.elementType, count: numbers.count)
      #expect(abs(rootMeanSquare(theirs, numbers) - expected.error) <= 1e-6 * expected.error)
      for start in stride(from: 0, to: numbers.count, by: 256) {
        let row = Array(numbers[start..<start + 256])
        let ours = rootMeanSquare(Array(found[start..<start + 256]), row)
        let bound = rootMeanSquare(Array(theirs[start..<start + 256]), row)
        #expect(ours <= 1.02 * bound + 1e-12, "\(name), row \(start / 256)")
      }
      // Where there is nothing to search the bytes are the same.
      if [.f16, .bf16, .q4_0, .q4_1, .q5_0, .q5_1, .q8_0].contains(type) {
        #expect(file.withBytes(of: tensor) { Data($0) } == expected.blocks, "\(name)")
      }
    }
    #expect(Set(fileTypes.map(\.elementType)).count == ElementType.allCases.count - 1)
  }

  private func dequantized(_ bytes: [UInt8], _ type: ElementType, count: Int) -> [Float] {
    [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      bytes.withUnsafeBytes { source in
        if let source = source.baseAddress, let target = buffer.baseAddress {
          Dequantization.row(type, source, count: count, into: target)
        }
      }
      initialized = count
    }
  }

  @Test("each tensor has the type that llama-quantize gives it")
  func mixes() throws {
    let folder = try TemporaryFolder()
    for mix in try QuantizationGolden.read().mixes {
      let path = folder.path("shape.gguf")
      try writeModel(
        path, blocks: mix.blocks, heads: mix.heads, shared: mix.shared, tied: mix.tied,
        columns: mix.columns)
      let file = try GGUFFile(path: path)
      for (name, exceptions) in mix.types {
        let type = try #require(GGUFFileType.allCases.first { $0.name == name })
        let steps = try ModelQuantization(file, as: type).steps
        for step in steps where !step.tensor.name.hasSuffix("_norm.weight") {
          let expected = exceptions[step.tensor.name] ?? type.elementType.name
          #expect(
            step.elementType.name == expected,
            "\(name) of \(mix.blocks) blocks: \(step.tensor.name)")
        }
      }
    }
  }

  @Test("metadata stay, but for what says how the weights are stored")
  func metadata() throws {
    let folder = try TemporaryFolder()
    try writeModel(folder.path("source.gguf"), blocks: 1, columns: 256)
    let source = try GGUFFile(path: folder.path("source.gguf"))
    let file = try quantize(folder.path("source.gguf"), .q4_K_M, to: folder.path("out.gguf"))
    #expect(try file.metadata.integer("general.file_type") == 15)
    #expect(try file.metadata.integer("general.quantization_version") == 2)
    for key in source.metadata.keys where key != "split.count" {
      #expect(file.metadata[key] == source.metadata[key])
    }
    #expect(file.metadata["split.count"] == nil)
    #expect(file.tensors.map(\.name) == source.tensors.map(\.name))
    #expect(file.tensor(named: "blk.0.attn_norm.weight")?.elementType == .f32)
    // To the type that it has: the same bytes.
    let again = try quantize(folder.path("out.gguf"), .q4_K_M, to: folder.path("again.gguf"))
    for tensor in file.tensors {
      #expect(try again.bytes(named: tensor.name) == file.bytes(named: tensor.name))
    }
  }

  @Test("the result does not depend on the number of workers, and long tensors go slab by slab")
  func workers() throws {
    let folder = try TemporaryFolder()
    var random = SeededRandom(seed: 3)
    let numbers = (0..<96 * 700).map { _ in Float(random.unit() - 0.5) }
    try writeModel(folder.path("source.gguf"), blocks: 1, columns: 96, numbers: numbers)
    let one = try quantize(
      folder.path("source.gguf"), .q8_0, to: folder.path("one.gguf"), workerCount: 1)
    let three = try quantize(
      folder.path("source.gguf"), .q8_0, to: folder.path("three.gguf"), workerCount: 3)
    let name = "blk.0.attn_q.weight"
    #expect(try one.bytes(named: name) == three.bytes(named: name))
    #expect(rootMeanSquare(try one.floats(named: name), numbers) < 0.0015)
  }

  @Test("numbers that cannot be stored, and a stop, leave nothing behind")
  func failures() throws {
    struct Stopped: Error {}
    let folder = try TemporaryFolder()
    for bad in [Float.nan, .infinity, 65_536] {
      var numbers = [Float](repeating: 1, count: 512)
      numbers[300] = bad
      let path = folder.path("source.gguf")
      try writeModel(path, blocks: 1, columns: 256, numbers: numbers)
      for type in [GGUFFileType.f16, .q8_0, .q4_K_M] {
        #expect(
          throws: ConversionError.numberOutOfRange(
            tensor: "blk.0.attn_q.weight", type: type.elementType.name)
        ) { try quantize(path, type, to: folder.path("out.gguf")) }
      }
      #expect(folder.names == ["source.gguf"])
    }
    let quantization = try ModelQuantization(
      GGUFFile(path: tinyPath("tiny-f32.gguf")), as: .q8_0)
    #expect(throws: Stopped.self) {
      try quantization.write(
        to: folder.path("out.gguf"), pool: WorkerPool(workerCount: 1)
      ) { share in if share > 0.5 { throw Stopped() } }
    }
    #expect(folder.names == ["source.gguf"])
  }

  @Test("rows of no whole block are stored in half precision, and what was rounded is known")
  func facts() throws {
    let folder = try TemporaryFolder()
    try writeModel(folder.path("source.gguf"), blocks: 1, columns: 48)
    let file = try quantize(folder.path("source.gguf"), .q8_0, to: folder.path("out.gguf"))
    #expect(file.tensor(named: "blk.0.ffn_up.weight")?.elementType == .f16)
    #expect(try !ModelQuantization(file, as: .bf16).roundsAgain)
    let mixed = try GGUFFile(path: tinyPath("tiny-mixed.gguf"))
    #expect(try ModelQuantization(mixed, as: .f16).roundsAgain)
  }
}
