import Grammar
import Llama
import Tensors
import Tokenization

/// A byte-level vocabulary: each byte, then stretches of texts cut anywhere, in the middle of
/// characters too, then an end token.
struct TestVocabulary {
  let tokenizer: Tokenizer
  /// Token 0 to 255: the byte of that number.
  let size: Int
  let endToken: TokenID

  init(seed: UInt64 = 1, pieceCount: Int = 400) throws {
    var random = SeededRandom(seed: seed)
    let texts = Self.texts.map { Array($0.utf8) }
    var pieces = (0...255).map { [UInt8($0)] }
    var known = Set(pieces)
    while pieces.count < 256 + pieceCount {
      let text = texts[Int(random.unit() * Double(texts.count))]
      let start = Int(random.unit() * Double(text.count))
      let piece = Array(text[start...].prefix(2 + Int(random.unit() * 7)))
      if piece.count > 1, known.insert(piece).inserted { pieces.append(piece) }
    }
    var vocabulary = try Vocabulary(model: "gpt2", preTokenizer: nil)
    vocabulary.pieces = pieces.map(Self.spelled) + ["<|endoftext|>"]
    vocabulary.kinds = pieces.map { _ in .normal } + [.control]
    endToken = TokenID(pieces.count)
    vocabulary.roles = [.endOfText: endToken]
    tokenizer = try Tokenizer(vocabulary)
    size = pieces.count + 1
  }

  private static let texts = [
    #"{"name": "Abc", "dose": "40 mg", "d": [1, 2, 3], "route": null, "é": true, "v": 12, "sub": [{"v""#,
    #"", "na\"me": {"extra": -2.5}}, {"name": "αβγδ 日本語 😀", "other": false}], "x": "BID left right""#,
    #""a\nb\tc\\", "fixed", "long word", ["x", 1], {"k": "v"}, {"a": [1, 2]}]}}]}, 0.25, 120.125, 10, "#,
    "furosemide 40 mg twice daily, µg, 2.5 mL, 12% of the left, xxxy, TDS q6h ÄÖÜ ßé ñ ☃ 𝄞",
  ]

  /// A piece as a byte-level vocabulary spells it.
  ///
  /// - Source: `bytes_to_unicode` of GPT-2.
  private static func spelled(_ bytes: [UInt8]) -> String {
    var text = ""
    for byte in bytes {
      let isShown = (33...126).contains(byte) || (161...172).contains(byte) || byte >= 174
      let hidden = (UInt8(0)..<byte).filter {
        !((33...126).contains($0) || (161...172).contains($0) || $0 >= 174)
      }
      let code = isShown ? UInt32(byte) : 256 + UInt32(hidden.count)
      if let scalar = Unicode.Scalar(code) { text.unicodeScalars.append(scalar) }
    }
    return text
  }

  func constraint(
    _ schema: JSONSchema, source: VerbatimSource? = nil
  ) throws -> SchemaConstraint {
    try SchemaConstraint(schema, source: source, tokenizer: tokenizer, vocabularySize: size)
  }

  /// Whether a schema's grammar has this text, and ends with it.
  func accepts(_ text: String, _ constraint: SchemaConstraint) -> Bool {
    var constraint = constraint
    for byte in text.utf8 { constraint.accept(TokenID(byte)) }
    return constraint.isValid
  }

  /// Writes a text by drawing among what is allowed.
  ///
  /// - Returns: nil where at some place nothing was.
  func draw(
    _ constraint: SchemaConstraint, limit: Int, _ random: inout SeededRandom
  ) -> (text: String, tokenCount: Int)? {
    var constraint = constraint
    var bytes: [UInt8] = []
    var count = 0
    while count < limit, !constraint.isComplete {
      guard let mask = constraint.allowed(remainingTokenCount: limit - count), !mask.isEmpty
      else { return nil }
      var tokens: [TokenID] = []
      mask.forEach { tokens.append($0) }
      let token = tokens[Int(random.unit() * Double(tokens.count))]
      if token == endToken { break }
      bytes += tokenizer.bytes(of: token)
      constraint.accept(token)
      count += 1
    }
    return String(validating: bytes, as: UTF8.self).map { ($0, count) }
  }
}
