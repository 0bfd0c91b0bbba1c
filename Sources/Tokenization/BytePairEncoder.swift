/// Byte-level pairs: cuts text into words and merges within each, the earliest learnt pair first.
///
/// Symbols are numbers. A symbol below the vocabulary's size is the token of that identifier; those
/// above are strings that only occur on the way to a token, or never become one.
struct BytePairEncoder: Sendable {
  private let preTokenizer: PreTokenizer
  private let table: PieceTable
  private let merges: MergeTable
  /// The symbol that each byte starts as.
  private let byteSymbols: [Int32]
  /// Which tokens text may become.
  private let isPlain: [Bool]
  /// For symbols that are no token: the tokens of the single bytes of its text that have one.
  private let spelling: [Int32: [TokenID]]

  /// - Parameters:
  ///   - table: identifiers by text, of every piece.
  ///   - isPlain: by identifier, false for those that text never becomes, such as control tokens.
  init(
    preTokenizer: PreTokenizer, merges learnt: [String], table: PieceTable, isPlain: [Bool]
  ) {
    var builder = SymbolBuilder(table: table, isPlain: isPlain, mergeCount: learnt.count)
    byteSymbols = ByteAlphabet.encodedScalars.map { scalar in
      scalar.withUnsafeBufferPointer { builder.symbol($0) }
    }
    for (rank, pair) in learnt.enumerated() { builder.add(pair, rank: Int32(clamping: rank)) }
    self.preTokenizer = preTokenizer
    self.table = table
    self.isPlain = isPlain
    merges = builder.merges
    spelling = builder.spelling
  }

  /// Appends the tokens of `bytes`, which are UTF-8.
  func encode(_ bytes: UnsafeBufferPointer<UInt8>, into tokens: inout [TokenID]) {
    let text = ScalarText(bytes)
    var merger = PairMerger()
    for word in preTokenizer.words(in: text) {
      let word = UnsafeBufferPointer(rebasing: bytes[text.byteRange(of: word)])
      if preTokenizer.takesWholeWords, let token = token(ofWhole: word) {
        tokens.append(token)
      } else {
        merger.start(word, byteSymbols: byteSymbols)
        merger.mergeAll(merges)
        merger.forEachSymbol { append($0, to: &tokens) }
      }
    }
  }

  private func token(ofWhole word: UnsafeBufferPointer<UInt8>) -> TokenID? {
    guard word.count <= table.longestKey else { return nil }
    let encoded = word.flatMap { ByteAlphabet.encodedScalars[Int($0)] }
    guard let token = encoded.withUnsafeBufferPointer({ table.value(of: $0) }) else { return nil }
    return isPlain[Int(token)] ? token : nil
  }

  private func append(_ symbol: Int32, to tokens: inout [TokenID]) {
    if Int(symbol) < isPlain.count {
      if isPlain[Int(symbol)] { tokens.append(symbol) }
    } else if let spelled = spelling[symbol] {
      tokens.append(contentsOf: spelled)
    }
  }
}

/// Numbers the strings that merges speak of.
private struct SymbolBuilder {
  /// Pieces, and the strings that merges name beside them.
  private var table: PieceTable
  private let isPlain: [Bool]
  private var nextSymbol: Int32
  private var joined: [UInt8] = []
  private var lastResult = 0
  var merges: MergeTable
  var spelling: [Int32: [TokenID]] = [:]

  init(table: PieceTable, isPlain: [Bool], mergeCount: Int) {
    self.table = table
    self.isPlain = isPlain
    nextSymbol = Int32(isPlain.count)
    merges = MergeTable(capacity: mergeCount)
  }

  /// The symbol of a string; a new one if it is no piece.
  mutating func symbol(_ key: UnsafeBufferPointer<UInt8>) -> Int32 {
    let (symbol, existed) = table.insert(key, value: nextSymbol)
    if !existed {
      nextSymbol += 1
      // What llama.cpp does with a merged string that is no piece: only bytes that are a piece as
      // they stand survive.
      spelling[symbol] = key.indices.compactMap { index in
        let byte = UnsafeBufferPointer(rebasing: key[index...index])
        guard let token = table.value(of: byte), Int(token) < isPlain.count else { return nil }
        return isPlain[Int(token)] ? token : nil
      }
    }
    return symbol
  }

  /// Adds a merge written as two strings parted by the first blank that is not in front.
  mutating func add(_ pair: String, rank: Int32) {
    var pair = pair
    pair.withUTF8 { bytes in
      guard let blank = bytes.dropFirst().firstIndex(of: 0x20), blank + 1 < bytes.count else {
        return
      }
      joined.removeAll(keepingCapacity: true)
      joined.append(contentsOf: bytes[..<blank])
      joined.append(contentsOf: bytes[(blank + 1)...])
      let left = symbol(UnsafeBufferPointer(rebasing: bytes[..<blank]))
      let right = symbol(UnsafeBufferPointer(rebasing: bytes[(blank + 1)...]))
      // Merges come in the order of what they make, so that this is nearly always the next piece.
      let result = joined.withUnsafeBufferPointer { joined in
        table.value(of: joined, near: &lastResult) ?? symbol(joined)
      }
      guard mayOccur(left), mayOccur(right), mayOccur(result) else { return }
      merges.insert(left, right, Merge(rank: rank, result: result))
    }
  }

  /// Text never becomes a control token, not even by merging.
  private func mayOccur(_ symbol: Int32) -> Bool {
    Int(symbol) >= isPlain.count || isPlain[Int(symbol)]
  }
}
