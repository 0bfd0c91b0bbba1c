internal import Kernels
internal import Llama
internal import Tensors

/// Memory of a pass of up to `rowCount` rows.
final class PassRoom {
  /// Rows whose logits exist at a time.
  static let logitRowCount = 128

  let rowCount: Int
  /// The state before each block and after the last, `(rows, embeddingSize)` each.
  let states: [Floats]
  /// Normalised states, `(rows, embeddingSize)`.
  let normalized: Floats
  /// `(rows, feedForwardSize)`
  let active: Floats
  /// The gradient of the state, `(rows, embeddingSize)`.
  let gradient: Floats
  /// `(rows, embeddingSize)`
  let normalizedGradient: Floats
  /// `(rows, feedForwardSize)`, twice.
  let wideGradients: (gate: Floats, up: Floats)
  /// Attention's gradients, one set of keys and values a query head; `(rows, querySize)` each.
  let attention: TreeAttention.Gradients
  /// Gradients of keys and values, `(rows, keyValueSize)` each.
  let keyValueGradients: (keys: Floats, values: Floats)
  /// `1 / rms` of each row.
  let inverses: Floats
  /// Angles of each row.
  let angles: Floats
  /// `(logitRowCount, vocabularySize)`
  let logits: Floats
  let logitStates: Floats
  let logitGradients: Floats
  let scratch: [Floats]
  let packed: PackedAttention?
  private let dropped: Floats
  private let between: Floats

  private let keptTraces: [BlockTrace]
  private let sharedTrace: BlockTrace
  private let owners: [AlignedMemory]

  init(
    _ c: LlamaConfiguration, rowCount: Int, rank: Int, workerCount: Int, keptByteCount: Int,
    brain: BrainKernels?
  ) {
    var owners: [AlignedMemory] = []
    func floats(_ count: Int) -> Floats {
      let memory = AlignedMemory(byteCount: 4 * count)
      owners.append(memory)
      return memory.floats
    }
    let (d, f, q, kv) = (c.embeddingSize, c.feedForwardSize, c.querySize, c.keyValueSize)
    self.rowCount = rowCount
    states = (0...c.layerCount).map { _ in floats(rowCount * d) }
    normalized = floats(rowCount * d)
    active = floats(rowCount * f)
    gradient = floats(rowCount * d)
    normalizedGradient = floats(rowCount * d)
    wideGradients = (floats(rowCount * f), floats(rowCount * f))
    attention = TreeAttention.Gradients(
      context: floats(rowCount * q), queries: floats(rowCount * q), keys: floats(rowCount * q),
      values: floats(rowCount * q))
    keyValueGradients = (floats(rowCount * kv), floats(rowCount * kv))
    inverses = floats(rowCount)
    angles = floats(rowCount * 2 * c.rotatedSize)
    logits = floats(Self.logitRowCount * c.vocabularySize)
    logitStates = floats(Self.logitRowCount * d)
    logitGradients = floats(Self.logitRowCount * d)
    scratch = (0..<workerCount).map { _ in
      floats(TreeAttention.scratchCount(rowCount: rowCount))
    }
    packed = brain.map {
      PackedAttention($0, c, rowCount: rowCount, workerCount: workerCount)
    }
    dropped = floats(rank > 0 ? rowCount * max(d, f, q) : 0)
    between = floats(rowCount * rank)
    sharedTrace = BlockTrace(c, rowCount: rowCount, rank: rank)
    let traceByteCount = BlockTrace.byteCount(c, rowCount: rowCount, rank: rank)
    keptTraces = (0..<min(c.layerCount, keptByteCount / max(traceByteCount, 1))).map { _ in
      BlockTrace(c, rowCount: rowCount, rank: rank)
    }
    self.owners = owners
  }

  /// The trace of block `layer`: its own, or the one that it shares with others. The last blocks
  /// have their own, since the way back begins there.
  func trace(_ layer: Int, of layerCount: Int) -> (trace: BlockTrace, isKept: Bool) {
    let index = layerCount - 1 - layer
    return index < keptTraces.count ? (keptTraces[index], true) : (sharedTrace, false)
  }

  func linear(dropoutSeed: UInt64) -> LinearLayer.Room {
    LinearLayer.Room(dropped: dropped, between: between, dropoutSeed: dropoutSeed)
  }
}
