/// A word as a chain of symbols that shrinks as pairs merge. Kept between words for its memory.
struct PairMerger {
  /// By position; those that were merged into their left neighbour are `gone`.
  private var symbols: [Int32] = []
  /// Positions of the neighbours that are left; -1 at the ends.
  private var previous: [Int32] = []
  private var next: [Int32] = []
  /// Rank high, position of the left symbol low: the smallest goes first.
  private var queue = PriorityQueue<UInt64>()

  private static let gone: Int32 = -1

  /// Starts a word of the symbols that stand for its bytes.
  mutating func start(_ bytes: UnsafeBufferPointer<UInt8>, byteSymbols: [Int32]) {
    symbols.removeAll(keepingCapacity: true)
    previous.removeAll(keepingCapacity: true)
    next.removeAll(keepingCapacity: true)
    queue.removeAll()
    for (position, byte) in bytes.enumerated() {
      symbols.append(byteSymbols[Int(byte)])
      previous.append(Int32(position) - 1)
      next.append(position + 1 < bytes.count ? Int32(position) + 1 : -1)
    }
  }

  /// Merges until no pair is left that merges: lowest rank first, and among equals the leftmost.
  mutating func mergeAll(_ merges: MergeTable) {
    for position in symbols.indices.dropLast() { enqueue(Int32(position), merges) }
    while let entry = queue.popFirst() {
      let left = Int(entry & 0xFFFF_FFFF)
      // An entry is out of date if either of its symbols has merged since. Then the pair at its
      // place, if there is one, has another rank.
      guard let merge = merge(at: left, merges), UInt64(merge.rank) == entry >> 32 else { continue }
      let right = Int(next[left])
      symbols[left] = merge.result
      symbols[right] = Self.gone
      next[left] = next[right]
      if next[right] >= 0 { previous[Int(next[right])] = Int32(left) }
      enqueue(previous[left], merges)
      enqueue(Int32(left), merges)
    }
  }

  /// The symbols that are left, in order.
  func forEachSymbol(_ body: (Int32) -> Void) {
    for symbol in symbols where symbol != Self.gone { body(symbol) }
  }

  private mutating func enqueue(_ left: Int32, _ merges: MergeTable) {
    guard left >= 0, let merge = merge(at: Int(left), merges) else { return }
    queue.insert(UInt64(merge.rank) << 32 | UInt64(left))
  }

  private func merge(at left: Int, _ merges: MergeTable) -> Merge? {
    guard symbols[left] != Self.gone, next[left] >= 0 else { return nil }
    return merges.merge(symbols[left], symbols[Int(next[left])])
  }
}
