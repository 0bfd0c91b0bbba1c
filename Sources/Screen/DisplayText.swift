/// Makes text from outside safe to show. Notes and answers may hold anything: sequences that a
/// terminal would obey, signs that turn the direction of writing, signs that cannot be seen.
public enum DisplayText {
  /// The text with everything that a terminal would obey made visible: `^[` for Escape and the
  /// like, `<U+202E>` for the others. Signs without width are left out, tabs become blanks up to
  /// the next multiple of `tabColumns`. Newlines stay; a result is not changed by a second time.
  public static func sanitize(_ text: String, tabColumns: Int = 8) -> String {
    if isPlain(text) { return text }
    var result = String.UnicodeScalarView()
    var column = 0
    var previous: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      defer { previous = scalar }
      switch shape(of: scalar) {
      case .plain:
        result.append(scalar)
        column += TextWidth.columns(of: scalar)
      case .hidden:
        break
      case .newline:
        if previous == "\r" { removeReturn(from: &result) }
        result.append("\n")
        column = 0
      case .tab:
        let stop = max(1, tabColumns)
        let count = stop - column % stop
        result.append(contentsOf: repeatElement(" ", count: count))
        column += count
      case .control(let name):
        result.append(contentsOf: name.unicodeScalars)
        column += name.count
      }
    }
    return String(result)
  }

  /// The text as a person could have typed it: controls and signs without width left out, each tab
  /// four blanks, each line ended by `\n` alone.
  public static func typed(_ text: String) -> String {
    if isPlain(text) { return text }
    var result = String.UnicodeScalarView()
    var previous: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      defer { previous = scalar }
      switch shape(of: scalar) {
      case .plain: result.append(scalar)
      case .tab: result.append(contentsOf: "    ".unicodeScalars)
      case .newline where previous == "\r": break
      case .newline: result.append("\n")
      case .control where scalar == "\r": result.append("\n")
      case .hidden, .control: break
      }
    }
    return String(result)
  }

  /// True for printable ASCII and newlines, as most notes are.
  private static func isPlain(_ text: String) -> Bool {
    text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F || $0 == 0x0A }
  }

  private enum Shape {
    case plain, hidden, newline, tab
    case control(String)
  }

  private static func removeReturn(from scalars: inout String.UnicodeScalarView) {
    // It was written as `^M`.
    scalars.removeLast(2)
  }

  private static func shape(of scalar: Unicode.Scalar) -> Shape {
    let code = scalar.value
    switch code {
    case 0x0A: return .newline
    case 0x09: return .tab
    case 0x00..<0x20: return .control(caret(code + 0x40))
    case 0x20..<0x7F: return .plain
    case 0x7F: return .control("^?")
    case 0x80..<0xA0: return .control(name(of: code))
    case 0xA0..<0x300: return code == 0xAD ? .hidden : .plain
    // Marks, embeddings, overrides and isolates of direction; separators of lines and paragraphs.
    case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0x2028, 0x2029:
      return .control(name(of: code))
    default: return isHidden(scalar) ? .hidden : .plain
    }
  }

  private static func caret(_ code: UInt32) -> String {
    "^" + (Unicode.Scalar(code).map { String($0) } ?? "?")
  }

  private static func name(of code: UInt32) -> String {
    let digits = String(code, radix: 16, uppercase: true)
    return "<U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + ">"
  }

  /// Signs that are never seen. Accents and other marks are not among them.
  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    let properties = scalar.properties
    return (properties.isDefaultIgnorableCodePoint || properties.generalCategory == .format)
      && TextWidth.columns(of: scalar) == 0
  }
}
