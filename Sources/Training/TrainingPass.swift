internal import Kernels
internal import Llama
public import Tensors

#if canImport(Glibc)
  internal import Glibc
#endif

/// Forward and backward through a model, for the rows of one layout at a time.
///
/// States are kept at the start of every block; what else the way back needs is kept for as many
/// blocks as `keptByteCount` allows and computed again for the others, with the same numbers.
public final class TrainingPass {
  let model: ModelParameters
  let adapter: LowRankParameters?
  let products: DenseProducts
  let loops = VectorLoops(kernels: TrainingKernels.available)
  private let keptByteCount: Int
  let blocks: [BlockLayers]
  let embedding: ParameterView
  let output: ParameterView
  let outputNorm: ParameterView
  var room: PassRoom?

  /// A pass through `model`, with `adapter` beside its matrices.
  ///
  /// - Parameter keptByteCount: Memory for what the way back needs.
  /// - Throws: `TrainingError.missingLibrary`.
  public init(
    _ model: ModelParameters, adapter: LowRankParameters?, pool: WorkerPool,
    precision: DenseProducts.Precision = .single, keptByteCount: Int = 2 << 30
  ) throws(TrainingError) {
    self.model = model
    self.adapter = adapter
    self.keptByteCount = keptByteCount
    products = try DenseProducts(pool: pool, precision: precision)
    let store = model.store
    func view(_ name: String) -> ParameterView {
      guard let view = store.view(named: name) else {
        preconditionFailure("the list of parameters has \(name)")
      }
      return view
    }
    embedding = view(ModelParameters.embeddingName)
    outputNorm = view(ModelParameters.outputNormName)
    output = store.view(named: ModelParameters.outputName) ?? embedding
    blocks = (0..<model.configuration.layerCount).map { layer in
      BlockLayers(
        attentionNorm: view(ModelParameters.normName(layer, .attention)),
        feedForwardNorm: view(ModelParameters.normName(layer, .feedForward)),
        matrices: BlockMatrix.allCases.map { matrix in
          let name = matrix.name(layer: layer)
          return LinearLayer(weight: view(name), pair: Self.pair(name, adapter))
        })
    }
  }

  private static func pair(_ name: String, _ adapter: LowRankParameters?) -> LinearLayer
    .LowRankPair?
  {
    guard let adapter, let a = adapter.store.view(named: name + ".lora_a"),
      let b = adapter.store.view(named: name + ".lora_b"),
      let index = adapter.store.index(named: name + ".lora_a")
    else { return nil }
    return LinearLayer.LowRankPair(
      a: a, b: b, scale: adapter.scale, dropout: adapter.settings.dropout, index: index)
  }

  /// The sum of the losses of all targets of `examples`: `-log p` in nats.
  public func loss(_ examples: [TrainingExample]) -> Double {
    let layout = PassLayout(examples)
    guard !layout.targets.isEmpty else { return 0 }
    let room = room(for: layout, isTraining: false)
    forward(layout, room, dropoutSeed: nil)
    return losses(layout, room, gradientScale: nil)
  }

  /// The sum of the losses, as `loss`; adds their gradients, times `scale`, to those of the
  /// parameters that are trained.
  ///
  /// - Parameter dropoutSeed: Which inputs of the pairs are left out, where some are.
  public func addGradients(
    _ examples: [TrainingExample], scale: Float, dropoutSeed: UInt64 = 0
  ) -> Double {
    let layout = PassLayout(examples)
    guard !layout.targets.isEmpty else { return 0 }
    let room = room(for: layout, isTraining: true)
    forward(layout, room, dropoutSeed: dropoutSeed)
    room.gradient.update(
      repeating: 0, count: layout.tokens.count * model.configuration.embeddingSize)
    let loss = losses(layout, room, gradientScale: scale)
    backward(layout, room, dropoutSeed: dropoutSeed)
    return loss
  }

  private func room(for layout: PassLayout, isTraining: Bool) -> PassRoom {
    let rowCount = layout.tokens.count
    if let room, room.rowCount >= rowCount { return room }
    // The old memory goes before the new comes.
    room = nil
    let new = PassRoom(
      model.configuration, rowCount: (rowCount + 63) / 64 * 64,
      rank: adapter?.settings.rank ?? 0, workerCount: products.pool.workerCount,
      keptByteCount: keptByteCount, brain: products.brainKernels)
    room = new
    return new
  }

  /// Calls `body` with each of `0..<count`, in chunks on all threads.
  func forEachRow(_ count: Int, _ body: (Int) -> Void) {
    products.pool.run(chunkCount: (count + 31) / 32) { chunk, _ in
      for row in chunk * 32..<min(count, chunk * 32 + 32) { body(row) }
    }
  }
}

/// The weights of one transformer block.
struct BlockLayers {
  let attentionNorm: ParameterView
  let feedForwardNorm: ParameterView
  /// In the order of `BlockMatrix.allCases`.
  let matrices: [LinearLayer]

  var query: LinearLayer { matrices[0] }
  var key: LinearLayer { matrices[1] }
  var value: LinearLayer { matrices[2] }
  var attentionOutput: LinearLayer { matrices[3] }
  var gate: LinearLayer { matrices[4] }
  var up: LinearLayer { matrices[5] }
  var down: LinearLayer { matrices[6] }
}
