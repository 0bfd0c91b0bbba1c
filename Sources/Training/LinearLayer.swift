internal import Tensors

/// A matrix of the model with its low-rank pair, if it has one, and the products that go through
/// them: `y = W x + scale * B (A dropout(x))`.
struct LinearLayer {
  let weight: ParameterView
  let pair: LowRankPair?

  struct LowRankPair {
    let a: ParameterView
    let b: ParameterView
    let scale: Float
    let dropout: Float
    /// Its own number among all pairs, so that each leaves out inputs of its own.
    let index: Int
  }

  var rows: Int { weight.rows }
  var columns: Int { weight.columns }

  /// Memory for the products of one layer, lent by the pass.
  struct Room {
    /// `(rows of the pass, widest)`: inputs with some left out.
    let dropped: Floats
    /// `(rows of the pass, rank)`: gradients between the halves.
    let between: Floats
    /// Which inputs are left out.
    let dropoutSeed: UInt64
  }

  /// `output = beta * output + y` for each of `count` inputs; `hidden` `(count, rank)` takes `A x`.
  func forward(
    _ input: Floats, _ count: Int, into output: Floats, beta: Float = 0, hidden: Floats?,
    _ room: Room, _ products: DenseProducts
  ) {
    products.multiply(
      ProductCall(
        shape: (count, rows, columns), Factor(input, stride: columns),
        Factor(
          weight.values, stride: columns, isTransposed: true, isFixed: weight.gradients == nil),
        into: output, stride: rows,
        scales: (1, beta)))
    guard let pair, let hidden else { return }
    reduce(input, count, hidden: hidden, room, products)
    products.multiply(
      ProductCall(
        shape: (count, rows, pair.a.rows), Factor(hidden, stride: pair.a.rows),
        Factor(pair.b.values, stride: pair.a.rows, isTransposed: true), into: output, stride: rows,
        scales: (pair.scale, 1)))
  }

  /// `hidden = A dropout(x)`.
  func reduce(
    _ input: Floats, _ count: Int, hidden: Floats, _ room: Room, _ products: DenseProducts
  ) {
    guard let pair else { return }
    let source = dropped(input, count, pair, room, products)
    products.multiply(
      ProductCall(
        shape: (count, pair.a.rows, columns), Factor(source, stride: columns),
        Factor(pair.a.values, stride: columns, isTransposed: true), into: hidden,
        stride: pair.a.rows))
  }

  /// Adds the gradients of the weights that are trained, and gives that of the input:
  /// `inputGradient = beta * inputGradient + W^T y'`.
  func backward(
    _ gradient: Floats, input: Floats, _ count: Int, hidden: Floats?,
    addTo inputGradient: (values: Floats, beta: Float)?, _ room: Room, _ products: DenseProducts
  ) {
    if let target = inputGradient {
      products.multiply(
        ProductCall(
          shape: (count, columns, rows), Factor(gradient, stride: rows),
          Factor(weight.values, stride: columns, isFixed: weight.gradients == nil),
          into: target.values, stride: columns,
          scales: (1, target.beta)))
    }
    if let weightGradient = weight.gradients {
      products.multiply(
        ProductCall(
          shape: (rows, columns, count), Factor(gradient, stride: rows, isTransposed: true),
          Factor(input, stride: columns), into: weightGradient, stride: columns, scales: (1, 1)))
    }
    guard let pair, let hidden else { return }
    backward(
      pair, gradient, input: input, count, hidden: hidden, addTo: inputGradient?.values, room,
      products)
  }

  private func backward(
    _ pair: LowRankPair, _ gradient: Floats, input: Floats, _ count: Int, hidden: Floats,
    addTo inputGradient: Floats?, _ room: Room, _ products: DenseProducts
  ) {
    let rank = pair.a.rows
    if let target = pair.b.gradients {
      products.multiply(
        ProductCall(
          shape: (rows, rank, count), Factor(gradient, stride: rows, isTransposed: true),
          Factor(hidden, stride: rank), into: target, stride: rank, scales: (pair.scale, 1)))
    }
    products.multiply(
      ProductCall(
        shape: (count, rank, rows), Factor(gradient, stride: rows),
        Factor(pair.b.values, stride: rank), into: room.between, stride: rank,
        scales: (pair.scale, 0)))
    if let target = pair.a.gradients {
      let source = dropped(input, count, pair, room, products)
      products.multiply(
        ProductCall(
          shape: (rank, columns, count), Factor(room.between, stride: rank, isTransposed: true),
          Factor(source, stride: columns), into: target, stride: columns, scales: (1, 1)))
    }
    guard let inputGradient else { return }
    let isDropping = pair.dropout > 0
    products.multiply(
      ProductCall(
        shape: (count, columns, rank), Factor(room.between, stride: rank),
        Factor(pair.a.values, stride: columns),
        into: isDropping ? room.dropped : inputGradient, stride: columns,
        scales: (1, isDropping ? 0 : 1)))
    if isDropping {
      let source = room.dropped
      forEachKept(count, pair, room, products) { index, scale in
        inputGradient[index] += scale * source[index]
      }
    }
  }

  /// The input as the pair sees it: some numbers left out, the others larger for it.
  private func dropped(
    _ input: Floats, _ count: Int, _ pair: LowRankPair, _ room: Room, _ products: DenseProducts
  ) -> Floats {
    guard pair.dropout > 0 else { return input }
    let target = room.dropped
    forEachKept(count, pair, room, products) { index, scale in
      target[index] = scale * input[index]
    }
    return target
  }

  /// Calls `body` for each number of the input with what it is multiplied with: 0 or
  /// `1 / (1 - dropout)`, the same each time for a seed.
  private func forEachKept(
    _ count: Int, _ pair: LowRankPair, _ room: Room, _ products: DenseProducts,
    _ body: (_ index: Int, _ scale: Float) -> Void
  ) {
    let threshold = UInt64(Double(pair.dropout) * 0x1p16)
    let scale = 1 / (1 - pair.dropout)
    let seed = room.dropoutSeed &+ UInt64(pair.index) &* 0xD6E8_FEB8_6659_FD93
    products.pool.run(chunkCount: (count + 31) / 32) { chunk, _ in
      for row in chunk * 32..<min(count, chunk * 32 + 32) {
        var random = SeededRandom(seed: seed &+ UInt64(row) &* 0x9E37_79B9_7F4A_7C15)
        var bits: UInt64 = 0
        for column in 0..<columns {
          bits = column % 4 == 0 ? random.next() : bits >> 16
          body(row * columns + column, bits & 0xFFFF < threshold ? 0 : scale)
        }
      }
    }
  }
}
