import Foundation
import Testing

/// The real program where there is no terminal.
@Suite(.enabled(if: Program.executable != nil, "the program was not built"))
struct WithoutTerminalTests {
  @Test func throughAPipeItSpeaksInPlainLines() throws {
    let program = try Program()
    defer { program.remove() }
    let result = try program.run(
      ["0142.txt", "--replay", "quick.jsonl"], input: "Which diuretic?\n7\n")
    #expect(result.status == 0)
    #expect(result.output.contains("Note: 0142.txt, 6 lines\n"))
    #expect(result.output.contains("You: Which diuretic?\nModel:  word-1 word-2"))
    #expect(
      result.output.contains("word-60\nSupport: 1 sentence: 0 found in note, 1 NOT FOUND\n"))
    #expect(!result.output.contains("\u{1B}"))
    #expect(result.problems.contains("plain lines"))
  }

  @Test func aScriptLeavesASectionOutAndWritesTheSession() throws {
    let program = try Program()
    defer { program.remove() }
    let script = """
      wait ready
      key tab o down space
      wait ready
      save-display outline.txt
      key esc s-tab
      type Which diuretic?
      key enter
      wait ready
      key tab tab :
      type w session.jsonl
      key enter
      wait ready
      """
    try script.write(to: program.file("a.script"), atomically: true, encoding: .utf8)
    let result = try program.run(
      ["0142.txt", "--replay", "quick.jsonl", "--script", "a.script", "--size", "100x30"])
    #expect(result.status == 0, "\(result.problems)")
    let outline = try String(contentsOf: program.file("outline.txt"), encoding: .utf8)
    // A recording counts four bytes as a token; wc -c says 78 for the first section, 185 for both.
    #expect(outline.contains(">[ ] DISCHARGE MEDICATIONS"))
    #expect(outline.contains("sent 20 of 47 tokens"))
    let session = try String(contentsOf: program.file("session.jsonl"), encoding: .utf8)
    #expect(session.contains(#""left_out": [{"index": 1, "title": "DISCHARGE MEDICATIONS"}]"#))
  }

  @Test func theConfigurationBindsKeysAndItsFaultsStopNothing() throws {
    let program = try Program()
    defer { program.remove() }
    let folder = program.file("config/asclepius")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try """
    colour = "blue"
    [keys.panes]
    "Z" = "outline"
    """.write(
      to: folder.appendingPathComponent("config.toml"), atomically: true, encoding: .utf8)
    let script = """
      wait ready
      save-display start.txt
      key tab Z
      save-display outline.txt
      key esc
      resize 80x100
      key f1
      save-display help.txt
      """
    try script.write(to: program.file("a.script"), atomically: true, encoding: .utf8)
    let result = try program.run(
      ["0142.txt", "--replay", "quick.jsonl", "--script", "a.script"])
    #expect(result.status == 0, "\(result.problems)")
    let start = try String(contentsOf: program.file("start.txt"), encoding: .utf8)
    #expect(start.contains("config.toml, line 1: there is no key colour"))
    let outline = try String(contentsOf: program.file("outline.txt"), encoding: .utf8)
    #expect(outline.contains("[Outline]"))
    let help = try String(contentsOf: program.file("help.txt"), encoding: .utf8)
    #expect(help.contains("o  Z"), "help shows the keys that are in force")
  }

  @Test func aNoteThatIsNotThereIsNamed() throws {
    let program = try Program()
    defer { program.remove() }
    let result = try program.run(["nowhere.txt", "--replay", "quick.jsonl", "--plain"])
    #expect(result.status == 1)
    #expect(result.problems.contains("nowhere.txt"))
    #expect(result.output.isEmpty)
  }

  @Test func aScriptGivesTheSameScreenEachTime() throws {
    let program = try Program()
    defer { program.remove() }
    let script = """
      # Ask, look at the middle of the answer, stop.
      wait ready
      type Which diuretic?
      key enter
      wait tokens 20
      save-display middle.txt
      key ^c
      wait ready
      save-display end.txt
      """
    try script.write(to: program.file("a.script"), atomically: true, encoding: .utf8)
    let arguments = [
      "0142.txt", "--replay", "slow.jsonl", "--script", "a.script", "--size", "100x30",
    ]
    var screens: [String] = []
    for _ in 0..<2 {
      let result = try program.run(arguments)
      #expect(result.status == 0, "\(result.problems)")
      screens.append(try String(contentsOf: program.file("middle.txt"), encoding: .utf8))
    }
    #expect(screens[0] == screens[1])
    #expect(screens[0].contains("word-20"))
    #expect(!screens[0].contains("word-21"))
    #expect(screens[0].contains("DECODE"))
    let end = try String(contentsOf: program.file("end.txt"), encoding: .utf8)
    #expect(end.contains("stopped at token 20"))
  }

  @Test(arguments: [(80, 24), (120, 40), (200, 60)])
  func aScriptSavesTheScreenOfEachPlace(columns: Int, rows: Int) throws {
    let program = try Program()
    defer { program.remove() }
    let places = [("f2", "F2 Query*"), ("f3", "F3 QA*"), ("f4", "F4 Compare*"), ("f5", "F5 Jobs*")]
    var script = "wait ready\ntype Which diuretic?\nkey enter\nwait ready\n"
    for (key, _) in places {
      script += "key \(key)\nsave-display \(key).txt\n"
      script += "key :\ntype save-display typed-\(key).txt\nkey enter\n"
    }
    try script.write(to: program.file("a.script"), atomically: true, encoding: .utf8)
    let result = try program.run([
      "0142.txt", "--replay", "quick.jsonl", "--script", "a.script", "--size",
      "\(columns)x\(rows)",
    ])
    #expect(result.status == 0, "\(result.problems)")
    for (key, tab) in places {
      let screen = try String(contentsOf: program.file("\(key).txt"), encoding: .utf8)
      let lines = screen.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      #expect(lines.count == rows)
      #expect(lines.first?.contains(tab) == true, "\(key)")
      #expect(lines.last?.contains("help") == true, "\(key)")
      #expect(lines.allSatisfy { $0.count <= columns })
      let typed = try String(contentsOf: program.file("typed-\(key).txt"), encoding: .utf8)
      #expect(typed == screen, "the command writes what the script does")
    }
  }

  @Test func aWrongScriptIsRefusedWithItsLine() throws {
    let program = try Program()
    defer { program.remove() }
    try "wait ready\nfrobnicate\n".write(
      to: program.file("a.script"), atomically: true, encoding: .utf8)
    let result = try program.run(
      ["0142.txt", "--replay", "quick.jsonl", "--script", "a.script"])
    #expect(result.status == 1)
    #expect(result.problems.contains("a.script, line 2"))
  }
}
