/// Themes by name: those of a person's own folder first, then those that are installed, then those
/// that are part of the program.
///
/// It reads no file itself: the caller says how.
public struct ThemeLibrary: Sendable {
  private let folders: [String]
  private let read: @Sendable (String) -> String?

  /// Makes a library of the themes in `folders`, the first of which wins, and of the program's own.
  ///
  /// - Parameter read: The text of the file at a path; nil where there is none.
  public init(folders: [String], read: @escaping @Sendable (String) -> String?) {
    self.folders = folders
    self.read = read
  }

  /// The themes that are part of the program, alone.
  public static let embedded = ThemeLibrary(folders: [], read: { _ in nil })

  /// Names of the themes that are part of the program, the default first.
  public static var embeddedNames: [String] { texts.map(\.name) }

  /// The theme of that name, or in the file of that path if the name has a slash in it or ends in
  /// `.toml`; a path that ends in `.yaml` or `.yml` is that of a base16 scheme.
  ///
  /// - Throws: `ThemeError`, in which `line` is that of the file at fault.
  public func theme(named name: String) throws(ThemeError) -> Theme {
    try document(named: name, heirs: []).theme()
  }

  /// The theme of that name, or `system` and what is wrong with the one asked for.
  public func themeOrSystem(named name: String) -> (theme: Theme, problem: ThemeError?) {
    do {
      return (try theme(named: name), nil)
    } catch {
      return (.system, error)
    }
  }

  /// The path of the file that has the theme of that name, the name itself where the theme is part
  /// of the program, nil where there is none.
  public func place(ofThemeNamed name: String) -> String? { source(of: name)?.place }

  // MARK: Which theme, and where

  /// The name of the theme to use: none may have colours where `NO_COLOR` is set; else what the
  /// command line says, the variable `ASCLEPIUS_THEME`, the configuration, `system`.
  public static func chosenName(
    argument: String?, environment: [String: String], configuration: String? = nil
  ) -> String {
    if let value = environment["NO_COLOR"], !value.isEmpty { return "mono" }
    let variable = environment["ASCLEPIUS_THEME"].flatMap { $0.isEmpty ? nil : $0 }
    return argument ?? variable ?? configuration ?? "system"
  }

  /// Where themes are looked for: the person's own folder, then `installed`.
  public static func folders(
    environment: [String: String], installed: [String] = []
  ) -> [String] {
    let nonempty = { (key: String) in environment[key].flatMap { $0.isEmpty ? nil : $0 } }
    let configuration =
      nonempty("XDG_CONFIG_HOME") ?? nonempty("HOME").map { $0 + "/.config" }
    return (configuration.map { [$0 + "/asclepius/themes"] } ?? []) + installed
  }

  // MARK: Reading

  private static let texts: [(name: String, bytes: [UInt8])] = [
    ("system", PackageResources.system_toml),
    ("dark", PackageResources.dark_toml),
    ("light", PackageResources.light_toml),
    ("contrast-dark", PackageResources.contrast_dark_toml),
    ("contrast-light", PackageResources.contrast_light_toml),
    ("cvd-dark", PackageResources.cvd_dark_toml),
    ("cvd-light", PackageResources.cvd_light_toml),
    ("mono", PackageResources.mono_toml),
    ("console8", PackageResources.console8_toml),
  ]

  private func document(
    named name: String, heirs: [String]
  ) throws(ThemeError) -> ThemeDocument {
    guard let (text, place) = source(of: name) else {
      throw ThemeError(theme: name, line: nil, reason: unknown(name))
    }
    let toml = Self.isScheme(place) ? try Base16Scheme(yaml: text, from: place).themeTOML : text
    var document = try ThemeDocument(toml: toml, from: place)
    guard let parentName = document.inherits else { return document }
    let chain = heirs + [name]
    guard !chain.contains(parentName) else {
      throw document.inheritanceError(.circularInheritance(chain + [parentName]))
    }
    guard source(of: parentName) != nil else {
      throw document.inheritanceError(unknown(parentName))
    }
    let parent = try self.document(named: parentName, heirs: chain)
    // What is wrong with the parent is told with the parent's lines.
    _ = try parent.theme()
    document.inherit(parent)
    return document
  }

  private static func isScheme(_ path: String) -> Bool {
    path.hasSuffix(".yaml") || path.hasSuffix(".yml")
  }

  private func unknown(_ name: String) -> ThemeError.Reason {
    let own = "the program's own (\(Self.embeddedNames.joined(separator: " ")))"
    return .unknownTheme(name, places: folders + [own])
  }

  private func source(of name: String) -> (text: String, place: String)? {
    if name.contains("/") || name.hasSuffix(".toml") || Self.isScheme(name) {
      return read(name).map { ($0, name) }
    }
    for folder in folders {
      let path = "\(folder)/\(name).toml"
      if let text = read(path) { return (text, path) }
    }
    return Self.texts.first { $0.name == name }
      .map { (String(decoding: $0.bytes, as: UTF8.self), name) }
  }
}
