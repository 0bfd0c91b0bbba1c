/// Random numbers that depend on the seed alone: the same on every machine and in every version.
///
/// - Source: xoshiro256** by Blackman and Vigna, seeded by SplitMix64.
public struct SeededRandom: RandomNumberGenerator, Sendable, Equatable, Codable {
  private var state: [UInt64]

  /// A source that starts at `seed`.
  public init(seed: UInt64) {
    var mixed = seed
    state = (0..<4).map { _ in
      mixed &+= 0x9E37_79B9_7F4A_7C15
      var z = mixed
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  /// 64 random bits.
  public mutating func next() -> UInt64 {
    func rotate(_ x: UInt64, _ by: UInt64) -> UInt64 { (x << by) | (x >> (64 - by)) }
    let result = rotate(state[1] &* 5, 7) &* 9
    let shifted = state[1] << 17
    state[2] ^= state[0]
    state[3] ^= state[1]
    state[1] ^= state[2]
    state[0] ^= state[3]
    state[2] ^= shifted
    state[3] = rotate(state[3], 45)
    return result
  }

  /// A number in 0..<1, all 53 bits of a double random.
  public mutating func unit() -> Double {
    Double(next() >> 11) * 0x1p-53
  }
}
