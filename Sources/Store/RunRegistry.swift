public import Clinical
internal import Foundation

#if canImport(Glibc)
  internal import Glibc
#endif

/// The runs that were begun by this person on this machine, and whether somebody waits for an
/// answer: a folder with a line for each run's folder, and a lock.
public struct RunRegistry: Sendable {
  private let path: String

  /// Runs that are shown at most, the ones begun last.
  public static let runLimit = 50

  /// The registry in the folder `path`, which is made and closed to others.
  ///
  /// - Throws: `RunFilesError.unwritable`.
  public init(path: String) throws(RunFilesError) {
    self.path = path
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
    } catch {
      throw .unwritable(path: path, code: errno)
    }
  }

  /// The registry at its usual place, `$XDG_STATE_HOME/asclepius/runs`, or under `~/.local/state`;
  /// nil where there is no such place.
  public init?(environment: [String: String]) {
    guard let sessions = try? SessionStore.defaultPath(environment: environment),
      let slash = sessions.lastIndex(of: "/"),
      let registry = try? RunRegistry(path: sessions[..<slash] + "/runs")
    else { return nil }
    self = registry
  }

  /// Remembers that there is a run in `folder`.
  ///
  /// - Throws: `RunFilesError.unwritable`.
  public func add(folder: String) throws(RunFilesError) {
    let entry = path + "/" + contentDigest(of: folder)
    guard
      FileManager.default.createFile(
        atPath: entry, contents: Data(folder.utf8), attributes: [.posixPermissions: 0o600])
    else { throw .unwritable(path: entry, code: errno) }
  }

  /// The runs, the one begun last at the end. Those whose folder is gone are forgotten.
  ///
  /// - Parameter more: Further folders to look at.
  public func runs(and more: [String] = []) -> [ObservedRun] {
    var runs: [String: ObservedRun] = [:]
    for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    where name != Self.queryLock {
      let entry = path + "/" + name
      guard let data = FileManager.default.contents(atPath: entry) else { continue }
      let folder = String(decoding: data, as: UTF8.self)
      if let run = RunFiles(folder: folder).observe() {
        runs[folder] = run
      } else if !FileManager.default.fileExists(atPath: folder) {
        unlink(entry)
      }
    }
    for folder in more where runs[folder] == nil {
      runs[folder] = RunFiles(folder: folder).observe()
    }
    return runs.values.sorted {
      ($0.status.startedAt, $0.folder) < ($1.status.startedAt, $1.folder)
    }.suffix(Self.runLimit)
  }

  // MARK: Questions go first

  private static let queryLock = "query.lock"

  /// Tells all runs that an answer is being written, for as long as the result is held on to and
  /// however this process ends; nil where that cannot be told.
  public func beginQuery() -> FileLock? {
    guard let lock = try? FileLock(path: path + "/" + Self.queryLock), lock.tryTake(.shared) else {
      return nil
    }
    return lock
  }

  /// Whether an answer is being written.
  public var isQueryActive: Bool { FileLock.isHeld(path: path + "/" + Self.queryLock) }
}
