internal import GGUF
internal import Kernels
internal import Tensors

/// The weights of one transformer block.
struct LayerWeights: Sendable {
  /// `(embeddingSize)`
  let attentionNorm: [Float]
  /// `(querySize, embeddingSize)`
  let query: PackedMatrix
  /// `(keyValueSize, embeddingSize)`
  let key: PackedMatrix
  /// `(keyValueSize, embeddingSize)`
  let value: PackedMatrix
  /// `(embeddingSize, querySize)`
  let attentionOutput: PackedMatrix
  /// Added to query, key and value where a model has them; else empty.
  let queryBias: [Float]
  let keyBias: [Float]
  let valueBias: [Float]
  /// `(embeddingSize)`
  let feedForwardNorm: [Float]
  /// `(feedForwardSize, embeddingSize)`
  let gate: PackedMatrix
  /// `(feedForwardSize, embeddingSize)`
  let up: PackedMatrix
  /// `(embeddingSize, feedForwardSize)`
  let down: PackedMatrix
}

/// The weights of a model: read-only, shared by everything that computes with it.
struct LlamaWeights: Sendable {
  let layers: [LayerWeights]
  /// `(embeddingSize)`
  let outputNorm: [Float]
  /// `(vocabularySize, embeddingSize)`
  let output: PackedMatrix
  /// Rows of the token embedding stay in the mapped file: a token needs one of them.
  let embedding: GGUFTensor
  /// Divisors of the rotary frequencies, `(rotatedSize / 2)`; all 1 where the file has none.
  let rotaryFactors: [Float]
  let file: GGUFFile

  /// Loads and packs all weights.
  ///
  /// The packed form is the only copy that stays in memory: the file's pages are given back as
  /// soon as a matrix is packed.
  ///
  /// - Parameter progress: Called with the share done, 0 to 1.
  init(
    _ file: GGUFFile, _ configuration: LlamaConfiguration, pool: WorkerPool,
    progress: (Double) -> Void
  ) throws {
    let c = configuration
    let loader = TensorLoader(file: file, pool: pool)
    self.file = file
    embedding = try loader.check(
      "token_embd.weight", columns: c.embeddingSize, rows: c.vocabularySize)
    layers = try (0..<c.layerCount).map { layer in
      progress(Double(layer) / Double(c.layerCount + 1))
      return try loader.layer(layer, c)
    }
    outputNorm = try loader.vector("output_norm.weight", c.embeddingSize)
    let outputName =
      file.tensor(named: "output.weight") == nil ? "token_embd.weight" : "output.weight"
    output = try loader.matrix(outputName, columns: c.embeddingSize, rows: c.vocabularySize)
    rotaryFactors =
      file.tensor(named: "rope_freqs.weight") == nil
      ? Array(repeating: 1, count: c.rotatedSize / 2)
      : try loader.vector("rope_freqs.weight", c.rotatedSize / 2)
    progress(1)
  }

  /// False where the token embedding serves as the output as well.
  var hasOwnOutput: Bool { file.tensor(named: "output.weight") != nil }

  /// Bytes of all packed matrices.
  var byteCount: Int {
    output.byteCount
      + layers.reduce(0) { $0 + $1.matrices.reduce(0) { $0 + $1.byteCount } }
  }

  /// Numbers in the matrices of all blocks.
  var layerProductCount: Int {
    layers.reduce(0) { $0 + $1.matrices.reduce(0) { $0 + $1.rowCount * $1.columnCount } }
  }
}

extension LayerWeights {
  fileprivate var matrices: [PackedMatrix] {
    [query, key, value, attentionOutput, gate, up, down]
  }
}

/// Reads tensors and checks their shapes.
private struct TensorLoader {
  let file: GGUFFile
  let pool: WorkerPool

  func layer(_ index: Int, _ c: LlamaConfiguration) throws -> LayerWeights {
    func name(_ part: String) -> String { "blk.\(index).\(part)" }
    return LayerWeights(
      attentionNorm: try vector(name("attn_norm.weight"), c.embeddingSize),
      query: try matrix(name("attn_q.weight"), columns: c.embeddingSize, rows: c.querySize),
      key: try matrix(name("attn_k.weight"), columns: c.embeddingSize, rows: c.keyValueSize),
      value: try matrix(name("attn_v.weight"), columns: c.embeddingSize, rows: c.keyValueSize),
      attentionOutput: try matrix(
        name("attn_output.weight"), columns: c.querySize, rows: c.embeddingSize),
      queryBias: try optionalVector(name("attn_q.bias"), c.querySize),
      keyBias: try optionalVector(name("attn_k.bias"), c.keyValueSize),
      valueBias: try optionalVector(name("attn_v.bias"), c.keyValueSize),
      feedForwardNorm: try vector(name("ffn_norm.weight"), c.embeddingSize),
      gate: try matrix(
        name("ffn_gate.weight"), columns: c.embeddingSize, rows: c.feedForwardSize),
      up: try matrix(name("ffn_up.weight"), columns: c.embeddingSize, rows: c.feedForwardSize),
      down: try matrix(
        name("ffn_down.weight"), columns: c.feedForwardSize, rows: c.embeddingSize))
  }

  /// The tensor of that name, if it has the shape.
  func check(_ name: String, columns: Int, rows: Int) throws -> GGUFTensor {
    let tensor = try file.requiredTensor(named: name)
    guard tensor.columns == columns, tensor.rows == rows else {
      throw LlamaError.wrongShape(
        tensor: name, expected: rows == 1 ? [columns] : [columns, rows],
        found: tensor.dimensions)
    }
    return tensor
  }

  func matrix(_ name: String, columns: Int, rows: Int) throws -> PackedMatrix {
    let tensor = try check(name, columns: columns, rows: rows)
    let packed = file.withBytes(of: tensor) { bytes in
      PackedMatrix(
        bytes, elementType: tensor.elementType, rowCount: rows, columnCount: columns, pool: pool)
    }
    guard let packed else {
      throw LlamaError.unsupported(
        key: name, expected: "rows of whole \(tensor.elementType.name) blocks",
        found: "\(columns) columns")
    }
    file.file.release(tensor.byteRange)
    return packed
  }

  func vector(_ name: String, _ count: Int) throws -> [Float] {
    let tensor = try check(name, columns: count, rows: 1)
    return file.withBytes(of: tensor) { bytes in
      [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
        if let source = bytes.baseAddress, let target = buffer.baseAddress {
          Dequantization.row(tensor.elementType, source, count: count, into: target)
        }
        initialized = count
      }
    }
  }

  func optionalVector(_ name: String, _ count: Int) throws -> [Float] {
    file.tensor(named: name) == nil ? [] : try vector(name, count)
  }
}
