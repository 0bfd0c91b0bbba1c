/// A `tokenizer.model` of SentencePiece, as far as GGUF files keep it.
///
/// - Source: SentencePiece, `sentencepiece_model.proto`; the protocol buffer wire format.
struct SentencePieceModel {
  struct Piece: Equatable {
    var text: String
    var score: Float = 0
    /// 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte: the same as in GGUF.
    var kind: UInt64 = 1
  }

  private(set) var pieces: [Piece] = []
  /// Whether text gets a leading blank.
  private(set) var addsSpacePrefix = true
  /// 1 unigram, 2 byte pairs, 3 word, 4 char.
  private var modelType: UInt64 = 1

  private static let largestPieceCount = 1 << 22

  /// Reads the file's bytes.
  ///
  /// - Throws: `ConversionError.malformed`, or `unsupported` where text is not split by pairs.
  init(_ bytes: [UInt8], path: String) throws(ConversionError) {
    do {
      var reader = WireReader(bytes[...])
      while let field = try reader.next() {
        switch (field.number, field.value) {
        case (1, .bytes(let content)):
          guard pieces.count < Self.largestPieceCount else { throw WireFault.malformed }
          pieces.append(try Self.piece(content))
        case (2, .bytes(let content)): try readTrainer(content)
        case (3, .bytes(let content)): try readNormalizer(content)
        default: break
        }
      }
    } catch {
      throw .malformed(path: path, fault: "it is no SentencePiece model")
    }
    guard !pieces.isEmpty else {
      throw .malformed(path: path, fault: "it is no SentencePiece model")
    }
    guard modelType == 2 else {
      throw .unsupported(
        item: "the tokenizer in \(path)", expected: "one of byte pairs (BPE)",
        found: modelType == 1 ? "a unigram model" : "of type \(modelType)")
    }
  }

  private static func piece(_ bytes: ArraySlice<UInt8>) throws(WireFault) -> Piece {
    var piece = Piece(text: "")
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      switch (field.number, field.value) {
      case (1, .bytes(let content)): piece.text = String(decoding: content, as: UTF8.self)
      case (2, .fixed32(let bits)): piece.score = Float(bitPattern: bits)
      case (3, .number(let kind)): piece.kind = kind
      default: break
      }
    }
    return piece
  }

  private mutating func readTrainer(_ bytes: ArraySlice<UInt8>) throws(WireFault) {
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      if case (3, .number(let type)) = (field.number, field.value) { modelType = type }
    }
  }

  private mutating func readNormalizer(_ bytes: ArraySlice<UInt8>) throws(WireFault) {
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      if case (3, .number(let flag)) = (field.number, field.value) { addsSpacePrefix = flag != 0 }
    }
  }
}

private enum WireFault: Error {
  case malformed
}

/// Reads the fields of a protocol buffer message.
private struct WireReader {
  enum Value {
    case number(UInt64)
    case fixed32(UInt32)
    case fixed64
    case bytes(ArraySlice<UInt8>)
  }

  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  /// The next field, or nil at the end.
  mutating func next() throws(WireFault) -> (number: UInt64, value: Value)? {
    guard !rest.isEmpty else { return nil }
    let tag = try varint()
    let value: Value
    switch tag & 7 {
    case 0: value = .number(try varint())
    case 1:
      _ = try take(8)
      value = .fixed64
    case 2:
      let count = try varint()
      guard count <= UInt64(rest.count) else { throw .malformed }
      value = .bytes(try take(Int(count)))
    case 5: value = .fixed32(try take(4).reversed().reduce(0) { $0 << 8 | UInt32($1) })
    default: throw .malformed
    }
    return (tag >> 3, value)
  }

  private mutating func varint() throws(WireFault) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard let byte = rest.popFirst() else { throw .malformed }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw .malformed
  }

  private mutating func take(_ count: Int) throws(WireFault) -> ArraySlice<UInt8> {
    guard count <= rest.count else { throw .malformed }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }
}
