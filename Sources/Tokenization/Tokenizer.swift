/// Text to tokens and back, for the vocabulary of one model.
///
/// The room's purpose: byte-level and SentencePiece pairs from plain arrays, a streaming decoder,
/// and chat templates. What holds:
/// - tokens are those of llama.cpp for every text, on every vocabulary of the families it knows;
/// - text never becomes a control token unless a template wrote it;
/// - whatever a file says, nothing traps: it is an error here, or it is harmless.
///
/// It reads no file and imports nothing.
public struct Tokenizer: Sendable {
  /// What the tokenizer was made from.
  public let vocabulary: Vocabulary
  /// Tokens that end an answer.
  public let endTokens: Set<TokenID>
  /// The token before a prompt's first; nil if the vocabulary has none.
  public let beginOfText: TokenID?
  /// The token that ends a text; nil if the vocabulary has none.
  public let endOfText: TokenID?
  /// Whether `encode` puts `beginOfText` in front when it adds special tokens.
  public let addsBeginOfText: Bool
  /// Whether `encode` puts `endOfText` at the end when it adds special tokens.
  public let addsEndOfText: Bool

  private let kinds: [PieceKind]
  private let table: PieceTable
  private let matcher: SpecialTokenMatcher
  private let model: Model

  private enum Model {
    case bytePairs(BytePairEncoder)
    case sentencePiece(SentencePieceEncoder)
  }

  /// Tokens in the vocabulary.
  public var count: Int { vocabulary.pieces.count }

  /// Makes the tables that encoding needs.
  ///
  /// - Throws: `VocabularyError.empty`, `.tooManyPieces`, `.shortList` and `.duplicatePiece`.
  public init(_ vocabulary: Vocabulary) throws(VocabularyError) {
    let table = try Self.table(of: vocabulary)
    let special = SpecialTokens(vocabulary, table: table)
    self.vocabulary = vocabulary
    self.table = table
    kinds = special.kinds
    endTokens = special.endTokens
    beginOfText = special.roles[.beginOfText]
    endOfText = special.roles[.endOfText]
    addsBeginOfText = vocabulary.addsBeginOfText && beginOfText != nil
    addsEndOfText = vocabulary.addsEndOfText && endOfText != nil
    matcher = special.matcher(for: vocabulary)
    switch vocabulary.model {
    case .byteLevelPairs(let preTokenizer):
      model = .bytePairs(
        BytePairEncoder(
          preTokenizer: preTokenizer, merges: vocabulary.merges, table: table,
          isPlain: kinds.map { $0 != .control && $0 != .unknown }))
    case .sentencePiece:
      model = .sentencePiece(
        SentencePieceEncoder(
          scores: vocabulary.scores, table: table,
          isPlain: kinds.map { $0 != .control && $0 != .unknown && $0 != .byte },
          unknown: special.roles[.unknown]))
    }
  }

  /// Tokens of a text.
  ///
  /// - Parameters:
  ///   - addingSpecialTokens: puts the begin-of-text token in front and the end-of-text token
  ///     behind, as far as the vocabulary asks for them.
  ///   - readingSpecialTokens: takes the text of a special token for that token. Never for text
  ///     that a template did not write. User-defined tokens are found either way.
  public func encode(
    _ text: String, addingSpecialTokens: Bool, readingSpecialTokens: Bool
  ) -> [TokenID] {
    encode(
      [TextSegment(text, isTemplate: readingSpecialTokens)],
      addingSpecialTokens: addingSpecialTokens)
  }

  /// Tokens of a prompt of several segments: those of the whole text, except that special tokens
  /// are read in template segments only.
  public func encode(_ segments: [TextSegment], addingSpecialTokens: Bool) -> [TokenID] {
    var bytes: [UInt8] = []
    var templates: [Range<Int>] = []
    for segment in segments {
      let start = bytes.count
      bytes.append(contentsOf: segment.text.utf8)
      guard segment.isTemplate, start < bytes.count else { continue }
      if let last = templates.last, last.upperBound == start {
        templates[templates.count - 1] = last.lowerBound..<bytes.count
      } else {
        templates.append(start..<bytes.count)
      }
    }
    var tokens: [TokenID] = []
    if addingSpecialTokens, addsBeginOfText, let beginOfText { tokens.append(beginOfText) }
    bytes.withUnsafeBufferPointer { encode($0, templates: templates, into: &tokens) }
    if addingSpecialTokens, addsEndOfText, let endOfText { tokens.append(endOfText) }
    return tokens
  }

  private func encode(
    _ bytes: UnsafeBufferPointer<UInt8>, templates: [Range<Int>], into tokens: inout [TokenID]
  ) {
    var followsSpecial = true
    for fragment in matcher.fragments(of: bytes, templates: templates) {
      switch fragment {
      case .token(let token):
        tokens.append(token)
        followsSpecial = true
      case .text(let range):
        let text = UnsafeBufferPointer(rebasing: bytes[range])
        switch model {
        case .bytePairs(let encoder):
          encoder.encode(text, into: &tokens)
        case .sentencePiece(let encoder):
          let addingBlank = vocabulary.addsSpacePrefix && followsSpecial
          encoder.encode(text, addingBlank: addingBlank, into: &tokens)
        }
        followsSpecial = false
      }
    }
  }

  private static func table(of vocabulary: Vocabulary) throws(VocabularyError) -> PieceTable {
    let count = vocabulary.pieces.count
    guard count > 0 else { throw .empty }
    // Every merge may name three strings that are no pieces, and every byte one.
    let limit = Int(Int32.max) - 256 - 3 * vocabulary.merges.count
    guard count <= limit else { throw .tooManyPieces(found: count, limit: max(limit, 0)) }
    if !vocabulary.kinds.isEmpty, vocabulary.kinds.count < count {
      throw .shortList(name: "token types", expected: count, found: vocabulary.kinds.count)
    }
    if !vocabulary.scores.isEmpty, vocabulary.scores.count < count {
      throw .shortList(name: "scores", expected: count, found: vocabulary.scores.count)
    }
    var table = PieceTable(capacity: count + 256)
    for (id, piece) in vocabulary.pieces.enumerated() where !piece.isEmpty {
      var piece = piece
      let id = TokenID(id)
      let (stored, existed) = piece.withUTF8 { table.insert($0, value: id) }
      if existed { throw .duplicatePiece(first: stored, second: id) }
    }
    return table
  }
}

extension Tokenizer {
  /// The token whose text is `piece`, as the vocabulary writes it.
  public func token(of piece: String) -> TokenID? {
    table.value(of: piece)
  }

  /// What a token is; `undefined` for identifiers outside the vocabulary.
  public func kind(of token: TokenID) -> PieceKind {
    kinds.indices.contains(Int(token)) ? kinds[Int(token)] : .undefined
  }

  /// The bytes that a token stands for; they may be part of a character.
  ///
  /// - Parameter showingSpecialTokens: control tokens give their text rather than nothing.
  public func bytes(of token: TokenID, showingSpecialTokens: Bool = false) -> [UInt8] {
    guard kinds.indices.contains(Int(token)) else { return [] }
    let piece = vocabulary.pieces[Int(token)]
    switch kinds[Int(token)] {
    case .control, .unknown:
      return showingSpecialTokens ? Array(piece.utf8) : []
    case .userDefined:
      return Array(piece.utf8)
    case .byte:
      return Self.byte(named: piece).map { [$0] } ?? []
    case .normal:
      switch model {
      case .bytePairs: return ByteAlphabet.decode(piece)
      case .sentencePiece: return Self.unescape(piece)
      }
    case .unused, .undefined:
      return []
    }
  }

  /// The text of tokens, the inverse of `encode`. Bytes that are no UTF-8 become U+FFFD.
  ///
  /// - Parameter showingSpecialTokens: control tokens give their text rather than nothing.
  public func decode(_ tokens: [TokenID], showingSpecialTokens: Bool = false) -> String {
    var text: [UInt8] = []
    var followsSpecial = true
    for token in tokens {
      var bytes = bytes(of: token, showingSpecialTokens: showingSpecialTokens)
      switch kind(of: token) {
      case .control, .unknown, .userDefined:
        followsSpecial = true
      case .normal, .byte, .unused, .undefined:
        // The blank that `encode` put there.
        if followsSpecial, vocabulary.addsSpacePrefix, bytes.first == 0x20 { bytes.removeFirst() }
        followsSpecial = false
      }
      text.append(contentsOf: bytes)
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The byte of a piece such as `<0x0A>`.
  private static func byte(named piece: String) -> UInt8? {
    guard piece.utf8.count == 6, piece.hasPrefix("<0x"), piece.hasSuffix(">") else { return nil }
    let digits = piece.dropFirst(3).dropLast()
    return digits.allSatisfy(\.isHexDigit) ? UInt8(digits, radix: 16) : nil
  }

  /// The bytes of a SentencePiece piece, its blanks as blanks.
  private static func unescape(_ piece: String) -> [UInt8] {
    var bytes: [UInt8] = []
    for scalar in piece.unicodeScalars {
      if scalar == "\u{2581}" {
        bytes.append(0x20)
      } else {
        bytes.append(contentsOf: UTF8.encode(scalar).map(Array.init) ?? [])
      }
    }
    return bytes
  }
}
