public import GGUF
internal import Kernels
public import Llama
public import Tensors

/// The matrices of a transformer block that products go through.
public enum BlockMatrix: String, CaseIterable, Codable, Sendable {
  /// Queries, keys and values of attention.
  case query = "attn_q"
  case key = "attn_k"
  case value = "attn_v"
  /// Attention's result back to the state.
  case attentionOutput = "attn_output"
  /// The feed-forward part.
  case gate = "ffn_gate"
  case up = "ffn_up"
  case down = "ffn_down"

  /// The tensor's name in block `layer`.
  public func name(layer: Int) -> String { "blk.\(layer).\(rawValue).weight" }

  /// Rows and columns in a model of that shape.
  func shape(_ c: LlamaConfiguration) -> (rows: Int, columns: Int) {
    switch self {
    case .query: (c.querySize, c.embeddingSize)
    case .key, .value: (c.keyValueSize, c.embeddingSize)
    case .attentionOutput: (c.embeddingSize, c.querySize)
    case .gate, .up: (c.feedForwardSize, c.embeddingSize)
    case .down: (c.embeddingSize, c.feedForwardSize)
    }
  }
}

/// All weights of a model as floats: what is trained in full tuning, and what stays fixed under a
/// low-rank adapter.
public struct ModelParameters: Sendable {
  /// Shape and fixed numbers.
  public let configuration: LlamaConfiguration
  /// The weights, by their names in the file.
  public let store: ParameterStore
  /// The file that they came from.
  public let file: GGUFFile
  let rotary: RotaryTable

  static let embeddingName = "token_embd.weight"
  static let outputNormName = "output_norm.weight"
  static let outputName = "output.weight"

  /// Reads a model file, whatever types it stores its weights in.
  ///
  /// - Parameter isTrained: Whether gradients of the weights are wanted.
  /// - Throws: `GGUFError`, `LlamaError` or `TrainingError` where the file is damaged, or no model
  ///   that can be trained here.
  public init(path: String, isTrained: Bool, pool: WorkerPool) throws {
    let file = try GGUFFile(path: path)
    let c = try LlamaConfiguration(file)
    self.file = file
    configuration = c
    if let bias = file.tensors.first(where: { $0.name.hasSuffix(".bias") }) {
      throw TrainingError.unsupported(part: "the bias \(bias.name)")
    }
    let store = ParameterStore(Self.list(c, file), isTrained: isTrained)
    let tensors = try store.parameters.map { try Self.tensor($0, file) }
    pool.run(chunkCount: tensors.count) { index, _ in
      let range = store.range(index)
      file.withBytes(of: tensors[index]) { bytes in
        guard let source = bytes.baseAddress else { return }
        Dequantization.row(
          tensors[index].elementType, source, count: range.count,
          into: store.values.floats + range.lowerBound)
      }
    }
    self.store = store
    var factors = Array(repeating: Float(1), count: c.rotatedSize / 2)
    if file.tensor(named: "rope_freqs.weight") != nil {
      let parameter = Parameter(name: "rope_freqs.weight", rows: 1, columns: c.rotatedSize / 2)
      factors = file.floats(of: try Self.tensor(parameter, file))
    }
    rotary = RotaryTable(c, factors: factors)
  }

  /// Every weight, in the order of computing.
  private static func list(_ c: LlamaConfiguration, _ file: GGUFFile) -> [Parameter] {
    func vector(_ name: String) -> Parameter {
      Parameter(name: name, rows: 1, columns: c.embeddingSize)
    }
    func table(_ name: String) -> Parameter {
      Parameter(name: name, rows: c.vocabularySize, columns: c.embeddingSize)
    }
    var list = [table(embeddingName)]
    for layer in 0..<c.layerCount {
      list += [vector(normName(layer, .attention)), vector(normName(layer, .feedForward))]
      for matrix in BlockMatrix.allCases {
        let (rows, columns) = matrix.shape(c)
        list.append(Parameter(name: matrix.name(layer: layer), rows: rows, columns: columns))
      }
    }
    list.append(vector(outputNormName))
    if file.tensor(named: outputName) != nil { list.append(table(outputName)) }
    return list
  }

  private static func tensor(_ parameter: Parameter, _ file: GGUFFile) throws -> GGUFTensor {
    let tensor = try file.requiredTensor(named: parameter.name)
    guard tensor.columns == parameter.columns, tensor.rows == parameter.rows else {
      throw TrainingError.wrongShape(
        tensor: parameter.name, expected: [parameter.columns, parameter.rows],
        found: tensor.dimensions)
    }
    return tensor
  }

  enum BlockNorm: String { case attention = "attn_norm", feedForward = "ffn_norm" }

  static func normName(_ layer: Int, _ norm: BlockNorm) -> String {
    "blk.\(layer).\(norm.rawValue).weight"
  }
}
