/// How the roles look. Made from a TOML file of a strict form:
///
/// ```toml
/// name = "dark"                         # and, if it builds on another: inherits = "system"
/// [palette]                             # true colour, number of 256, name of 16
/// warn = ["#e69f00", 214, "yellow"]
/// [roles]
/// text = { fg = "default", bg = "default" }
/// warning = { fg = "warn", attrs = ["bold"] }
/// ```
///
/// A role that is left out looks as in the theme that this one inherits from, or as `text`; so do a
/// foreground and a background that are left out of a role.
public struct Theme: Hashable, Sendable {
  /// What a person chooses it by.
  public let name: String
  private let styles: [Role: Style]

  /// Makes a theme.
  init(name: String, styles: [Role: Style]) {
    self.name = name
    self.styles = styles
  }

  /// How `role` looks.
  public subscript(role: Role) -> Style {
    styles[role] ?? styles[.text] ?? Style()
  }

  /// The theme for terminals of which nothing is known: their own colours, with bold, underline and
  /// reverse. It is what everything falls back to.
  public static let system = embedded("system")

  /// The theme without colours.
  public static let mono = embedded("mono")

  /// A theme that is part of the program. A test reads every one of them, so that the plain one
  /// here, which has no roles, is never seen.
  private static func embedded(_ name: String) -> Theme {
    (try? ThemeLibrary.embedded.theme(named: name)) ?? Theme(name: name, styles: [:])
  }
}
