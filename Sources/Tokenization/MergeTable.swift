/// What two symbols become, and how early they do.
struct Merge: Equatable {
  /// Lower goes first.
  var rank: Int32
  var result: Int32
}

/// A dictionary from pairs of symbols to merges.
struct MergeTable: Sendable {
  /// A pair beside what becomes of it, so that a look-up touches one line of the cache.
  private struct Slot {
    /// Both symbols, left one high.
    var key: UInt64
    var merge: Merge
  }

  /// A power of two many, at most two thirds of them taken.
  private var slots: [Slot]
  private let multiplier: UInt64
  private let shift: Int

  /// Never a pair, since symbols are not negative.
  private static let free = UInt64.max

  /// Makes a table that never holds more than `capacity` pairs.
  init(capacity: Int) {
    var bits = 4
    while 1 << bits < capacity + capacity / 2 { bits += 1 }
    slots = Array(
      repeating: Slot(key: Self.free, merge: Merge(rank: 0, result: 0)), count: 1 << bits)
    shift = 64 - bits
    // Differs by process for the reason that `PieceTable` has.
    multiplier = UInt64.random(in: .min ... .max) | 1
  }

  /// Adds a pair, unless it is there: the first of two equal merges counts.
  mutating func insert(_ left: Int32, _ right: Int32, _ merge: Merge) {
    let key = Self.key(left, right)
    let slot = self.slot(of: key)
    if slots[slot].key == Self.free { slots[slot] = Slot(key: key, merge: merge) }
  }

  /// What becomes of a pair; nil if it never merges.
  func merge(_ left: Int32, _ right: Int32) -> Merge? {
    let slot = slots[self.slot(of: Self.key(left, right))]
    return slot.key == Self.free ? nil : slot.merge
  }

  private func slot(of key: UInt64) -> Int {
    let mask = slots.count - 1
    let mixed = (key ^ (key >> 29)) &* multiplier
    var slot = Int(truncatingIfNeeded: mixed >> UInt64(shift)) & mask
    while slots[slot].key != key, slots[slot].key != Self.free { slot = (slot + 1) & mask }
    return slot
  }

  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }
}
