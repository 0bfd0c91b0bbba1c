/// Turns the bytes of tokens into text as they come: whole characters only, and what can never
/// become one is replaced as soon as that is certain.
public struct StreamingDecoder: Sendable {
  /// The start of a character whose rest has not come yet; at most three bytes.
  private var pending: [UInt8] = []

  /// Makes a decoder that has seen nothing.
  public init() {}

  /// Takes more bytes and returns the text that is certain by now. Bytes that are no UTF-8 become
  /// U+FFFD, one for each longest stretch that could have begun a character.
  public mutating func append(_ bytes: some Sequence<UInt8>) -> String {
    pending.append(contentsOf: bytes)
    let complete = pending.count - Self.unfinishedByteCount(at: pending)
    let text = String(decoding: pending[..<complete], as: UTF8.self)
    pending.removeFirst(complete)
    return text
  }

  /// Returns what is left at the end: U+FFFD if a character broke off, or nothing.
  public mutating func finish() -> String {
    defer { pending = [] }
    return String(decoding: pending, as: UTF8.self)
  }

  /// Bytes at the end that begin a character and need more.
  private static func unfinishedByteCount(at bytes: [UInt8]) -> Int {
    for count in 1...3 where count <= bytes.count {
      let start = bytes.count - count
      if (0x80...0xBF).contains(bytes[start]) { continue }
      guard let needed = byteCount(ofCharacterStartingWith: bytes[start]) else { return 0 }
      guard needed > count else { return 0 }
      return count < 2 || isPossible(first: bytes[start], second: bytes[start + 1]) ? count : 0
    }
    return 0
  }

  /// Bytes of a character by its first; nil for bytes that begin none.
  private static func byteCount(ofCharacterStartingWith byte: UInt8) -> Int? {
    switch byte {
    case 0x00...0x7F: 1
    case 0xC2...0xDF: 2
    case 0xE0...0xEF: 3
    case 0xF0...0xF4: 4
    default: nil
    }
  }

  /// Whether a second byte may follow: no overlong forms, no surrogates, nothing beyond U+10FFFF.
  ///
  /// - Source: The Unicode Standard, table 3-7.
  private static func isPossible(first: UInt8, second: UInt8) -> Bool {
    switch first {
    case 0xE0: (0xA0...0xBF).contains(second)
    case 0xED: (0x80...0x9F).contains(second)
    case 0xF0: (0x90...0xBF).contains(second)
    case 0xF4: (0x80...0x8F).contains(second)
    default: (0x80...0xBF).contains(second)
    }
  }
}
