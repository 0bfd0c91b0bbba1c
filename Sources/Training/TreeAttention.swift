internal import Kernels
internal import Llama
internal import Tensors

#if canImport(Glibc)
  internal import Glibc
#endif

/// Attention over the segments of a pass, and its gradients.
///
/// Scores are formed for a block of rows at a time, against the rows of the prefix and those of the
/// segment itself, and formed again on the way back: what is kept of them is one number a row and
/// head, the logarithm of the sum of their exponentials.
///
/// - Source: Dao et al., "FlashAttention", 2022, algorithm 4, with whole rows instead of tiles.
struct TreeAttention {
  /// Rows of queries whose scores are formed at once.
  static let blockRowCount = 64

  let configuration: LlamaConfiguration
  let products: DenseProducts
  let loops: VectorLoops
  /// Room of each worker for two blocks of scores.
  let scratch: [Floats]
  /// Where products are in bfloat16.
  let packed: PackedAttention?

  /// Floats that a worker's room has in passes of that many rows.
  static func scratchCount(rowCount: Int) -> Int { 2 * blockRowCount * rowCount }

  /// What a pass has of one block: queries `(rows, querySize)`, keys and values
  /// `(rows, keyValueSize)`, result `(rows, querySize)`, logarithms `(headCount, rows)`.
  struct State {
    let queries: Floats
    let keys: Floats
    let values: Floats
    let context: Floats
    let logSums: Floats
    let rowCount: Int

    func numbers(_ source: PackedAttention.Source) -> Floats { source == .keys ? keys : values }
  }

  /// Gradients: of queries `(rows, querySize)`; of keys and values the same, one set a query head.
  struct Gradients {
    let context: Floats
    let queries: Floats
    let keys: Floats
    let values: Floats
  }

  /// Some rows of a segment, in one query head.
  struct Block {
    /// The segment's place in the layout, and that of the segment that it goes on from.
    let segments: (own: Int, prefix: Int?)
    let prefix: Range<Int>
    /// Rows of the segment that any of the block's rows sees.
    let own: Range<Int>
    /// Rows of the pass.
    let rows: Range<Int>
    let head: Int

    /// Scores of a row, the invisible ones counted.
    var width: Int { prefix.count + own.count }

    /// Scores that a row sees.
    func visibleCount(_ row: Int) -> Int { prefix.count + row - own.lowerBound + 1 }

    /// The parts of a block's columns: the prefix, then the segment itself.
    var parts: [(column: Int, rows: Range<Int>, segment: Int)] {
      [(0, prefix, segments.prefix ?? segments.own), (prefix.count, own, segments.own)]
    }

    var rowBlocks: Range<Int> { 0..<BrainKernels.blockCount(lines: rows.count) }
  }

  private func blocks(_ segments: [PassLayout.Segment], head: Int) -> [Block] {
    segments.indices.flatMap { index in
      let segment = segments[index]
      return stride(
        from: segment.rows.lowerBound, to: segment.rows.upperBound, by: Self.blockRowCount
      ).map { first in
        let end = min(first + Self.blockRowCount, segment.rows.upperBound)
        return Block(
          segments: (index, segment.prefixSegment), prefix: segment.prefix,
          own: segment.rows.lowerBound..<end, rows: first..<end, head: head)
      }
    }
  }

  private var scale: Float { 1 / Float(configuration.headSize).squareRoot() }

  /// Fills in `context` and `logSums`.
  func forward(_ state: State, _ segments: [PassLayout.Segment]) {
    packed?.pack(state, segments, pool: products.pool, isBackward: false)
    let all = (0..<configuration.headCount).flatMap { blocks(segments, head: $0) }
    products.pool.run(chunkCount: all.count) { index, worker in
      let block = all[index]
      let scores = scratch[worker]
      form(block, state.queries, state, .keys, into: scores, worker)
      for row in block.rows {
        let weights = scores + (row - block.rows.lowerBound) * block.width
        let count = block.visibleCount(row)
        let shift = VectorLoops.largest(weights, count) * scale
        let sum = loops.exponentials(weights, count, scale: scale, shift: shift)
        let share = 1 / sum
        for index in 0..<count { weights[index] *= share }
        (weights + count).update(repeating: 0, count: block.width - count)
        state.logSums[block.head * state.rowCount + row] = shift + log(sum)
      }
      multiply(scores, block, state, .values, into: state.context, worker)
    }
  }

  /// Fills in the gradients of queries, keys and values.
  func backward(_ state: State, _ gradients: Gradients, _ segments: [PassLayout.Segment]) {
    let c = configuration
    packed?.pack(state, segments, pool: products.pool, isBackward: true)
    products.pool.run(chunkCount: c.headCount) { head, worker in
      for target in [gradients.keys, gradients.values] {
        for row in 0..<state.rowCount {
          (target + row * c.querySize + head * c.headSize).update(repeating: 0, count: c.headSize)
        }
      }
      for block in blocks(segments, head: head) { backward(block, state, gradients, worker) }
    }
  }

  private func backward(_ block: Block, _ state: State, _ gradients: Gradients, _ worker: Int) {
    let c = configuration
    let (weights, slopes) = (
      scratch[worker], scratch[worker] + Self.blockRowCount * state.rowCount
    )
    form(block, state.queries, state, .keys, into: weights, worker)
    for row in block.rows {
      let line = weights + (row - block.rows.lowerBound) * block.width
      let count = block.visibleCount(row)
      let logSum = state.logSums[block.head * state.rowCount + row]
      _ = loops.exponentials(line, count, scale: scale, shift: logSum)
      (line + count).update(repeating: 0, count: block.width - count)
    }
    scatter(weights, block, gradients.context, into: gradients.values, worker)
    form(block, gradients.context, state, .values, into: slopes, worker)
    for row in block.rows {
      let place = row * c.querySize + block.head * c.headSize
      let along = VectorLoops.dot(gradients.context + place, state.context + place, c.headSize)
      let start = (row - block.rows.lowerBound) * block.width
      let (line, weight, scale) = (slopes + start, weights + start, scale)
      for index in 0..<block.width { line[index] = weight[index] * (line[index] - along) * scale }
    }
    multiply(slopes, block, state, .keys, into: gradients.queries, worker)
    scatter(slopes, block, state.queries, into: gradients.keys, worker)
  }

  /// `left[rows of the block] * source[visible rows]^T`, `(rows, width)`.
  private func form(
    _ block: Block, _ left: Floats, _ state: State, _ source: PackedAttention.Source,
    into result: Floats, _ worker: Int
  ) {
    if let packed { return packed.form(block, left, source, into: result, worker: worker) }
    let c = configuration
    let column = block.head / c.groupSize * c.headSize
    for part in block.parts {
      products.multiplyAlone(
        ProductCall(
          shape: (block.rows.count, part.rows.count, c.headSize),
          queryRows(left, block.rows, block.head),
          Factor(
            state.numbers(source) + part.rows.lowerBound * c.keyValueSize + column,
            stride: c.keyValueSize, isTransposed: true),
          into: result + part.column, stride: block.width))
    }
  }

  /// `result[rows of the block] = weights * source[visible rows]`.
  private func multiply(
    _ weights: Floats, _ block: Block, _ state: State, _ source: PackedAttention.Source,
    into result: Floats, _ worker: Int
  ) {
    if let packed { return packed.multiply(weights, block, source, into: result, worker: worker) }
    let c = configuration
    let column = block.head / c.groupSize * c.headSize
    var beta: Float = 0
    for part in block.parts where !part.rows.isEmpty {
      products.multiplyAlone(
        ProductCall(
          shape: (block.rows.count, c.headSize, part.rows.count),
          Factor(weights + part.column, stride: block.width),
          Factor(
            state.numbers(source) + part.rows.lowerBound * c.keyValueSize + column,
            stride: c.keyValueSize),
          into: result + block.rows.lowerBound * c.querySize + block.head * c.headSize,
          stride: c.querySize, scales: (1, beta)))
      beta = 1
    }
  }

  /// `result[visible rows] += weights^T * left[rows of the block]`, all a query head's own.
  private func scatter(
    _ weights: Floats, _ block: Block, _ left: Floats, into result: Floats, _ worker: Int
  ) {
    if let packed { return packed.scatter(weights, block, left, into: result, worker: worker) }
    let c = configuration
    for part in block.parts {
      products.multiplyAlone(
        ProductCall(
          shape: (part.rows.count, c.headSize, block.rows.count),
          Factor(weights + part.column, stride: block.width, isTransposed: true),
          queryRows(left, block.rows, block.head),
          into: result + part.rows.lowerBound * c.querySize + block.head * c.headSize,
          stride: c.querySize, scales: (1, 1)))
    }
  }

  /// Some rows of a query head.
  private func queryRows(_ numbers: Floats, _ rows: Range<Int>, _ head: Int) -> Factor {
    let c = configuration
    return Factor(
      numbers + rows.lowerBound * c.querySize + head * c.headSize, stride: c.querySize)
  }
}
