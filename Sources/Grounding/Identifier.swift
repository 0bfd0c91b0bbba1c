/// What may tell who a person is: the kinds of 45 CFR 164.514(b)(2)(i) that a text can hold.
///
/// - Source: HIPAA Privacy Rule, Safe Harbor, (A) to (R); biometrics and photographs are no text.
public enum IdentifierKind: String, CaseIterable, Sendable {
  case name
  /// A place smaller than a state: street, town, postal code, hospital.
  case place
  /// A date finer than its year.
  case date
  /// An age of 90 or more.
  case age
  case phone
  case fax
  case email
  case socialSecurity = "social_security"
  case recordNumber = "record_number"
  case planNumber = "plan_number"
  case accountNumber = "account_number"
  case licenseNumber = "license_number"
  case vehicle
  case device
  case url
  case networkAddress = "network_address"
  /// Any other number that stands for one person, such as one of a specimen or a study.
  case other

  /// What stands in the text instead, in the manner of de-identified notes.
  public var tag: String {
    switch self {
    case .name: "[Name]"
    case .place: "[LOC]"
    case .date: "[Date]"
    case .age: "[Age]"
    case .phone: "[Phone]"
    case .fax: "[Fax]"
    case .email: "[Email]"
    case .socialSecurity: "[SSN]"
    case .recordNumber: "[Reg#]"
    case .planNumber: "[Plan#]"
    case .accountNumber: "[Account#]"
    case .licenseNumber: "[License#]"
    case .vehicle: "[Vehicle#]"
    case .device: "[Device#]"
    case .url: "[URL]"
    case .networkAddress: "[IP]"
    case .other: "[#]"
    }
  }
}

/// A part of a text that may tell who a person is.
public struct Identifier: Equatable, Sendable {
  /// What it is.
  public var kind: IdentifierKind
  /// Offsets in Unicode scalars of the text.
  public var range: Range<Int>
}

/// A text without what tells who a person is, as far as rules can find it.
public struct RedactedText: Equatable, Sendable {
  /// The text with a tag in the place of each identifier.
  public let text: String
  /// What was found, ascending; no two overlap.
  public let identifiers: [Identifier]

  /// Finds the identifiers of a text and puts tags in their place.
  ///
  /// Rules over words and their neighbours: they find most, never all, and take some harmless words
  /// too. A person must look at what is to leave the machine.
  public init(_ source: String) {
    let scalars = Array(source.unicodeScalars)
    identifiers = IdentifierFinder.identifiers(in: scalars)
    var result = String.UnicodeScalarView()
    var done = 0
    for identifier in identifiers {
      result.append(contentsOf: scalars[done..<identifier.range.lowerBound])
      result.append(contentsOf: identifier.kind.tag.unicodeScalars)
      done = identifier.range.upperBound
    }
    result.append(contentsOf: scalars[done...])
    text = String(result)
  }
}
