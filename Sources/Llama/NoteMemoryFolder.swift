#if canImport(Glibc)
  internal import Glibc
#endif

/// The folder of the note memory: what lies in it, and for how long.
///
/// Safe for several processes at once: a file appears by renaming, whole or not at all, and one that
/// is removed while another process reads it stays readable there.
struct NoteMemoryFolder: Sendable {
  let path: String

  struct Entry: Equatable {
    let name: String
    let byteCount: Int
    /// Nanoseconds since 1970 at the last use.
    let lastUse: Int
  }

  func path(of name: String) -> String { path + "/" + name }

  /// Makes the folder where it is missing, with those above it, for the owner's eyes alone.
  func prepare() throws(NoteMemoryProblem) {
    try Self.make(path)
    var status = stat()
    guard stat(path, &status) == 0 else { throw .unwritable(path: path, code: errno) }
    guard status.st_mode & 0o077 != 0 else { return }
    guard chmod(path, 0o700) == 0 else { throw .unwritable(path: path, code: errno) }
  }

  private static func make(_ path: String) throws(NoteMemoryProblem) {
    if path.isEmpty || mkdir(path, 0o700) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/") else {
      throw .unwritable(path: path, code: errno)
    }
    try make(String(path[..<slash]))
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw .unwritable(path: path, code: errno)
    }
  }

  /// Notes in the folder, the one used longest ago first.
  func entries() -> [Entry] {
    names().filter { $0.hasSuffix(NoteMemoryFile.nameEnding) }.compactMap(entry)
      .sorted { ($0.lastUse, $0.name) < ($1.lastUse, $1.name) }
  }

  private func entry(_ name: String) -> Entry? {
    var status = stat()
    guard lstat(path(of: name), &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return nil
    }
    return Entry(
      name: name, byteCount: Int(status.st_size),
      lastUse: status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec)
  }

  /// Names of notes, finished or not; nothing else in the folder is ever touched.
  private func names() -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let item = readdir(folder) {
      let name = withUnsafeBytes(of: item.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if Self.isOurs(name) { names.append(name) }
    }
    return names
  }

  private static func isOurs(_ name: String) -> Bool {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    let digest = parts.first.flatMap { $0.isEmpty ? parts.dropFirst().first : $0 } ?? ""
    return digest.utf8.count == 32 && digest.allSatisfy(\.isHexDigit)
      && (name == digest + NoteMemoryFile.nameEnding
        || name.hasPrefix(".\(digest).") && name.hasSuffix(Self.unfinishedEnding))
  }

  private static let unfinishedEnding = ".part"

  /// Says that a note was used now.
  static func touch(_ descriptor: Int32) {
    // Not UTIME_NOW, which is only as fine as the system's clock tick: two uses keep their order.
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    futimens(descriptor, [now, now])
  }

  /// Makes a file that appears as `name` once `body` has filled it.
  func makeFile(
    _ name: String, _ body: (Int32, _ path: String) throws(NoteMemoryProblem) -> Void
  ) throws(NoteMemoryProblem) {
    try prepare()
    let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
    let digest = name.prefix { $0 != "." }
    let temporary = path(of: ".\(digest).\(suffix)\(Self.unfinishedEnding)")
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw .unwritable(path: path, code: errno) }
    defer { close(descriptor) }
    do throws(NoteMemoryProblem) {
      try body(descriptor, path)
      Self.touch(descriptor)
      guard rename(temporary, path(of: name)) == 0 else {
        throw .unwritable(path: path, code: errno)
      }
    } catch {
      unlink(temporary)
      throw error
    }
  }

  /// Removes what was used longest ago until all notes together have at most `byteLimit` bytes, and
  /// what a process that was ended left half-written an hour ago or earlier.
  ///
  /// - Parameter keeping: A name that stays.
  func evict(byteLimit: Int, keeping name: String) {
    let entries = entries()
    var total = entries.reduce(0) { $0 + $1.byteCount }
    for entry in entries where total > byteLimit && entry.name != name {
      unlink(path(of: entry.name))
      total -= entry.byteCount
    }
    let hourAgo = (time(nil) - 3600) * 1_000_000_000
    for entry in names().filter({ $0.hasSuffix(Self.unfinishedEnding) }).compactMap(entry)
    where entry.lastUse < hourAgo {
      unlink(path(of: entry.name))
    }
  }

  /// Removes all notes, finished or not.
  ///
  /// - Throws: `unwritable` for one that cannot be removed.
  func removeAll() throws(NoteMemoryProblem) {
    for name in names() {
      guard unlink(path(of: name)) == 0 || errno == ENOENT else {
        throw .unwritable(path: path(of: name), code: errno)
      }
    }
  }
}
