internal import Tokenization

/// Byte strings of tokens as a tree in which a walk leaves out all that begins with something that
/// cannot be. Nodes stand parent before child, so a walk is one run over arrays.
///
/// - Source: the layout is that of toktrie in llguidance.
struct VocabularyTrie: Sendable {
  /// The byte that leads to each node; node 0 is the root, which none leads to.
  private(set) var bytes: [UInt8] = [0]
  /// Bytes from the root to each node.
  private(set) var depths: [Int32] = [0]
  /// The first node behind each node's own tree.
  private(set) var skips: [Int32] = [1]
  /// Where in `tokens` those of each node begin, and one place more.
  private(set) var starts: [Int32] = [0]
  /// Tokens by node.
  private(set) var tokens: [TokenID] = []
  /// The deepest node's depth.
  private(set) var depth = 0

  /// A tree of tokens by their bytes, of which none is empty.
  init(_ entries: [(bytes: [UInt8], token: TokenID)]) {
    let sorted = entries.sorted {
      $0.bytes == $1.bytes
        ? $0.token < $1.token : $0.bytes.lexicographicallyPrecedes($1.bytes)
    }
    // The nodes from the root to the last one.
    var path: [Int] = [0]
    for (bytes, token) in sorted {
      let shared = min(
        path.count - 1, zip(path.dropFirst(), bytes).prefix { self.bytes[$0] == $1 }.count)
      for node in path.dropFirst(shared + 1) { skips[node] = Int32(self.bytes.count) }
      path.removeLast(path.count - 1 - shared)
      for byte in bytes.dropFirst(shared) {
        path.append(self.bytes.count)
        self.bytes.append(byte)
        depths.append(Int32(path.count - 1))
        skips.append(0)
        starts.append(Int32(tokens.count))
      }
      tokens.append(token)
      depth = max(depth, bytes.count)
    }
    for node in path { skips[node] = Int32(self.bytes.count) }
    starts.append(Int32(tokens.count))
  }

  /// The tokens whose bytes lead to just this node.
  func tokens(at node: Int) -> ArraySlice<TokenID> {
    tokens[Int(starts[node])..<Int(starts[node + 1])]
  }

  /// The longest token that `text` begins with; of equals, the one with the lowest id.
  func longestToken(_ text: ArraySlice<UInt8>) -> (token: TokenID, byteCount: Int)? {
    var found: (TokenID, Int)?
    var node = 0
    for (offset, byte) in text.enumerated() {
      guard let child = child(of: node, byte) else { break }
      node = child
      if let token = tokens(at: node).first { found = (token, offset + 1) }
    }
    return found
  }

  private func child(of node: Int, _ byte: UInt8) -> Int? {
    var child = node + 1
    while child < Int(skips[node]) {
      if bytes[child] == byte { return child }
      child = Int(skips[child])
    }
    return nil
  }
}

/// The tokens of a vocabulary as byte strings, parted in those that are plain text within a JSON
/// string and all others.
struct TokenBytes: Sendable {
  /// Whole characters, none of which a JSON string has to escape.
  let plain: VocabularyTrie
  /// All others: with quotes, backslashes or control codes, or with parts of characters.
  let special: VocabularyTrie
  /// The plain tokens.
  let plainMask: [UInt64]
  /// Characters of the longest plain token.
  let longestPlainScalarCount: Int
  /// Tokens of the vocabulary.
  let vocabularySize: Int
  /// Bytes by token; empty for tokens that are no text.
  let bytes: [[UInt8]]
  let endTokens: [TokenID]

  /// Control tokens stand for no bytes and are in no tree, nor are tokens beyond `vocabularySize`.
  init(_ tokenizer: Tokenizer, vocabularySize: Int) {
    self.vocabularySize = vocabularySize
    var (plain, special): ([(bytes: [UInt8], token: TokenID)], [(bytes: [UInt8], token: TokenID)])
    (plain, special) = ([], [])
    var all = [[UInt8]](repeating: [], count: vocabularySize)
    var mask = [UInt64](repeating: 0, count: (vocabularySize + 63) / 64)
    var longest = 0
    for token in 0..<TokenID(min(vocabularySize, tokenizer.count)) {
      let kind = tokenizer.kind(of: token)
      guard kind == .normal || kind == .byte, !tokenizer.endTokens.contains(token) else { continue }
      let bytes = tokenizer.bytes(of: token)
      guard !bytes.isEmpty else { continue }
      all[Int(token)] = bytes
      if let text = Self.plainText(bytes) {
        plain.append((bytes, token))
        mask[Int(token) >> 6] |= 1 << UInt64(token & 63)
        longest = max(longest, text.unicodeScalars.count)
      } else {
        special.append((bytes, token))
      }
    }
    bytes = all
    self.plain = VocabularyTrie(plain)
    self.special = VocabularyTrie(special)
    plainMask = mask
    longestPlainScalarCount = longest
    endTokens = tokenizer.endTokens.filter { Int($0) < vocabularySize }.sorted()
  }

  private static func plainText(_ bytes: [UInt8]) -> String? {
    let isPlain = bytes.allSatisfy { $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }
    return isPlain ? String(validating: bytes, as: UTF8.self) : nil
  }

  /// The longest token that `text` begins with.
  func longestToken(_ text: ArraySlice<UInt8>) -> (token: TokenID, byteCount: Int)? {
    let found = [plain.longestToken(text), special.longestToken(text)].compactMap { $0 }
    return found.max { $0.byteCount < $1.byteCount }
  }
}
