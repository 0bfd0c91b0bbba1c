import Glibc
import Synchronization

/// Says which sessions a living program works on: each holds a lock on one byte of a file beside the
/// database, and the system lets go of it when the program ends, even by force. A process id in a
/// table could not tell a crashed program from a new one with the same id.
final class SessionLocks: Sendable {
  private let descriptor: Int32
  private let path: String
  private let held = Mutex<Set<SessionID>>([])

  // Commands for locks that belong to the opened file rather than to the process. They are part of
  // Linux's stable interface, but Glibc's module hides them.
  //
  // - Source: Linux, include/uapi/asm-generic/fcntl.h.
  private static let inquire: Int32 = 36
  private static let take: Int32 = 37
  private static let takeWaiting: Int32 = 38

  init(path: String) throws(StoreError) {
    self.path = path
    let descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .cannotPrepare(path: path, code: errno) }
    self.descriptor = descriptor
    guard fchmod(descriptor, 0o600) == 0 else { throw .cannotPrepare(path: path, code: errno) }
  }

  deinit {
    // Closing alone is not enough: a child process that is just being started holds a copy of the
    // opened file, and with it the locks, until it runs its own program.
    for session in held.withLock({ $0 }) {
      _ = control(Self.take, type: F_UNLCK, byte: session.number)
    }
    close(descriptor)
  }

  /// Waits until no other store is being opened on the same file. Byte 0 stands for that.
  func lockOpening() throws(StoreError) {
    while true {
      if control(Self.takeWaiting, type: F_WRLCK, byte: 0) { return }
      guard errno == EINTR else { throw .cannotPrepare(path: path, code: errno) }
    }
  }

  func unlockOpening() {
    _ = control(Self.take, type: F_UNLCK, byte: 0)
  }

  /// Takes the session for this store.
  ///
  /// - Throws: `StoreError.sessionInUse` where another store holds it.
  func lock(_ session: SessionID) throws(StoreError) {
    guard control(Self.take, type: F_WRLCK, byte: session.number) else {
      if errno == EAGAIN || errno == EACCES { throw .sessionInUse(session) }
      throw .cannotPrepare(path: path, code: errno)
    }
    held.withLock { _ = $0.insert(session) }
  }

  func unlock(_ session: SessionID) {
    _ = control(Self.take, type: F_UNLCK, byte: session.number)
    held.withLock { _ = $0.remove(session) }
  }

  /// True where this store or another one holds the session.
  func isLocked(_ session: SessionID) -> Bool {
    if held.withLock({ $0.contains(session) }) { return true }
    var region = Self.region(F_WRLCK, byte: session.number)
    guard fcntl(descriptor, Self.inquire, &region) == 0 else { return false }
    return Int32(region.l_type) != Int32(F_UNLCK)
  }

  private func control(_ command: Int32, type: Int32, byte: Int64) -> Bool {
    var region = Self.region(type, byte: byte)
    return fcntl(descriptor, command, &region) == 0
  }

  private static func region(_ type: Int32, byte: Int64) -> flock {
    var region = flock()
    region.l_type = Int16(type)
    region.l_whence = Int16(SEEK_SET)
    region.l_start = off_t(byte)
    region.l_len = 1
    return region
  }
}
