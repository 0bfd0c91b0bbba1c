import Screen
import Testing

@testable import Curses

@Suite("Key parser")
struct KeyParserTests {
  /// Bytes of today's terminals, from xterm's control sequences, the Linux console (F1 `ESC [ [ A`)
  /// and DEC's numbers (F5 15, F12 24), beside the keys that they are.
  static let script: [(bytes: String, keys: [Key])] = [
    ("a", [.character("a")]), ("\r", [.enter]), ("\n", [.newline]), ("\t", [.tab]),
    ("\u{1B}[Z", [.backTab]), ("\u{1B}[A", [.up]), ("\u{1B}OB", [.down]), ("\u{1B}[D", [.left]),
    ("\u{1B}[1C", [.right]), ("\u{1B}[H", [.home]), ("\u{1B}[1~", [.home]), ("\u{1B}OF", [.end]),
    ("\u{1B}[8~", [.end]), ("\u{1B}[5~", [.pageUp]), ("\u{1B}[6~", [.pageDown]),
    ("\u{7F}", [.backspace]), ("\u{8}", [.backspace]), ("\u{1B}[3~", [.delete]),
    ("\u{1B}OP", [.function(1)]), ("\u{1B}[[B", [.function(2)]), ("\u{1B}[15~", [.function(5)]),
    ("\u{1B}[24~", [.function(12)]), ("\u{3}", [.control("c")]), ("\u{1A}", [.control("z")]),
    ("\u{0}", [.control(" ")]), ("\u{1F}", [.control("_")]), ("\u{1B}l", [.alt("l")]),
    ("\u{1B}\u{E9}", [.alt("\u{E9}")]), ("\u{1B}\r", [.newline]), ("\u{1B}OM", [.enter]),
    ("\u{1B}Ok", [.character("+")]), ("\u{1B}Ox", [.character("8")]),
    ("\u{1B}\u{1B}[A", [.escape, .up]), ("\u{6F22}", [.character("\u{6F22}")]),
    ("e\u{301}", [.character("e\u{301}")]), ("\u{1F600}", [.character("\u{1F600}")]),
    ("\u{1B}[<0;3;4M", [.pointer(PointerEvent(.press, at: Point(x: 2, y: 3)))]),
    ("\u{1B}[<64;80;24M", [.pointer(PointerEvent(.wheelUp, at: Point(x: 79, y: 23)))]),
    ("\u{1B}[<69;1;1M", [.pointer(PointerEvent(.wheelDown, at: Point(x: 0, y: 0)))]),
    ("\u{1B}[200~one\r\ntwo\rthree\n\u{1B}[A\u{1B}[201~", [.paste("one\ntwo\nthree\n\u{1B}[A")]),
  ]

  @Test("Each sequence is its key")
  func eachSequence() {
    for (bytes, keys) in Self.script {
      var parser = KeyParser()
      #expect(parser.take(Array(bytes.utf8)) + parser.finish() == keys, "\(Array(bytes.utf8))")
    }
  }

  @Test("Sequences that arrive byte by byte are the same keys")
  func splitSequences() {
    // A mark that comes later than its letter is a key of its own; the rest does not depend on it.
    for (bytes, keys) in Self.script where bytes != "e\u{301}" && bytes != "\u{1B}\u{1B}[A" {
      var parser = KeyParser()
      var found: [Key] = []
      for byte in bytes.utf8 { found += parser.take([byte]) }
      #expect(found + parser.finish() == keys, "\(Array(bytes.utf8))")
    }
  }

  @Test("A start of a sequence that goes no further is what was typed")
  func unfinishedSequences() {
    for (bytes, key) in [
      ("\u{1B}", Key.escape), ("\u{1B}[", .alt("[")), ("\u{1B}O", .alt("O")),
      ("\u{1B}]", .alt("]")),
    ] {
      var parser = KeyParser()
      #expect(parser.take(Array(bytes.utf8)) + parser.finish() == [key])
      #expect(!parser.isWaiting)
    }
  }

  @Test("Sequences without a meaning here leave no trace")
  func unknownSequences() {
    for bytes in [
      "\u{1B}[1;5A", "\u{1B}[99~", "\u{1B}[?62;1c", "\u{1B}[<0;3;4m", "\u{1B}[<2;3;4M",
      "\u{1B}[<0;0;4M", "\u{1B}[<0;4M", "\u{1B}[M !!", "\u{1B}[I",
      "\u{1B}]11;rgb:00/00/00\u{7}", "\u{1B}P1+r\u{1B}\\", "\u{1B}[201~", "\u{1B}[[Z",
    ] {
      var parser = KeyParser()
      let keys = parser.take(Array((bytes + "k").utf8)) + parser.finish()
      #expect(keys == [.character("k")], "\(bytes.dropFirst())")
    }
  }

  @Test("Bytes that are no UTF-8 are left out")
  func invalidBytes() {
    var parser = KeyParser()
    let bytes: [UInt8] = [0x61, 0xFF, 0x62, 0xC3, 0x63, 0xE2, 0x82, 0x64, 0xED, 0xA0, 0x80]
    let keys = parser.take(bytes) + parser.finish()
    #expect(keys == [.character("a"), .character("b"), .character("c"), .character("d")])
  }

  @Test("Any bytes, however they are split, are read to their end")
  func arbitraryBytes() {
    var source = SeededSource(state: 11)
    let alphabet: [UInt8] = [
      0x1B, 0x1B, 0x5B, 0x4F, 0x32, 0x30, 0x7E, 0x3B, 0x0D, 0x61, 0xE2, 0x82,
    ]
    for _ in 0..<2_000 {
      var parser = KeyParser()
      for _ in 0..<Int.random(in: 1...8, using: &source) {
        let bytes = (0..<Int.random(in: 1...9, using: &source)).map { _ in
          Bool.random(using: &source)
            ? alphabet.randomElement(using: &source) ?? 0
            : UInt8.random(in: 0...255, using: &source)
        }
        _ = parser.take(bytes)
      }
      _ = parser.finish()
      #expect(!parser.isWaiting)
      // Whatever came before, unless a paste is open, the next key is understood.
      if !parser.isInPaste { #expect(parser.take([0x0D]) == [.enter]) }
    }
  }

  @Test("What exceeds the capacity of a paste is left out, and the keys behind it are not")
  func pasteCapacity() {
    var parser = KeyParser()
    var keys = parser.take(Array("\u{1B}[200~".utf8))
    let block = [UInt8](repeating: 0x78, count: 1 << 20)
    for _ in 0..<17 { keys += parser.take(block) }
    keys += parser.take(Array("\u{1B}[201~\r".utf8))
    #expect(keys.count == 2 && keys.last == .enter)
    guard case .paste(let text)? = keys.first else {
      Issue.record("no paste")
      return
    }
    #expect(text.utf8.count == KeyParser.pasteCapacity)
  }

  @Test("An Enter inside of a burst is a new line, the one at its end is not")
  func bursts() {
    let keys: [Key] = [.character("a"), .enter, .enter, .character("b"), .enter]
    #expect(
      KeyParser.foldingBurst(keys) == [
        .character("a"), .newline, .newline, .character("b"), .enter,
      ]
    )
    #expect(KeyParser.foldingBurst([.enter]) == [.enter])
    #expect(KeyParser.foldingBurst([.up, .enter, .character("a")])[1] == .enter)
  }
}
