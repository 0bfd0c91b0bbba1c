internal import Clinical

/// Random numbers of one row: they depend on the run's seed and the row's name alone.
///
/// - Source: SplitMix64, Steele et al., OOPSLA 2014.
struct RowRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64, key: String) {
    // The digest spreads names that differ in one letter over all of the state.
    let digest = UInt64(contentDigest(of: key).prefix(16), radix: 16) ?? 0
    state = digest ^ (seed &* 0xD134_2543_DE82_EF95)
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
