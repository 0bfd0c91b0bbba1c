/// Why a theme cannot be used.
public struct ThemeError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Reason: Hashable, Sendable {
    /// It is not TOML; the text is the reader's.
    case syntax(String)
    /// It is no scheme of base16 colours; the text says why.
    case noScheme(String)
    /// A key that has to be there is not.
    case missing(key: String)
    /// A key means nothing at its place.
    case unknownKey(String, expected: [String])
    /// A value is not of the form that its key asks for.
    case badValue(key: String, found: String, expected: String)
    /// A role asks for a colour that the palette does not have.
    case unknownColor(role: String, color: String, palette: [String])
    /// There is no theme of that name in any of the places.
    case unknownTheme(String, places: [String])
    /// A theme inherits from itself through these.
    case circularInheritance([String])
  }

  /// Name of the theme or path of its file.
  public let theme: String
  /// Line of the file, from 1; nil where no line is at fault.
  public let line: Int?
  /// What is wrong.
  public let reason: Reason

  /// Makes an error.
  public init(theme: String, line: Int?, reason: Reason) {
    self.theme = theme
    self.line = line
    self.reason = reason
  }
}

extension ThemeError: CustomStringConvertible {
  /// What is wrong, where, and what to do.
  public var description: String {
    let place = line.map { ", line \($0)" } ?? ""
    return "theme \(theme)\(place): \(reason.text)"
  }
}

extension ThemeError.Reason {
  fileprivate var text: String {
    switch self {
    case .syntax(let text):
      return "this is not TOML (\(text)); write one key to a line, as in themes/system.toml"
    case .noScheme(let text):
      return "this is no base16 scheme (\(text)); it needs name: and base00: to base0F:"
    case .missing(let key):
      return "\(key) is missing; add it"
    case .unknownKey(let key, let expected):
      return "\(key) means nothing here; use one of \(expected.joined(separator: ", "))"
    case .badValue(let key, let found, let expected):
      return "\(key) is \(found); write \(expected)"
    case .unknownColor(let role, let color, let palette):
      return "\(role) asks for the color \(color), which [palette] does not have; "
        + "use one of \((["default"] + palette).joined(separator: ", "))"
    case .unknownTheme(let name, let places):
      return "there is no theme \(name) in \(places.joined(separator: ", ")); "
        + "give another name or the path of a .toml file"
    case .circularInheritance(let names):
      return "it inherits from itself: \(names.joined(separator: " < ")); take one inherits out"
    }
  }
}
