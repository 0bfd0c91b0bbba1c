/// How fast this machine reads memory: the limit of writing text, since every token reads all
/// weights.
public enum MemoryBandwidth {
  /// Bytes a second that the threads of `pool` read together, the best of a few passes over a block
  /// larger than the caches.
  public static func measure(pool: WorkerPool) -> Double {
    let byteCount = 256 << 20
    let memory = AlignedMemory(byteCount: byteCount)
    let chunkByteCount = 1 << 20
    let sums = AlignedMemory(byteCount: 64 * pool.workerCount)
    let clock = ContinuousClock()
    var best = Double.infinity
    for _ in 0..<5 {
      let start = clock.now
      pool.run(chunkCount: byteCount / chunkByteCount) { chunk, worker in
        let words = unsafe (memory.base + chunk * chunkByteCount)
          .assumingMemoryBound(to: SIMD8<UInt64>.self)
        var sum = SIMD8<UInt64>()
        for index in 0..<chunkByteCount / 64 { unsafe sum ^= words[index] }
        // Stored, so that the reading cannot be left out.
        unsafe (sums.base + 64 * worker).storeBytes(of: sum, as: SIMD8<UInt64>.self)
      }
      best = min(best, (clock.now - start) / .seconds(1))
    }
    return Double(byteCount) / best
  }
}
