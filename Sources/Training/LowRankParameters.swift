public import GGUF
public import Llama
internal import Tensors

/// What a low-rank adapter is to be like.
public struct LowRankSettings: Equatable, Codable, Sendable {
  /// Numbers between the two halves of a pair.
  public var rank = 16
  /// Divided by the rank, what a pair's product counts.
  public var alpha: Float = 32
  /// The matrices that get a pair, in every block.
  public var targets = BlockMatrix.allCases
  /// The share of a pair's inputs that is left out at random in training, 0 to below 1.
  public var dropout: Float = 0

  /// Rank 16, alpha 32, on all seven matrices, without dropout.
  public init() {}
}

/// The pairs of a low-rank adapter: for a matrix W `(rows, columns)` A `(rank, columns)` and B
/// `(rows, rank)`, so that `y = W x + alpha / rank * B (A x)`.
///
/// - Source: Hu et al., "LoRA", 2021, equation 3.
public struct LowRankParameters: Sendable {
  /// Rank, alpha, targets.
  public let settings: LowRankSettings
  /// `NAME.lora_a` and `NAME.lora_b` for each changed matrix.
  public let store: ParameterStore

  /// What each pair's product is multiplied with.
  var scale: Float { settings.alpha / Float(settings.rank) }

  /// Pairs for a model of that shape: A random, uniform within `1 / sqrt(columns)`, B zero, so that
  /// training starts at the model as it is.
  public init(_ settings: LowRankSettings, _ c: LlamaConfiguration, seed: UInt64) {
    self.settings = settings
    var list: [Parameter] = []
    for layer in 0..<c.layerCount {
      for matrix in settings.targets {
        let (rows, columns) = matrix.shape(c)
        let name = matrix.name(layer: layer)
        list.append(Parameter(name: name + ".lora_a", rows: settings.rank, columns: columns))
        list.append(Parameter(name: name + ".lora_b", rows: rows, columns: settings.rank))
      }
    }
    store = ParameterStore(list, isTrained: true)
    var random = SeededRandom(seed: seed)
    for (index, parameter) in list.enumerated() where parameter.name.hasSuffix("_a") {
      let bound = 1 / Double(parameter.columns).squareRoot()
      for place in store.range(index) {
        store.values.floats[place] = Float((2 * random.unit() - 1) * bound)
      }
    }
  }
  /// The pairs of an adapter file, to go on from.
  ///
  /// - Parameter dropout: As in the settings; the file does not say.
  /// - Throws: `AdapterError` where it does not fit the model, `TrainingError.unsupported` where its
  ///   pairs differ in rank or change other matrices than those of the blocks, alike in all.
  public init(_ file: AdapterFile, _ c: LlamaConfiguration, dropout: Float) throws {
    var settings = LowRankSettings()
    settings.rank = file.pairs[0].rank
    settings.alpha = file.alpha == 0 ? Float(settings.rank) : file.alpha
    settings.dropout = dropout
    settings.targets = BlockMatrix.allCases.filter { matrix in
      file.pairs.contains { $0.name == matrix.name(layer: 0) }
    }
    self.init(settings, c, seed: 0)
    guard file.pairs.count == settings.targets.count * c.layerCount else {
      throw TrainingError.unsupported(part: "an adapter whose blocks are not alike")
    }
    for pair in file.pairs {
      guard pair.rank == settings.rank, let a = store.index(named: pair.a.name),
        let b = store.index(named: pair.b.name)
      else { throw TrainingError.unsupported(part: "an adapter with an odd pair, \(pair.name)") }
      try pair.require(columns: store.parameters[a].columns, rows: store.parameters[b].rows)
      for (index, tensor) in [(a, pair.a), (b, pair.b)] {
        for (place, number) in zip(store.range(index), file.file.floats(of: tensor)) {
          store.values.floats[place] = number
        }
      }
    }
  }
}
