import Synchronization
import Tensors
import Testing

@Suite struct WorkerPoolTests {
  @Test("every chunk runs once, over many loops of every size", arguments: [1, 2, 3, 5])
  func everyChunkRunsOnce(_ workerCount: Int) {
    let pool = WorkerPool(workerCount: workerCount)
    for loop in 0..<3000 {
      let count = loop % 67
      let total = Atomic<Int>(0)
      let wrong = Atomic<Int>(0)
      pool.run(chunkCount: count) { chunk, worker in
        if !(0..<workerCount).contains(worker) { wrong.add(1, ordering: .relaxed) }
        total.add((1 << (chunk % 8)) * 256 + 1, ordering: .relaxed)
      }
      let expected = (0..<count).reduce(0) { $0 + (1 << ($1 % 8)) * 256 + 1 }
      let found = total.load(ordering: .relaxed)
      #expect(found == expected)
      let wrongCount = wrong.load(ordering: .relaxed)
      #expect(wrongCount == 0)
    }
  }
}
