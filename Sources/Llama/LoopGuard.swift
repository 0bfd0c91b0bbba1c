internal import Tokenization

/// Notices that a text has begun to repeat itself without end, as small models do.
///
/// Two kinds are told apart from a text that merely says something twice. The last tokens are one
/// stretch over and over: at least four times, and 25 tokens together. Or they are that but for
/// numbers that stay or count up by one, as in a list that adds the same line under the next
/// number: at least eight times, and 48 parts together, where a number is one part. A series of
/// values, such as a creatinine for each day, is neither.
///
/// Counted as each token comes, for every length of stretch up to 128, so that it costs nothing
/// beside computing the token.
struct LoopGuard {
  private static let longestStretch = 128
  /// No list counts to here; longer numbers are all this one.
  private static let largestNumber = 1_000_000_000

  private var tokens = RepetitionCounter<TokenID>(longestStretch: longestStretch) { $0 == $1 }
  private var parts = RepetitionCounter<Part>(longestStretch: longestStretch) { now, before in
    now.continues(before)
  }
  /// The value of digits that have come and may go on.
  private var number: Int?

  /// A piece of the text in which a number, however many tokens it takes, is one.
  private enum Part: Equatable {
    case token(TokenID)
    /// Digits as a value.
    case number(Int)

    func continues(_ before: Part) -> Bool {
      switch (self, before) {
      case (.token(let now), .token(let then)): now == then
      case (.number(let now), .number(let then)): now == then || now == then + 1
      default: false
      }
    }
  }

  /// True once the text repeats itself.
  var isLoop: Bool {
    tokens.hasRepetition(times: 4, count: 25) || parts.hasRepetition(times: 8, count: 48)
  }

  /// Takes a token, which stands for `bytes`.
  mutating func append(_ token: TokenID, _ bytes: [UInt8]) {
    tokens.append(token)
    let isBlankFirst = bytes.first == 0x20
    let digits = isBlankFirst ? bytes.dropFirst() : bytes[...]
    let isNumber = !digits.isEmpty && digits.allSatisfy { (0x30...0x39).contains($0) }
    if let before = number, !isNumber || isBlankFirst {
      parts.append(.number(before))
      number = nil
    }
    guard isNumber else { return parts.append(.token(token)) }
    var value = number ?? 0
    for digit in digits { value = min(value * 10 + Int(digit - 0x30), Self.largestNumber) }
    number = value
  }
}

/// For each length of a stretch, how many of the last elements continue one stretch before them.
private struct RepetitionCounter<Element> {
  private var recent: [Element] = []
  /// At index `i`, how many of the last elements match the one `i + 1` before them.
  private var matches: [Int]
  private let isMatch: (_ now: Element, _ before: Element) -> Bool

  init(longestStretch: Int, isMatch: @escaping (_ now: Element, _ before: Element) -> Bool) {
    matches = Array(repeating: 0, count: longestStretch)
    self.isMatch = isMatch
  }

  mutating func append(_ element: Element) {
    for index in 0..<min(matches.count, recent.count) {
      let before = recent[recent.count - 1 - index]
      matches[index] = isMatch(element, before) ? matches[index] + 1 : 0
    }
    recent.append(element)
    // Twice as many as are looked at, so that most calls move nothing.
    if recent.count > 2 * matches.count { recent.removeFirst(recent.count - matches.count) }
  }

  /// Whether the last elements are a stretch `times` times over, `count` elements at least.
  func hasRepetition(times: Int, count: Int) -> Bool {
    matches.indices.contains { index in
      let length = index + 1
      return matches[index] + length >= max(times * length, count)
    }
  }
}
