#if canImport(Glibc)
  internal import Glibc
#endif

/// A block of memory of its own, aligned to cache lines and cleared; freed with the last reference.
///
/// Large blocks come straight from the system and cost nothing until they are touched.
@safe public final class AlignedMemory: @unchecked Sendable {
  // Unchecked: who may write where is settled by the owners (weights are written once before they
  // are shared; a key/value page and a scratch area have one writer at a time).

  /// Bytes in the block.
  public let byteCount: Int
  /// The first byte. Valid as long as this object; whoever computes with it keeps the object.
  public let base: UnsafeMutableRawPointer

  /// From this size on, blocks are whole pages from the system, large pages where it has them: the
  /// weights are read from end to end for every token, and small pages cost a search for each 4 KB.
  private static let largePageByteCount = 2 << 20

  /// A block of `byteCount` zero bytes.
  public init(byteCount: Int) {
    precondition(byteCount >= 0)
    self.byteCount = byteCount
    if let pages = unsafe Self.pages(byteCount: byteCount) {
      unsafe base = pages
    } else {
      unsafe base = UnsafeMutableRawPointer.allocate(
        byteCount: max(byteCount, 1), alignment: 64)
      unsafe memset(base, 0, byteCount)
    }
  }

  deinit {
    if byteCount >= Self.largePageByteCount {
      unsafe munmap(base, byteCount)
    } else {
      unsafe base.deallocate()
    }
  }

  /// A mapping of its own that begins with a large page, or nil for a small block.
  private static func pages(byteCount: Int) -> UnsafeMutableRawPointer? {
    let large = largePageByteCount
    guard byteCount >= large else { return nil }
    let pageSize = Int(getpagesize())
    let wanted = (byteCount + pageSize - 1) / pageSize * pageSize
    let mapped = unsafe mmap(
      nil, wanted + large, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
      fatalError("out of memory: \(byteCount) bytes")
    }
    // What lies before and behind goes back, so that no large page reaches past the block.
    let start = unsafe mapped.alignedUp(toMultipleOf: large)
    let head = unsafe start - mapped
    if head > 0 { unsafe munmap(mapped, head) }
    if head < large { unsafe munmap(start + wanted, large - head) }
    unsafe madvise(start, wanted, MADV_HUGEPAGE)
    return unsafe start
  }

  /// The block as floats.
  public var floats: UnsafeMutablePointer<Float> {
    unsafe base.assumingMemoryBound(to: Float.self)
  }
}
