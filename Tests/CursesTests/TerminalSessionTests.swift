import CTerminal
import Foundation
import Screen
import Testing

@testable import Curses

extension TerminalTests {
  @Suite(.serialized) @MainActor
  struct Session {
    @Test("Keys that are typed arrive one by one and together")
    func keysArrive() throws {
      let pseudo = try PseudoTerminal()
      let terminal = try Terminal(theme: .system, ports: pseudo.ports())
      defer { terminal.end() }
      #expect(terminal.pollKeys().isEmpty)
      for (bytes, keys) in KeyParserTests.script {
        pseudo.type(bytes)
        #expect(terminal.pollKeys() == keys, "\(Array(bytes.utf8))")
      }
      pseudo.type("\u{1B}")
      #expect(terminal.pollKeys() == [.escape])
      // Signals and flow control of a line reach the program as keys.
      pseudo.type("\u{3}\u{1A}\u{1C}\u{11}\u{13}")
      #expect(terminal.pollKeys() == ["c", "z", "\\", "q", "s"].map(Key.control))
      pseudo.type("xy\u{1B}[5~")
      #expect(terminal.pollKeys() == [.character("x"), .character("y"), .pageUp])
    }

    @Test("A paste of a megabyte is one key")
    func largePaste() throws {
      let pseudo = try PseudoTerminal()
      let terminal = try Terminal(theme: .system, ports: pseudo.ports())
      defer { terminal.end() }
      let line = "67-year-old man, dyspnoea \u{6F22} 40 mg\n"
      let text = String(repeating: line, count: (1 << 20) / line.utf8.count + 1)
      var rest = Array("\u{1B}[200~\(text)\u{1B}[201~\r".utf8)[...]
      var keys: [Key] = []
      while !rest.isEmpty {
        rest = rest.dropFirst(pseudo.type(rest.prefix(4_096)))
        keys += terminal.pollKeys()
      }
      while keys.last != .enter, isReadable(pseudo.program, within: 5_000) {
        keys += terminal.pollKeys()
      }
      #expect(keys == [.paste(text), .enter])
    }

    @Test("Where pastes are not marked, lines that come at once are one text")
    func unmarkedPaste() throws {
      let pseudo = try PseudoTerminal()
      let terminal = try Terminal(theme: .system, ports: pseudo.ports(name: "linux"))
      defer { terminal.end() }
      #expect(!terminal.marksPastes)
      pseudo.type("ab\rc\r")
      #expect(
        terminal.pollKeys()
          == [.character("a"), .character("b"), .newline, .character("c"), .enter])
    }

    @Test("The end gives back modes, screen, cursor and paste marks, once")
    func endRestores() throws {
      let pseudo = try PseudoTerminal()
      let before = pseudo.modes
      let terminal = try Terminal(theme: .system, ports: pseudo.ports())
      #expect(pseudo.modes != before)
      terminal.draw(Frame(size: terminal.size))
      let taken = pseudo.drawn()
      #expect(taken.contains("\u{1B}[?2004h") && taken.contains("\u{1B}[?1049h"))
      terminal.end()
      #expect(pseudo.modes == before)
      let given = pseudo.drawn()
      #expect(given.contains("\u{1B}[?2004l") && given.contains("\u{1B}[?1049l"))
      #expect(given.contains("\u{1B}[?25h") || given.contains("\u{1B}[34h\u{1B}[?25h"))
      terminal.end()
      terminal.draw(Frame(size: Size(columns: 9, rows: 9)))
      terminal.redraw()
      terminal.resize()
      #expect(terminal.pollKeys().isEmpty)
      #expect(pseudo.drawn().isEmpty)
    }

    @Test("A new size is taken over and the next frame is drawn for it")
    func sizeFollowsTerminal() throws {
      let pseudo = try PseudoTerminal(columns: 80, rows: 24)
      let terminal = try Terminal(theme: .system, ports: pseudo.ports())
      defer { terminal.end() }
      #expect(terminal.size == Size(columns: 80, rows: 24))
      pseudo.resize(columns: 132, rows: 50)
      terminal.resize()
      #expect(terminal.size == Size(columns: 132, rows: 50))
      var frame = Frame(size: terminal.size)
      frame.put("corner", x: 126, y: 49, role: .text, maxColumns: 6)
      terminal.draw(frame)
      var reader = ScreenReader(terminal.size)
      reader.take(Array(pseudo.drawn().utf8))
      #expect(reader.text == frame.text)
    }

    @Test("Terminals that cannot show panes are refused and left as they were")
    func refusals() throws {
      let pseudo = try PseudoTerminal()
      let before = pseudo.modes
      for (name, error) in [
        ("dumb", TerminalError.cannotPlaceCursor(name: "dumb")),
        ("no-such-terminal", .unknownTerminal(name: "no-such-terminal")),
        ("", .unknownTerminal(name: "")),
      ] {
        #expect(throws: error) { try Terminal(theme: .system, ports: pseudo.ports(name: name)) }
        #expect(pseudo.modes == before, "\(name)")
      }
      #expect("\(TerminalError.notATerminal(descriptor: 0))".contains("standard input"))
    }

    @Test("Colours are named as the terminal can show them")
    func colorsByAbility() throws {
      let source = """
        name = "t"
        [palette]
        warn = ["#123456", 214, "bright-yellow"]
        [roles]
        text = {}
        warning = { fg = "warn", attrs = ["underline"] }
        """
      let library = ThemeLibrary(folders: ["f"]) { $0.hasSuffix("t.toml") ? source : nil }
      let theme = try library.theme(named: "t")
      var frame = Frame(size: Size(columns: 10, rows: 2))
      frame.put("x", x: 3, y: 1, role: .warning, maxColumns: 1)
      // What the descriptions' `setaf` and `initc` give, by hand; 0x12 of 255 is 70 of 1000 and 17
      // when it comes back.
      let cases: [(name: String, colorName: String, ability: ColorAbility, sent: String)] = [
        ("vt220", "", .none, "\u{1B}[0;4m"), ("linux", "", .eight, "33m"),
        ("xterm-256color", "", .indexed, "38;5;214m"),
        ("xterm-256color", "truecolor", .redefinable, "\u{1B}]4;214;rgb:11/33/55\u{1B}\\"),
      ]
      for (name, colorName, ability, sent) in cases {
        let piped = try PipedTerminal(
          frame.size, theme: theme, name: name, colorName: colorName)
        defer { piped.end() }
        #expect(piped.terminal.ability == ability)
        let drawn = String(decoding: piped.draw(frame), as: UTF8.self)
        #expect(drawn.contains(sent), "\(name) \(drawn.debugDescription)")
        #expect(piped.terminal.palette.hasRedefinedColors == (ability == .redefinable))
      }
    }

    @Test("Redraw sets modes that another program has changed")
    func redrawRestoresModes() throws {
      let pseudo = try PseudoTerminal()
      let before = pseudo.modes
      let terminal = try Terminal(theme: .system, ports: pseudo.ports())
      defer { terminal.end() }
      terminal.draw(Frame(size: terminal.size))
      let taken = pseudo.modes
      var modes = termios()
      tcgetattr(pseudo.program, &modes)
      modes.c_lflag |= tcflag_t(ICANON | ECHO)
      tcsetattr(pseudo.program, TCSANOW, &modes)
      #expect(pseudo.modes != taken)
      _ = pseudo.drawn()
      terminal.redraw()
      #expect(pseudo.modes == taken && taken != before)
      #expect(pseudo.drawn().contains("\u{1B}[?2004h"))
    }

    @Test("The mouse is reported only while it is asked for, and given back")
    func mouseReports() throws {
      let pseudo = try PseudoTerminal()
      let terminal = try Terminal(theme: .system, ports: pseudo.ports())
      terminal.draw(Frame(size: terminal.size))
      #expect(!pseudo.drawn().contains("\u{1B}[?1000h"))
      terminal.reportsMouse = true
      #expect(pseudo.drawn().contains("\u{1B}[?1000h\u{1B}[?1006h"))
      pseudo.type("\u{1B}[<65;1;1M")
      #expect(
        terminal.pollKeys() == [.pointer(PointerEvent(.wheelDown, at: Point(x: 0, y: 0)))])
      terminal.redraw()
      #expect(pseudo.drawn().contains("\u{1B}[?1000h"))
      terminal.reportsMouse = false
      #expect(pseudo.drawn().contains("\u{1B}[?1000l"))
      terminal.reportsMouse = true
      terminal.end()
      let given = pseudo.drawn()
      #expect(given.contains("\u{1B}[?1006l") && given.contains("\u{1B}[?1000l"))
    }

    @Test("A changed theme is on the screen after redraw")
    func themeChanges() throws {
      let piped = try PipedTerminal(Size(columns: 20, rows: 3), theme: .mono)
      defer { piped.end() }
      var frame = Frame(size: Size(columns: 20, rows: 3))
      frame.put("warning", x: 0, y: 0, role: .warning, maxColumns: 9)
      #expect(!String(decoding: piped.draw(frame), as: UTF8.self).contains("38;5;"))
      piped.terminal.theme = try ThemeLibrary.embedded.theme(named: "dark")
      #expect(String(decoding: piped.redraw(), as: UTF8.self).contains("38;5;"))
    }
  }

  @Suite(.serialized) @MainActor
  struct Rescue {
    @Test("A rescue writes what leaves the screen and restores the modes, once")
    func rescueRestores() throws {
      let pseudo = try PseudoTerminal()
      let before = pseudo.modes
      let terminal = try Terminal(theme: .system, ports: pseudo.ports())
      terminal.draw(Frame(size: terminal.size))
      _ = pseudo.drawn()
      terminal_rescue_now()
      #expect(pseudo.modes == before)
      let sent = pseudo.drawn()
      for sequence in ["\u{1B}[?2004l", "\u{1B}[?1000l", "\u{1B}[?25h", "\u{1B}[?1049l"] {
        #expect(sent.contains(sequence), "\(sequence.dropFirst())")
      }
      terminal_rescue_now()
      #expect(pseudo.drawn().isEmpty)
      terminal.end()
    }

    @Test("Pauses in a description are not sent")
    func padding() {
      #expect(TerminalSequence.withoutPadding("\u{1B}[m\u{F}$<2>x$<5/>$") == "\u{1B}[m\u{F}x$")
    }

    @Test("After the end there is nothing to rescue")
    func endDisarms() throws {
      let pseudo = try PseudoTerminal()
      let terminal = try Terminal(theme: .system, ports: pseudo.ports())
      terminal.end()
      _ = pseudo.drawn()
      terminal_rescue_now()
      #expect(pseudo.drawn().isEmpty)
    }

    @Test("A process that a fatal signal ends writes what leaves the screen")
    func fatalSignal() async throws {
      let result = try await #require(
        processExitsWith: .signal(SIGABRT), observing: [\.standardOutputContent]
      ) {
        terminal_rescue_arm(STDOUT_FILENO, "LEAVE", 5)
        abort()
      }
      #expect(String(decoding: result.standardOutputContent, as: UTF8.self).hasSuffix("LEAVE"))
    }

    @Test("So does one that leaves without an end")
    func exitWithoutEnd() async throws {
      let result = try await #require(
        processExitsWith: .exitCode(3), observing: [\.standardOutputContent]
      ) {
        terminal_rescue_arm(STDOUT_FILENO, "LEAVE", 5)
        exit(3)
      }
      #expect(String(decoding: result.standardOutputContent, as: UTF8.self).contains("LEAVE"))
    }

    @Test("Swift's own traps are fatal signals too")
    func trap() async throws {
      let result = try await #require(
        processExitsWith: .failure, observing: [\.standardOutputContent]
      ) {
        terminal_rescue_arm(STDOUT_FILENO, "LEAVE", 5)
        fatalError("as a broken invariant does")
      }
      #expect(String(decoding: result.standardOutputContent, as: UTF8.self).contains("LEAVE"))
    }
  }
}
