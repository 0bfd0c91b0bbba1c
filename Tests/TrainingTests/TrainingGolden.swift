import Foundation
import GGUF
import Kernels
import Llama
import Tensors
import Testing
import Training

/// What PyTorch computes; the recipe is `Tests/Recipes/training_goldens.py`, which also describes the
/// fields.
struct TrainingGolden: Decodable {
  struct Summary: Decodable {
    let norm: Double
    let samples: [Double]
  }

  struct Model: Decodable {
    let file: String
    let examples: [TrainingExample]
    let loss: Double
    let gradients: [String: Summary]
  }

  struct Steps: Decodable {
    let learningRate: Double
    let weightDecay: Double
    let clippingNorm: Double
    let warmupShare: Double
    let lora: [Double]
    let full: [Double]
  }

  let models: [Model]
  let steps: Steps

  static func read() throws -> TrainingGolden {
    let data = try Data(contentsOf: URL(filePath: resource("training.json")))
    return try JSONDecoder().decode(TrainingGolden.self, from: data)
  }

  static func resource(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Resources/\(name)").path
  }

  func model(_ file: String) throws -> Model {
    try #require(models.first { $0.file == file })
  }
}

/// A tiny model of the decoder's tests with a pass through it.
struct Bench {
  /// Its own, since tests run side by side and a pool has one loop at a time.
  let pool = WorkerPool(workerCount: 2)
  let model: ModelParameters
  let adapter: LowRankParameters?
  let pass: TrainingPass

  init(
    _ path: String = Bench.tiny, isTrained: Bool = true, adapter: LowRankParameters? = nil,
    precision: DenseProducts.Precision = .single, keptByteCount: Int = 1 << 30
  ) throws {
    model = try ModelParameters(path: path, isTrained: isTrained, pool: pool)
    self.adapter = adapter
    pass = try TrainingPass(
      model, adapter: adapter, pool: pool, precision: precision, keptByteCount: keptByteCount)
  }

  static let tiny = model("tiny-f32.gguf")

  static func model(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "LlamaTests/Resources/\(name)").path
  }

  /// The adapter of the goldens, over weights that stay as they are.
  static func withAdapter(dropout: Float = 0) throws -> Bench {
    let configuration = try LlamaConfiguration(GGUFFile(path: tiny))
    let file = try AdapterFile(path: TrainingGolden.resource("lora-initial.gguf"))
    let adapter = try LowRankParameters(file, configuration, dropout: dropout)
    return try Bench(tiny, isTrained: false, adapter: adapter)
  }

  var store: ParameterStore { adapter?.store ?? model.store }

  /// The gradients of the mean loss of `examples`, by the names of their parameters.
  func gradients(
    _ examples: [TrainingExample], dropoutSeed: UInt64 = 0
  ) throws -> (loss: Double, values: [String: [Float]]) {
    let count = examples.reduce(0) { $0 + $1.targetCount }
    let gradients = try #require(store.gradients)
    gradients.floats.update(repeating: 0, count: store.extent)
    let sum = pass.addGradients(examples, scale: 1 / Float(count), dropoutSeed: dropoutSeed)
    var values: [String: [Float]] = [:]
    for (index, parameter) in store.parameters.enumerated() {
      values[parameter.name] = store.range(index).map { gradients.floats[$0] }
    }
    return (sum / Double(count), values)
  }

  /// All values, in order.
  var values: [Float] {
    store.parameters.indices.flatMap { index in store.range(index).map { store.values.floats[$0] } }
  }
}

/// The distance of two vectors as a share of the second's length.
func relativeDistance(_ found: [Float], _ expected: [Float]) -> Double {
  func length(_ numbers: [Double]) -> Double { numbers.reduce(0) { $0 + $1 * $1 }.squareRoot() }
  let expected = expected.map(Double.init)
  return length(zip(found, expected).map { Double($0) - $1 }) / max(length(expected), 1e-30)
}
