internal import Dispatch
#if canImport(Glibc)
  internal import Glibc
#endif
internal import Kernels
internal import Synchronization
internal import Tokenization

/// A note's keys and values as a file.
///
/// Little-endian: a head of `headByteCount` bytes, then the pages as `KeyValueSequence` stores them.
/// The head: "ASCNOTE\n"; four 32-bit numbers (format version, bytes of the key, tokens, pages); the
/// key; the tokens; a checksum of each page; zeros; a checksum of all of the head before it.
///
/// Key and tokens are known to the reader, so every size and every byte of the head but the pages'
/// checksums is too: nothing that a file claims decides how much is read or allocated.
struct NoteMemoryFile {
  static let formatVersion = 1

  let key: NoteMemoryKey
  let tokens: [TokenID]
  let layout: KeyValueSequence.Layout

  /// The file's name: a digest of key and tokens. A collision costs no more than reading a note
  /// anew, since both are compared on the way back.
  var name: String {
    head(checksums: []).withUnsafeBytes { XXHash64.name(of: $0) } + Self.nameEnding
  }

  static let nameEnding = ".note"

  private var pageCount: Int { KeyValueSequence.pageCount(tokens.count) }

  /// Bytes of the head: whole system pages, so that keys and values begin on one.
  private var headByteCount: Int {
    let used = 8 + 16 + key.text.utf8.count + 4 * tokens.count + 8 * pageCount + 8
    return (used + 4095) / 4096 * 4096
  }

  /// Bytes of the whole file.
  var byteCount: Int {
    (0..<pageCount).reduce(headByteCount) { $0 + pageByteCount($1) }
  }

  private func pageByteCount(_ page: Int) -> Int {
    KeyValueSequence.storedByteCount(page: page, of: tokens.count, layout)
  }

  private func offset(ofPage page: Int) -> Int {
    // All pages before any page are full ones.
    headByteCount + page * layout.storedByteCount(positionCount: AttendCall.pagePositionCount)
  }

  /// The head of a file whose pages have these checksums.
  private func head(checksums: [UInt64]) -> [UInt8] {
    var head: [UInt8] = []
    head.reserveCapacity(headByteCount)
    head += "ASCNOTE\n".utf8
    for number in [Self.formatVersion, key.text.utf8.count, tokens.count, pageCount] {
      head.append(UInt64(number), byteCount: 4)
    }
    head += key.text.utf8
    for token in tokens { head.append(UInt64(UInt32(bitPattern: token)), byteCount: 4) }
    for checksum in checksums { head.append(checksum, byteCount: 8) }
    head += [UInt8](repeating: 0, count: headByteCount - 8 - head.count)
    head.append(head.withUnsafeBytes { XXHash64.digest($0) }, byteCount: 8)
    return head
  }

  /// The pages' checksums as a head has them.
  private func checksums(in head: [UInt8]) -> [UInt64] {
    let start = 8 + 16 + key.text.utf8.count + 4 * tokens.count
    return head.withUnsafeBytes { head in
      (0..<pageCount).map {
        UInt64(
          littleEndian: head.loadUnaligned(fromByteOffset: start + 8 * $0, as: UInt64.self))
      }
    }
  }
}

extension NoteMemoryFile {
  /// Reads a file that `descriptor` has open, and verifies all of it.
  func read(_ descriptor: Int32, path: String) throws(NoteMemoryProblem) -> KeyValueSequence {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw .unreadable(path: path, code: errno)
    }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_size == byteCount else {
      throw .damaged(path: path, fault: .size(expected: byteCount, found: Int(status.st_size)))
    }
    var head = [UInt8](repeating: 0, count: headByteCount)
    let isWhole = head.withUnsafeMutableBytes { Self.fill($0, from: descriptor, at: 0) }
    let checksums = checksums(in: head)
    guard isWhole, head == self.head(checksums: checksums) else {
      throw .damaged(path: path, fault: .head)
    }
    let pages = readPages(descriptor, checksums)
    if let page = pages.firstIndex(where: { $0 == nil }) {
      throw .damaged(path: path, fault: .page(page))
    }
    return KeyValueSequence(
      restoring: pages.compactMap { $0 }, count: tokens.count, layout)
  }

  /// All pages, nil for one that cannot be read or is not what was written. Side by side: most of
  /// the time goes into the first touch of fresh memory, which every core does for itself.
  private func readPages(_ descriptor: Int32, _ checksums: [UInt64]) -> [KeyValuePage?] {
    let pages = Mutex([KeyValuePage?](repeating: nil, count: pageCount))
    DispatchQueue.concurrentPerform(iterations: pageCount) { index in
      let page = KeyValueSequence.restore(page: index, of: tokens.count, layout) { bytes in
        Self.fill(bytes, from: descriptor, at: offset(ofPage: index))
          && XXHash64.digest(UnsafeRawBufferPointer(bytes)) == checksums[index]
      }
      pages.withLock { $0[index] = page }
    }
    return pages.withLock { $0 }
  }

  /// Writes `sequence`, which remembers exactly `tokens`, to an empty file.
  func write(
    _ sequence: KeyValueSequence, to descriptor: Int32, path: String
  ) throws(NoteMemoryProblem) {
    var checksums: [UInt64] = []
    let capacity = layout.storedByteCount(positionCount: AttendCall.pagePositionCount)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 64)
    defer { memory.deallocate() }
    for page in 0..<pageCount {
      sequence.store(page: page, into: memory)
      let bytes = UnsafeRawBufferPointer(start: memory, count: pageByteCount(page))
      checksums.append(XXHash64.digest(bytes))
      guard Self.put(bytes, to: descriptor, at: offset(ofPage: page)) else {
        throw .unwritable(path: path, code: errno)
      }
    }
    let isWritten = head(checksums: checksums).withUnsafeBytes {
      Self.put($0, to: descriptor, at: 0)
    }
    guard isWritten, fsync(descriptor) == 0 else { throw .unwritable(path: path, code: errno) }
  }

  /// Fills `bytes` from a place in a file; false where the file ends before or cannot be read.
  private static func fill(
    _ bytes: UnsafeMutableRawBufferPointer, from descriptor: Int32, at offset: Int
  ) -> Bool {
    guard let start = bytes.baseAddress else { return true }
    var done = 0
    while done < bytes.count {
      let count = pread(descriptor, start + done, bytes.count - done, offset + done)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }

  /// Writes `bytes` to a place in a file; false where they cannot all be written.
  private static func put(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, at offset: Int
  ) -> Bool {
    guard let start = bytes.baseAddress else { return true }
    var done = 0
    while done < bytes.count {
      let count = pwrite(descriptor, start + done, bytes.count - done, offset + done)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }
}

extension [UInt8] {
  /// Appends the lowest `byteCount` bytes of `number`, the lowest first.
  fileprivate mutating func append(_ number: UInt64, byteCount: Int) {
    for index in 0..<byteCount { append(UInt8(truncatingIfNeeded: number >> (8 * index))) }
  }
}
