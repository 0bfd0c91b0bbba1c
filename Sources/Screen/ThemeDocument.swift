import TOMLKit

/// A theme file as it was written: names of colours, not yet looked up.
struct ThemeDocument {
  var name: String
  var inherits: String?
  var palette: [String: PaletteColor] = [:]
  var roles: [Role: RoleEntry] = [:]
  private let source: ThemeSource

  /// What a role's line says.
  struct RoleEntry {
    var foreground: String?
    var background: String?
    var attributes: TextAttributes?
  }

  /// - Throws: `ThemeError` with the line at fault.
  init(toml text: String, from place: String) throws(ThemeError) {
    source = ThemeSource(text: text, place: place)
    let table = try source.table()
    try source.checkKeys(of: table, in: "", allowed: ["name", "inherits", "palette", "roles"])
    guard let name = try source.string("name", of: table, in: "") else {
      throw source.error(.missing(key: "name"), key: nil)
    }
    self.name = name
    inherits = try source.string("inherits", of: table, in: "")
    try readPalette(of: table)
    try readRoles(of: table)
  }

  /// Takes over what this theme does not say itself.
  mutating func inherit(_ parent: ThemeDocument) {
    palette.merge(parent.palette) { own, _ in own }
    roles.merge(parent.roles) { own, _ in own }
  }

  /// The theme, with the colours looked up.
  ///
  /// - Throws: `ThemeError.Reason.unknownColor`.
  func theme() throws(ThemeError) -> Theme {
    let text = try style(of: .text, over: Style())
    var styles: [Role: Style] = [.text: text]
    for role in roles.keys where role != .text { styles[role] = try style(of: role, over: text) }
    return Theme(name: name, styles: styles)
  }

  private func style(of role: Role, over text: Style) throws(ThemeError) -> Style {
    let entry = roles[role] ?? RoleEntry()
    var style = Style(foreground: text.foreground, background: text.background)
    if let name = entry.foreground { style.foreground = try color(name, for: role) }
    if let name = entry.background { style.background = try color(name, for: role) }
    style.attributes = entry.attributes ?? []
    return style
  }

  private func color(_ name: String, for role: Role) throws(ThemeError) -> PaletteColor? {
    if name == "default" { return nil }
    guard let color = palette[name] else {
      let known = palette.keys.sorted()
      throw error(.unknownColor(role: role.rawValue, color: name, palette: known), role: role)
    }
    return color
  }

  /// An error at the line of a role.
  func error(_ reason: ThemeError.Reason, role: Role) -> ThemeError {
    source.error(reason, key: role.rawValue, in: "roles")
  }

  /// An error at the line where the theme says what it inherits from.
  func inheritanceError(_ reason: ThemeError.Reason) -> ThemeError {
    source.error(reason, key: "inherits")
  }

  // MARK: Palette

  private mutating func readPalette(of table: TOMLTable) throws(ThemeError) {
    guard let colors = try source.subtable("palette", of: table) else { return }
    for key in colors.keys {
      guard key != "default" else {
        let reason = ThemeError.Reason.badValue(
          key: key, found: "a color of the palette", expected: "another name: default is taken")
        throw source.error(reason, key: key, in: "palette")
      }
      guard let color = Self.color(colors[key]) else {
        let reason = ThemeError.Reason.badValue(
          key: key, found: colors[key].map { "\($0.debugDescription)" } ?? "nothing",
          expected: ##"three values as in ["#e69f00", 214, "yellow"]: true color, 0 to 255, "##
            + "one of " + NamedColor.allCases.map(\.name).joined(separator: " "))
        throw source.error(reason, key: key, in: "palette")
      }
      palette[key] = color
    }
  }

  private static func color(_ value: (any TOMLValueConvertible)?) -> PaletteColor? {
    guard let values = value?.array, values.count == 3,
      let hex = values[0].string, hex.hasPrefix("#"), hex.utf8.count == 7,
      let trueColor = UInt32(hex.dropFirst(), radix: 16),
      let index = values[1].int.flatMap(UInt8.init(exactly:)),
      let named = values[2].string.flatMap(NamedColor.init(name:))
    else { return nil }
    return PaletteColor(trueColor: trueColor, index: index, named: named)
  }

  // MARK: Roles

  private mutating func readRoles(of table: TOMLTable) throws(ThemeError) {
    guard let entries = try source.subtable("roles", of: table) else { return }
    for key in entries.keys { try readRole(key, entries[key]) }
  }

  /// Roles whose names have a dot are tables in tables.
  private mutating func readRole(
    _ key: String, _ value: (any TOMLValueConvertible)?
  ) throws(ThemeError) {
    guard let table = value?.table else {
      let reason = ThemeError.Reason.badValue(
        key: key, found: value.map { $0.debugDescription } ?? "nothing",
        expected: #"a style as in { fg = "default", attrs = ["bold"] }"#)
      throw source.error(reason, key: key, in: "roles")
    }
    if let role = Role(rawValue: key) {
      roles[role] = try entry(of: table, role: role)
      return
    }
    let isPrefix = Role.allCases.contains { $0.rawValue.hasPrefix(key + ".") }
    guard isPrefix else {
      let known = Role.allCases.map(\.rawValue)
      throw source.error(.unknownKey(key, expected: known), key: key, in: "roles")
    }
    for part in table.keys { try readRole(key + "." + part, table[part]) }
  }

  private func entry(of table: TOMLTable, role: Role) throws(ThemeError) -> RoleEntry {
    var entry = RoleEntry()
    for key in table.keys {
      switch (key, table[key]?.string, table[key]?.array) {
      case ("fg", let color?, _): entry.foreground = color
      case ("bg", let color?, _): entry.background = color
      case ("attrs", _, let names?): entry.attributes = try attributes(names, role: role)
      case ("fg", _, _), ("bg", _, _), ("attrs", _, _):
        let reason = ThemeError.Reason.badValue(
          key: key, found: table[key].map { $0.debugDescription } ?? "nothing",
          expected: key == "attrs" ? #"a list as in ["bold"]"# : "the name of a color in quotes")
        throw error(reason, role: role)
      default:
        throw error(.unknownKey(key, expected: ["fg", "bg", "attrs"]), role: role)
      }
    }
    return entry
  }

  private func attributes(_ names: TOMLArray, role: Role) throws(ThemeError) -> TextAttributes {
    var result: TextAttributes = []
    for index in 0..<names.count {
      let name = names[index].string
      guard let known = TextAttributes.named.first(where: { $0.name == name }) else {
        let reason = ThemeError.Reason.badValue(
          key: "attrs", found: names[index].debugDescription,
          expected: "any of " + TextAttributes.named.map(\.name).joined(separator: ", "))
        throw error(reason, role: role)
      }
      result.insert(known.attribute)
    }
    return result
  }
}
