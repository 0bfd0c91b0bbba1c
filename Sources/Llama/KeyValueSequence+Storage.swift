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
  /// Heads of all layers in a page.
  var headRunCount: Int { (pageByteCount - 64) / headByteCount }

  func storedByteCount(positionCount: Int) -> Int {
    let tileByteCount = head.keyTileByteCount + head.valueTileByteCount
    return Self.tileCount(positionCount) * tileByteCount * headRunCount
  }

  /// Tiles that `positionCount` positions take.
  private static func tileCount(_ positionCount: Int) -> Int {
    let size = KeyValueLayout.tilePositionCount
    return (positionCount + size - 1) / size
  }

  fileprivate func gather(
    _ page: UnsafeRawPointer, positionCount: Int, into target: UnsafeMutableRawPointer
  ) {
    var target = target
    forEachHalf { offset, tileByteCount, rows in
      let byteCount = Self.tileCount(positionCount) * tileByteCount
      target.copyMemory(from: page + offset, byteCount: byteCount)
      let used = positionCount % KeyValueLayout.tilePositionCount
      if used > 0 { Self.clear(target + (byteCount - tileByteCount), from: used, rows) }
      target += byteCount
    }
  }

  fileprivate func scatter(
    _ stored: UnsafeRawPointer, positionCount: Int, into page: UnsafeMutableRawPointer
  ) {
    var stored = stored
    forEachHalf { offset, tileByteCount, _ in
      let byteCount = Self.tileCount(positionCount) * tileByteCount
      (page + offset).copyMemory(from: stored, byteCount: byteCount)
      stored += byteCount
    }
  }

  /// Calls `body` with each head's keys, then its values: where they begin in a page, the bytes of
  /// a tile and its rows.
  private func forEachHalf(
    _ body: (_ offset: Int, _ tileByteCount: Int, _ rows: [KeyValueLayout.Run]) -> Void
  ) {
    let (keyRows, valueRows) = (head.keyRuns, head.valueRuns)
    for run in 0..<headRunCount {
      body(run * headByteCount, head.keyTileByteCount, keyRows)
      body(run * headByteCount + head.keyByteCount, head.valueTileByteCount, valueRows)
    }
  }

  /// Zeros for the positions of a tile from `first` on.
  private static func clear(
    _ tile: UnsafeMutableRawPointer, from first: Int, _ rows: [KeyValueLayout.Run]
  ) {
    var row = tile
    for run in rows {
      for _ in 0..<run.count {
        let used = first * run.positionByteCount
        let byteCount = KeyValueLayout.tilePositionCount * run.positionByteCount
        (row + used).initializeMemory(as: UInt8.self, repeating: 0, count: byteCount - used)
        row += byteCount
      }
    }
  }
}
