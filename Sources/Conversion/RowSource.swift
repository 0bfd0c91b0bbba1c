internal import GGUF
internal import Kernels
internal import Tensors

/// A matrix that is read row by row as floats, wherever its numbers come from.
struct RowSource {
  /// The tensor's name, for errors.
  let name: String
  /// Extents, the first runs fastest.
  let dimensions: [Int]
  /// Writes so many rows, from the first one on, as floats. May be called by several threads at a
  /// time.
  let read: (_ rows: Range<Int>, _ target: UnsafeMutablePointer<Float>) -> Void

  var columnCount: Int { dimensions[0] }
  var rowCount: Int { dimensions.dropFirst().reduce(1, *) }
}

extension RowSource {
  /// The numbers of a tensor of a model file.
  init(_ file: GGUFFile, _ tensor: GGUFTensor) {
    self.init(name: tensor.name, dimensions: tensor.dimensions) { rows, target in
      file.withBytes(of: tensor) { bytes in
        let rowByteCount = bytes.count / tensor.rows
        guard let base = bytes.baseAddress else { return }
        Dequantization.row(
          tensor.elementType, base + rows.lowerBound * rowByteCount,
          count: rows.count * tensor.columns, into: target)
      }
    }
  }
}

/// Writes tensors in the type that is wanted, on all workers, a slab of rows at a time.
struct TensorWriter {
  let pool: WorkerPool
  /// Called with the numbers written; throws to stop.
  let progress: (Int) throws -> Void

  /// Numbers that a worker converts at a time, and bytes that are collected before they are written.
  private static let chunkElementCount = 1 << 15
  private static let slabByteCount = 1 << 23

  /// Writes all rows of `source` as `type`.
  ///
  /// - Throws: `ConversionError.numberOutOfRange`; what writing and `progress` throw.
  func write(
    _ source: RowSource, as type: ElementType, to output: inout GGUFTensorOutput
  ) throws {
    let (rowCount, columns) = (source.rowCount, source.columnCount)
    guard let rowByteCount = type.byteCount(elementCount: columns) else {
      preconditionFailure("the mix chose a type that fits")
    }
    let chunkRowCount = max(1, Self.chunkElementCount / columns)
    let slabRowCount = max(
      chunkRowCount, Self.slabByteCount / max(rowByteCount, 1) / chunkRowCount * chunkRowCount)
    let slab = AlignedMemory(byteCount: min(slabRowCount, rowCount) * rowByteCount)
    let scratch = (0..<pool.workerCount).map { _ in
      AlignedMemory(byteCount: 4 * chunkRowCount * columns)
    }
    let isOutOfRange = (0..<pool.workerCount).map { _ in AlignedMemory(byteCount: 1) }
    for start in stride(from: 0, to: rowCount, by: slabRowCount) {
      let end = min(start + slabRowCount, rowCount)
      let chunkCount = (end - start + chunkRowCount - 1) / chunkRowCount
      pool.run(chunkCount: chunkCount) { chunk, worker in
        let first = start + chunk * chunkRowCount
        let rows = first..<min(first + chunkRowCount, end)
        let floats = scratch[worker].floats
        source.read(rows, floats)
        if !Self.isStorable(floats, count: rows.count * columns, type) {
          isOutOfRange[worker].base.storeBytes(of: 1, as: UInt8.self)
          return
        }
        BlockWriter.row(
          type, floats, count: rows.count * columns,
          into: slab.base + (first - start) * rowByteCount)
      }
      if isOutOfRange.contains(where: { $0.base.load(as: UInt8.self) != 0 }) {
        throw ConversionError.numberOutOfRange(tensor: source.name, type: type.name)
      }
      try output.write(
        UnsafeRawBufferPointer(start: slab.base, count: (end - start) * rowByteCount))
      try progress((end - start) * columns)
    }
  }

  /// Whether all numbers are within reach: finite, and for types whose scales are half-precision
  /// numbers no larger than those.
  private static func isStorable(
    _ numbers: UnsafePointer<Float>, count: Int, _ type: ElementType
  ) -> Bool {
    // Plain floats are copied as they are, whatever they are.
    if type == .f32 { return true }
    let limit = type == .bf16 ? Float.greatestFiniteMagnitude : 65_504
    var largest: Float = 0
    var isNumber = true
    for index in 0..<count {
      let size = abs(numbers[index])
      largest = size > largest ? size : largest
      isNumber = isNumber && size == size
    }
    return isNumber && largest <= limit
  }
}
