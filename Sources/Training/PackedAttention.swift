internal import Kernels
internal import Llama
internal import Tensors

/// Keys and values of a block in bfloat16, packed for the products of attention, a piece for each
/// segment; and each worker's memory for what it packs itself.
///
/// A factor is packed twice: with its rows as lines, for products over a head's numbers, and with its
/// rows as depth, for products over rows.
final class PackedAttention: @unchecked Sendable {
  // Unchecked: filled by one loop of the pool and read by the next.
  enum Source: Int { case keys, values }

  private let kernels: BrainKernels
  private let configuration: LlamaConfiguration
  private var byLines: [AlignedMemory] = []
  private var byDepth: [AlignedMemory] = []
  private var lineOffsets: [Int] = []
  private var depthOffsets: [Int] = []
  private var segments: [PassLayout.Segment] = []
  private let workers: [WorkerMemory]

  private struct WorkerMemory {
    let weights: AlignedMemory
    let rows: AlignedMemory
    let scratch: AlignedMemory
  }

  init(_ kernels: BrainKernels, _ c: LlamaConfiguration, rowCount: Int, workerCount: Int) {
    self.kernels = kernels
    configuration = c
    let count = TreeAttention.blockRowCount
    let widest = max(
      BrainKernels.byteCount(lines: count, depth: rowCount),
      BrainKernels.byteCount(lines: rowCount, depth: count))
    let narrow = max(
      BrainKernels.byteCount(lines: count, depth: c.headSize),
      BrainKernels.byteCount(lines: c.headSize, depth: count))
    workers = (0..<workerCount).map { _ in
      WorkerMemory(
        weights: AlignedMemory(byteCount: widest), rows: AlignedMemory(byteCount: narrow),
        scratch: AlignedMemory(byteCount: 4 * BrainKernels.scratchCount))
    }
  }

  /// Packs what a pass over `segments` needs: keys by lines and values by depth on the way there,
  /// all four on the way back.
  func pack(
    _ state: TreeAttention.State, _ segments: [PassLayout.Segment], pool: WorkerPool,
    isBackward: Bool
  ) {
    place(segments)
    let heads = configuration.keyValueHeadCount
    pool.run(chunkCount: segments.count * heads) { index, _ in
      let (segment, head) = (index / heads, index % heads)
      pack(state.keys, .keys, segment, head, rowsAreLines: true)
      pack(state.values, .values, segment, head, rowsAreLines: false)
      guard isBackward else { return }
      pack(state.keys, .keys, segment, head, rowsAreLines: false)
      pack(state.values, .values, segment, head, rowsAreLines: true)
    }
  }

  private func place(_ segments: [PassLayout.Segment]) {
    self.segments = segments
    let size = configuration.headSize
    (lineOffsets, depthOffsets) = ([0], [0])
    for segment in segments {
      let (line, depth) = (lineOffsets[lineOffsets.count - 1], depthOffsets[depthOffsets.count - 1])
      lineOffsets.append(line + BrainKernels.byteCount(lines: segment.rows.count, depth: size))
      depthOffsets.append(depth + BrainKernels.byteCount(lines: size, depth: segment.rows.count))
    }
    func grow(_ memory: inout [AlignedMemory], _ offsets: [Int]) {
      let byteCount = offsets[offsets.count - 1] * configuration.keyValueHeadCount
      if memory.isEmpty || memory[0].byteCount < byteCount {
        memory = (0..<2).map { _ in AlignedMemory(byteCount: byteCount) }
      }
    }
    grow(&byLines, lineOffsets)
    grow(&byDepth, depthOffsets)
  }

  private func base(
    _ source: Source, _ segment: Int, _ head: Int, rowsAreLines: Bool
  ) -> UnsafeMutableRawPointer {
    let (memory, offsets) = rowsAreLines ? (byLines, lineOffsets) : (byDepth, depthOffsets)
    return memory[source.rawValue].base + head * offsets[offsets.count - 1] + offsets[segment]
  }

  private func pack(
    _ numbers: Floats, _ source: Source, _ segment: Int, _ head: Int, rowsAreLines: Bool
  ) {
    let (size, stride) = (configuration.headSize, configuration.keyValueSize)
    let rows = segments[segment].rows
    let lineCount = rowsAreLines ? rows.count : size
    kernels.pack(
      BrainPackCall(
        source: numbers + rows.lowerBound * stride + head * size, stride: stride,
        rowsAreLines: rowsAreLines, isLeft: false,
        size: (lineCount, rowsAreLines ? size : rows.count),
        blocks: 0..<BrainKernels.blockCount(lines: lineCount),
        target: base(source, segment, head, rowsAreLines: rowsAreLines)))
  }

  /// `result[rows of the block] = left[rows of the block] * source[visible rows]^T`.
  func form(
    _ block: TreeAttention.Block, _ left: Floats, _ source: Source, into result: Floats,
    worker: Int
  ) {
    let c = configuration
    let memory = workers[worker]
    packRows(block, left, isLeft: true, memory.rows)
    for part in block.parts where !part.rows.isEmpty {
      kernels.multiply(
        BrainMultiplyCall(
          left: (UnsafeRawPointer(memory.rows.base), block.rowBlocks),
          right: (
            UnsafeRawPointer(
              base(source, part.segment, block.head / c.groupSize, rowsAreLines: true)),
            0..<BrainKernels.blockCount(lines: part.rows.count)
          ),
          shape: (block.rows.count, part.rows.count, c.headSize), into: result + part.column,
          stride: block.width, scales: (1, 0), scratch: memory.scratch.floats))
    }
  }

  /// `result[rows of the block] = weights * source[visible rows]`.
  func multiply(
    _ weights: Floats, _ block: TreeAttention.Block, _ source: Source, into result: Floats,
    worker: Int
  ) {
    let c = configuration
    let memory = workers[worker]
    var beta: Float = 0
    for part in block.parts where !part.rows.isEmpty {
      kernels.pack(
        BrainPackCall(
          source: weights + part.column, stride: block.width, rowsAreLines: true, isLeft: true,
          size: (block.rows.count, part.rows.count), blocks: block.rowBlocks,
          target: memory.weights.base))
      kernels.multiply(
        BrainMultiplyCall(
          left: (UnsafeRawPointer(memory.weights.base), block.rowBlocks),
          right: (
            UnsafeRawPointer(
              base(source, part.segment, block.head / c.groupSize, rowsAreLines: false)),
            0..<BrainKernels.blockCount(lines: c.headSize)
          ),
          shape: (block.rows.count, c.headSize, part.rows.count),
          into: result + block.rows.lowerBound * c.querySize + block.head * c.headSize,
          stride: c.querySize, scales: (1, beta), scratch: memory.scratch.floats,
          rightTileCount: BrainKernels.tileCount(depth: segments[part.segment].rows.count)))
      beta = 1
    }
  }

  /// `result[visible rows] += weights^T * right[rows of the block]`.
  func scatter(
    _ weights: Floats, _ block: TreeAttention.Block, _ right: Floats, into result: Floats,
    worker: Int
  ) {
    let c = configuration
    let memory = workers[worker]
    packRows(block, right, isLeft: false, memory.rows)
    for part in block.parts where !part.rows.isEmpty {
      let blocks = 0..<BrainKernels.blockCount(lines: part.rows.count)
      kernels.pack(
        BrainPackCall(
          source: weights + part.column, stride: block.width, rowsAreLines: false, isLeft: true,
          size: (part.rows.count, block.rows.count), blocks: blocks, target: memory.weights.base))
      kernels.multiply(
        BrainMultiplyCall(
          left: (UnsafeRawPointer(memory.weights.base), blocks),
          right: (
            UnsafeRawPointer(memory.rows.base), 0..<BrainKernels.blockCount(lines: c.headSize)
          ),
          shape: (part.rows.count, c.headSize, block.rows.count),
          into: result + part.rows.lowerBound * c.querySize + block.head * c.headSize,
          stride: c.querySize, scales: (1, 1), scratch: memory.scratch.floats))
    }
  }

  /// The block's rows of a query head: as left lines, or as the depth of a right factor.
  private func packRows(
    _ block: TreeAttention.Block, _ numbers: Floats, isLeft: Bool, _ memory: AlignedMemory
  ) {
    let c = configuration
    let lineCount = isLeft ? block.rows.count : c.headSize
    kernels.pack(
      BrainPackCall(
        source: numbers + block.rows.lowerBound * c.querySize + block.head * c.headSize,
        stride: c.querySize, rowsAreLines: isLeft, isLeft: isLeft,
        size: (lineCount, isLeft ? c.headSize : block.rows.count),
        blocks: 0..<BrainKernels.blockCount(lines: lineCount), target: memory.base))
  }
}
