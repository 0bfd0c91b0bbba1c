#if canImport(Glibc)
  internal import Glibc
#endif

/// A file mapped read-only into memory; unmapped when the last reference goes.
///
/// The pages belong to the system's file cache: touching them costs a read at most, and they can be
/// dropped and read again at any time, so a model file is held in memory once however often it is
/// opened. Foundation's mapped `Data` copies on Linux, hence `mmap`.
@safe public final class MappedFile: Sendable {
  /// Where the file was found.
  public let path: String
  /// Bytes in the file.
  public let byteCount: Int
  // Safe to share: the mapping is read-only and lives exactly as long as this object.
  nonisolated(unsafe) private let base: UnsafeRawPointer?

  /// Maps the file at `path`.
  ///
  /// - Throws: `MappedFileError` when the file cannot be opened, is no regular file, or cannot be
  ///   mapped.
  public init(path: String) throws(MappedFileError) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw MappedFileError(path: path, step: .open, code: errno)
    }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw MappedFileError(path: path, step: .examine, code: errno)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw MappedFileError(path: path, step: .examine, code: EISDIR)
    }
    let byteCount = Int(status.st_size)
    if byteCount == 0 {
      unsafe self.base = nil
    } else {
      let mapping = unsafe mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor, 0)
      guard let mapping = unsafe mapping, unsafe mapping != MAP_FAILED else {
        throw MappedFileError(path: path, step: .map, code: errno)
      }
      unsafe self.base = UnsafeRawPointer(mapping)
    }
    self.path = path
    self.byteCount = byteCount
  }

  deinit {
    if let base = unsafe base {
      unsafe munmap(UnsafeMutableRawPointer(mutating: base), byteCount)
    }
  }

  /// Lends the whole file's bytes to `body`; the pointer must not outlive the call.
  public func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe body(UnsafeRawBufferPointer(start: base, count: byteCount))
  }

  /// Tells the system that the bytes of `range` will not be read again soon, so that a copy made
  /// from them is the only one in memory. Whole pages inside the range are dropped.
  public func release(_ range: Range<Int>) {
    guard let base = unsafe base else { return }
    let pageByteCount = Int(getpagesize())
    let lower = (max(range.lowerBound, 0) + pageByteCount - 1) / pageByteCount * pageByteCount
    let upper = min(range.upperBound, byteCount) / pageByteCount * pageByteCount
    guard lower < upper else { return }
    let start = unsafe UnsafeMutableRawPointer(mutating: base + lower)
    unsafe madvise(start, upper - lower, MADV_DONTNEED)
  }
}

/// Why a file could not be mapped.
public struct MappedFileError: Error, Equatable, CustomStringConvertible {
  /// What was being done.
  public enum Step: String, Sendable {
    case open, examine, map
  }

  /// The file.
  public let path: String
  /// What was being done.
  public let step: Step
  /// The system's error number.
  public let code: Int32

  /// What happened, with the system's own words.
  public var description: String {
    let reason = unsafe String(cString: strerror(code))
    return "\(path): could not \(step.rawValue) the file: \(reason)"
  }
}
