/// How many columns a text takes on a terminal.
///
/// Clusters, not code points, are measured: an emoji with its modifiers is one cluster of two
/// columns. Characters of ambiguous width are narrow, as everywhere outside of East Asian locales.
///
/// - Source: Unicode Standard Annex #11 (widths) and #29 (clusters).
public enum TextWidth {
  /// Columns of one cluster, 0 for a control character or a mark with nothing to stand on.
  public static func columns(of character: Character) -> Int {
    if let byte = character.utf8.first, byte < 0x80, character.utf8.count == 1 {
      return byte >= 0x20 && byte < 0x7F ? 1 : 0
    }
    let scalars = character.unicodeScalars
    guard let first = scalars.first else { return 0 }
    let base = columns(of: first)
    guard scalars.count > 1 else { return base }
    return isOnePicture(scalars) ? 2 : scalars.reduce(0) { $0 + columns(of: $1) }
  }

  /// Columns of a text in one row.
  public static func columns(of text: String) -> Int {
    if let count = plainCount(of: text) { return count }
    return text.reduce(0) { $0 + columns(of: $1) }
  }

  /// Columns of one code point when it stands alone.
  public static func columns(of scalar: Unicode.Scalar) -> Int {
    let code = scalar.value
    if code < 0x300 {
      return code >= 0x20 && code < 0x7F || code >= 0xA0 ? 1 : 0
    }
    if contains(wideRanges, code) { return 2 }
    return contains(zeroRanges, code) ? 0 : 1
  }

  /// True for a character that a terminal would obey instead of showing it.
  static func isControl(_ character: Character) -> Bool {
    character.unicodeScalars.contains { scalar in
      scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
        || scalar.value == 0x2028 || scalar.value == 0x2029
    }
  }

  /// The character as text. Those of ASCII come from a table, since a screen is mostly of them.
  static func string(of character: Character) -> String {
    if let code = character.asciiValue, code >= 0x20, code < 0x7F {
      return plainStrings[Int(code) - 0x20]
    }
    return String(character)
  }

  private static let plainStrings = (0x20..<0x7F).map { String(UnicodeScalar(UInt8($0))) }

  /// The number of characters where all are printable ASCII, else nil.
  static func plainCount(of text: String) -> Int? {
    text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } ? text.utf8.count : nil
  }

  /// True where a terminal that knows emoji draws all the code points as one picture.
  private static func isOnePicture(_ scalars: Character.UnicodeScalarView) -> Bool {
    guard let first = scalars.first else { return false }
    if isRegionalIndicator(first) {
      return scalars.dropFirst().contains(where: isRegionalIndicator)
    }
    guard first.properties.isEmoji else { return false }
    return scalars.dropFirst().contains { scalar in
      scalar.value == 0xFE0F || scalar.value == 0x200D || scalar.properties.isEmojiModifier
    }
  }

  private static func isRegionalIndicator(_ scalar: Unicode.Scalar) -> Bool {
    (0x1F1E6...0x1F1FF).contains(scalar.value)
  }

  private static func contains(_ ranges: [UInt32], _ code: UInt32) -> Bool {
    var low = 0
    var high = ranges.count / 2
    while low < high {
      let middle = (low + high) / 2
      if code > ranges[middle * 2 + 1] { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count / 2 && ranges[low * 2] <= code
  }
}
