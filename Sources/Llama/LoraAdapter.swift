internal import GGUF
internal import Kernels
public import Tensors

/// A low-rank adapter, ready to compute beside the model that it was checked against.
///
/// Read-only; the model's own weights stay as they are, so that one set of them serves with and
/// without adapters.
public struct LoraAdapter: Sendable {
  /// The file's name without its ending.
  public let name: String
  /// The largest rank of its pairs.
  public let rank: Int
  /// Matrices that it changes.
  public let matrixCount: Int
  /// Tensors of the file without effect: norms.
  public let ignoredTensors: [String]
  let configuration: LlamaConfiguration
  let layers: [LayerAdapter]
  let output: LowRankUpdate?
  let embedding: EmbeddingUpdate?

  /// Loads the adapter at `path` for `model`.
  ///
  /// - Parameter pool: Who shares the work of packing.
  /// - Throws: `GGUFError` for a damaged file, `AdapterError` for one that is no adapter or none for
  ///   this model.
  public init(path: String, model: LlamaModel, pool: WorkerPool) throws {
    let file = try AdapterFile(path: path)
    guard file.architecture == "llama" else {
      throw AdapterError.wrongArchitecture(model: "llama", adapter: file.architecture)
    }
    let c = model.configuration
    var loader = UpdateLoader(file: file, pool: pool)
    layers = try model.weights.layers.enumerated().map { try loader.layer($0, $1) }
    output =
      model.weights.hasOwnOutput
      ? try loader.update([("output.weight", model.weights.output)]) : nil
    embedding = try loader.embedding(c)
    if let pair = loader.rest.values.min(by: { $0.name < $1.name }) {
      throw AdapterError.unknownMatrix(name: pair.name)
    }
    name = Self.name(path: path)
    rank = file.pairs.map(\.rank).max() ?? 0
    matrixCount = file.pairs.count
    ignoredTensors = file.ignoredTensors
    configuration = c
  }

  /// Columns of any of its matrices at most.
  var widestColumnCount: Int {
    let updates = layers.flatMap { [$0.attention, $0.attentionOutput, $0.feedForward, $0.down] }
    return (updates + [output]).compactMap { $0 }.flatMap { update in
      [update.reduce.columnCount] + update.parts.compactMap { $0?.expand.columnCount }
    }.max() ?? 0
  }

  private static func name(path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return name.hasSuffix(".gguf") ? String(name.dropLast(5)) : name
  }
}

/// What an adapter adds to one transformer block; matrices that share their input stand together.
struct LayerAdapter: Sendable {
  /// Query, key, value.
  let attention: LowRankUpdate?
  let attentionOutput: LowRankUpdate?
  /// Gate, up.
  let feedForward: LowRankUpdate?
  let down: LowRankUpdate?
}

/// What an adapter adds to the rows of the token embedding.
struct EmbeddingUpdate: Sendable {
  let file: GGUFFile
  /// `(vocabularySize, rank)`, in the mapped file: a token needs one row.
  let rows: GGUFTensor
  /// `(embeddingSize, rank)`
  let expand: [Float]
  let scale: Float

  /// Adds the update of `token` to its state, `embeddingSize` floats.
  func add(token: Int, to state: UnsafeMutablePointer<Float>) {
    let rank = rows.columns
    let row = file.withBytes(of: rows) { bytes in
      [Float](unsafeUninitializedCapacity: rank) { buffer, initialized in
        if let source = bytes.baseAddress, let target = buffer.baseAddress {
          Dequantization.row(
            rows.elementType, source + token * (bytes.count / rows.rows), count: rank,
            into: target)
        }
        initialized = rank
      }
    }
    for index in 0..<expand.count / rank {
      var sum: Float = 0
      for column in 0..<rank { sum += expand[index * rank + column] * row[column] }
      state[index] += scale * sum
    }
  }
}

/// Takes the pairs of a file one after the other and packs them; what is left at the end belongs to
/// no matrix of the model.
private struct UpdateLoader {
  let file: AdapterFile
  let pool: WorkerPool
  private(set) var rest: [String: AdapterFile.Pair]

  init(file: AdapterFile, pool: WorkerPool) {
    self.file = file
    self.pool = pool
    rest = Dictionary(file.pairs.map { ($0.name, $0) }) { first, _ in first }
  }

  mutating func layer(_ index: Int, _ layer: LayerWeights) throws -> LayerAdapter {
    func name(_ part: String) -> String { "blk.\(index).\(part).weight" }
    return LayerAdapter(
      attention: try update([
        (name("attn_q"), layer.query), (name("attn_k"), layer.key), (name("attn_v"), layer.value),
      ]),
      attentionOutput: try update([(name("attn_output"), layer.attentionOutput)]),
      feedForward: try update([(name("ffn_gate"), layer.gate), (name("ffn_up"), layer.up)]),
      down: try update([(name("ffn_down"), layer.down)]))
  }

  /// The update of matrices that share their input; nil where none is changed.
  mutating func update(
    _ matrices: [(name: String, matrix: PackedMatrix)]
  ) throws -> LowRankUpdate? {
    let columns = matrices[0].matrix.columnCount
    let isQuantised = matrices.contains { $0.matrix.tiles.activationForm == .codes }
    var packing = LowRankPacking(
      columnCount: columns, form: isQuantised ? .codes : .floats, pool: pool)
    for (name, matrix) in matrices {
      guard let pair = rest.removeValue(forKey: name) else {
        packing.appendNothing()
        continue
      }
      try pair.require(columns: columns, rows: matrix.rowCount)
      packing.append(
        a: file.file.floats(of: pair.a), b: file.file.floats(of: pair.b), rank: pair.rank,
        scale: file.scale(of: pair))
    }
    return packing.update()
  }

  mutating func embedding(_ c: LlamaConfiguration) throws -> EmbeddingUpdate? {
    guard let pair = rest.removeValue(forKey: AdapterFile.embeddingName) else { return nil }
    try pair.require(columns: c.embeddingSize, rows: c.vocabularySize)
    return EmbeddingUpdate(
      file: file.file, rows: pair.a, expand: file.file.floats(of: pair.b),
      scale: file.scale(of: pair))
  }
}
