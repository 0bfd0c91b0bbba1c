internal import GGUF
public import Kernels
public import Tensors
internal import Tokenization

/// The decoder: from tokens to logits, for a batch of rows of any number of sequences.
///
/// Holds the memory that a pass works in, sized once; the weights are shared and read-only, the
/// sequences belong to the caller. A row's result does not depend on the rows beside it: a token
/// gives the same logits to the bit alone, in a batch, or as part of a prompt. Not to be used from
/// two threads at a time.
///
/// - Source: Touvron et al., "LLaMA", 2023; grouped queries from Ainslie et al., "GQA", 2023.
public final class ForwardPass {
  /// Rows that are computed at a time; longer batches are the caller's to cut.
  public static let largestRowCount = 512

  let c: LlamaConfiguration
  let weights: LlamaWeights
  let kernels: KernelTable
  let pool: WorkerPool
  let rotary: RotaryTable
  let memory: PassMemory
  let adapterPass: AdapterPass?

  /// The first layer of the last pass that gave numbers which are not finite; nil where none did.
  private(set) var firstNotFiniteLayer: Int?

  // The batch at hand.
  private(set) var rows: [Row] = []
  private var groups: [Int] = []
  /// What is watched in it, by layer.
  var watched: [Int: [WatchedHead]] = [:]
  var watches: [AttentionWatch] = []
  /// Where the shares of each row of logits lie.
  var shareRows: [Range<Int>] = []

  struct Row {
    let token: TokenID
    let sequence: Int
    let position: Int
  }

  /// A pass over `model`, on the threads of `pool`; `adapter` was loaded for this model.
  public init(
    _ model: LlamaModel, pool: WorkerPool, kernels: KernelTable = .best,
    adapter: LoraAdapter? = nil
  ) {
    precondition(
      adapter.map { $0.configuration == model.configuration } ?? true,
      "the adapter was checked against another model")
    c = model.configuration
    weights = model.weights
    self.kernels = kernels
    self.pool = pool
    rotary = RotaryTable(model.configuration, factors: model.weights.rotaryFactors)
    memory = PassMemory(model.configuration, rotarySize: rotary.size, pool: pool)
    adapterPass = adapter.map { AdapterPass($0, pool: pool, kernels: kernels) }
  }

  /// The instruction set that the pass computes with.
  public var kernelName: String { kernels.name }

  /// Logits of the last pass, `(rows asked for, vocabularySize)`.
  public func withLogits<Result>(
    _ body: (UnsafeBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    try body(UnsafeBufferPointer(start: memory.logits.floats, count: memory.logitCount))
  }

  /// Computes the tokens of `parts` and remembers them in `sequences`.
  ///
  /// - Parameters:
  ///   - parts: At most `largestRowCount` tokens together, one part a sequence.
  ///   - shouldStop: Asked once a layer; true gives the pass up and leaves the sequences as they
  ///     were.
  /// - Throws: `LlamaError.unknownToken`, or `promptTooLong` past the context; `CancellationError`
  ///   when told to stop.
  public func run(
    _ parts: [BatchPart], in sequences: inout [KeyValueSequence],
    shouldStop: () -> Bool = { false }
  ) throws {
    try prepareRows(parts, &sequences)
    memory.logitCount = 0
    firstNotFiniteLayer = nil
    guard !rows.isEmpty else { return }
    embed()
    for (index, layer) in weights.layers.enumerated() {
      if shouldStop() { throw CancellationError() }
      attend(index, layer, sequences)
      feedForward(index, layer)
      if firstNotFiniteLayer == nil, !statesAreFinite { firstNotFiniteLayer = index }
    }
    project(parts)
    for part in parts { sequences[part.sequence].advance(part.tokens.count) }
  }

  /// Computes the tokens of `parts` with the same rows of logits for each, whatever it says itself.
  public func run(
    _ parts: [BatchPart], in sequences: inout [KeyValueSequence], wanted: LogitRows,
    shouldStop: () -> Bool = { false }
  ) throws {
    let parts = parts.map {
      BatchPart(sequence: $0.sequence, tokens: $0.tokens, wanted: wanted, watch: $0.watch)
    }
    try run(parts, in: &sequences, shouldStop: shouldStop)
  }

  // MARK: Rows

  private func prepareRows(
    _ parts: [BatchPart], _ sequences: inout [KeyValueSequence]
  ) throws {
    rows.removeAll(keepingCapacity: true)
    for part in parts {
      for (offset, token) in part.tokens.enumerated() {
        guard token >= 0, token < c.vocabularySize else {
          throw LlamaError.unknownToken(token, vocabularySize: c.vocabularySize)
        }
        let position = sequences[part.sequence].count + offset
        guard position < c.contextLength else {
          throw LlamaError.promptTooLong(
            promptTokenCount: sequences[part.sequence].count + part.tokens.count,
            reservedTokenCount: 0, contextLength: c.contextLength)
        }
        rows.append(Row(token: token, sequence: part.sequence, position: position))
      }
    }
    precondition(rows.count <= Self.largestRowCount, "a batch is cut by the caller")
    memory.reserve(rowCount: rows.count)
    for part in parts { sequences[part.sequence].reserve(part.tokens.count) }
    groups = Self.groups(rows.count)
    prepareWatching(parts)
    for (index, row) in rows.enumerated() {
      rotary.write(position: row.position, into: memory.angles.floats + index * rotary.size)
    }
  }

  private static func groups(_ rowCount: Int) -> [Int] {
    var firsts: [Int] = []
    ActivationLayout(columnCount: 32, tokenCount: rowCount, form: .floats)
      .forEachGroup { first, _ in firsts.append(first) }
    return firsts
  }

  /// States `(rows, embeddingSize)` from the embedding's rows.
  private func embed() {
    let size = c.embeddingSize
    weights.file.withBytes(of: weights.embedding) { bytes in
      guard let base = bytes.baseAddress else { return }
      let rowByteCount = bytes.count / c.vocabularySize
      for (index, row) in rows.enumerated() {
        Dequantization.row(
          weights.embedding.elementType, base + Int(row.token) * rowByteCount, count: size,
          into: memory.states.floats + index * size)
      }
    }
    guard let update = adapterPass?.adapter.embedding else { return }
    for (index, row) in rows.enumerated() {
      update.add(token: Int(row.token), to: memory.states.floats + index * size)
    }
  }

  // MARK: The two halves of a block

  private func feedForward(_ index: Int, _ layer: LayerWeights) {
    let (gate, up) = (memory.gate.floats, memory.up.floats)
    let size = c.feedForwardSize
    let adapter = adapterPass?.adapter.layers[index]
    prepare(
      normalizedBy: layer.feedForwardNorm, for: layer.gate, layer.up,
      adapter?.feedForward?.reduce)
    multiply([(layer.gate, gate, size), (layer.up, up, size)], adapter?.feedForward)
    forEachGroup { first, width, _ in
      self.kernels.gate(gate + first * size, up + first * size, width * size)
    }
    prepare(gate, size: size, for: layer.down, adapter?.down?.reduce)
    multiply([(layer.down, memory.update.floats, c.embeddingSize)], adapter?.down)
    addUpdate()
  }

  /// Adds what a half computed to the states.
  func addUpdate() {
    let (states, update) = (memory.states.floats, memory.update.floats)
    let size = c.embeddingSize
    forEachGroup { first, width, _ in
      for index in first * size..<(first + width) * size { states[index] += update[index] }
    }
  }

  /// True while no state is infinite or no number. Costs a thousandth of a layer.
  private var statesAreFinite: Bool {
    let states = memory.states.floats
    let count = rows.count * c.embeddingSize
    // 0 * x is 0 for each finite x, and nothing that is added to makes another thing finite again.
    var sums = SIMD16<Float>.zero
    for start in stride(from: 0, to: count & ~15, by: 16) {
      let values = UnsafeRawPointer(states + start).loadUnaligned(as: SIMD16<Float>.self)
      sums += values * 0
    }
    var sum = sums.sum()
    for index in (count & ~15)..<count { sum += states[index] * 0 }
    return sum == 0
  }

  /// Logits of the rows asked for.
  private func project(_ parts: [BatchPart]) {
    var chosen: [Int] = []
    var end = 0
    for part in parts {
      let first = end
      end += part.tokens.count
      switch part.wanted {
      case .none: break
      case .lastOfEachPart: if end > first { chosen.append(end - 1) }
      case .all: chosen += first..<end
      }
    }
    guard !chosen.isEmpty else { return }
    let size = c.embeddingSize
    let states = memory.states.floats
    // The chosen rows move to the front; none is overwritten before it moved.
    for (target, source) in chosen.enumerated() where target != source {
      (states + target * size).update(from: states + source * size, count: size)
    }
    groups = Self.groups(chosen.count)
    memory.reserveLogits(rowCount: chosen.count, size: c.vocabularySize)
    rows.removeLast(rows.count - chosen.count)
    let update = adapterPass?.adapter.output
    prepare(normalizedBy: weights.outputNorm, for: weights.output, update?.reduce)
    multiply([(weights.output, memory.logits.floats, c.vocabularySize)], update)
  }

  // MARK: Products

  /// Normalises the states and makes them ready for the matrices.
  func prepare(normalizedBy weight: [Float], for matrices: PackedMatrix?...) {
    let matrices = matrices.compactMap { $0 }
    let size = c.embeddingSize
    let (states, normalized) = (memory.states.floats, memory.normalized.floats)
    weight.withUnsafeBufferPointer { weight in
      guard let weight = weight.baseAddress else { return }
      forEachGroup { first, width, _ in
        for row in first..<first + width {
          self.kernels.normalize(
            NormalizeCall(
              input: states + row * size, weight: weight, output: normalized + row * size,
              count: size, epsilon: self.c.epsilon))
        }
        self.prepareGroup(normalized, size, first, matrices)
      }
    }
  }

  /// Makes vectors `(rows, size)` ready for the matrices.
  func prepare(
    _ source: UnsafeMutablePointer<Float>, size: Int, for matrices: PackedMatrix?...
  ) {
    let matrices = matrices.compactMap { $0 }
    forEachGroup { first, _, _ in self.prepareGroup(source, size, first, matrices) }
  }

  private func prepareGroup(
    _ source: UnsafeMutablePointer<Float>, _ size: Int, _ first: Int, _ matrices: [PackedMatrix]
  ) {
    for form in [ActivationLayout.Form.codes, .floats]
    where matrices.contains(where: { $0.tiles.activationForm == form }) {
      kernels.prepare(
        PrepareCall(
          source: source + first * size, stride: size,
          layout: ActivationLayout(columnCount: size, tokenCount: rows.count, form: form),
          storage: memory.activations(form), first: first))
    }
  }

  typealias Product = (
    matrix: PackedMatrix, output: UnsafeMutablePointer<Float>, stride: Int
  )

  /// Multiplies the prepared activations with each matrix, and adds what an adapter adds to them.
  func multiply(_ products: [Product], _ update: LowRankUpdate?) {
    let tileCount = products.reduce(0) { $0 + $1.matrix.tiles.tileCount }
    // Several chunks a worker, even numbers of tiles since panels take two.
    let share = tileCount / (pool.workerCount * 4)
    let tilesPerChunk = max(2, min(64, share / 2 * 2))
    var chunks: [(product: Int, tiles: Range<Int>)] = []
    for (index, product) in products.enumerated() {
      let count = product.matrix.tiles.tileCount
      for start in stride(from: 0, to: count, by: tilesPerChunk) {
        chunks.append((index, start..<min(start + tilesPerChunk, count)))
      }
    }
    let adapter = update == nil ? nil : adapterPass
    let (early, late) =
      update.flatMap {
        adapter?.begin(
          $0, of: products, rowCount: rows.count, input: memory.activations($0.form))
      } ?? (0, 0)
    pool.run(chunkCount: early + chunks.count + late) { chunk, worker in
      guard chunk >= early else { return adapter?.reduce(chunk: chunk, worker: worker) ?? () }
      guard chunk - early < chunks.count else {
        return adapter?.expand(chunk: chunk - early - chunks.count, worker: worker) ?? ()
      }
      let (index, tiles) = chunks[chunk - early]
      let product = products[index]
      let matrix = product.matrix.tiles
      self.kernels.multiply(
        MultiplyCall(
          matrix: matrix, tiles: tiles,
          layout: ActivationLayout(
            columnCount: matrix.columnCount, tokenCount: self.rows.count,
            form: matrix.activationForm),
          activations: self.memory.activations(matrix.activationForm),
          output: product.output, stride: product.stride,
          scratch: self.memory.productScratch(worker)))
    }
    adapter?.finish()
  }

  /// Calls `body` with the first row and the width of each group of rows, on all workers.
  func forEachGroup(_ body: (_ first: Int, _ width: Int, _ worker: Int) -> Void) {
    pool.run(chunkCount: groups.count) { index, worker in
      body(groups[index], ActivationLayout.groupWidth(rows.count - groups[index]), worker)
    }
  }
}
