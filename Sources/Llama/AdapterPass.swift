internal import Kernels
internal import Synchronization
internal import Tensors

#if canImport(Glibc)
  internal import Glibc
#endif

/// Computes an adapter's updates beside the products that they are added to, with the memory that
/// this takes.
///
/// An update is computed within the loop of its products, since loops of its own would cost as much
/// as its numbers do: the loop's first chunks are the products with the A's, its last ones those
/// with the B's, which wait until all A's are done. Chunks are taken in order and A's wait for
/// nothing, so the wait ends.
///
/// Works group by group as all products do, so a token's result does not depend on its batch.
final class AdapterPass {
  let adapter: LoraAdapter
  private let kernels: KernelTable
  private let pool: WorkerPool
  private let scratch: [AlignedMemory]
  /// What the A's made, `(rows, ranks together)`.
  private var reduced = AlignedMemory(byteCount: 0)
  /// The same as the B's want it, `(tokens, columns)`, for one part at a time.
  private var spread = AlignedMemory(byteCount: 0)
  /// The same ready for the products, part after part.
  private var prepared = AlignedMemory(byteCount: 0)
  /// What the B's made, `(tokens, rows)`, part after part.
  private var expanded = AlignedMemory(byteCount: 0)

  // The update at hand. Plain values: references would be counted from all threads at once.
  private var rowCount = 0
  private var reduction: MultiplyCall?
  private let steps = UnsafeMutablePointer<Step>.allocate(capacity: largestPartCount)
  private var stepCount = 0
  private let waitingCount = Atomic<Int>(0)
  private let isPrepared = Atomic<Bool>(false)

  /// Query, key and value.
  private static let largestPartCount = 3
  /// Tiles of B's that a worker takes at a time.
  private static let tilesPerChunk = 16

  /// The product with one B.
  private struct Step {
    let matrix: TileMatrix
    let layout: ActivationLayout
    let packing: LowRankUpdate.Packing
    let rank: Int
    let firstRow: Int
    let scale: Float
    let activations: UnsafeMutableRawPointer
    let result: UnsafeMutablePointer<Float>
    /// The product, `(rows, size)`.
    let output: UnsafeMutablePointer<Float>
    let size: Int

    var chunkCount: Int { (matrix.tileCount + tilesPerChunk - 1) / tilesPerChunk }

    /// Adds one row of the result to the product.
    func add(row: Int) {
      let target = output + row * size
      switch packing {
      case .plain:
        let source = result + row * matrix.rowCount
        for tile in 0..<size / 16 { Self.add(source + 16 * tile, to: target + 16 * tile) }
        for index in size / 16 * 16..<size { target[index] += source[index] }
      case .twoTiles:
        let source = result + 2 * row * matrix.rowCount
        func place(_ tile: Int) -> UnsafeMutablePointer<Float> {
          source + tile % 2 * matrix.rowCount + 16 * (tile / 2)
        }
        for tile in 0..<size / 16 { Self.add(place(tile), to: target + 16 * tile) }
        for index in size / 16 * 16..<size { target[index] += place(size / 16)[index % 16] }
      }
    }

    /// Adds sixteen numbers.
    @inline(__always)
    private static func add(
      _ source: UnsafeMutablePointer<Float>, to target: UnsafeMutablePointer<Float>
    ) {
      let (source, target) = (UnsafeRawPointer(source), UnsafeMutableRawPointer(target))
      let sum =
        target.loadUnaligned(as: SIMD16<Float>.self)
        + source.loadUnaligned(as: SIMD16<Float>.self)
      target.storeBytes(of: sum, as: SIMD16<Float>.self)
    }
  }

  init(_ adapter: LoraAdapter, pool: WorkerPool, kernels: KernelTable) {
    self.adapter = adapter
    self.kernels = kernels
    self.pool = pool
    scratch = (0..<pool.workerCount).map { _ in
      AlignedMemory(
        byteCount: MultiplyCall.scratchByteCount(columnCount: adapter.widestColumnCount))
    }
  }

  deinit { steps.deallocate() }

  /// Begins an update of `products` for `rowCount` rows.
  ///
  /// - Parameter input: The products' activations in the update's form.
  /// - Returns: Chunks of the A's, the first of the loop, and of the B's, its last.
  func begin(
    _ update: LowRankUpdate, of products: [ForwardPass.Product], rowCount: Int,
    input: UnsafeMutableRawPointer
  ) -> (early: Int, late: Int) {
    self.rowCount = rowCount
    let matrix = update.reduce.tiles
    reserve(update)
    reduction = MultiplyCall(
      matrix: matrix, tiles: 0..<matrix.tileCount,
      layout: ActivationLayout(
        columnCount: matrix.columnCount, tokenCount: rowCount, form: update.form),
      activations: input, output: reduced.floats, stride: matrix.rowCount,
      scratch: reduced.base)
    placeSteps(update, products)
    let early = matrix.tilePairCount * ActivationLayout.groupCount(tokenCount: rowCount)
    isPrepared.store(false, ordering: .relaxed)
    waitingCount.store(early, ordering: .relaxed)
    return (early, (0..<stepCount).reduce(0) { $0 + steps[$1].chunkCount })
  }

  /// Computes a chunk of the A's: two tiles, which is what a kernel takes at once, for one group of
  /// rows.
  func reduce(chunk: Int, worker: Int) {
    guard let whole = reduction else { return }
    let (group, pair) = chunk.quotientAndRemainder(dividingBy: whole.matrix.tilePairCount)
    let (first, width) = ActivationLayout.group(group, tokenCount: rowCount)
    kernels.multiply(
      MultiplyCall(
        matrix: whole.matrix, tiles: 2 * pair..<min(2 * pair + 2, whole.matrix.tileCount),
        layout: ActivationLayout(
          columnCount: whole.matrix.columnCount, tokenCount: width, form: whole.layout.form),
        activations: whole.activations + 4 * first * whole.layout.wordsPerToken,
        output: whole.output + first * whole.stride, stride: whole.stride,
        scratch: scratch[worker].base))
    if waitingCount.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 {
      for step in 0..<stepCount { prepare(steps[step], width: whole.stride) }
      isPrepared.store(true, ordering: .releasing)
    }
  }

  /// Computes a chunk of the B's.
  func expand(chunk: Int, worker: Int) {
    var turns = 0
    while !isPrepared.load(ordering: .acquiring) {
      turns += 1
      if turns % 256 == 0 { sched_yield() }
    }
    var (index, chunk) = (0, chunk)
    while chunk >= steps[index].chunkCount {
      chunk -= steps[index].chunkCount
      index += 1
    }
    let (step, first) = (steps[index], chunk * Self.tilesPerChunk)
    kernels.multiply(
      MultiplyCall(
        matrix: step.matrix, tiles: first..<min(first + Self.tilesPerChunk, step.matrix.tileCount),
        layout: step.layout, activations: step.activations, output: step.result,
        stride: step.matrix.rowCount, scratch: scratch[worker].base))
  }

  /// Adds the update to its products.
  func finish() {
    let rowsPerChunk = 16
    pool.run(chunkCount: (rowCount + rowsPerChunk - 1) / rowsPerChunk) { chunk, _ in
      let first = chunk * rowsPerChunk
      for index in 0..<self.stepCount {
        for row in first..<min(first + rowsPerChunk, self.rowCount) {
          self.steps[index].add(row: row)
        }
      }
    }
  }

  private func placeSteps(_ update: LowRankUpdate, _ products: [ForwardPass.Product]) {
    stepCount = 0
    var (activations, result) = (prepared.base, expanded.floats)
    for (part, product) in zip(update.parts, products) {
      guard let part else { continue }
      let layout = part.layout(rowCount: rowCount)
      (steps + stepCount).initialize(
        to: Step(
          matrix: part.expand.tiles, layout: layout, packing: part.packing, rank: part.rank,
          firstRow: part.firstRow, scale: part.scale, activations: activations, result: result,
          output: product.output, size: product.stride))
      stepCount += 1
      activations += layout.byteCount
      result += layout.tokenCount * part.expand.rowCount
    }
  }

  /// Scales what an A made and makes it ready for its B.
  private func prepare(_ step: Step, width: Int) {
    let (columns, fold) = (step.layout.columnCount, step.packing.rawValue)
    spread.floats.update(repeating: 0, count: step.layout.tokenCount * columns)
    for row in 0..<rowCount {
      let source = reduced.floats + row * width + step.firstRow
      for half in 0..<fold {
        let target = spread.floats + (row * fold + half) * columns + 16 * half
        for number in 0..<step.rank { target[number] = source[number] * step.scale }
      }
    }
    step.layout.forEachGroup { first, _ in
      kernels.prepare(
        PrepareCall(
          source: spread.floats + first * columns, stride: columns, layout: step.layout,
          storage: step.activations, first: first))
    }
  }

  private func reserve(_ update: LowRankUpdate) {
    var (widest, activations, result) = (0, 0, 0)
    for case let part? in update.parts {
      let layout = part.layout(rowCount: rowCount)
      widest = max(widest, layout.tokenCount * layout.columnCount)
      activations += layout.byteCount
      result += layout.tokenCount * part.expand.rowCount
    }
    func grow(_ memory: inout AlignedMemory, to byteCount: Int) {
      if byteCount > memory.byteCount { memory = AlignedMemory(byteCount: byteCount) }
    }
    grow(&reduced, to: 4 * rowCount * update.reduce.rowCount)
    grow(&spread, to: 4 * widest)
    grow(&prepared, to: activations)
    grow(&expanded, to: 4 * result)
  }
}

extension TileMatrix {
  fileprivate var tilePairCount: Int { (tileCount + 1) / 2 }
}

extension ActivationLayout {
  /// Groups of a batch.
  fileprivate static func groupCount(tokenCount: Int) -> Int {
    let (full, rest) = tokenCount.quotientAndRemainder(dividingBy: widestGroup)
    return full + rest / 4 + rest % 4 / 2 + rest % 2
  }

  /// First token and width of a group.
  fileprivate static func group(_ index: Int, tokenCount: Int) -> (first: Int, width: Int) {
    let full = tokenCount / widestGroup
    var first = min(index, full) * widestGroup
    for _ in full..<max(index, full) { first += groupWidth(tokenCount - first) }
    return (first, groupWidth(tokenCount - first))
  }
}
