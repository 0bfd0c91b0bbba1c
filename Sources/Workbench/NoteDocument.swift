/// A note as it came from a file: its text, and what is wrong with it if anything is.
public struct NoteDocument: Equatable, Sendable {
  /// What the note is called on the screen, usually the file's name.
  public var name: String
  /// Where it came from; empty for standard input.
  public var path: String
  /// The text the model is given. Bytes that are not UTF-8 stand as U+FFFD.
  public var text: String
  /// Why the note should be looked at before it is sent.
  public var problem: Problem?

  /// Something in the bytes of a note that a reader would not see.
  public enum Problem: Equatable, Sendable {
    /// The byte at `offset` does not belong to any UTF-8 character.
    case notUTF8(byte: UInt8, offset: Int)
    /// The byte at `offset` is a control code other than tab and line ends.
    case controlByte(byte: UInt8, offset: Int)

    /// One sentence for the person at the screen.
    public var explanation: String {
      switch self {
      case .notUTF8(let byte, let offset):
        "not UTF-8 (byte \(hexadecimal(byte)) at offset \(offset))"
      case .controlByte(let byte, let offset):
        "has a control code (byte \(hexadecimal(byte)) at offset \(offset))"
      }
    }
  }

  /// Makes a note from a text.
  public init(name: String, path: String = "", text: String, problem: Problem? = nil) {
    self.name = name
    self.path = path
    self.text = text
    self.problem = problem
  }

  /// Reads a note from the bytes of a file. Line ends become `\n`; nothing else is changed.
  public init(name: String, path: String = "", bytes: [UInt8]) {
    let content = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    let decoded = String(decoding: content, as: UTF8.self)
    self.init(
      name: name, path: path, text: normalizingLineEnds(decoded),
      problem: Self.problem(in: content))
  }

  private static func problem(in bytes: ArraySlice<UInt8>) -> Problem? {
    if let offset = firstInvalidOffset(bytes) {
      return .notUTF8(byte: bytes[offset], offset: offset)
    }
    let isControl = { (byte: UInt8) in
      (byte < 0x20 && byte != 0x09 && byte != 0x0A && byte != 0x0D) || byte == 0x7F
    }
    guard let offset = bytes.firstIndex(where: isControl) else { return nil }
    return .controlByte(byte: bytes[offset], offset: offset)
  }

  /// The offset in the file, a byte order mark counted, of the first byte outside UTF-8.
  private static func firstInvalidOffset(_ bytes: ArraySlice<UInt8>) -> Int? {
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    var offset = bytes.startIndex
    while true {
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar): offset += UTF8.width(scalar)
      case .emptyInput: return nil
      case .error: return min(offset, bytes.endIndex - 1)
      }
    }
  }
}

/// Replaces `\r\n` and lone `\r` by `\n`.
func normalizingLineEnds(_ text: String) -> String {
  guard text.utf8.contains(0x0D) else { return text }
  var result = String.UnicodeScalarView()
  var previousWasReturn = false
  for scalar in text.unicodeScalars {
    if scalar == "\r" {
      result.append("\n")
    } else if scalar != "\n" || !previousWasReturn {
      result.append(scalar)
    }
    previousWasReturn = scalar == "\r"
  }
  return String(result)
}

private func hexadecimal(_ byte: UInt8) -> String {
  let digits = String(byte, radix: 16)
  return "0x" + (digits.count < 2 ? "0" : "") + digits
}
