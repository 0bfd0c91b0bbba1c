import Foundation
import Testing

@Suite(.enabled(if: Program.executable != nil, "the program was not built"))
struct ThemeCommandTests {
  private static let scheme = """
    scheme: "Tomorrow Night Eighties"
    author: "Chris Kempson"
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

  @Test func aSchemeBecomesAThemeOfOnesOwn() throws {
    let program = try Program()
    defer { program.remove() }
    try Self.scheme.write(to: program.file("s.yaml"), atomically: true, encoding: .utf8)
    let imported = try program.run(["theme", "import", "s.yaml"])
    #expect(imported.status == 0, "\(imported.problems)")
    #expect(imported.output.contains("asclepius --theme tomorrow-night-eighties"))
    let file = program.file("config/asclepius/themes/tomorrow-night-eighties.toml")
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(text.contains("by Chris Kempson"))
    #expect(text.contains("base = [\"#2d2d2d\", 236, \"black\"]"))

    let listed = try program.run(["theme", "list"])
    #expect(listed.output.contains("dark\tpart of the program\n"))
    #expect(listed.output.contains("tomorrow-night-eighties\t\(file.path)\n"))
    let checked = try program.run(["theme", "check", "tomorrow-night-eighties"])
    #expect(checked.status == 0 && checked.output.contains("every role can be read"))

    let again = try program.run(["theme", "import", "s.yaml"])
    #expect(again.status == 1 && again.problems.contains("--force"))
    #expect(try program.run(["theme", "import", "--force", "s.yaml"]).status == 0)
  }

  @Test func whatIsHardToReadIsToldAndFails() throws {
    let program = try Program()
    defer { program.remove() }
    try """
    name = "pale"
    inherits = "light"
    [palette]
    dim = ["#bbbbbb", 250, "black"]
    """.write(to: program.file("pale.toml"), atomically: true, encoding: .utf8)
    let checked = try program.run(["theme", "check", "pale.toml"])
    #expect(checked.status == 1)
    #expect(checked.output.contains("hint: 1.8 of 4.5 with true color\n"))
    #expect(!checked.output.contains("16 colors"))
  }

  @Test func aThemeThatCannotBeUsedIsToldWithItsLine() throws {
    let program = try Program()
    defer { program.remove() }
    try "name = \"bad\"\n[roles]\nhint = { fg = \"no\" }\n"
      .write(to: program.file("bad.toml"), atomically: true, encoding: .utf8)
    let checked = try program.run(["theme", "check", "bad.toml"])
    #expect(checked.status == 1)
    #expect(checked.problems.contains("bad.toml, line 3: "))
  }
}
