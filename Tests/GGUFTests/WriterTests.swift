import Foundation
import GGUF
import Kernels
import Tensors
import Testing

#if canImport(Glibc)
  import Glibc
#endif

struct WriterTests {
  private var everyType: GGUFMetadata {
    get throws {
      var metadata = GGUFMetadata()
      metadata["general.architecture"] = .string("tiny")
      metadata["a.uint8"] = .uint8(.max)
      metadata["a.int8"] = .int8(.min)
      metadata["a.uint16"] = .uint16(.max)
      metadata["a.int16"] = .int16(.min)
      metadata["a.uint32"] = .uint32(.max)
      metadata["a.int32"] = .int32(.min)
      metadata["a.uint64"] = .uint64(.max)
      metadata["a.int64"] = .int64(.min)
      metadata["a.float32"] = .float32(-0.0)
      metadata["a.float64"] = .float64(.leastNonzeroMagnitude)
      metadata["a.bool"] = .bool(true)
      metadata["a.string"] = .string("Blutdruck 120/80 – ✓")
      metadata["a.bytes"] = .array(GGUFArray(byteStrings: [[0xff, 0], []]))
      metadata["a.floats"] = .array(GGUFArray([1.5, .infinity] as [Float]))
      metadata["a.empty"] = .array(GGUFArray([] as [String]))
      let inner = GGUFArray([1, -1] as [Int32])
      metadata["a.nested"] = .array(try GGUFArray([.array(inner), .array(inner)], of: .array))
      return metadata
    }
  }

  @Test func whatIsWrittenIsReadBack() throws {
    let folder = try TemporaryFolder()
    let metadata = try everyType
    let shapes = [
      GGUFTensorShape(name: "a", elementType: .f32, dimensions: [3, 2]),
      GGUFTensorShape(name: "b", elementType: .q4_K, dimensions: [256]),
      GGUFTensorShape(name: "c", elementType: .bf16, dimensions: [1, 2, 3, 4]),
    ]
    let writer = try GGUFWriter(metadata: metadata, tensors: shapes)
    let path = folder.path("out.gguf")
    try writer.write(to: path) { shape, output in
      let byte = try #require(shape.name.utf8.first)
      try output.write([UInt8](repeating: byte, count: 2))
      try output.write([UInt8](repeating: byte, count: output.remaining))
    }

    let file = try GGUFFile(path: path)
    #expect(file.version == 3)
    #expect(file.metadata.keys == metadata.keys)
    for key in metadata.keys { #expect(file.metadata[key] == metadata[key], "\(key)") }
    #expect(file.tensors.map { GGUFTensorShape($0) } == shapes)
    #expect(file.tensors.map(\.byteRange.count) == [24, 144, 48])
    #expect(file.tensors.allSatisfy { $0.byteRange.lowerBound % 32 == 0 })
    for tensor in file.tensors {
      let isWhole = file.withBytes(of: tensor) { bytes in
        bytes.allSatisfy { $0 == tensor.name.utf8.first }
      }
      #expect(isWhole)
    }
    #expect(file.file.byteCount == writer.byteCount)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["out.gguf"])
  }

  /// The golden file was written by gguf-py: writing it again yields its very bytes.
  @Test func writingAFileAgainYieldsItsBytes() throws {
    let folder = try TemporaryFolder()
    let original = try GGUFFile(path: resource("every-value.gguf"))
    let writer = try GGUFWriter(
      metadata: original.metadata, tensors: original.tensors.map { GGUFTensorShape($0) })
    let path = folder.path("again.gguf")
    try writer.write(to: path) { shape, output in
      let tensor = try original.requiredTensor(named: shape.name)
      try original.withBytes(of: tensor) { try output.write($0) }
    }
    #expect(
      try Array(Data(contentsOf: URL(filePath: path))) == resourceBytes("every-value.gguf"))
  }

  @Test func valuesCanBeReplacedAddedAndRemoved() throws {
    let folder = try TemporaryFolder()
    var metadata = try GGUFFile(path: resource("every-value.gguf")).metadata
    metadata["t.uint8"] = .uint8(1)
    metadata["t.new"] = .string("x")
    metadata["t.nested"] = nil
    let path = folder.path("changed.gguf")
    try GGUFWriter(metadata: metadata, tensors: []).write(to: path) { _, _ in }
    let changed = try GGUFFile(path: path).metadata
    #expect(changed["t.uint8"] == .uint8(1))
    #expect(changed["t.nested"] == nil)
    #expect(changed.keys.last == "t.new")
    #expect(changed.keys[2] == "t.uint8")
    #expect(try changed.byteStrings("t.strings").last == [0xff, 0x00, 0x7a])
  }

  @Test func honoursTheAlignmentKey() throws {
    let folder = try TemporaryFolder()
    var metadata = GGUFMetadata()
    metadata["general.alignment"] = .uint32(4096)
    let shapes = ["a", "b"].map {
      GGUFTensorShape(name: $0, elementType: .f32, dimensions: [1])
    }
    let path = folder.path("aligned.gguf")
    try GGUFWriter(metadata: metadata, tensors: shapes).write(to: path) { _, output in
      try output.write([1] as [Float])
    }
    #expect(try GGUFFile(path: path).tensors.map(\.byteRange.lowerBound) == [4096, 8192])
  }

  @Test func aFailedWriteLeavesTheOldFileAlone() throws {
    struct Interruption: Error {}
    let folder = try TemporaryFolder()
    let path = try folder.write(Array("old".utf8), as: "out.gguf")
    let shape = GGUFTensorShape(name: "a", elementType: .f32, dimensions: [4])
    let writer = try GGUFWriter(metadata: GGUFMetadata(), tensors: [shape])
    #expect(throws: Interruption.self) {
      try writer.write(to: path) { _, _ in throw Interruption() }
    }
    #expect(throws: GGUFError.self) { try writer.write(to: path) { _, _ in } }
    #expect(throws: GGUFError.self) {
      try writer.write(to: path) { _, output in try output.write([1, 2, 3, 4, 5] as [Float]) }
    }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["out.gguf"])
  }

  @Test func aMissingFolderIsAnError() throws {
    let shape = GGUFTensorShape(name: "a", elementType: .f32, dimensions: [1])
    let writer = try GGUFWriter(metadata: GGUFMetadata(), tensors: [shape])
    let path = "/nonexistent/out.gguf"
    let expected = GGUFError(path: path, reason: .unwritable(step: "create", code: ENOENT))
    #expect(throws: expected) {
      try writer.write(to: path) { _, output in try output.write([1] as [Float]) }
    }
  }

  /// In a process of its own, in which no file may grow beyond 4 KiB.
  @Test func aDiskThatFillsUpIsAnErrorAndLeavesNothing() async {
    await #expect(processExitsWith: .success) {
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 4096, rlim_max: 4096)
      try #require(setrlimit(__rlimit_resource_t(1), &limit) == 0)
      let folder = try TemporaryFolder()
      let shape = GGUFTensorShape(name: "a", elementType: .f32, dimensions: [4096])
      let writer = try GGUFWriter(metadata: GGUFMetadata(), tensors: [shape])
      let path = folder.path("out.gguf")
      let expected = GGUFError(path: path, reason: .unwritable(step: "write", code: EFBIG))
      #expect(throws: expected) {
        try writer.write(to: path) { _, output in
          try output.write([Float](repeating: 0, count: 4096))
        }
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
    }
  }

  @Test(arguments: [[], [0], [31], [32, -1], [1, 1, 1, 1, 1], [32, .max, .max]])
  func refusesOddShapes(dimensions: [Int]) {
    let shape = GGUFTensorShape(name: "a", elementType: .q8_0, dimensions: dimensions)
    #expect(throws: GGUFError.self) {
      try GGUFWriter(metadata: GGUFMetadata(), tensors: [shape])
    }
  }

  @Test func refusesWhatNoReaderWouldAccept() throws {
    let shape = GGUFTensorShape(name: "a", elementType: .f32, dimensions: [1])
    #expect(throws: GGUFError.self) {
      try GGUFWriter(metadata: GGUFMetadata(), tensors: [shape, shape])
    }
    var metadata = GGUFMetadata()
    metadata[""] = .bool(true)
    #expect(throws: GGUFError.self) { try GGUFWriter(metadata: metadata, tensors: []) }
    metadata = GGUFMetadata()
    var array = GGUFArray([1] as [Int32])
    for _ in 0..<GGUFLimits.arrayDepth { array = try GGUFArray([.array(array)], of: .array) }
    metadata["deep"] = .array(array)
    #expect(throws: GGUFError.self) { try GGUFWriter(metadata: metadata, tensors: []) }
    #expect(throws: GGUFError.self) { try GGUFArray([.bool(true)], of: .string) }
  }
}
