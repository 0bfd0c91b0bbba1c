/// The little that pre-tokenizers ask of a Unicode scalar.
enum ScalarClass: UInt8 {
  /// Beyond the end of what is looked at.
  case outside
  case letter
  case number
  case space
  case punctuation
  /// Anything else: marks, symbols, controls, unassigned.
  case other

  init(_ scalar: Unicode.Scalar) {
    if Int(scalar.value) < Self.common.count {
      self = Self.common[Int(scalar.value)]
    } else {
      self = Self.classify(scalar)
    }
  }

  /// Looking a class up in the standard library takes some 30 ns, so the common ones are kept.
  private static let common: [ScalarClass] = (0..<0x3100).map { value in
    Unicode.Scalar(value as UInt32).map(classify) ?? .other
  }

  /// Scalars that Unicode assigned after 15.1 count as unassigned.
  ///
  /// - Source: llama.cpp's tables are those of Unicode 15.1; the standard library's grow with the
  ///   toolchain, and tokens may not change with it.
  private static func classify(_ scalar: Unicode.Scalar) -> ScalarClass {
    let properties = scalar.properties
    if properties.isWhitespace { return .space }
    let found: ScalarClass
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      found = .letter
    case .decimalNumber, .letterNumber, .otherNumber:
      found = .number
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation:
      found = .punctuation
    default:
      return .other
    }
    guard let age = properties.age, (age.major, age.minor) <= (15, 1) else { return .other }
    return found
  }
}
