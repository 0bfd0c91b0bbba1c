public import GGUF
internal import Kernels
public import Tensors

/// Adds a low-rank adapter to a model for good: each matrix `W` that it changes becomes
/// `W + scale * B A`, and is stored again in a type of its own.
public struct ModelMerge {
  /// The model and the types that are written.
  private let plan: ModelQuantization
  private let adapter: AdapterFile
  private let pairs: [String: AdapterFile.Pair]

  /// Plans what is written.
  ///
  /// - Parameter fileType: The type to write; nil leaves every tensor in the type that it has.
  /// - Throws: `AdapterError` where the adapter is none for this model; `GGUFError` where a tensor
  ///   is stored in a type that cannot be read.
  public init(_ model: GGUFFile, _ adapter: AdapterFile, as fileType: GGUFFileType?) throws {
    plan = try ModelQuantization(model, as: fileType)
    self.adapter = adapter
    let architecture = try model.metadata.string("general.architecture")
    guard adapter.architecture == architecture else {
      throw AdapterError.wrongArchitecture(model: architecture, adapter: adapter.architecture)
    }
    for pair in adapter.pairs {
      guard let tensor = model.tensor(named: pair.name), tensor.dimensions.count == 2 else {
        throw AdapterError.unknownMatrix(name: pair.name)
      }
      if pair.name == AdapterFile.embeddingName, model.tensor(named: "output.weight") == nil {
        throw AdapterError.tiedEmbedding(name: pair.name)
      }
      try pair.require(columns: tensor.columns, rows: tensor.rows)
    }
    pairs = Dictionary(uniqueKeysWithValues: adapter.pairs.map { ($0.name, $0) })
  }

  /// Writes the file to `path`, which stays untouched where anything fails.
  ///
  /// - Parameters:
  ///   - pool: Who shares the work.
  ///   - progress: Called with the share done, 0 to 1; throws to stop.
  /// - Throws: `ConversionError.numberOutOfRange`, `GGUFError` with `unwritable`, and what
  ///   `progress` throws.
  public func write(
    to path: String, pool: WorkerPool, progress: @escaping (Double) throws -> Void = { _ in }
  ) throws {
    try plan.write(to: path, pool: pool, progress: progress) { tensor in
      pairs[tensor.name].map { merged(tensor, $0) }
    }
  }

  private func merged(_ tensor: GGUFTensor, _ pair: AdapterFile.Pair) -> RowSource {
    let base = RowSource(plan.file, tensor)
    let update = LowRankRows(adapter, pair)
    return RowSource(name: tensor.name, dimensions: tensor.dimensions) { rows, target in
      base.read(rows, target)
      for row in rows {
        update.add(row: row, to: target + (row - rows.lowerBound) * tensor.columns)
      }
    }
  }
}

/// `scale * left * right`, a row at a time.
private struct LowRankRows {
  private let rank: Int
  private let scale: Float
  /// `(rows, rank)`
  private let left: [Float]
  /// `(rank, columns)`
  private let right: [Float]

  init(_ adapter: AdapterFile, _ pair: AdapterFile.Pair) {
    rank = pair.rank
    scale = adapter.scale(of: pair)
    let (a, b) = (adapter.file.floats(of: pair.a), adapter.file.floats(of: pair.b))
    guard pair.name == AdapterFile.embeddingName else {
      (left, right) = (b, a)
      return
    }
    // Its rows are tokens, so that A stands on the left, and B lies the other way.
    let (rank, columns) = (pair.rank, pair.b.rows)
    left = a
    right = (0..<rank * columns).map { b[$0 % columns * rank + $0 / columns] }
  }

  func add(row: Int, to target: UnsafeMutablePointer<Float>) {
    let columns = right.count / rank
    right.withUnsafeBufferPointer { right in
      for index in 0..<rank {
        let factor = scale * left[row * rank + index]
        for column in 0..<columns { target[column] += factor * right[index * columns + column] }
      }
    }
  }
}
