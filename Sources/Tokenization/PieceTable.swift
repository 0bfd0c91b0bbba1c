/// A dictionary from byte strings to numbers, for vocabularies.
///
/// A `Dictionary` keyed by `String` would take `é` written in one scalar and in two for the same
/// piece, and would hash and compare several times slower.
struct PieceTable: Sendable {
  /// Every key, one after another.
  private var bytes: [UInt8] = []
  /// Where each entry's key starts, and where the last ends.
  private var offsets: [Int] = [0]
  private var values: [Int32] = []
  /// Entry number plus one low, part of the key's hash high, so that a wrong entry is seldom
  /// compared; 0: free. A power of two many, at most half of them taken.
  private var slots: [UInt64]
  private let seed: UInt64

  /// Longest key in bytes.
  private(set) var longestKey = 0
  var count: Int { values.count }

  /// Makes an empty table with room for `capacity` entries before it grows.
  init(capacity: Int) {
    var slotCount = 16
    while slotCount < capacity * 2 { slotCount *= 2 }
    slots = Array(repeating: 0, count: slotCount)
    // Differs by process, so that no file can hold keys that all fall on one slot. The order of
    // slots is never seen.
    seed = UInt64.random(in: .min ... .max)
  }

  /// Adds `key` unless it is there. Returns the value now stored under it, and whether it was
  /// there.
  mutating func insert(
    _ key: UnsafeBufferPointer<UInt8>, value: Int32
  ) -> (stored: Int32, existed: Bool) {
    let hash = Self.hash(key, seed: seed)
    let slot = self.slot(of: key, hash: hash)
    if slots[slot] != 0 { return (values[Self.entry(slots[slot])], true) }
    bytes.append(contentsOf: key)
    offsets.append(bytes.count)
    values.append(value)
    slots[slot] = Self.slot(entry: values.count - 1, hash: hash)
    longestKey = max(longestKey, key.count)
    if values.count * 2 > slots.count { grow() }
    return (value, false)
  }

  /// The value under `key`.
  func value(of key: UnsafeBufferPointer<UInt8>) -> Int32? {
    if key.count > longestKey { return nil }
    let found = slots[slot(of: key, hash: Self.hash(key, seed: seed))]
    return found == 0 ? nil : values[Self.entry(found)]
  }

  func value(of key: String) -> Int32? {
    var key = key
    return key.withUTF8 { value(of: $0) }
  }

  /// The value under `key` if it is that of one of the entries `guess` and the one after it, which
  /// is cheaper to say than where else it is. Moves `guess` to the entry that was found.
  func value(of key: UnsafeBufferPointer<UInt8>, near guess: inout Int) -> Int32? {
    for entry in guess..<min(guess + 2, values.count) where holds(key, entry: entry) {
      guess = entry
      return values[entry]
    }
    return nil
  }

  /// The slot that holds `key`, or the free one where it belongs.
  private func slot(of key: UnsafeBufferPointer<UInt8>, hash: UInt64) -> Int {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 {
      if slots[slot] >> 32 == hash >> 32, holds(key, entry: Self.entry(slots[slot])) { return slot }
      slot = (slot + 1) & mask
    }
    return slot
  }

  private static func slot(entry: Int, hash: UInt64) -> UInt64 {
    (hash & 0xFFFF_FFFF_0000_0000) | UInt64(entry + 1)
  }

  private static func entry(_ slot: UInt64) -> Int {
    Int(slot & 0xFFFF_FFFF) - 1
  }

  private func holds(_ key: UnsafeBufferPointer<UInt8>, entry: Int) -> Bool {
    let start = offsets[entry]
    guard offsets[entry + 1] - start == key.count else { return false }
    for index in 0..<key.count where bytes[start + index] != key[index] { return false }
    return true
  }

  private mutating func grow() {
    slots = Array(repeating: 0, count: slots.count * 2)
    let mask = slots.count - 1
    for entry in values.indices {
      let hash = bytes.withUnsafeBufferPointer { bytes in
        let key = UnsafeBufferPointer(rebasing: bytes[offsets[entry]..<offsets[entry + 1]])
        return Self.hash(key, seed: seed)
      }
      var slot = Int(truncatingIfNeeded: hash) & mask
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = Self.slot(entry: entry, hash: hash)
    }
  }

  /// Multiply and fold, as in wyhash.
  private static func hash(_ key: UnsafeBufferPointer<UInt8>, seed: UInt64) -> UInt64 {
    var state = seed ^ UInt64(key.count)
    var word: UInt64 = 0
    var filled = 0
    for byte in key {
      word = word << 8 | UInt64(byte)
      filled += 1
      if filled == 8 {
        state = fold(state ^ word, 0x9E37_79B9_7F4A_7C15)
        word = 0
        filled = 0
      }
    }
    return fold(state ^ word, 0xD6E8_FEB8_6659_FD93)
  }

  private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }
}
