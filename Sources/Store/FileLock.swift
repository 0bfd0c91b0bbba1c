import Glibc

/// A lock on a file that belongs to the opened file: the system lets go of it when the process ends,
/// even by force, so nothing that a killed program left behind has to be told from what is held.
public final class FileLock: Sendable {
  /// Who may hold the lock at a time.
  public enum Kind: Sendable {
    case exclusive
    /// Any number of holders, but no exclusive one beside them.
    case shared

    fileprivate var type: Int32 { self == .exclusive ? F_WRLCK : F_RDLCK }
  }

  // Part of Linux's stable interface, but Glibc's module hides them.
  //
  // - Source: Linux, include/uapi/asm-generic/fcntl.h.
  private static let inquire: Int32 = 36
  private static let take: Int32 = 37

  private let descriptor: Int32

  /// Opens the file at `path`, which is made where it is missing; takes nothing yet.
  ///
  /// - Throws: `RunFilesError.unwritable`.
  public init(path: String) throws(RunFilesError) {
    descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .unwritable(path: path, code: errno) }
  }

  deinit {
    // Closing alone would leave the lock to a child that has not reached its exec yet.
    release()
    close(descriptor)
  }

  /// Takes the lock unless somebody else holds it; true where it is held now.
  public func tryTake(_ kind: Kind) -> Bool {
    var region = Self.region(kind.type)
    return fcntl(descriptor, Self.take, &region) == 0
  }

  /// Lets go of the lock.
  public func release() {
    var region = Self.region(F_UNLCK)
    _ = fcntl(descriptor, Self.take, &region)
  }

  /// True where somebody holds the lock of the file at `path`, in whatever kind. Looking disturbs
  /// nobody who takes it at the same moment.
  public static func isHeld(path: String) -> Bool {
    // Asking needs no write access: a folder that is mounted for reading can be watched too.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var region = Self.region(F_WRLCK)
    guard fcntl(descriptor, inquire, &region) == 0 else { return false }
    return Int32(region.l_type) != Int32(F_UNLCK)
  }

  private static func region(_ type: Int32) -> flock {
    var region = flock()
    region.l_type = Int16(type)
    region.l_whence = Int16(SEEK_SET)
    return region
  }
}
