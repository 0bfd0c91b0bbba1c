/// Why a text is not JSON. Holds no part of the text.
public struct JSONError: Error, Hashable, CustomStringConvertible {
  /// Where reading stopped, in bytes from the start of the text.
  public var offset: Int
  /// What would have been right there.
  public var expected: String

  /// Makes the error.
  public init(offset: Int, expected: String) {
    self.offset = offset
    self.expected = expected
  }

  /// The fault and its place.
  public var description: String { "not JSON: expected \(expected) at byte \(offset)" }
}

extension JSONValue {
  /// Reads one JSON document from UTF-8.
  ///
  /// - Throws: `JSONError` where the bytes are not JSON or nest more than 128 deep.
  public init(parsing bytes: some Collection<UInt8>) throws(JSONError) {
    var reader = JSONReader(bytes: Array(bytes))
    self = try reader.document()
  }
}

/// Reads JSON by recursive descent. Depth is limited, since a hostile file may be all brackets.
///
/// - Source: RFC 8259.
private struct JSONReader {
  private static let greatestDepth = 128

  let bytes: [UInt8]
  private var position = 0

  init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func document() throws(JSONError) -> JSONValue {
    let value = try value(depth: 0)
    skipBlanks()
    guard position == bytes.count else { throw fault("the end") }
    return value
  }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private func fault(_ expected: String) -> JSONError {
    JSONError(offset: position, expected: expected)
  }

  private mutating func skipBlanks() {
    while let byte = current, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) throws(JSONError) {
    guard current == UInt8(ascii: character) else { throw fault("'\(character)'") }
    position += 1
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    guard depth <= Self.greatestDepth else {
      throw fault("at most \(Self.greatestDepth) levels of nesting")
    }
    skipBlanks()
    switch current {
    case UInt8(ascii: "{"): return .object(try object(depth: depth))
    case UInt8(ascii: "["): return .array(try array(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", as: .bool(true))
    case UInt8(ascii: "f"): return try word("false", as: .bool(false))
    case UInt8(ascii: "n"): return try word("null", as: .null)
    default: return .number(try number())
    }
  }

  private mutating func word(
    _ word: StaticString, as value: JSONValue
  ) throws(JSONError) -> JSONValue {
    for scalar in word.description.unicodeScalars {
      guard current == UInt8(ascii: scalar) else { throw fault(word.description) }
      position += 1
    }
    return value
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONObject {
    try take("{")
    skipBlanks()
    var members: [JSONObject.Member] = []
    if current == UInt8(ascii: "}") {
      position += 1
      return JSONObject()
    }
    while true {
      skipBlanks()
      let name = try string()
      skipBlanks()
      try take(":")
      members.append(JSONObject.Member(name: name, value: try value(depth: depth + 1)))
      skipBlanks()
      if current == UInt8(ascii: ",") {
        position += 1
        continue
      }
      try take("}")
      return JSONObject(members)
    }
  }

  private mutating func array(depth: Int) throws(JSONError) -> [JSONValue] {
    try take("[")
    skipBlanks()
    var values: [JSONValue] = []
    if current == UInt8(ascii: "]") {
      position += 1
      return values
    }
    while true {
      values.append(try value(depth: depth + 1))
      skipBlanks()
      if current == UInt8(ascii: ",") {
        position += 1
        continue
      }
      try take("]")
      return values
    }
  }

  private mutating func number() throws(JSONError) -> String {
    let start = position
    if current == UInt8(ascii: "-") { position += 1 }
    if current == UInt8(ascii: "0") { position += 1 } else { try digits() }
    if current == UInt8(ascii: ".") {
      position += 1
      try digits()
    }
    if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
      position += 1
      if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
      try digits()
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func digits() throws(JSONError) {
    let start = position
    while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      position += 1
    }
    guard position > start else { throw fault(position == start ? "a value" : "a digit") }
  }

  private mutating func string() throws(JSONError) -> String {
    try take("\"")
    let start = position
    var text: [UInt8] = []
    while let byte = current {
      switch byte {
      case UInt8(ascii: "\""):
        guard let result = String(validating: text, as: UTF8.self) else {
          position = start
          throw fault("a string in UTF-8")
        }
        position += 1
        return result
      case UInt8(ascii: "\\"):
        position += 1
        try escape(into: &text)
      case 0..<0x20:
        throw fault("no control code in a string")
      default:
        text.append(byte)
        position += 1
      }
    }
    throw fault("'\"'")
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
    guard let byte = current else { throw fault("an escape") }
    let plain: [UInt8: UInt8] = [
      UInt8(ascii: "\""): 0x22, UInt8(ascii: "\\"): 0x5C, UInt8(ascii: "/"): 0x2F,
      UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0C, UInt8(ascii: "n"): 0x0A,
      UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09,
    ]
    if let replacement = plain[byte] {
      position += 1
      text.append(replacement)
      return
    }
    try take("u")
    var code = try fourDigits()
    if (0xD800..<0xDC00).contains(code) {
      try take("\\")
      try take("u")
      let low = try fourDigits()
      guard (0xDC00..<0xE000).contains(low) else { throw fault("the second half of a pair") }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw fault("the first half of a pair") }
    text += UTF8.encode(scalar).map(Array.init) ?? []
  }

  private mutating func fourDigits() throws(JSONError) -> UInt32 {
    let digits = bytes.dropFirst(position).prefix(4)
    let isHexadecimal = digits.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
    guard digits.count == 4, isHexadecimal,
      let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw fault("four hexadecimal digits") }
    position += 4
    return code
  }
}
