internal import Kernels
internal import Tensors

/// Large products in bfloat16 on the threads of a pool: both factors are packed, then multiplied.
///
/// Used by one thread at a time.
final class BrainProducts: @unchecked Sendable {
  // Unchecked: the memory belongs to whoever runs a pass, and a pass runs on one thread.
  let kernels: BrainKernels
  private let pool: WorkerPool
  private let scratch: [AlignedMemory]
  private var left = AlignedMemory(byteCount: 0)
  private var right = AlignedMemory(byteCount: 0)
  private var kept: [Key: AlignedMemory] = [:]

  /// A factor whose packed form is kept.
  private struct Key: Hashable {
    let base: UnsafePointer<Float>
    let isTransposed: Bool
  }

  init(_ kernels: BrainKernels, pool: WorkerPool) {
    self.kernels = kernels
    self.pool = pool
    scratch = (0..<pool.workerCount).map { _ in
      AlignedMemory(byteCount: 4 * BrainKernels.scratchCount)
    }
  }

  func multiply(_ call: ProductCall) {
    guard call.rows > 0, call.columns > 0 else { return }
    let byteCount = BrainKernels.byteCount(lines: call.rows, depth: call.depth)
    if left.byteCount < byteCount { left = AlignedMemory(byteCount: byteCount) }
    pack(call.a, isLeft: true, lines: call.rows, depth: call.depth, into: left.base)
    multiply(call, right: packedRight(call))
  }

  private func packedRight(_ call: ProductCall) -> AlignedMemory {
    let key = Key(base: call.b.base, isTransposed: call.b.isTransposed)
    if call.b.isFixed, let memory = kept[key] { return memory }
    let byteCount = BrainKernels.byteCount(lines: call.columns, depth: call.depth)
    let memory: AlignedMemory
    if call.b.isFixed {
      memory = AlignedMemory(byteCount: byteCount)
      kept[key] = memory
    } else {
      if right.byteCount < byteCount { right = AlignedMemory(byteCount: byteCount) }
      memory = right
    }
    pack(call.b, isLeft: false, lines: call.columns, depth: call.depth, into: memory.base)
    return memory
  }

  private func pack(
    _ factor: Factor, isLeft: Bool, lines: Int, depth: Int, into target: UnsafeMutableRawPointer
  ) {
    let blockCount = BrainKernels.blockCount(lines: lines)
    let size = max(1, 8192 / max(depth, 1))
    pool.run(chunkCount: (blockCount + size - 1) / size) { chunk, _ in
      kernels.pack(
        BrainPackCall(
          source: factor.base, stride: factor.stride,
          rowsAreLines: factor.isTransposed != isLeft, isLeft: isLeft,
          size: (lines, depth), blocks: chunk * size..<min(blockCount, (chunk + 1) * size),
          target: target))
    }
  }

  /// Cuts the product into pieces of up to 8 by 32 blocks.
  private func multiply(_ call: ProductCall, right: AlignedMemory) {
    let rowBlocks = BrainKernels.blockCount(lines: call.rows)
    let columnBlocks = BrainKernels.blockCount(lines: call.columns)
    let (height, width) = (32, 8)
    let rowPieces = (rowBlocks + height - 1) / height
    let columnPieces = (columnBlocks + width - 1) / width
    pool.run(chunkCount: rowPieces * columnPieces) { piece, worker in
      let (row, column) = (piece % rowPieces * height, piece / rowPieces * width)
      kernels.multiply(
        BrainMultiplyCall(
          left: (UnsafeRawPointer(left.base), row..<min(row + height, rowBlocks)),
          right: (UnsafeRawPointer(right.base), column..<min(column + width, columnBlocks)),
          shape: (call.rows, call.columns, call.depth), into: call.c, stride: call.stride,
          scales: (call.alpha, call.beta), scratch: scratch[worker].floats))
    }
  }
}
