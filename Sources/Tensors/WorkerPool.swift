internal import Dispatch
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#endif

/// Threads that share the loops of one computation.
///
/// A forward pass has hundreds of short parallel loops, so workers wait between them by spinning,
/// for a fraction of a millisecond, before they sleep. The work of a loop is cut into more chunks
/// than there are workers and each takes the next free one: a worker that loses its core to another
/// process delays a chunk, not its share of the loop. The caller works too, so a loop also ends
/// when no other worker gets a core.
///
/// One loop runs at a time; the pool belongs to one engine.
public final class WorkerPool: Sendable {
  /// Threads that take part, the caller's included.
  public let workerCount: Int
  private let shared: Shared

  /// A pool of `workerCount` threads; 1 runs every loop on the caller alone.
  public init(workerCount: Int) {
    precondition(workerCount >= 1)
    self.workerCount = workerCount
    self.shared = Shared()
    let queue = DispatchQueue(
      label: "asclepius.workers", qos: .userInitiated, attributes: .concurrent)
    for worker in 1..<max(workerCount, 1) {
      queue.async { [shared] in shared.serve(worker: worker) }
    }
  }

  deinit {
    shared.stop(workerCount: workerCount)
  }

  /// Calls `body` once for each chunk in `0..<chunkCount`, on all workers, and returns when all are
  /// done. `worker` is in `0..<workerCount`, and no two calls with the same one run at a time.
  public func run(
    chunkCount: Int, _ body: (_ chunk: Int, _ worker: Int) -> Void
  ) {
    guard workerCount > 1, chunkCount > 1 else {
      for chunk in 0..<chunkCount { body(chunk, 0) }
      return
    }
    precondition(chunkCount <= Ticket.largestCount)
    withoutActuallyEscaping(body) { body in
      shared.publish(chunkCount: chunkCount, body)
      shared.work(as: 0)
      shared.waitForAll(chunkCount)
    }
  }
}

/// The state of the loop at hand in one word: which loop it is, how many chunks it has and which is
/// next. In one word, so that a worker who comes late can never take a chunk of a loop that ended.
private struct Ticket {
  var word: UInt64

  static let largestCount = 1 << 20

  init(word: UInt64) { self.word = word }

  init(loop: UInt64, chunkCount: Int) {
    word = loop << 40 | UInt64(chunkCount - 1) << 20
  }

  var chunkCount: Int { Int(word >> 20 & 0xFFFFF) + 1 }
  var next: Int { Int(word & 0xFFFFF) }
  /// The last chunk does not move `next` on, which would overflow into the count: its taker sets
  /// `loop` as taken instead.
  var isTaken: Bool { word & Self.takenBit != 0 }

  static let takenBit: UInt64 = 1 << 63

  /// The same loop with the next chunk taken.
  var taken: UInt64 { next + 1 == chunkCount ? word | Self.takenBit : word + 1 }
}

@safe private final class Shared: Sendable {
  // A loop's number has 23 bits, so that the top bit stays free to say "all taken".
  private let ticket = Atomic<UInt64>(Ticket.takenBit)
  private let doneCount = Atomic<Int>(0)
  private let sleeperCount = Atomic<Int>(0)
  private let isStopped = Atomic<Bool>(false)
  private let wake = DispatchSemaphore(value: 0)
  // Written before a loop's ticket is published and read only by those who took a chunk of it.
  nonisolated(unsafe) private var body: ((Int, Int) -> Void)?
  nonisolated(unsafe) private var loop: UInt64 = 0

  func publish(chunkCount: Int, _ body: @escaping (Int, Int) -> Void) {
    unsafe self.body = body
    unsafe loop = (loop + 1) & 0x7F_FFFF
    doneCount.store(0, ordering: .relaxed)
    let word = unsafe Ticket(loop: loop, chunkCount: chunkCount).word
    ticket.store(word, ordering: .sequentiallyConsistent)
    for _ in 0..<sleeperCount.load(ordering: .sequentiallyConsistent) { wake.signal() }
  }

  /// Takes chunks until none is left.
  func work(as worker: Int) {
    while let chunk = takeChunk() {
      call(chunk, worker)
      doneCount.add(1, ordering: .releasing)
    }
  }

  /// Its own function, so that the reference to the body is given back before the chunk counts as
  /// done: the caller of `run` takes the body down then.
  @inline(never)
  private func call(_ chunk: Int, _ worker: Int) {
    unsafe body?(chunk, worker)
  }

  private func takeChunk() -> Int? {
    while true {
      let seen = Ticket(word: ticket.load(ordering: .acquiring))
      if seen.isTaken { return nil }
      let (won, _) = ticket.weakCompareExchange(
        expected: seen.word, desired: seen.taken, ordering: .acquiringAndReleasing)
      if won { return seen.next }
    }
  }

  func waitForAll(_ chunkCount: Int) {
    var turns = 0
    while doneCount.load(ordering: .acquiring) < chunkCount {
      turns += 1
      if turns % 256 == 0 { sched_yield() }
    }
    unsafe body = nil
  }

  /// The life of a worker thread.
  func serve(worker: Int) {
    while !isStopped.load(ordering: .acquiring) {
      work(as: worker)
      if !waitForTicket() { sleep() }
    }
  }

  /// Spins until there is something to take; false when it took too long.
  private func waitForTicket() -> Bool {
    for turn in 1...20_000 {
      if !Ticket(word: ticket.load(ordering: .acquiring)).isTaken { return true }
      if turn % 64 == 0 { sched_yield() }
    }
    return false
  }

  private func sleep() {
    sleeperCount.add(1, ordering: .sequentiallyConsistent)
    // Published in between: the publisher may not have seen this sleeper.
    let isIdle = Ticket(word: ticket.load(ordering: .sequentiallyConsistent)).isTaken
    if isIdle, !isStopped.load(ordering: .acquiring) { wake.wait() }
    sleeperCount.subtract(1, ordering: .sequentiallyConsistent)
  }

  func stop(workerCount: Int) {
    isStopped.store(true, ordering: .sequentiallyConsistent)
    for _ in 0..<workerCount { wake.signal() }
  }
}
