import Foundation
import Testing

/// The real program on terminals of other kinds, as their names in `TERM` describe them.
@Suite(
  .serialized, .enabled(if: TmuxTerminal.isThere, "tmux or bash is missing"),
  .enabled(if: Program.executable != nil, "the program was not built"))
struct TerminalKindTests {
  private static let kinds = ["xterm-256color", "screen", "tmux-256color", "linux", "vt100"]

  @Test(arguments: kinds)
  func aQuestionIsAskedAndAnswered(kind: String) throws {
    let program = try Program()
    defer { program.remove() }
    let terminal = try TmuxTerminal(program)
    try terminal.run("stty -a > before.txt")
    try terminal.run(
      "TERM=\(kind) \(program.executable.path) 0142.txt --replay quick.jsonl; echo end-$?")
    let start = try terminal.wait(for: "IDLE")
    #expect(start.contains("Furosemide 40 mg by mouth twice daily."))
    #expect(start.contains("Größe 178 cm. 退院後は心不全外来。"))
    try terminal.type("Which diuretic?")
    try terminal.press("Enter")
    try terminal.wait(for: "word-60")
    try terminal.wait(for: "IDLE")
    try expectWhatTheProgramDrew(program, terminal, "answered")

    // Keys that move, and each place by the letters that every keyboard has.
    try terminal.press("PPage")
    try terminal.wait(for: "word-1 word-2")
    try terminal.press("BTab", "Home")
    for (keys, tab) in [("gr", "QA*"), ("gc", "Compare*"), ("gj", "Jobs*"), ("gq", "Query*")] {
      try terminal.type(keys)
      try terminal.wait(for: tab)
    }
    try expectWhatTheProgramDrew(program, terminal, "moved")

    try terminal.press("C-c")
    try terminal.wait(for: "Quit? y/n")
    try terminal.type("y")
    try terminal.wait(for: "end-0")
    try terminal.run("stty -a > after.txt; echo done-$((40 + 2))")
    try terminal.wait(for: "done-42")
    #expect(
      try String(contentsOf: program.file("before.txt"), encoding: .utf8)
        == String(contentsOf: program.file("after.txt"), encoding: .utf8))
  }

  @Test(arguments: ["xterm-256color", "linux"])
  func aStormOfResizesEndsInTheRightScreen(kind: String) throws {
    let program = try Program()
    defer { program.remove() }
    let terminal = try TmuxTerminal(program)
    try terminal.run("TERM=\(kind) \(program.executable.path) 0142.txt --replay slow.jsonl")
    try terminal.wait(for: "IDLE")
    try terminal.type("Course?")
    try terminal.press("Enter")
    try terminal.wait(for: "word-1")
    // Sizes on both sides of each limit, in an order that changes all of them at once.
    for round in 0..<40 {
      try terminal.resize(
        columns: [50, 210, 80, 130, 59, 100][round % 6], rows: [60, 14, 24, 40, 16][round % 5])
    }
    for (columns, rows) in [(200, 60), (80, 24)] {
      try terminal.resize(columns: columns, rows: rows)
      try terminal.wait(describing: "\(columns)x\(rows)") { screen in
        let lines = screen.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.count >= rows && lines[rows - 1].contains("F1 help")
          && lines[rows - 2].contains("DECODE")
      }
    }
    try terminal.press("C-c")
    try terminal.wait(for: "stopped at token")
    try expectWhatTheProgramDrew(program, terminal, "after")
  }

  @Test func aPastedMegabyteIsOneTextAndTypingGoesOn() throws {
    let program = try Program()
    defer { program.remove() }
    let terminal = try TmuxTerminal(program)
    try terminal.run("\(program.executable.path) 0142.txt --replay quick.jsonl")
    try terminal.wait(for: "IDLE")
    let line = "Furosemide 40 mg by mouth twice daily, and so on.\n"
    let text = String(repeating: line, count: (1 << 20) / line.utf8.count + 1) + "the very end"
    try text.write(to: program.file("paste.txt"), atomically: true, encoding: .utf8)
    try terminal.paste(file: program.file("paste.txt"))
    let pasted = try terminal.wait(for: "the very end")
    #expect(pasted.contains("Ask a question about the note."), "nothing was sent")
    try terminal.type("!")
    try terminal.wait(for: "the very end!")
    try terminal.press("Enter")
    try terminal.wait(for: "word-60")
  }

  /// Holds what the terminal shows against what the program says it drew; the row of notices alone
  /// differs, which tells of the file.
  private func expectWhatTheProgramDrew(
    _ program: Program, _ terminal: TmuxTerminal, _ name: String,
    source: SourceLocation = #_sourceLocation
  ) throws {
    try terminal.press("BTab", "BTab")
    try terminal.type(":save-display \(name).txt")
    try terminal.press("Enter")
    let screen = try terminal.wait(for: "Screen written to \(name).txt")
    try terminal.press("Tab", "Tab")
    let drawn = try String(contentsOf: program.file("\(name).txt"), encoding: .utf8)
    #expect(rows(of: screen) == rows(of: drawn), sourceLocation: source)
  }

  /// The rows without blanks at their ends, and without those that are blank or hold the notice: by
  /// then the one on the screen tells of the file.
  private func rows(of screen: String) -> [String] {
    screen.split(separator: "\n").compactMap { row in
      guard let end = row.lastIndex(where: { $0 != " " }), !row.contains("Screen written to"),
        !row.contains("is not found in the note as written")
      else { return nil }
      return String(row[...end])
    }
  }
}
