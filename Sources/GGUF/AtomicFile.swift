#if canImport(Glibc)
  internal import Glibc
#endif

/// A file that appears under its name only when it is complete.
///
/// Written under a temporary name in the same folder, which goes when the object does.
final class AtomicFile {
  let path: String
  private let temporaryPath: String
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var byteCount = 0
  private var isCommitted = false

  private static let bufferByteCount = 1 << 20

  init(path: String) throws(GGUFError) {
    self.path = path
    let split = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
    temporaryPath = "\(path[..<split]).\(path[split...].prefix(64)).\(suffix).part"
    descriptor = unsafe open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Self.failure(path, "create") }
    buffer.reserveCapacity(Self.bufferByteCount)
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    if descriptor >= 0, !isCommitted { _ = unsafe unlink(temporaryPath) }
  }

  func write(_ bytes: [UInt8]) throws(GGUFError) {
    try unsafe bytes.withUnsafeBufferPointer { buffer throws(GGUFError) in
      try unsafe write(UnsafeRawBufferPointer(buffer))
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(GGUFError) {
    byteCount += bytes.count
    if buffer.count + bytes.count > Self.bufferByteCount { try flush() }
    if bytes.count > Self.bufferByteCount {
      try unsafe writeThrough(bytes)
    } else {
      unsafe buffer.append(contentsOf: bytes)
    }
  }

  /// Writes zeros up to the next multiple of `alignment`.
  func pad(to alignment: Int) throws(GGUFError) {
    try write([UInt8](repeating: 0, count: byteCount.padded(to: alignment) - byteCount))
  }

  /// Brings all bytes to the disk and gives the file its name.
  func commit() throws(GGUFError) {
    try flush()
    guard fsync(descriptor) == 0 else { throw Self.failure(path, "write") }
    guard unsafe rename(temporaryPath, path) == 0 else { throw Self.failure(path, "rename") }
    isCommitted = true
    synchroniseFolder()
  }

  // The new name survives a power failure only once its folder is on the disk too. Some file
  // systems refuse to synchronise folders; the file is whole all the same.
  private func synchroniseFolder() {
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    let folderDescriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folderDescriptor >= 0 else { return }
    fsync(folderDescriptor)
    close(folderDescriptor)
  }

  private func flush() throws(GGUFError) {
    try unsafe buffer.withUnsafeBufferPointer { buffer throws(GGUFError) in
      try unsafe writeThrough(UnsafeRawBufferPointer(buffer))
    }
    buffer.removeAll(keepingCapacity: true)
  }

  private func writeThrough(_ bytes: UnsafeRawBufferPointer) throws(GGUFError) {
    var written = 0
    while written < bytes.count {
      let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[written...])
      let count = unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw Self.failure(path, "write")
      }
      written += count
    }
  }

  private static func failure(_ path: String, _ step: String) -> GGUFError {
    GGUFError(path: path, reason: .unwritable(step: step, code: errno))
  }
}
