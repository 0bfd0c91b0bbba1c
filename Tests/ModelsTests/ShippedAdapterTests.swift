import Foundation
import GGUF
import Testing

@testable import Models

/// The adapter that comes with the program, with another one in its place: a file of the tiny random
/// adapters that names the digest of a small model.
struct ShippedAdapterTests {
  private let fixture: Fixture
  private let adapters: AdapterLibrary
  private let file: Data

  init() throws {
    fixture = try Fixture()
    adapters = AdapterLibrary(path: fixture.folder.path("data/asclepius/adapters"))
    file = try Self.adapter(for: fixture.model.digest, fixture.folder)
  }

  private static func adapter(for digest: String, _ folder: TemporaryFolder) throws -> Data {
    let source = try GGUFFile(
      path: URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "LlamaTests/Resources/adapter-f32.gguf").path)
    var metadata = source.metadata
    metadata[AdapterFile.baseModelDigestKey] = .string(digest)
    let path = folder.path("adapter.gguf")
    try GGUFWriter(metadata: metadata, tensors: source.tensors.map { GGUFTensorShape($0) })
      .write(to: path) { shape, output in
        let tensor = try source.requiredTensor(named: shape.name)
        try source.withBytes(of: tensor) { try output.write($0) }
      }
    return try Data(contentsOf: URL(filePath: path))
  }

  private func shipped(forModel path: String) throws -> String? {
    try adapters.shipped(forModel: path, in: fixture.library, catalog: [fixture.model])
  }

  @Test func itsAbsenceIsFine() throws {
    #expect(try adapters.install(shipped: nil) == nil)
    #expect(try shipped(forModel: fixture.folder.path("payload.gguf")) == nil)
    #expect(!FileManager.default.fileExists(atPath: adapters.path))
  }

  @Test func isInstalledOnceForTheUserAlone() throws {
    let path = try #require(try adapters.install(shipped: file))
    #expect(adapters.names() == [ShippedAdapter.name])
    #expect(FileManager.default.contents(atPath: path) == file)
    func attribute(_ key: FileAttributeKey, _ path: String) throws -> Int {
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      return try #require(attributes[key] as? NSNumber).intValue
    }
    #expect(try attribute(.posixPermissions, path) == 0o600)
    #expect(try attribute(.posixPermissions, adapters.path) == 0o700)
    let number = try attribute(.systemFileNumber, path)
    #expect(try adapters.install(shipped: file) == path)
    #expect(try attribute(.systemFileNumber, path) == number)
    // A damaged or an older one is replaced.
    try Data("damaged".utf8).write(to: URL(filePath: path))
    #expect(throws: GGUFError.self) { try shipped(forModel: "any") }
    #expect(try adapters.install(shipped: file) == path)
    #expect(FileManager.default.contents(atPath: path) == file)
  }

  @Test func isForTheModelWhoseDigestItNames() throws {
    let path = try adapters.install(shipped: file)
    let model = fixture.folder.path("payload.gguf")
    #expect(try shipped(forModel: model) == path)
    // Another file of the same size, and one of another size.
    var other = fixture.payload
    other[other.count - 1] ^= 1
    try other.write(to: URL(filePath: fixture.folder.path("other.gguf")))
    #expect(try shipped(forModel: fixture.folder.path("other.gguf")) == nil)
    try fixture.payload.dropLast().write(to: URL(filePath: fixture.folder.path("short.gguf")))
    #expect(try shipped(forModel: fixture.folder.path("short.gguf")) == nil)
    // In the library it is known by name and size.
    try FileManager.default.createDirectory(
      atPath: fixture.library.path, withIntermediateDirectories: true)
    try fixture.payload.write(to: URL(filePath: fixture.installedPath))
    #expect(try shipped(forModel: fixture.installedPath) == path)
    // One for a model of no catalogue is for none.
    let stranger = try Self.adapter(for: Fixture.digest(other), fixture.folder)
    _ = try adapters.install(shipped: stranger)
    #expect(try shipped(forModel: fixture.folder.path("other.gguf")) == nil)
  }

  @Test(.enabled(if: ShippedAdapter.file != nil, "the program was built without an adapter"))
  func theOneInTheProgramIsForTheDefaultModel() throws {
    let path = fixture.folder.path("shipped.gguf")
    let bytes = try #require(ShippedAdapter.file)
    try bytes.write(to: URL(filePath: path))
    let adapter = try AdapterFile(path: path)
    #expect(adapter.baseModelDigest == ModelCatalog.models.first?.digest)
    #expect(adapter.architecture == "llama")
    #expect(adapter.ignoredTensors.isEmpty)
    #expect(bytes.count <= 10_000_000)
  }
}
