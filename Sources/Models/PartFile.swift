#if canImport(Glibc)
  internal import Glibc
#endif
internal import Foundation

/// A file that is being filled and can be gone on with after a stop.
final class PartFile {
  let path: String
  /// Bytes that it holds.
  private(set) var byteCount: Int
  private let descriptor: Int32

  /// Opens or makes the file, readable by the user alone.
  ///
  /// - Throws: `ModelError.fileFailed`, as everything here does.
  init(path: String) throws(ModelError) {
    self.path = path
    // O_NOFOLLOW: a link here would have another file overwritten.
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
      throw ModelError.fileFailed(path: path, step: "open", code: errno)
    }
    byteCount = lseek(descriptor, 0, SEEK_END)
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Adds `data` at the end.
  func append(_ data: Data) throws(ModelError) {
    var rest = data
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        throw failure("write")
      }
      byteCount += count
      rest = rest.dropFirst(count)
    }
  }

  /// Keeps the first `count` bytes only.
  func truncate(to count: Int) throws(ModelError) {
    guard ftruncate(descriptor, count) == 0, lseek(descriptor, 0, SEEK_END) == count else {
      throw failure("cut")
    }
    byteCount = count
  }

  /// Brings the bytes to the disk and gives the file its final name.
  func install(as finalPath: String) throws(ModelError) {
    guard fsync(descriptor) == 0 else { throw failure("write") }
    guard rename(path, finalPath) == 0 else { throw failure("rename") }
    let folder = open(
      URL(filePath: finalPath).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return }
    fsync(folder)
    close(folder)
  }

  private func failure(_ step: String) -> ModelError {
    .fileFailed(path: path, step: step, code: errno)
  }
}
