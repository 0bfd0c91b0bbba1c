/// Numbers that are the same in every run.
struct SeededSource: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  // SplitMix64, of Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A text of words, wide characters, accents, blanks and long words.
  mutating func text(clusters: Int) -> String {
    let pool: [Character] = [
      "a", "b", "c", "d", "e", "x", "5", ".", " ", " ", " ", "\u{E9}", "e\u{301}", "\u{65E5}",
      "\u{D55C}", "\u{1F600}", "\u{1F44D}\u{1F3FD}", "\u{2014}",
    ]
    return String((0..<clusters).map { _ in pool.randomElement(using: &self) ?? "a" })
  }

  /// A text of ASCII letters and blanks.
  mutating func plainText(clusters: Int) -> String {
    String((0..<clusters).map { _ in "abcdefg    ".randomElement(using: &self) ?? "a" })
  }
}
