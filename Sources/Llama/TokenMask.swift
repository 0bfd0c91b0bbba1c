public import Tokenization

/// A set of the tokens of a vocabulary, one bit for each.
public struct TokenMask: Hashable, Sendable {
  /// Tokens of the vocabulary.
  public let vocabularySize: Int
  /// Bit `i % 64` of word `i / 64` stands for token `i`; bits beyond the vocabulary are 0.
  private(set) var words: [UInt64]

  /// A set without tokens.
  public init(vocabularySize: Int) {
    self.vocabularySize = vocabularySize
    words = Array(repeating: 0, count: (vocabularySize + 63) / 64)
  }

  /// True where no token is in the set.
  public var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

  /// Tokens in the set.
  public var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// Whether the set has `token`.
  public func contains(_ token: TokenID) -> Bool {
    guard (0..<vocabularySize).contains(Int(token)) else { return false }
    return words[Int(token) >> 6] >> UInt64(token & 63) & 1 == 1
  }

  /// Adds a token; one outside the vocabulary counts for nothing.
  public mutating func insert(_ token: TokenID) {
    guard (0..<vocabularySize).contains(Int(token)) else { return }
    words[Int(token) >> 6] |= 1 << UInt64(token & 63)
  }

  /// Takes a token out.
  public mutating func remove(_ token: TokenID) {
    guard (0..<vocabularySize).contains(Int(token)) else { return }
    words[Int(token) >> 6] &= ~(1 << UInt64(token & 63))
  }

  /// Adds all tokens of a set of the same vocabulary.
  public mutating func formUnion(_ other: TokenMask) {
    precondition(other.vocabularySize == vocabularySize, "sets of different vocabularies")
    for index in words.indices { words[index] |= other.words[index] }
  }

  /// Adds the tokens of a set given by its words: bit `i % 64` of word `i / 64` stands for token `i`.
  public mutating func formUnion(words: [UInt64]) {
    precondition(words.count == self.words.count, "sets of different vocabularies")
    for index in words.indices { self.words[index] |= words[index] }
  }

  /// Calls `body` for each token in the set, the lowest first.
  public func forEach(_ body: (TokenID) throws -> Void) rethrows {
    for (index, word) in words.enumerated() {
      var rest = word
      while rest != 0 {
        try body(TokenID(index << 6 | rest.trailingZeroBitCount))
        rest &= rest - 1
      }
    }
  }
}
