public import Kernels

/// How many byte products this machine can make: the limit of reading a prompt.
public enum ProductPeak {
  /// Products a second that the threads of `pool` make together, the best of a few runs; nil where
  /// `kernels` have no measure of it.
  public static func measure(pool: WorkerPool, kernels: KernelTable = .best) -> Double? {
    guard let run = kernels.productPeak else { return nil }
    let chunkCount = 16 * pool.workerCount
    let turnCount = 100_000
    let counts = AlignedMemory(byteCount: 64 * pool.workerCount)
    let clock = ContinuousClock()
    var best = 0.0
    for _ in 0..<5 {
      let start = clock.now
      pool.run(chunkCount: chunkCount) { _, worker in
        unsafe (counts.base + 64 * worker).storeBytes(of: run(turnCount), as: Int.self)
      }
      let seconds = (clock.now - start) / .seconds(1)
      let perChunk = unsafe counts.base.load(as: Int.self)
      best = max(best, Double(perChunk * chunkCount) / seconds)
    }
    return best
  }
}
