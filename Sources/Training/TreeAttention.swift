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
  /// Room of each worker for two blocks of scores.
  let scratch: [Floats]

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
  }

  /// Gradients: of queries `(rows, querySize)`; of keys and values the same, one set a query head.
  struct Gradients {
    let context: Floats
    let queries: Floats
    let keys: Floats
    let values: Floats
  }

  private struct Block {
    let segment: PassLayout.Segment
    /// Rows of the pass.
    let rows: Range<Int>
    let head: Int

    /// Rows of the segment that any of the block's rows sees.
    var own: Range<Int> { segment.rows.lowerBound..<rows.upperBound }
    /// Scores of a row, the invisible ones counted.
    var width: Int { segment.prefix.count + own.count }

    /// Scores that a row sees.
    func visibleCount(_ row: Int) -> Int {
      segment.prefix.count + row - segment.rows.lowerBound + 1
    }
  }

  private func blocks(_ segments: [PassLayout.Segment], head: Int) -> [Block] {
    segments.flatMap { segment in
      stride(from: segment.rows.lowerBound, to: segment.rows.upperBound, by: Self.blockRowCount)
        .map { first in
          let end = min(first + Self.blockRowCount, segment.rows.upperBound)
          return Block(segment: segment, rows: first..<end, head: head)
        }
    }
  }

  private var scale: Float { 1 / Float(configuration.headSize).squareRoot() }

  /// Fills in `context` and `logSums`.
  func forward(_ state: State, _ segments: [PassLayout.Segment]) {
    let all = (0..<configuration.headCount).flatMap { blocks(segments, head: $0) }
    products.pool.run(chunkCount: all.count) { index, worker in
      let block = all[index]
      let scores = scratch[worker]
      formScores(block, state, into: scores)
      for row in block.rows {
        let weights = scores + (row - block.rows.lowerBound) * block.width
        let count = block.visibleCount(row)
        let shift = VectorLoops.largest(weights, count) * scale
        let sum = VectorLoops.exponentials(weights, count, scale: scale, shift: shift)
        for index in 0..<count { weights[index] /= sum }
        (weights + count).update(repeating: 0, count: block.width - count)
        state.logSums[block.head * state.rowCount + row] = shift + log(sum)
      }
      multiply(scores, block, state.values, keyStride, into: state.context)
    }
  }

  /// Fills in the gradients of queries, keys and values.
  func backward(_ state: State, _ gradients: Gradients, _ segments: [PassLayout.Segment]) {
    let c = configuration
    products.pool.run(chunkCount: c.headCount) { head, worker in
      for target in [gradients.keys, gradients.values] {
        for row in 0..<state.rowCount {
          (target + row * c.querySize + head * c.headSize).update(repeating: 0, count: c.headSize)
        }
      }
      for block in blocks(segments, head: head) {
        backward(block, state, gradients, scratch[worker])
      }
    }
  }

  private func backward(_ block: Block, _ state: State, _ gradients: Gradients, _ room: Floats) {
    let c = configuration
    let (weights, slopes) = (room, room + Self.blockRowCount * state.rowCount)
    formScores(block, state, into: weights)
    for row in block.rows {
      let line = weights + (row - block.rows.lowerBound) * block.width
      let count = block.visibleCount(row)
      let logSum = state.logSums[block.head * state.rowCount + row]
      _ = VectorLoops.exponentials(line, count, scale: scale, shift: logSum)
      (line + count).update(repeating: 0, count: block.width - count)
    }
    scatter(weights, block, gradients.context, into: gradients.values)
    form(block, gradients.context, state.values, into: slopes)
    for row in block.rows {
      let place = row * c.querySize + block.head * c.headSize
      let along = VectorLoops.dot(gradients.context + place, state.context + place, c.headSize)
      let start = (row - block.rows.lowerBound) * block.width
      let (line, weight) = (slopes + start, weights + start)
      for index in 0..<block.width { line[index] = weight[index] * (line[index] - along) * scale }
    }
    multiply(slopes, block, state.keys, keyStride, into: gradients.queries)
    scatter(slopes, block, state.queries, into: gradients.keys)
  }

  private var keyStride: Int { configuration.keyValueSize }

  private func formScores(_ block: Block, _ state: State, into scores: Floats) {
    form(block, state.queries, state.keys, into: scores)
  }

  /// The parts of a block's columns: the prefix, then the segment itself.
  private func parts(_ block: Block) -> [(column: Int, rows: Range<Int>)] {
    [(0, block.segment.prefix), (block.segment.prefix.count, block.own)]
  }

  /// `left[rows of the block] * right[visible rows]^T`, `(rows, width)`.
  private func form(_ block: Block, _ left: Floats, _ right: Floats, into result: Floats) {
    let c = configuration
    let column = block.head * c.headSize
    let rightColumn = block.head / c.groupSize * c.headSize
    for part in parts(block) {
      products.multiplyAlone(
        ProductCall(
          shape: (block.rows.count, part.rows.count, c.headSize),
          Factor(left + block.rows.lowerBound * c.querySize + column, stride: c.querySize),
          Factor(
            right + part.rows.lowerBound * keyStride + rightColumn, stride: keyStride,
            isTransposed: true),
          into: result + part.column, stride: block.width))
    }
  }

  /// `result[rows of the block] = weights * right[visible rows]`.
  private func multiply(
    _ weights: Floats, _ block: Block, _ right: Floats, _ stride: Int, into result: Floats
  ) {
    let c = configuration
    let rightColumn = block.head / c.groupSize * c.headSize
    var beta: Float = 0
    for part in parts(block) where !part.rows.isEmpty {
      products.multiplyAlone(
        ProductCall(
          shape: (block.rows.count, c.headSize, part.rows.count),
          Factor(weights + part.column, stride: block.width),
          Factor(right + part.rows.lowerBound * stride + rightColumn, stride: stride),
          into: result + block.rows.lowerBound * c.querySize + block.head * c.headSize,
          stride: c.querySize, scales: (1, beta)))
      beta = 1
    }
  }

  /// `result[visible rows] += weights^T * left[rows of the block]`, all a query head's own.
  private func scatter(_ weights: Floats, _ block: Block, _ left: Floats, into result: Floats) {
    let c = configuration
    let column = block.head * c.headSize
    for part in parts(block) {
      products.multiplyAlone(
        ProductCall(
          shape: (part.rows.count, c.headSize, block.rows.count),
          Factor(weights + part.column, stride: block.width, isTransposed: true),
          Factor(left + block.rows.lowerBound * c.querySize + column, stride: c.querySize),
          into: result + part.rows.lowerBound * c.querySize + column, stride: c.querySize,
          scales: (1, 1)))
    }
  }
}
