/// Finds special tokens in text: the longest first, and of equal ones from left to right.
///
/// - Source: llama.cpp, `tokenizer_st_partition`. There every special token in turn splits what the
///   ones before it left; here all occurrences are found in one pass and granted in the same order.
struct SpecialTokenMatcher: Sendable {
  /// What is left of a text between special tokens, and those.
  enum Fragment: Equatable {
    case text(Range<Int>)
    case token(TokenID)
  }

  private struct Special {
    var token: TokenID
    var text: [UInt8]
    /// Found in any text, not only in a template's.
    var isUserDefined: Bool
    /// Whether white space behind it is swallowed.
    var stripsRight: Bool
    /// Order in which occurrences are granted.
    var rank = 0
  }

  /// Sorted by text.
  private var specials: [Special] = []

  /// Adds a token that is found as one; call `prepare` when all are in.
  mutating func add(_ token: TokenID, text: String, isUserDefined: Bool, stripsRight: Bool) {
    specials.append(
      Special(
        token: token, text: Array(text.utf8), isUserDefined: isUserDefined, stripsRight: stripsRight
      )
    )
  }

  /// Orders what was added.
  mutating func prepare() {
    specials.sort { ($0.text.count, $1.token) > ($1.text.count, $0.token) }
    for index in specials.indices { specials[index].rank = index }
    specials.sort { $0.text.lexicographicallyPrecedes($1.text) }
  }

  /// Splits `bytes` into special tokens and text, without empty stretches.
  ///
  /// - Parameter templates: where all special tokens count; elsewhere only user-defined ones do.
  func fragments(
    of bytes: UnsafeBufferPointer<UInt8>, templates: [Range<Int>]
  ) -> [Fragment] {
    var taken = [Bool](repeating: false, count: bytes.count)
    var granted: [(range: Range<Int>, token: TokenID)] = []
    for match in matches(in: bytes, templates: templates) {
      let special = specials[match.special]
      let range = match.start..<match.start + special.text.count
      if taken[range].contains(true) { continue }
      var end = range.upperBound
      if special.stripsRight {
        while end < bytes.count, !taken[end], Self.isSpace(bytes[end]) { end += 1 }
      }
      for index in range.lowerBound..<end { taken[index] = true }
      granted.append((range.lowerBound..<end, special.token))
    }
    granted.sort { $0.range.lowerBound < $1.range.lowerBound }
    var fragments: [Fragment] = []
    var start = 0
    for (range, token) in granted {
      if start < range.lowerBound { fragments.append(.text(start..<range.lowerBound)) }
      fragments.append(.token(token))
      start = range.upperBound
    }
    if start < bytes.count { fragments.append(.text(start..<bytes.count)) }
    return fragments
  }

  /// Every occurrence, in the order in which they are granted.
  private func matches(
    in bytes: UnsafeBufferPointer<UInt8>, templates: [Range<Int>]
  ) -> [(special: Int, start: Int)] {
    var isFirstByte = [Bool](repeating: false, count: 256)
    for special in specials { if let first = special.text.first { isFirstByte[Int(first)] = true } }
    var found: [(special: Int, start: Int)] = []
    var template = templates[...]
    for start in bytes.indices where isFirstByte[Int(bytes[start])] {
      while let first = template.first, first.upperBound <= start { template.removeFirst() }
      let templateEnd = template.first.flatMap { $0.contains(start) ? $0.upperBound : nil } ?? start
      forEachMatch(in: bytes, at: start) { index in
        let end = start + specials[index].text.count
        if specials[index].isUserDefined || end <= templateEnd { found.append((index, start)) }
      }
    }
    found.sort { (specials[$0.special].rank, $0.start) < (specials[$1.special].rank, $1.start) }
    return found
  }

  /// Walks down the sorted texts: those that agree with the bytes so far lie side by side, the
  /// shortest in front.
  private func forEachMatch(
    in bytes: UnsafeBufferPointer<UInt8>, at start: Int, _ body: (Int) -> Void
  ) {
    var agreeing = specials.indices
    var depth = 0
    while !agreeing.isEmpty {
      if specials[agreeing.lowerBound].text.count == depth {
        body(agreeing.lowerBound)
        agreeing = agreeing.dropFirst()
      }
      guard start + depth < bytes.count else { return }
      let byte = bytes[start + depth]
      let lower = partition(agreeing) { specials[$0].text[depth] >= byte }
      let upper = partition(lower..<agreeing.upperBound) { specials[$0].text[depth] > byte }
      agreeing = lower..<upper
      depth += 1
    }
  }

  /// The first index of a range whose elements all satisfy `condition` from there on.
  private func partition(_ range: Range<Int>, by condition: (Int) -> Bool) -> Int {
    var low = range.lowerBound
    var high = range.upperBound
    while low < high {
      let middle = low + (high - low) / 2
      if condition(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// White space in C's plain locale.
  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0D).contains(byte)
  }
}
