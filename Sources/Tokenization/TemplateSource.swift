/// A Jinja program as text to search. Strings in it may hold line ends as they are or as `\n`: here
/// all of them are `\n`.
struct TemplateSource {
  let byteCount: Int
  private let bytes: [UInt8]
  /// Without blanks outside of string literals' ends, so that the style of writing does not matter.
  private let compact: [UInt8]

  init(_ source: String) {
    byteCount = source.utf8.count
    bytes = source.utf8.flatMap { $0 == 0x0A ? Array("\\n".utf8) : [$0] }
    compact = Self.withoutBlanksAroundPlus(bytes)
  }

  func contains(_ mark: String) -> Bool {
    Self.index(of: Array(mark.utf8), in: bytes[...]) != nil
  }

  /// Whether `mark`, which has no blanks around `+` and `|`, occurs with or without them.
  func containsIgnoringBlanks(_ mark: String) -> Bool {
    Self.index(of: Array(mark.utf8), in: compact[...]) != nil
  }

  /// The first text between two marks that is one literal, with `\n` as line ends; nil if there is
  /// none.
  func text(from start: String, to end: String) -> String? {
    let start = Array(start.utf8)
    let end = Array(end.utf8)
    var rest = bytes[...]
    while let first = Self.index(of: start, in: rest) {
      rest = rest[(first + start.count)...]
      guard let last = Self.index(of: end, in: rest) else { return nil }
      let found = String(decoding: rest[..<last], as: UTF8.self)
      let isLiteral = ["' +", "'+", "\" +", "\"+", "{{", "}}", "{%"].allSatisfy { mark in
        Self.index(of: Array(mark.utf8), in: rest[..<last]) == nil
      }
      if isLiteral { return Self.unescape(found) }
    }
    return nil
  }

  private static func unescape(_ literal: String) -> String {
    var text = ""
    var scalars = literal.unicodeScalars.makeIterator()
    while let scalar = scalars.next() {
      guard scalar == "\\", let escaped = scalars.next() else {
        text.unicodeScalars.append(scalar)
        continue
      }
      text.unicodeScalars.append(escaped == "n" ? "\n" : escaped)
    }
    return text
  }

  private static func index(of mark: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
    guard let first = mark.first, bytes.count >= mark.count else { return nil }
    for start in bytes.startIndex...(bytes.endIndex - mark.count)
    where bytes[start] == first && bytes[start..<start + mark.count].elementsEqual(mark) {
      return start
    }
    return nil
  }

  private static func withoutBlanksAroundPlus(_ bytes: [UInt8]) -> [UInt8] {
    let isOperator: (UInt8) -> Bool = { $0 == 0x2B || $0 == 0x7C }
    var kept: [UInt8] = []
    for byte in bytes {
      if isOperator(byte) { while kept.last == 0x20 { kept.removeLast() } }
      if byte == 0x20, let last = kept.last, isOperator(last) { continue }
      kept.append(byte)
    }
    return kept
  }
}
