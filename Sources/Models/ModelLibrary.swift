internal import Foundation
internal import GGUF

/// A model file in the library.
public struct InstalledModel: Equatable, Sendable {
  /// The file's name without `.gguf`.
  public let name: String
  /// The name under which it can be fetched, if any.
  public let catalogName: String?
  /// Where the file lies.
  public let path: String
  /// Bytes of the file.
  public let byteCount: Int
  /// How its weights are stored, such as `Q4_1`; nil where the file cannot be read as a model.
  public let type: String?
}

/// The folder of installed models.
public struct ModelLibrary: Sendable {
  /// The folder's path; it need not exist yet.
  public let path: String

  /// The library in the folder `path`.
  public init(path: String) { self.path = path }

  /// The user's library: `asclepius/models` in `XDG_DATA_HOME`, else in `~/.local/share`.
  ///
  /// - Throws: `ModelError.missingDataFolder` where neither is known.
  public init(environment: [String: String]) throws(ModelError) {
    // The XDG rules have relative paths ignored.
    if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") {
      path = data + "/asclepius/models"
    } else if let home = environment["HOME"], home.hasPrefix("/") {
      path = home + "/.local/share/asclepius/models"
    } else {
      throw .missingDataFolder
    }
  }

  /// All installed models, by name. A library that does not exist yet is empty.
  public func models() -> [InstalledModel] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.sorted().filter { $0.hasSuffix(".gguf") && !$0.hasPrefix(".") }
      .compactMap { model(fileName: $0) }
  }

  /// The installed file of a model of the catalogue, or nil where it is missing or has another
  /// size. Its digest was checked when it was installed.
  public func model(_ entry: CatalogModel) -> InstalledModel? {
    guard let model = model(fileName: entry.fileName), model.byteCount == entry.byteCount else {
      return nil
    }
    return model
  }

  /// Makes sure that the file at `path` is what its name says, where it bears that of a model of the
  /// catalogue.
  ///
  /// - Parameter digest: The file's SHA-256, in lower-case hexadecimal.
  /// - Throws: `ModelError.alteredFile`.
  public func verify(_ path: String, digest: String) throws(ModelError) {
    guard let entry = ModelCatalog.models.first(where: { self.path + "/" + $0.fileName == path }),
      entry.digest != digest
    else { return }
    throw .alteredFile(path: path, name: entry.name, expected: entry.digest, found: digest)
  }

  /// Makes sure that there is memory for the model at `path`, whose weights are copied into an order
  /// that is fast to compute with.
  ///
  /// - Throws: `ModelError.notEnoughMemory`.
  public static func requireMemory(forModelAt path: String) throws(ModelError) {
    // A file that is not there is told by whoever opens it.
    guard let needed = fileByteCount(path), let free = FreeMemory.byteCount, needed > free else {
      return
    }
    throw .notEnoughMemory(path: path, needed: needed, free: free)
  }

  /// The path of the GGUF file that `model` means: the name of an installed model or of one of the
  /// catalogue, or a path.
  ///
  /// - Throws: `ModelError` with `notInstalled`, `missingFile` or `unknownModel`.
  public func resolve(_ model: String) throws(ModelError) -> String {
    if let entry = ModelCatalog.model(named: model) {
      guard let installed = self.model(entry) else { throw .notInstalled(name: model) }
      return installed.path
    }
    if isPath(model) {
      let path = expandingHome(model)
      if isFile(path) { return path }
      if model.contains("/") { throw .missingFile(path: model) }
    }
    if let installed = installed(named: model) { return installed.path }
    throw unknown(model)
  }

  /// Removes an installed model, and what a broken-off transfer of it may have left.
  ///
  /// - Throws: `ModelError` with `unknownModel`, `notInstalled` or `fileFailed`. Files outside the
  ///   library are never touched.
  public func remove(_ name: String) throws(ModelError) {
    if let entry = ModelCatalog.model(named: name) {
      let hadParts = removeParts(of: entry)
      if isFile(path + "/" + entry.fileName) {
        try unlink(path + "/" + entry.fileName)
      } else if !hadParts {
        throw .notInstalled(name: name)
      }
    } else if let installed = installed(named: name) {
      try unlink(installed.path)
    } else {
      throw unknown(name)
    }
  }
}

extension ModelLibrary {
  private func model(fileName: String) -> InstalledModel? {
    let filePath = path + "/" + fileName
    guard let byteCount = fileByteCount(filePath) else { return nil }
    let file = try? GGUFFile(path: filePath)
    return InstalledModel(
      name: String(fileName.dropLast(".gguf".count)),
      catalogName: ModelCatalog.models.first { $0.fileName == fileName }?.name, path: filePath,
      byteCount: byteCount, type: file.flatMap { WeightType.name(of: $0) })
  }

  private func installed(named name: String) -> InstalledModel? {
    guard !name.contains("/") else { return nil }
    return models().first { $0.name == name || $0.name + ".gguf" == name }
  }

  private func unknown(_ name: String) -> ModelError {
    .unknownModel(name: name, known: ModelCatalog.models.map(\.name) + models().map(\.name))
  }

  // Parts are left alone while a download holds the lock, which is also where there are none.
  private func removeParts(of entry: CatalogModel) -> Bool {
    let folder = DownloadFolder(library: self)
    guard fileByteCount(folder.lockPath) != nil, let lock = try? FileLock(path: folder.lockPath)
    else { return false }
    return withExtendedLifetime(lock) { folder.removeParts(of: entry) }
  }

  private func isPath(_ text: String) -> Bool { text.contains("/") || text.hasSuffix(".gguf") }

  private func isFile(_ path: String) -> Bool { fileByteCount(path) != nil }

  private func unlink(_ path: String) throws(ModelError) {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      throw .fileFailed(path: path, step: "remove", code: systemCode(of: error))
    }
  }
}

/// Bytes of the regular file at `path`, or nil where there is none.
func fileByteCount(_ path: String) -> Int? {
  let resolved = URL(filePath: path).resolvingSymlinksInPath().path
  guard let attributes = try? FileManager.default.attributesOfItem(atPath: resolved),
    attributes[.type] as? FileAttributeType == .typeRegular
  else { return nil }
  return (attributes[.size] as? NSNumber)?.intValue
}

/// The path with a leading tilde replaced, which shells do only where it begins a word of its own.
func expandingHome(_ path: String) -> String {
  path.hasPrefix("~/") ? NSString(string: path).expandingTildeInPath : path
}

/// The system's error number behind a Foundation error.
func systemCode(of error: any Error) -> Int32 {
  var current: NSError? = error as NSError
  while let found = current {
    if found.domain == NSPOSIXErrorDomain { return Int32(found.code) }
    current = found.userInfo[NSUnderlyingErrorKey] as? NSError
  }
  return 5  // EIO
}
