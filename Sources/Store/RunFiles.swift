public import Clinical
internal import Foundation

#if canImport(Glibc)
  internal import Glibc
#endif

/// The files by which a run and those who watch it talk: in the folder of its results, so that a
/// folder that was copied or mounted can be watched like one of this machine.
///
/// `run.json` says where it stands; `run.lock` is locked while a process works on it; `run.pause`
/// and `run.stop` are wishes that the process sees within a tenth of a second. All of them survive
/// a kill, and none of them keeps a run from being begun again.
public struct RunFiles: Sendable {
  /// The folder of the run's results.
  public let folder: String

  /// The files in `folder`, which need not exist.
  public init(folder: String) { self.folder = folder }

  var statusPath: String { folder + "/run.json" }
  var lockPath: String { folder + "/run.lock" }
  var pausePath: String { folder + "/run.pause" }
  var stopPath: String { folder + "/run.stop" }

  /// The run as it stands; nil where the folder holds none that can be read.
  public func observe() -> ObservedRun? {
    // The lock first: a run that ends in between then shows its last word, not a sudden death.
    let isAlive = FileLock.isHeld(path: lockPath)
    guard let data = FileManager.default.contents(atPath: statusPath),
      let status = try? JSONDecoder().decode(RunStatus.self, from: data)
    else { return nil }
    return ObservedRun(folder: folder, status: status, isAlive: isAlive)
  }

  /// Asks the run to rest.
  ///
  /// - Throws: `RunFilesError.unwritable`.
  public func pause() throws(RunFilesError) { try make(pausePath) }

  /// Takes back the wish that it rest.
  public func goOn() { unlink(pausePath) }

  /// Asks the run to keep what it has and end.
  ///
  /// - Throws: `RunFilesError.unwritable`.
  public func stop() throws(RunFilesError) { try make(stopPath) }

  private func make(_ path: String) throws(RunFilesError) {
    let descriptor = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .unwritable(path: path, code: errno) }
    close(descriptor)
  }

  /// Forgets wishes that were meant for an earlier process.
  func clearWishes() {
    unlink(pausePath)
    unlink(stopPath)
  }

  /// Whether the file of a wish is there.
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Writes the status whole or not at all.
  func write(_ status: RunStatus) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let draft = statusPath + ".draft"
    guard
      FileManager.default.createFile(
        atPath: draft, contents: try encoder.encode(status),
        attributes: [.posixPermissions: 0o600]),
      rename(draft, statusPath) == 0
    else { throw RunFilesError.unwritable(path: statusPath, code: errno) }
  }
}

/// Why the files of a run cannot be used.
public enum RunFilesError: Error, Hashable, CustomStringConvertible {
  /// A file or folder cannot be made or written.
  case unwritable(path: String, code: Int32)
  /// Another process works in this folder.
  case inUse(folder: String)

  /// What, where, and what to do.
  public var description: String {
    switch self {
    case .unwritable(let path, let code):
      "cannot write \(path): \(String(cString: strerror(code)))"
    case .inUse(let folder):
      "\(folder): another process works in this folder; stop it first, or choose another --output"
    }
  }
}
