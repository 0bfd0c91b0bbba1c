/// SentencePiece pairs: the whole text is one chain of characters, and of all neighbours that
/// together are a piece, those with the best score merge first. What is no piece in the end is
/// spelled in bytes.
struct SentencePieceEncoder: Sendable {
  private let table: PieceTable
  private let scores: [Float]
  /// Which tokens text may become.
  private let isPlain: [Bool]
  /// The token of each byte; nil if the vocabulary has none.
  private let byteTokens: [TokenID?]

  /// What a blank is written as in pieces: U+2581, a lower block.
  static let blank: [UInt8] = [0xE2, 0x96, 0x81]

  /// - Parameters:
  ///   - scores: by identifier; empty: all zero.
  ///   - table: identifiers by text, of every piece.
  ///   - isPlain: by identifier, false for those that text never becomes.
  ///   - unknown: stands for bytes that have no token.
  init(scores: [Float], table: PieceTable, isPlain: [Bool], unknown: TokenID?) {
    self.table = table
    self.scores = scores
    self.isPlain = isPlain
    byteTokens = (UInt8.min...UInt8.max).map { byte in
      let digits = String(byte, radix: 16, uppercase: true)
      let name = byte < 16 ? "<0x0\(digits)>" : "<0x\(digits)>"
      let alone = byte < 0x80 ? table.value(of: String(Unicode.Scalar(byte))) : nil
      return table.value(of: name) ?? alone ?? unknown
    }
  }

  /// Appends the tokens of `bytes`, which are UTF-8.
  func encode(
    _ bytes: UnsafeBufferPointer<UInt8>, addingBlank: Bool, into tokens: inout [TokenID]
  ) {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count + bytes.count / 2 + 3)
    if addingBlank { text.append(contentsOf: Self.blank) }
    for byte in bytes {
      if byte == 0x20 { text.append(contentsOf: Self.blank) } else { text.append(byte) }
    }
    text.withUnsafeBufferPointer { merge($0, into: &tokens) }
  }

  private func merge(_ text: UnsafeBufferPointer<UInt8>, into tokens: inout [TokenID]) {
    var chain = CharacterChain(text)
    var queue = PriorityQueue<Candidate>()
    func enqueue(_ left: Int) {
      guard let bytes = chain.bytesOfPair(at: left),
        let token = plainToken(UnsafeBufferPointer(rebasing: text[bytes]))
      else { return }
      let score = scores.isEmpty ? 0 : scores[Int(token)]
      queue.insert(Candidate(score: score, left: left, byteCount: bytes.count))
    }
    for left in chain.indices { enqueue(left) }
    while let best = queue.popFirst() {
      // A longer pair means that one of the two has merged since; a shorter one cannot be.
      guard chain.bytesOfPair(at: best.left)?.count == best.byteCount else { continue }
      chain.mergePair(at: best.left)
      if let previous = chain.neighbour(before: best.left) { enqueue(previous) }
      enqueue(best.left)
    }
    for index in chain.indices {
      guard let bytes = chain.bytes(at: index) else { continue }
      let piece = UnsafeBufferPointer(rebasing: text[bytes])
      if let token = plainToken(piece) {
        tokens.append(token)
      } else {
        tokens.append(contentsOf: piece.compactMap { byteTokens[Int($0)] })
      }
    }
  }

  private func plainToken(_ piece: UnsafeBufferPointer<UInt8>) -> TokenID? {
    guard let token = table.value(of: piece), isPlain[Int(token)] else { return nil }
    return token
  }
}

/// Two neighbours that together are a piece.
private struct Candidate: Comparable {
  var score: Float
  /// Position of the left one.
  var left: Int
  /// Bytes of both when the candidate was found.
  var byteCount: Int

  static func < (first: Candidate, second: Candidate) -> Bool {
    first.score > second.score || (first.score == second.score && first.left < second.left)
  }
}

/// Text as a chain of characters that grow as neighbours merge.
private struct CharacterChain {
  /// Where each character started at first, and the end of the text.
  private var starts: [Int] = []
  /// Bytes of each; 0 once it has merged into its left neighbour.
  private var byteCounts: [Int] = []
  private var previous: [Int] = []
  private var next: [Int] = []

  var indices: Range<Int> { byteCounts.indices }

  init(_ text: UnsafeBufferPointer<UInt8>) {
    for (offset, byte) in text.enumerated() where byte & 0xC0 != 0x80 || offset == 0 {
      starts.append(offset)
    }
    let count = starts.count
    for index in 0..<count {
      let end = index + 1 < count ? starts[index + 1] : text.count
      byteCounts.append(end - starts[index])
      previous.append(index - 1)
      next.append(index + 1 < count ? index + 1 : -1)
    }
  }

  /// Where the character's bytes lie; nil if it has merged into another.
  func bytes(at index: Int) -> Range<Int>? {
    byteCounts[index] == 0 ? nil : starts[index]..<starts[index] + byteCounts[index]
  }

  /// Where the bytes of a character and its right neighbour lie; nil if there are no two.
  func bytesOfPair(at index: Int) -> Range<Int>? {
    guard let left = bytes(at: index), next[index] >= 0 else { return nil }
    return left.lowerBound..<left.upperBound + byteCounts[next[index]]
  }

  func neighbour(before index: Int) -> Int? {
    previous[index] < 0 ? nil : previous[index]
  }

  mutating func mergePair(at left: Int) {
    let right = next[left]
    byteCounts[left] += byteCounts[right]
    byteCounts[right] = 0
    next[left] = next[right]
    if next[right] >= 0 { previous[next[right]] = left }
  }
}
