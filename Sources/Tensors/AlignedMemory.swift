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

  /// A block of `byteCount` zero bytes.
  public init(byteCount: Int) {
    precondition(byteCount >= 0)
    self.byteCount = byteCount
    unsafe self.base = UnsafeMutableRawPointer.allocate(
      byteCount: max(byteCount, 1), alignment: 64)
    unsafe memset(base, 0, byteCount)
  }

  deinit {
    unsafe base.deallocate()
  }

  /// The block as floats.
  public var floats: UnsafeMutablePointer<Float> {
    unsafe base.assumingMemoryBound(to: Float.self)
  }
}
