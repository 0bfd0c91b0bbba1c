internal import Tensors

#if canImport(Glibc)
  internal import Glibc
#endif

/// The optimiser: means of gradients and of their squares, and weight decay apart from them.
///
/// - Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019, algorithm 2.
final class AdamW {
  let store: ParameterStore
  /// Means of gradients, and of their squares, in the places of the values.
  let moments: (first: AlignedMemory, second: AlignedMemory)
  /// Steps taken; kept apart from the run's, which counts those left out as well.
  var stepCount = 0
  private let settings: TrainingSettings
  private let pool: WorkerPool

  private static let chunkCount = 1 << 14

  init(_ store: ParameterStore, _ settings: TrainingSettings, pool: WorkerPool) {
    self.store = store
    self.settings = settings
    self.pool = pool
    moments = (
      AlignedMemory(byteCount: store.values.byteCount),
      AlignedMemory(byteCount: store.values.byteCount)
    )
  }

  /// The length of all gradients together, added up in an order that does not depend on threads.
  func gradientNorm() -> Double {
    guard let gradients = store.gradients?.floats else { return 0 }
    let chunkCount = (store.extent + Self.chunkCount - 1) / Self.chunkCount
    let sums = AlignedMemory(byteCount: 8 * chunkCount)
    let squares = sums.base.assumingMemoryBound(to: Double.self)
    pool.run(chunkCount: chunkCount) { chunk, _ in
      let first = chunk * Self.chunkCount
      let count = min(Self.chunkCount, store.extent - first)
      squares[chunk] = Double(VectorLoops.dot(gradients + first, gradients + first, count))
    }
    return (0..<chunkCount).reduce(0) { $0 + squares[$1] }.squareRoot()
  }

  /// Moves all values against their gradients, which are multiplied with `scale` before.
  func step(learningRate: Double, scale: Double) {
    guard let gradients = store.gradients?.floats else { return }
    stepCount += 1
    for (index, parameter) in store.parameters.enumerated() {
      let range = store.range(index)
      let decay = parameter.rows > 1 ? Float(1 - learningRate * settings.weightDecay) : 1
      pool.run(chunkCount: (range.count + Self.chunkCount - 1) / Self.chunkCount) { chunk, _ in
        let first = range.lowerBound + chunk * Self.chunkCount
        let places = first..<min(first + Self.chunkCount, range.upperBound)
        update(places, gradients, learningRate, scale: Float(scale), decay: decay)
      }
    }
  }

  private func update(
    _ places: Range<Int>, _ gradients: Floats, _ learningRate: Double, scale: Float, decay: Float
  ) {
    let (slow, slower) = (settings.momentDecays[0], settings.momentDecays[1])
    let corrections = (
      first: 1 - pow(slow, Double(stepCount)), second: 1 - pow(slower, Double(stepCount))
    )
    let size = Float(learningRate / corrections.first)
    let root = Float(1 / corrections.second.squareRoot())
    let (keep, keepSquare, epsilon) = (Float(slow), Float(slower), Float(settings.epsilon))
    let (take, takeSquare) = (Float(1 - slow), Float(1 - slower))
    let (values, m, v) = (store.values.floats, moments.first.floats, moments.second.floats)
    for place in places {
      let g = gradients[place] * scale
      let mean = keep * m[place] + take * g
      let square = keepSquare * v[place] + takeSquare * g * g
      m[place] = mean
      v[place] = square
      values[place] = values[place] * decay - size * mean / (square.squareRoot() * root + epsilon)
    }
  }
}

extension TrainingSettings {
  /// The learning rate of step `step` of `stepCount`: from near zero up in a line, then down in half
  /// a cosine.
  ///
  /// - Source: Loshchilov and Hutter, "SGDR", 2017, equation 5, without restarts.
  func learningRate(step: Int, of stepCount: Int) -> Double {
    let warmup = Int((warmupShare * Double(stepCount)).rounded(.up))
    if step < warmup { return learningRate * Double(step + 1) / Double(warmup) }
    let share = Double(step - warmup) / Double(max(stepCount - warmup, 1))
    let height = (1 + cos(share * Double.pi)) / 2
    return learningRate * (finalShare + (1 - finalShare) * height)
  }
}
