import Glibc

/// What to do about a folder that people other than its owner can look into.
public enum FolderRule: Sendable {
  /// Throw, and say how to close it. For folders that someone named and that may hold other things.
  case refuse
  /// Close it to others. For the program's own folder.
  case repair
}

/// Makes folders and files that only their owner can look into.
enum PrivateFile {
  private static let others: UInt32 = 0o077

  /// Makes the folder that `path` lies in, with those above it, and sees to its permissions.
  static func prepareFolder(of path: String, rule: FolderRule) throws(StoreError) {
    let folder = parent(of: path)
    try makeFolder(folder)
    let mode = try permissions(of: folder)
    guard mode & others != 0 else { return }
    guard rule == .repair else { throw .openToOthers(path: folder, mode: mode) }
    guard chmod(folder, 0o700) == 0 else { throw .cannotPrepare(path: folder, code: errno) }
  }

  /// Makes the file where it is missing, and closes it to others where it is not.
  static func prepare(_ path: String) throws(StoreError) {
    // Never opens a file that exists: closing it again would drop the locks that SQLite may hold on
    // it in this process (sqlite.org/howtocorrupt.html, section 2.2).
    let descriptor = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
    if descriptor >= 0 {
      close(descriptor)
    } else if errno == EEXIST {
      try restrict(path)
    } else {
      throw .cannotPrepare(path: path, code: errno)
    }
  }

  /// Closes an existing file to others. A file that is missing is no fault.
  static func restrict(_ path: String) throws(StoreError) {
    guard access(path, F_OK) == 0 else { return }
    guard try permissions(of: path) & others != 0 else { return }
    guard chmod(path, 0o600) == 0 else { throw .cannotPrepare(path: path, code: errno) }
  }

  private static func makeFolder(_ path: String) throws(StoreError) {
    if path.isEmpty || mkdir(path, 0o700) == 0 || errno == EEXIST { return }
    guard errno == ENOENT else { throw .cannotPrepare(path: path, code: errno) }
    let above = parent(of: path)
    guard above != path else { throw .cannotPrepare(path: path, code: ENOENT) }
    try makeFolder(above)
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw .cannotPrepare(path: path, code: errno)
    }
  }

  private static func permissions(of path: String) throws(StoreError) -> UInt32 {
    var status = stat()
    guard stat(path, &status) == 0 else { throw .cannotPrepare(path: path, code: errno) }
    return status.st_mode & 0o7777
  }

  private static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
