import Foundation
import GGUF
import Kernels
import Testing

/// Files written by gguf-py (Recipes/every_value.py); the values stand there too.
struct ReadingGoldenFilesTests {
  @Test(arguments: [("every-value.gguf", 3), ("version-2.gguf", 2)])
  func readsEveryScalarType(name: String, version: Int) throws {
    let file = try GGUFFile(path: resource(name))
    #expect(file.version == version)
    let metadata = file.metadata
    #expect(metadata["general.architecture"] == .string("tiny"))
    #expect(metadata["t.uint8"] == .uint8(200))
    #expect(metadata["t.int8"] == .int8(-100))
    #expect(metadata["t.uint16"] == .uint16(60000))
    #expect(metadata["t.int16"] == .int16(-30000))
    #expect(metadata["t.uint32"] == .uint32(4_000_000_000))
    #expect(metadata["t.int32"] == .int32(-2_000_000_000))
    #expect(metadata["t.float32"] == .float32(0.1))
    #expect(metadata["t.uint64"] == .uint64(18_000_000_000_000_000_000))
    #expect(metadata["t.int64"] == .int64(-9_000_000_000_000_000_000))
    #expect(metadata["t.float64"] == .float64(0.1))
    #expect(metadata["t.true"] == .bool(true))
    #expect(metadata["t.false"] == .bool(false))
    #expect(metadata["t.string"] == .string("Ödem, 5 µg – 血圧 🩺"))
    #expect(metadata["t.missing"] == nil)
  }

  @Test(arguments: ["every-value.gguf", "version-2.gguf"])
  func readsArrays(name: String) throws {
    let metadata = try GGUFFile(path: resource(name)).metadata
    #expect(
      try metadata.byteStrings("t.strings")
        == [[0x61], [], [0xc3, 0x9f], [0xe2, 0x82], [0xff, 0x00, 0x7a]])
    #expect(try metadata.strings("t.strings") == ["a", "", "ß", "\u{FFFD}", "\u{FFFD}\u{0}z"])
    #expect(try metadata.integers("t.integers") == [1, -2, 2_147_483_647])
    #expect(try metadata.floats("t.floats") == [0.5, -1.25, 3])
    #expect(try metadata.array("t.bools").bools() == [true, false, true])
    let nested = try metadata.array("t.nested").values()
    let inner = try nested.map { value in
      guard case .array(let array) = value else { return [Int]() }
      return try array.integers()
    }
    #expect(inner == [[1, 2], [3], [4, 5, 6]])
  }

  @Test func keepsKeysInFileOrder() throws {
    let keys = try GGUFFile(path: resource("every-value.gguf")).metadata.keys
    #expect(keys.prefix(4) == ["general.architecture", "general.alignment", "t.uint8", "t.int8"])
    #expect(keys.last == "t.nested")
    #expect(keys.count == 20)
  }

  @Test func placesTensors() throws {
    let file = try GGUFFile(path: resource("every-value.gguf"))
    #expect(file.alignment == 64)
    #expect(file.dataOffset == 960)
    #expect(file.tensors.map(\.name) == ["plain", "half", "quantised", "deep"])
    #expect(file.tensors.map(\.elementType) == [.f32, .f16, .q8_0, .f32])
    #expect(file.tensors.map(\.dimensions) == [[3, 2], [3], [64, 2], [2, 2, 3, 2]])
    #expect(file.tensors.map(\.columns) == [3, 3, 64, 2])
    #expect(file.tensors.map(\.rows) == [2, 1, 2, 12])
    #expect(file.tensors.map(\.byteRange) == [960..<984, 1024..<1030, 1088..<1224, 1280..<1376])
  }

  @Test func usesTheDefaultAlignmentWhereNoneIsGiven() throws {
    let file = try GGUFFile(path: resource("version-2.gguf"))
    #expect(file.alignment == 32)
    #expect(file.tensors.map(\.byteRange.lowerBound) == [896, 928, 960, 1120])
  }

  @Test func lendsTensorBytes() throws {
    let file = try GGUFFile(path: resource("every-value.gguf"))
    let half = try file.requiredTensor(named: "half")
    #expect(file.withBytes(of: half) { Array($0) } == [0x00, 0x3e, 0x00, 0xc0, 0xff, 0x7b])
    let plain = try #require(file.tensor(named: "plain"))
    let numbers = file.withBytes(of: plain) { Array($0.bindMemory(to: Float.self)) }
    #expect(numbers == [0, 1, 2, 3, 4, 5])
    let start = try file.withBytes(of: file.requiredTensor(named: "quantised")) {
      Array($0.prefix(8))
    }
    #expect(start == [0x08, 0x20, 0x81, 0x83, 0x85, 0x87, 0x89, 0x8b])
  }
}

/// The default model as gguf-py sees it (Recipes/default_model.py).
struct ReadingTheDefaultModelTests {
  static let path: String? = {
    let environment = ProcessInfo.processInfo.environment
    let data =
      environment["XDG_DATA_HOME"] ?? (environment["HOME"].map { $0 + "/.local/share" }) ?? ""
    let path =
      environment["ASCLEPIUS_TEST_MODEL"]
      ?? data + "/asclepius/models/SmolLM2-135M-Instruct.Q4_1.gguf"
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }()

  @Test(.enabled(if: path != nil, "the default model is not installed"))
  func agreesWithAnIndependentReader() throws {
    let file = try GGUFFile(path: try #require(Self.path))
    let lines = String(decoding: try resourceBytes("default-model.tsv"), as: UTF8.self)
      .split(separator: "\n").map(String.init)
    let keys = try file.metadata.keys.map { key in
      "key\t\(key)\t" + (try describe(#require(file.metadata[key])))
    }
    let tensors = file.tensors.map { tensor in
      let shape = tensor.dimensions.map(String.init).joined(separator: "x")
      return "tensor\t\(tensor.name)\t\(tensor.elementType.name)\t\(shape)"
        + "\t\(tensor.byteRange.lowerBound)\t\(tensor.byteRange.count)"
    }
    #expect(keys + tensors == lines)
    #expect(lines.count == 305)
  }

  private func describe(_ value: GGUFValue) throws -> String {
    switch value {
    case .array(let array): "ARRAY/\(array.elementType)".uppercased() + "\t\(array.count)"
    case .string(let text): "STRING\t\(text.utf8.count)"
    case .float32(let number): "FLOAT32\t\(Double(number))"
    case .bool(let flag): "BOOL\t" + (flag ? "True" : "False")
    default: "\(value.type)".uppercased() + "\t\(try #require(value.integer))"
    }
  }
}

/// Vocabulary files of other models: no tensors, tens of thousands of strings.
struct ReadingVocabularyFilesTests {
  static let folder = URL(filePath: #filePath).appending(path: "../../../../shared/data/vocab")
    .standardizedFileURL.path
  static let isPresent = FileManager.default.fileExists(atPath: folder)

  @Test(.enabled(if: isPresent, "the shared vocabularies are absent"))
  func readsFilesThatHoldNoTensors() throws {
    let file = try GGUFFile(path: Self.folder + "/ggml-vocab-gpt-2.gguf")
    #expect(file.tensors.isEmpty)
    #expect(try file.metadata.string("tokenizer.ggml.model") == "gpt2")
    let tokens = try file.metadata.strings("tokenizer.ggml.tokens")
    #expect(tokens.count == 50257)
    #expect(tokens[50256] == "<|endoftext|>")
    #expect(try file.metadata.integers("tokenizer.ggml.token_type").count == 50257)
  }
}
