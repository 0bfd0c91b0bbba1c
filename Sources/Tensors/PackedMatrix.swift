public import Kernels

/// A matrix packed for products; read-only once made.
public final class PackedMatrix: Sendable {
  /// Rows: outputs of a product.
  public let rowCount: Int
  /// Columns: inputs of a product.
  public let columnCount: Int
  /// How the numbers are stored.
  public let elementType: ElementType
  private let memory: AlignedMemory

  /// Packs `rowCount` rows of `columnCount` numbers.
  ///
  /// - Parameters:
  ///   - source: The rows as a GGUF file has them, one after another.
  ///   - pool: Who shares the work.
  /// - Returns: nil where `source` is not exactly that many rows of whole blocks, or has no rows.
  public init?(
    _ source: UnsafeRawBufferPointer, elementType: ElementType, rowCount: Int, columnCount: Int,
    pool: WorkerPool
  ) {
    guard rowCount > 0, let packing = TilePacking(elementType, columnCount: columnCount),
      case (let byteCount, false) = packing.rowByteCount.multipliedReportingOverflow(by: rowCount),
      byteCount == source.count, let start = source.baseAddress
    else { return nil }
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.elementType = elementType
    let tileCount = (rowCount + TileFormat.rowCount - 1) / TileFormat.rowCount
    let memory = AlignedMemory(byteCount: tileCount * packing.tileByteCount)
    self.memory = memory
    let tilesPerChunk = max(1, tileCount / 64)
    pool.run(chunkCount: (tileCount + tilesPerChunk - 1) / tilesPerChunk) { chunk, _ in
      for tile in chunk * tilesPerChunk..<min(tileCount, (chunk + 1) * tilesPerChunk) {
        let first = tile * TileFormat.rowCount
        unsafe packing.pack(
          start + first * packing.rowByteCount,
          rowCount: min(TileFormat.rowCount, rowCount - first),
          into: memory.base + tile * packing.tileByteCount)
      }
    }
  }

  /// The tiles, valid as long as this object.
  public var tiles: TileMatrix {
    unsafe TileMatrix(
      base: UnsafeRawPointer(memory.base), elementType: elementType, rowCount: rowCount,
      columnCount: columnCount)
  }

  /// Bytes of the packed form.
  public var byteCount: Int { memory.byteCount }
}
