#if canImport(Glibc)
  internal import Glibc
#endif

/// Why a note could not be restored or kept. Never more than a nuisance: the note is read anew.
public enum NoteMemoryProblem: Error, Equatable, Sendable {
  /// The file does not hold what was written; it was removed.
  case damaged(path: String, fault: Fault)
  /// A file that cannot be opened or read, with the system's error number.
  case unreadable(path: String, code: Int32)
  /// A file or folder that cannot be made or written, with the system's error number.
  case unwritable(path: String, code: Int32)

  /// What is wrong with a file.
  public enum Fault: Equatable, Sendable {
    /// It has another size than its contents need, in bytes.
    case size(expected: Int, found: Int)
    /// The part before the pages does not say what its name stands for, or its checksum differs.
    case head
    /// The checksum of this page differs; pages count from 0.
    case page(Int)
  }
}

extension NoteMemoryProblem: CustomStringConvertible {
  /// What happened and what follows, in one line without any of the note's text.
  public var description: String {
    switch self {
    case .damaged(let path, let fault):
      return "\(path): damaged (\(fault.words)) and removed; the note is read anew"
    case .unreadable(let path, let code):
      return "\(path): \(String(cString: strerror(code))); the note is read anew"
    case .unwritable(let path, let code):
      return "\(path): \(String(cString: strerror(code))); the note is not kept. Choose another "
        + "folder with XDG_STATE_HOME"
    }
  }
}

extension NoteMemoryProblem.Fault {
  fileprivate var words: String {
    switch self {
    case .size(let expected, let found): "\(found) bytes instead of \(expected)"
    case .head: "its head"
    case .page(let page): "page \(page)"
    }
  }
}
