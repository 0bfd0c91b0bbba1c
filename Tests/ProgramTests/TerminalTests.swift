import Foundation
import Testing

/// The real program in a real terminal.
@Suite(
  .serialized, .enabled(if: TmuxTerminal.isThere, "tmux or bash is missing"),
  .enabled(if: Program.executable != nil, "the program was not built"))
struct TerminalTests {
  @Test func aQuestionIsAnsweredOnTheScreen() throws {
    let program = try Program()
    defer { program.remove() }
    let terminal = try TmuxTerminal(program)
    try terminal.run("\(program.executable.path) 0142.txt --replay quick.jsonl")
    try terminal.wait(for: "Ask a question about the note.")
    let idle = try terminal.wait(for: "IDLE")
    #expect(idle.contains("Furosemide 40 mg by mouth twice daily."))
    #expect(idle.contains("Größe 178 cm. 退院後は心不全外来。"))
    #expect(idle.contains("SYNTHETIC"))

    try terminal.type("Which diuretic?")
    try terminal.press("Enter")
    try terminal.wait(for: "word-60")
    try terminal.wait(for: "IDLE")
    try terminal.press("PPage")
    try terminal.wait(for: "You ")
    let first = try terminal.wait(for: "Which diuretic?")
    #expect(first.contains("word-1 word-2"))
  }

  @Test func controlCStopsTheAnswerAndKeepsIt() throws {
    let program = try Program()
    defer { program.remove() }
    let terminal = try TmuxTerminal(program)
    try terminal.run("\(program.executable.path) 0142.txt --replay slow.jsonl")
    try terminal.wait(for: "IDLE")
    try terminal.type("Course?")
    try terminal.press("Enter")
    try terminal.wait(for: "word-3")
    try terminal.press("C-c")
    let stopped = try terminal.wait(for: "stopped at token")
    #expect(stopped.contains("word-1 word-2"))
    #expect(stopped.contains("STOPPED"))
  }

  @Test func aResizedTerminalIsLaidOutAnew() throws {
    let program = try Program()
    defer { program.remove() }
    let terminal = try TmuxTerminal(program)
    try terminal.run("\(program.executable.path) 0142.txt --replay slow.jsonl")
    try terminal.wait(for: "IDLE")
    try terminal.type("Course?")
    try terminal.press("Enter")
    try terminal.wait(for: "word-1")
    try terminal.resize(columns: 120, rows: 40)
    try terminal.wait(describing: "note and answer side by side") { screen in
      screen.split(separator: "\n").contains { $0.contains("Note 0142") && $0.contains("Answer") }
    }
    try terminal.resize(columns: 50, rows: 14)
    try terminal.wait(for: "Need 60x16, have 50x14")
    try terminal.resize(columns: 80, rows: 24)
    try terminal.wait(for: "DECODE")
    try terminal.press("C-c")
    try terminal.wait(for: "stopped at token")
  }

  @Test func aPastedBlockIsNotSentLineByLine() throws {
    let program = try Program()
    defer { program.remove() }
    let terminal = try TmuxTerminal(program)
    try terminal.run("\(program.executable.path) 0142.txt --replay quick.jsonl")
    try terminal.wait(for: "IDLE")
    try terminal.paste("first line\nsecond line\n")
    let pasted = try terminal.wait(for: "second line")
    #expect(pasted.contains("first line"))
    #expect(!pasted.contains("word-1"))
    #expect(pasted.contains("Ask a question about the note."), "nothing was sent")
  }

  @Test func leavingGivesTheTerminalBackAsItWas() throws {
    let program = try Program()
    defer { program.remove() }
    let terminal = try TmuxTerminal(program)
    try terminal.run("echo before-$((40 + 2)); stty -a > before.txt")
    try terminal.wait(for: "before-42")
    try terminal.run("\(program.executable.path) 0142.txt --replay quick.jsonl; echo end-$?")
    try terminal.wait(for: "IDLE")
    try terminal.press("C-c")
    try terminal.wait(for: "Quit? y/n")
    try terminal.type("y")
    let left = try terminal.wait(for: "end-0")
    #expect(left.contains("before-42"), "the screen of before is back")
    try terminal.run("stty -a > after.txt; echo done-$((40 + 2))")
    try terminal.wait(for: "done-42")
    try expectSameSettings(program)
  }

  /// A wish to end, a line that is dropped, and a fault of the program itself.
  @Test(arguments: ["TERM", "HUP", "ABRT"])
  func aKilledProgramGivesTheTerminalBackToo(signal: String) throws {
    let program = try Program()
    defer { program.remove() }
    let terminal = try TmuxTerminal(program)
    try terminal.run("stty -a > before.txt")
    try terminal.run(
      "(while [ ! -e now ]; do sleep 0.05; done; kill -\(signal) $(cat pid)) 2> /dev/null &")
    try terminal.run(
      "sh -c 'echo $$ > pid; exec \(program.executable.path) 0142.txt --replay slow.jsonl';"
        + " echo end-$((40 + 2))")
    try terminal.wait(for: "IDLE")
    try terminal.type("Course?")
    try terminal.press("Enter")
    try terminal.wait(for: "word-2")
    try Data().write(to: program.file("now"))
    try terminal.wait(for: "end-42")
    try terminal.run("stty -a > after.txt; echo done-$((40 + 2))")
    try terminal.wait(for: "done-42")
    try expectSameSettings(program)
  }

  @Test func aSuspendedProgramComesBackWithItsScreen() throws {
    let program = try Program()
    defer { program.remove() }
    let terminal = try TmuxTerminal(program)
    try terminal.run("\(program.executable.path) 0142.txt --replay quick.jsonl")
    try terminal.wait(for: "IDLE")
    try terminal.type("draft")
    try terminal.wait(for: "> draft")
    try terminal.press("C-z")
    try terminal.wait(for: "Stopped")
    try terminal.run("fg")
    try terminal.wait(for: "> draft")
    try terminal.type("ed")
    try terminal.wait(for: "> drafted")
  }

  @Test func aProgramThatIsStoppedFromOutsideGivesTheTerminalBackAndTakesItAgain() throws {
    let program = try Program()
    defer { program.remove() }
    let terminal = try TmuxTerminal(program)
    try terminal.run("stty -a > before.txt")
    try terminal.run(
      "(while [ ! -e now ]; do sleep 0.05; done; pkill -TSTP -P $$ asclepius) 2> /dev/null &")
    try terminal.run("\(program.executable.path) 0142.txt --replay slow.jsonl")
    try terminal.wait(for: "IDLE")
    try terminal.type("Course?")
    try terminal.press("Enter")
    try terminal.wait(for: "word-2")
    try Data().write(to: program.file("now"))
    try terminal.wait(for: "Stopped")
    try terminal.run("stty -a > after.txt; echo done-$((40 + 2))")
    try terminal.wait(for: "done-42")
    try expectSameSettings(program)
    try terminal.run("fg")
    let back = try terminal.wait(for: "DECODE")
    #expect(back.contains("word-1 word-2"))
    try terminal.press("C-c")
    try terminal.wait(for: "stopped at token")
  }

  @Test func withoutUTF8LinesAreDrawnInASCII() throws {
    let program = try Program()
    defer { program.remove() }
    let terminal = try TmuxTerminal(program)
    try terminal.run("LC_ALL=POSIX \(program.executable.path) 0142.txt --replay quick.jsonl")
    let screen = try terminal.wait(for: "The locale is not UTF-8, so lines are drawn in ASCII.")
    #expect(screen.contains("-- Note 0142.txt -----"))
    #expect(!screen.contains("\u{2500}"))
  }

  /// Screen readers read what is written, and nothing else may be: no byte that moves the cursor,
  /// colours, or writes over what was there.
  @Test func plainModeWritesNothingButLines() throws {
    let program = try Program()
    defer { program.remove() }
    let terminal = try TmuxTerminal(program)
    try terminal.run("bind 'set enable-bracketed-paste off'; echo ready-$((40 + 2))")
    try terminal.wait(for: "ready-42")
    try terminal.record(to: program.file("raw.txt"))
    try terminal.run("\(program.executable.path) 0142.txt --replay quick.jsonl --plain")
    try terminal.wait(for: "Model: Recorded")
    for (line, answer) in [
      ("Which diuretic?", "word-60"), (":set temperature 3x", "Notice:"),
      (":help", "go on although answers cannot be saved"),
      (":theme dark", ":theme"), ("7", "Summarise"),
    ] {
      try terminal.run(line)
      try terminal.wait(for: answer)
    }
    try terminal.run(":q")
    try terminal.run("echo end-$((40 + 2))")
    try terminal.wait(for: "end-42")
    let bytes = try Data(contentsOf: program.file("raw.txt"))
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.contains("You: Which diuretic?") && text.contains("word-60"))
    for scalar in text.replacingOccurrences(of: "\r\n", with: "\n").unicodeScalars
    where scalar.value < 0x20 || scalar.value == 0x7F {
      #expect(scalar == "\n", "a control code, \(scalar.value)")
    }
  }

  @Test func theInstructionIsWrittenInTheEditorOfThePerson() throws {
    let program = try Program()
    defer { program.remove() }
    // Replaces the draft, and shows that the terminal is its own while it runs.
    let editor = """
      #!/bin/sh
      cp "$1" seen.txt
      stat -c '%a' "$1" > mode.txt
      printf '%s' "$1" > place.txt
      printf 'line one\\nline two\\n' > "$1"
      """
    try editor.write(to: program.file("editor.sh"), atomically: true, encoding: .utf8)
    let terminal = try TmuxTerminal(program)
    try terminal.run("export EDITOR='sh \(program.file("editor.sh").path)'")
    try terminal.run("\(program.executable.path) 0142.txt --replay quick.jsonl")
    try terminal.wait(for: "IDLE")
    try terminal.type("draft")
    try terminal.wait(for: "> draft")
    try terminal.press("C-g")
    try terminal.wait(for: "line two")
    #expect(try String(contentsOf: program.file("seen.txt"), encoding: .utf8) == "draft\n")
    #expect(try String(contentsOf: program.file("mode.txt"), encoding: .utf8) == "600\n")
    let place = try String(contentsOf: program.file("place.txt"), encoding: .utf8)
    #expect(!FileManager.default.fileExists(atPath: place))
    try terminal.type("!")
    try terminal.wait(for: "line two!")
  }

  @Test func anUnknownTerminalGetsPlainLinesAndTheReason() throws {
    let program = try Program()
    defer { program.remove() }
    let terminal = try TmuxTerminal(program)
    try terminal.run("TERM=nosuchterm \(program.executable.path) 0142.txt --replay quick.jsonl")
    try terminal.wait(for: "plain lines, since no description of the terminal \"nosuchterm\"")
    try terminal.wait(for: "Note: 0142.txt")
    try terminal.run(":q")
    try terminal.run("echo done-$((40 + 2))")
    try terminal.wait(for: "done-42")
  }

  private func expectSameSettings(_ program: Program) throws {
    let before = try String(contentsOf: program.file("before.txt"), encoding: .utf8)
    let after = try String(contentsOf: program.file("after.txt"), encoding: .utf8)
    #expect(before.contains("icanon"))
    #expect(before == after)
  }
}
