import Screen
import Testing

@testable import Curses

/// ncurses is global to the process, so all that touches it runs one after another.
@Suite(.serialized) @MainActor
enum TerminalTests {}

private let sizes = [
  Size(columns: 80, rows: 24), Size(columns: 120, rows: 40), Size(columns: 200, rows: 60),
]

extension TerminalTests {
  @Suite(.serialized) @MainActor
  struct Drawing {
    @Test("What ncurses holds is the frame, cell by cell", arguments: sizes)
    func heldCellsEqualFrame(size: Size) throws {
      let theme = try ThemeLibrary.embedded.theme(named: "dark")
      let piped = try PipedTerminal(size, theme: theme)
      defer { piped.end() }
      var source = SeededSource(state: 7)
      let frame = randomFrame(size, changing: Frame(size: size), edits: 200, &source)
      _ = piped.draw(frame)
      try expectHeld(frame, by: piped.terminal)
    }

    @Test("Changes drawn one after another show what the last frame alone shows", arguments: sizes)
    func changesEqualRedraw(size: Size) throws {
      let piped = try PipedTerminal(size, theme: ThemeLibrary.embedded.theme(named: "dark"))
      defer { piped.end() }
      var source = SeededSource(state: UInt64(size.columns))
      var reader = ScreenReader(size)
      var frame = Frame(size: size)
      for step in 0..<60 {
        frame = randomFrame(size, changing: frame, edits: step % 10 == 9 ? 80 : 4, &source)
        reader.take(piped.draw(frame))
        #expect(reader.text == frame.text, "step \(step)")
        if let cursor = frame.cursor {
          #expect(reader.showsCursor && reader.cursor == (cursor.x, cursor.y), "step \(step)")
        } else {
          #expect(!reader.showsCursor, "step \(step)")
        }
      }
      try expectHeld(frame, by: piped.terminal)
      var whole = ScreenReader(size)
      whole.take(piped.redraw())
      #expect(whole.text == frame.text)
      #expect(reader.unknown.isEmpty && whole.unknown.isEmpty)
    }

    @Test("Pictures of several characters and unknown ones keep the columns of their row")
    func clustersKeepColumns() throws {
      let size = Size(columns: 40, rows: 4)
      let piped = try PipedTerminal(size)
      defer { piped.end() }
      var frame = Frame(size: size)
      // A family, a heart with its presentation, a flag, a thumb with a tone, a private character.
      let clusters = [
        "\u{1F468}\u{200D}\u{1F469}", "\u{2764}\u{FE0F}", "\u{1F1E9}\u{1F1EA}",
        "\u{1F44D}\u{1F3FD}", "\u{E000}",
      ]
      for (y, cluster) in clusters.prefix(4).enumerated() {
        frame.put(cluster + "|end", x: 0, y: y, role: .text, maxColumns: 40)
      }
      frame.put(clusters[4] + "|end", x: 20, y: 0, role: .text, maxColumns: 20)
      _ = piped.draw(frame)
      for y in 0..<4 {
        #expect(piped.terminal.heldCell(x: 2, y: y)?.text == "|", "row \(y)")
        #expect(piped.terminal.heldCell(x: 5, y: y)?.text == "d", "row \(y)")
      }
      #expect(piped.terminal.heldCell(x: 21, y: 0)?.text == "|")
    }

    @Test("A frame larger than the terminal is cut, and a smaller one leaves blanks")
    func framesOfOtherSizes() throws {
      let piped = try PipedTerminal(Size(columns: 10, rows: 3))
      defer { piped.end() }
      var reader = ScreenReader(Size(columns: 10, rows: 3))
      var large = Frame(size: Size(columns: 30, rows: 9))
      // The wide character would stand half outside.
      for y in 0..<9 { large.put("123456789\u{6F22}xyz", x: 0, y: y, role: .text, maxColumns: 30) }
      reader.take(piped.draw(large))
      #expect(reader.text == "123456789\n123456789\n123456789")
      var small = Frame(size: Size(columns: 4, rows: 1))
      small.put("ab", x: 0, y: 0, role: .text, maxColumns: 4)
      reader.take(piped.draw(small))
      #expect(reader.text == "ab\n\n")
    }

    @Test(
      "A streamed token costs at most 100 bytes",
      arguments: [Size(columns: 80, rows: 24), Size(columns: 200, rows: 60)])
    func bytesOfStreamedTokens(size: Size) throws {
      let piped = try PipedTerminal(size)
      defer { piped.end() }
      let tokenCount = 128
      _ = piped.draw(streamFrame(size, tokens: 0))
      var byteCount = 0
      for token in 1...tokenCount {
        byteCount += piped.draw(streamFrame(size, tokens: token)).count
      }
      // 47 at 80x24 and 46 at 200x60 with ncurses 6.4.
      #expect(byteCount <= 100 * tokenCount)
      #expect(byteCount >= 6 * tokenCount, "fewer bytes than the text itself has")
    }

    @Test("An unchanged frame sends nothing")
    func unchangedFrameIsSilent() throws {
      let size = Size(columns: 80, rows: 24)
      let piped = try PipedTerminal(size)
      defer { piped.end() }
      _ = piped.draw(streamFrame(size, tokens: 9))
      #expect(piped.draw(streamFrame(size, tokens: 9)).isEmpty)
    }
  }
}

/// Expects each cell's text and look to be those of the frame.
@MainActor
func expectHeld(_ frame: Frame, by terminal: Terminal) throws {
  for y in 0..<frame.size.rows {
    for x in 0..<frame.size.columns where !frame[x, y].isContinuation {
      let held = try #require(terminal.heldCell(x: x, y: y))
      #expect(held.text == frame[x, y].text, "cell \(x), \(y)")
      #expect(held.look == terminal.palette.look(of: frame[x, y].role), "cell \(x), \(y)")
    }
  }
}

/// A screen as in the middle of an answer: rules, the answer so far, the prompt, a status row whose
/// count changes with each token.
private func streamFrame(_ size: Size, tokens: Int) -> Frame {
  var frame = Frame(size: size)
  let answerTop = size.rows / 2
  frame.horizontalRule(
    .init(left: "Note 0142", right: "3/120"), at: Point(x: 0, y: 0), columns: size.columns,
    chrome: .ascii)
  frame.horizontalRule(
    .init(left: "Answer", right: "following"), at: Point(x: 0, y: answerTop),
    columns: size.columns, chrome: .ascii)
  let words = ["furosemide ", "40 mg ", "by mouth ", "twice ", "daily. "]
  let answer = (0..<tokens).map { words[$0 % words.count] }.joined()
  let lines = TextWidth.wrap(answer, columns: size.columns - 4)
  let height = size.rows - answerTop - 5
  for (row, line) in lines.suffix(height).enumerated() {
    frame.put(line.text, x: 2, y: answerTop + 1 + row, role: .text, maxColumns: size.columns - 4)
  }
  frame.put("> ", x: 2, y: size.rows - 3, role: .prompt, maxColumns: 2)
  frame.fill(Rect(x: 0, y: size.rows - 1, columns: size.columns, rows: 1), role: .status)
  frame.put(
    " DECODE 17.4 tok/s | ctx \(1312 + tokens)/2048", x: 0, y: size.rows - 1, role: .status,
    maxColumns: size.columns)
  frame.cursor = Point(x: 4, y: size.rows - 3)
  return frame
}

/// `frame` with some texts written over it: plain, wide, with accents, in all roles.
private func randomFrame(
  _ size: Size, changing frame: Frame, edits: Int, _ source: inout SeededSource
) -> Frame {
  let words = [
    "dyspnoea ", "40 mg", "\u{6F22}\u{5B57}", "\u{D55C}\u{AE00} ", "e\u{301}te\u{301}",
    "na\u{EF}ve",
    "\u{1F600}", "a\u{6F22}b", "\u{2500}\u{2502}", "   ", "x\u{323}\u{302}y",
    "--------------------",
  ]
  var frame = frame
  for _ in 0..<edits {
    let role = Role.allCases.randomElement(using: &source) ?? .text
    let x = Int.random(in: 0..<size.columns, using: &source)
    let y = Int.random(in: 0..<size.rows, using: &source)
    let text = (0..<Int.random(in: 1...6, using: &source)).map { _ in
      words.randomElement(using: &source) ?? ""
    }.joined()
    frame.put(text, x: x, y: y, role: role, maxColumns: size.columns)
  }
  frame.cursor =
    Bool.random(using: &source)
    ? Point(
      x: Int.random(in: 0..<size.columns, using: &source),
      y: Int.random(in: 0..<size.rows, using: &source)) : nil
  return frame
}
