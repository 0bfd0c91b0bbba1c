/// Texts as Python sees them: sequences of Unicode scalars. The reference implementations of the
/// lexical metrics are Python programs, and agreeing with them starts with what is a blank, a letter
/// or a lower-case form. A Swift `Character` would join what they keep apart.
enum ReferenceText {
  /// The lower-case form, in which a sigma at the end of a word becomes a final one.
  static func lowercased(_ text: String) -> [Unicode.Scalar] {
    let scalars = Array(text.unicodeScalars)
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(scalars.count)
    for (index, scalar) in scalars.enumerated() {
      if scalar == "\u{3A3}" {
        result.append(isFinal(index, scalars) ? "\u{3C2}" : "\u{3C3}")
      } else {
        result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
      }
    }
    return result
  }

  /// - Source: The Unicode Standard, table 3-17, `Final_Sigma`.
  private static func isFinal(_ index: Int, _ scalars: [Unicode.Scalar]) -> Bool {
    let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
    let after = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
    return before?.properties.isCased == true && after?.properties.isCased != true
  }

  /// Whether a scalar separates words: Unicode's white space and the four ASCII separators.
  static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
  }

  /// Whether a scalar is part of a word for regular expressions, the underscore apart.
  static func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: scalar.properties.numericType != nil
    }
  }

  /// Whether a scalar is one of 0 to 9.
  static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
    ("0"..."9").contains(scalar)
  }

  /// The words between blanks.
  static func words(_ scalars: [Unicode.Scalar]) -> [[Unicode.Scalar]] {
    scalars.split(whereSeparator: isBlank).map(Array.init)
  }
}

/// Gives equal tokens equal numbers, from 0 in the order in which they come.
struct TokenNumbering {
  private var numbers: [[Unicode.Scalar]: Int] = [:]

  mutating func number(_ tokens: [[Unicode.Scalar]]) -> [Int] {
    tokens.map { token in
      let number = numbers[token] ?? numbers.count
      numbers[token] = number
      return number
    }
  }
}
