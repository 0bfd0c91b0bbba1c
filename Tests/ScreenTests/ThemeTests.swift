import Testing

@testable import Screen

@Suite struct ThemeTests {
  private func library(_ files: [String: String]) -> ThemeLibrary {
    ThemeLibrary(folders: ["own", "installed"]) { files[$0] }
  }

  private func theme(_ text: String) throws -> Theme {
    try library(["own/x.toml": text]).theme(named: "x")
  }

  private static let small = """
    name = "small"            # inherits nothing
    [palette]
    warn = ["#e69f00", 214, "yellow"]
    back = ["#102030", 17, "bright-black"]
    [roles]
    text = { fg = "default", bg = "back" }
    warning = { fg = "warn", attrs = ["bold", "underline"] }
    support.none = { bg = "default" }
    """

  @Test func rolesGetTheColorsOfThePalette() throws {
    let theme = try theme(Self.small)
    let warn = PaletteColor(trueColor: 0xE69F00, index: 214, named: .yellow)
    let back = PaletteColor(trueColor: 0x102030, index: 17, named: .brightBlack)
    #expect(theme.name == "small")
    #expect(theme[.text] == Style(background: back))
    #expect(
      theme[.warning]
        == Style(foreground: warn, background: back, attributes: [.bold, .underline]))
    #expect(theme[.supportNone] == Style())
  }

  @Test func aRoleThatIsLeftOutLooksAsText() throws {
    let theme = try theme(Self.small)
    #expect(theme[.hint] == theme[.text])
  }

  @Test func aThemeTakesOverWhatItDoesNotSay() throws {
    let heir = """
      name = "heir"
      inherits = "small"
      [palette]
      warn = ["#ffffff", 231, "white"]
      [roles]
      hint = { fg = "warn" }
      """
    let library = library(["own/heir.toml": heir, "installed/small.toml": Self.small])
    let theme = try library.theme(named: "heir")
    #expect(theme[.warning].foreground?.trueColor == 0xFFFFFF)
    #expect(theme[.warning].attributes == [.bold, .underline])
    #expect(theme[.hint].background?.index == 17)
  }

  @Test(arguments: [
    ("name = \"x\"\n[palette]\nwarn = [\"#e69f0\", 214, \"yellow\"]", 3, "three values"),
    ("name = \"x\"\n[palette]\n\nwarn = [\"#e69f00\", 256, \"yellow\"]", 4, "0 to 255"),
    ("name = \"x\"\n[palette]\nwarn = [\"#e69f00\", 1, \"orange\"]", 3, "bright-yellow"),
    ("name = \"x\"\n[palette]\nwarn = [\"#e69f00\", 1]", 3, "three values"),
    ("name = \"x\"\n[palette]\ndefault = [\"#e69f00\", 1, \"red\"]", 3, "default is taken"),
    ("name = \"x\"\n[roles]\ntext = {}\nhint = { fg = \"wran\" }", 4, "wran"),
    ("name = \"x\"\n[roles]\nhint = { fg = 3 }", 3, "in quotes"),
    ("name = \"x\"\n[roles]\nhint = { attrs = [\"blink\"] }", 3, "underline"),
    ("name = \"x\"\n[roles]\nhint = { color = \"red\" }", 3, "fg, bg, attrs"),
    ("name = \"x\"\n[roles]\nhints = { }", 3, "border-focused"),
    ("name = \"x\"\n[roles]\nsupport.nothing = { }", 3, "support.none"),
    ("name = \"x\"\n[roles]\nhint = \"red\"", 3, "a style"),
    ("name = \"x\"\nroles = 3", 2, "[roles]"),
    ("name = \"x\"\n\n[colors]\na = 1", 3, "palette, roles"),
    ("name = 7", 1, "a name in quotes"),
    ("name = \"x\"\ninherits = \"nobody\"", 2, "nobody"),
    ("name = \"x\"\ninherits = \"x\"", 2, "x < x"),
    ("name = \"x\"\n[roles\n", 2, "not TOML"),
    ("name = \"x\"\nname = \"y\"\n", 2, "not TOML"),
  ])
  func errorsNameTheLineAndWhatToDo(text: String, line: Int, part: String) throws {
    let error = #expect(throws: ThemeError.self) { try theme(text) }
    let found = try #require(error)
    #expect(found.line == line)
    #expect(found.description.contains(part), "\(found)")
    #expect(found.description.contains("own/x.toml") || found.description.contains("theme x"))
  }

  @Test func aThemeNeedsAName() throws {
    let error = #expect(throws: ThemeError.self) { try theme("[roles]\n") }
    #expect(error?.reason == .missing(key: "name"))
  }

  @Test func anErrorOfAParentIsToldWithTheParentsPlace() throws {
    let library = library([
      "own/heir.toml": "name = \"heir\"\ninherits = \"bad\"",
      "own/bad.toml": "name = \"bad\"\n[roles]\nhint = { fg = \"none\" }",
    ])
    let error = #expect(throws: ThemeError.self) { try library.theme(named: "heir") }
    #expect(error?.theme == "own/bad.toml" && error?.line == 3)
  }

  @Test func themesThatInheritFromEachOtherAreRefused() {
    let library = library([
      "own/a.toml": "name = \"a\"\ninherits = \"b\"",
      "own/b.toml": "name = \"b\"\ninherits = \"a\"",
    ])
    let error = #expect(throws: ThemeError.self) { try library.theme(named: "a") }
    #expect(error?.reason == .circularInheritance(["a", "b", "a"]))
  }

  @Test func thePersonsOwnFolderWins() throws {
    let files = [
      "own/dark.toml": "name = \"own dark\"", "installed/dark.toml": "name = \"installed dark\"",
      "installed/light.toml": "name = \"installed light\"", "some/where.toml": "name = \"path\"",
    ]
    #expect(try library(files).theme(named: "dark").name == "own dark")
    #expect(try library(files).theme(named: "light").name == "installed light")
    #expect(try library(files).theme(named: "mono") == .mono)
    #expect(try library(files).theme(named: "some/where.toml").name == "path")
  }

  @Test func aBadThemeFallsBackToSystem() {
    let (theme, problem) = library([:]).themeOrSystem(named: "nobody")
    #expect(theme == .system)
    #expect(problem?.description.contains("cvd-light") == true)
    #expect(library([:]).themeOrSystem(named: "dark").problem == nil)
  }

  @Test func whoChoosesTheTheme() {
    let choose = { (argument: String?, environment: [String: String], configuration: String?) in
      ThemeLibrary.chosenName(
        argument: argument, environment: environment, configuration: configuration)
    }
    #expect(choose(nil, [:], nil) == "system")
    #expect(choose(nil, [:], "dark") == "dark")
    #expect(choose(nil, ["ASCLEPIUS_THEME": "light"], "dark") == "light")
    #expect(choose("cvd-dark", ["ASCLEPIUS_THEME": "light"], "dark") == "cvd-dark")
    #expect(choose("cvd-dark", ["NO_COLOR": "1"], "dark") == "mono")
    #expect(choose("cvd-dark", ["NO_COLOR": ""], "dark") == "cvd-dark")
  }

  @Test func foldersFollowTheEnvironment() {
    #expect(
      ThemeLibrary.folders(environment: ["HOME": "/h"], installed: ["/i"]) == [
        "/h/.config/asclepius/themes", "/i",
      ])
    #expect(
      ThemeLibrary.folders(environment: ["HOME": "/h", "XDG_CONFIG_HOME": "/c"]) == [
        "/c/asclepius/themes"
      ])
    #expect(ThemeLibrary.folders(environment: [:]).isEmpty)
  }
}
