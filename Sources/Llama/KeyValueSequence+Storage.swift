internal import Kernels
internal import Tensors

// Pages as bytes and back. A full page is stored as it lies; of the last one only the tiles of
// sixteen positions that are in use, with zeros for the positions after the last: the bytes depend
// on the remembered tokens alone, and nothing of what came after them leaves with them.
extension KeyValueSequence {
  /// Pages that hold something.
  var storedPageCount: Int { Self.pageCount(count) }

  /// Bytes that page `page` of `count` positions is stored in.
  static func storedByteCount(page: Int, of count: Int, _ layout: Layout) -> Int {
    layout.storedByteCount(positionCount: positionCount(page: page, of: count))
  }

  /// Writes what page `page` holds to `target`, `storedByteCount` bytes.
  func store(page: Int, into target: UnsafeMutableRawPointer) {
    layout.gather(
      UnsafeRawPointer(base(page: page, layer: 0, head: 0)),
      positionCount: Self.positionCount(page: page, of: count), into: target)
  }

  /// A page with the positions that `read` brings.
  ///
  /// - Parameters:
  ///   - page: Its place in a sequence of `count` positions.
  ///   - read: Fills `storedByteCount` bytes; false gives up.
  static func restore(
    page: Int, of count: Int, _ layout: Layout, read: (UnsafeMutableRawBufferPointer) -> Bool
  ) -> KeyValuePage? {
    let positionCount = positionCount(page: page, of: count)
    let byteCount = layout.storedByteCount(positionCount: positionCount)
    let target = KeyValuePage(byteCount: layout.pageByteCount)
    if positionCount == AttendCall.pagePositionCount {
      return read(.init(start: target.memory.base, count: byteCount)) ? target : nil
    }
    let stored = AlignedMemory(byteCount: byteCount)
    guard read(.init(start: stored.base, count: byteCount)) else { return nil }
    layout.scatter(
      UnsafeRawPointer(stored.base), positionCount: positionCount, into: target.memory.base)
    return target
  }

  private static func positionCount(page: Int, of count: Int) -> Int {
    min(count - page * AttendCall.pagePositionCount, AttendCall.pagePositionCount)
  }
}

extension KeyValueSequence.Layout {
  /// Positions whose keys lie together, as `AttendCall` describes.
  private static let tilePositionCount = 16

  /// Heads of all layers in a page.
  var headRunCount: Int { (pageByteCount - 64) / headByteCount }

  func storedByteCount(positionCount: Int) -> Int {
    2 * storedHalfByteCount(positionCount) * headRunCount
  }

  /// Bytes of a head's keys, or values, in the tiles that `positionCount` positions take.
  private func storedHalfByteCount(_ positionCount: Int) -> Int {
    let tileCount = (positionCount + Self.tilePositionCount - 1) / Self.tilePositionCount
    return headByteCount / 2 / AttendCall.pagePositionCount * tileCount * Self.tilePositionCount
  }

  fileprivate func gather(
    _ page: UnsafeRawPointer, positionCount: Int, into target: UnsafeMutableRawPointer
  ) {
    let half = headByteCount / 2
    let stored = storedHalfByteCount(positionCount)
    for run in 0..<headRunCount {
      let keys = target + run * 2 * stored
      keys.copyMemory(from: page + run * headByteCount, byteCount: stored)
      (keys + stored).copyMemory(from: page + run * headByteCount + half, byteCount: stored)
      clearUnused(keys: keys, values: keys + stored, positionCount: positionCount)
    }
  }

  fileprivate func scatter(
    _ stored: UnsafeRawPointer, positionCount: Int, into page: UnsafeMutableRawPointer
  ) {
    let half = headByteCount / 2
    let count = storedHalfByteCount(positionCount)
    for run in 0..<headRunCount {
      let keys = page + run * headByteCount
      keys.copyMemory(from: stored + run * 2 * count, byteCount: count)
      (keys + half).copyMemory(from: stored + (run * 2 + 1) * count, byteCount: count)
    }
  }

  /// Zeros for the positions after the last in its tile.
  private func clearUnused(
    keys: UnsafeMutableRawPointer, values: UnsafeMutableRawPointer, positionCount: Int
  ) {
    let used = positionCount % Self.tilePositionCount
    guard used > 0 else { return }
    let unused = Self.tilePositionCount - used
    let rowByteCount = headByteCount / 2 / AttendCall.pagePositionCount
    let tile = keys + (positionCount - used) * rowByteCount
    for number in 0..<rowByteCount / 2 {
      (tile + (number * Self.tilePositionCount + used) * 2)
        .initializeMemory(as: UInt16.self, repeating: 0, count: unused)
    }
    (values + positionCount * rowByteCount)
      .initializeMemory(as: UInt8.self, repeating: 0, count: unused * rowByteCount)
  }
}
