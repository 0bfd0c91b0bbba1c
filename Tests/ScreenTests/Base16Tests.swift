import Testing

@testable import Screen

/// Schemes of sixteen colours as themes.
@Suite struct Base16Tests {
  /// "Tomorrow Night Eighties" by Chris Kempson, in the older form.
  static let eighties = """
    scheme: "Tomorrow Night Eighties"
    author: "Chris Kempson (https://chriskempson.com)"
    base00: "2d2d2d"
    base01: "393939"
    base02: "515151"
    base03: "999999"
    base04: "b4b7b4"
    base05: "cccccc"
    base06: "e0e0e0"
    base07: "ffffff"
    base08: "f2777a"
    base09: "f99157"
    base0A: "ffcc66"
    base0B: "99cc99"
    base0C: "66cccc"
    base0D: "6699cc"
    base0E: "cc99cc"
    base0F: "a3685a"
    """

  /// "Solarized Light" by Ethan Schoonover, in the newer form; its text has 4.1:1.
  static let solarized = """
    system: "base16"
    name: "Solarized Light"
    author: "Ethan Schoonover (modified by aramisgithub)"
    variant: "light"
    palette:
      base00: "#fdf6e3"
      base01: "#eee8d5"
      base02: "#93a1a1"
      base03: "#839496"
      base04: "#657b83"
      base05: "#586e75"
      base06: "#073642"
      base07: "#002b36"
      base08: "#dc322f"
      base09: "#cb4b16"
      base0A: "#b58900"
      base0B: "#859900"
      base0C: "#2aa198"
      base0D: "#268bd2"
      base0E: "#6c71c4"
      base0F: "#d33682"
    """

  private func theme(_ yaml: String) throws -> Theme {
    try ThemeLibrary(folders: []) { $0 == "./x.yaml" ? yaml : nil }.theme(named: "./x.yaml")
  }

  @Test func bothFormsAreRead() throws {
    let old = try Base16Scheme(yaml: Self.eighties, from: "x")
    #expect(old.name == "Tomorrow Night Eighties" && old.fileName == "tomorrow-night-eighties")
    #expect(old.colors.first == 0x2D2D2D && old.colors.last == 0xA3685A && old.colors.count == 16)
    let new = try Base16Scheme(yaml: Self.solarized, from: "x")
    #expect(new.name == "Solarized Light" && new.colors[0xA] == 0xB58900)
  }

  @Test func theColorsAreTheSchemesOwn() throws {
    let theme = try theme(Self.eighties)
    #expect(theme.name == "tomorrow-night-eighties")
    #expect(theme[.text].foreground?.trueColor == 0xCCCCCC)
    #expect(theme[.text].background?.trueColor == 0x2D2D2D)
    #expect(theme[.supportFound].foreground?.trueColor == 0x99CC99)
    // Comments' grey would have 4.8:1 here, but hints are text all the same.
    #expect(theme[.hint].foreground?.trueColor == 0xB4B7B4)
  }

  /// It is one of the ten of 270 whose text, accents and greys can all be read.
  @Test func aSchemeThatCanBeReadHasNoFaultAtAnyDepth() throws {
    let faults = try theme(Self.eighties).contrastFaults
    #expect(faults.isEmpty, "\(faults)")
  }

  @Test func whatTheSchemeCannotDoIsSaid() throws {
    let theme = try theme(Self.solarized)
    // Its own text has too little contrast; the next darker one of the scheme has enough.
    #expect(theme[.text].foreground?.trueColor == 0x073642)
    // Yellow, orange and magenta are all too light for text on it, but its text is not.
    #expect(theme[.warning].foreground?.trueColor == 0x586E75)
    let pale = Self.eighties.replacing("\"ffffff\"", with: "\"777777\"")
      .replacing("\"e0e0e0\"", with: "\"777777\"").replacing("\"cccccc\"", with: "\"888888\"")
    let faults = try self.theme(pale).contrastFaults
    #expect(faults.contains { $0.role == .text && $0.depth == .trueColor && $0.least == 7 })
    #expect(faults.first?.description.hasPrefix("text: 3.8 of 7.0 with true color") == true)
    #expect(!faults.contains { $0.depth == .sixteen }, "those by name are ours to choose")
  }

  @Test(arguments: [
    ("base0A: \"ffcc66\"", "base0A: \"ffcc6\"", 13, "a color as in"),
    ("base0A: \"ffcc66\"", "base0A: [1]", 13, "a color as in"),
    ("base0A: \"ffcc66\"", "base10: \"ffcc66\"", nil, "base0A is missing"),
    ("scheme: \"Tomorrow Night Eighties\"", "slug: x", nil, "name is missing"),
    ("base00: \"2d2d2d\"", "base00: \"2d2d2d", 4, "no YAML"),
    ("base01: \"393939\"", "base00: \"393939\"", nil, "no YAML"),
  ])
  func errorsNameTheLine(old: String, new: String, line: Int?, part: String) throws {
    let text = Self.eighties.replacing(old, with: new)
    let error = #expect(throws: ThemeError.self) { try theme(text) }
    let found = try #require(error)
    if let line { #expect(found.line == line) }
    #expect(found.description.contains(part), "\(found)")
    #expect(found.description.contains("./x.yaml"))
  }

  @Test func whatIsNoSchemeIsRefused() {
    for text in ["", "- a\n- b", "just text", String(repeating: "a: b\n", count: 20_000)] {
      #expect(throws: ThemeError.self) { try Base16Scheme(yaml: text, from: "x") }
    }
  }
}
