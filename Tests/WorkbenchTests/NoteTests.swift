import Clinical
import Screen
import Testing

@testable import Workbench

@Suite struct NoteTests {
  @Test func aByteOutsideUTF8IsNamedWithItsOffset() {
    let bytes = Array("caf".utf8) + [0x92] + Array(" ok".utf8)
    let note = NoteDocument(name: "a", bytes: bytes)
    #expect(note.problem == .notUTF8(byte: 0x92, offset: 3))
    #expect(note.text == "caf\u{FFFD} ok")
  }

  @Test func aCutCharacterAtTheEndIsNamed() {
    let note = NoteDocument(name: "a", bytes: Array("ok".utf8) + [0xE2, 0x82])
    guard case .notUTF8(_, let offset) = note.problem else {
      Issue.record("no problem was found")
      return
    }
    #expect(offset >= 2)
  }

  @Test func aControlByteIsNamedAndTabsAreNot() {
    let note = NoteDocument(name: "a", bytes: Array("a\tb\r\nc\u{1B}[31m".utf8))
    #expect(note.problem == .controlByte(byte: 0x1B, offset: 6))
    #expect(NoteDocument(name: "a", bytes: Array("a\tb\r\nc\n".utf8)).problem == nil)
  }

  @Test func lineEndsBecomeOneAndAByteOrderMarkGoes() {
    let note = NoteDocument(name: "a", bytes: [0xEF, 0xBB, 0xBF] + Array("a\r\nb\rc\n".utf8))
    #expect(note.text == "a\nb\nc\n")
    #expect(note.problem == nil)
  }

  @Test func anOddNoteIsNotSentBeforeThePersonAgrees() throws {
    let note = NoteDocument(name: "odd.txt", bytes: Array("Stable\u{1B}[2J.".utf8))
    var bench = Bench(notes: [note])
    bench.type("How is he?")
    #expect(bench.press(.enter).generation == nil)
    #expect(bench.noticeRow.contains("byte 0x1b at offset 6"))
    let request = try bench.press(.character("y")).request()
    #expect(request.order.question == "How is he?")
    // Agreed once for this note.
    bench.finish(request.id, text: "Stable.")
    #expect(bench.ask("And now?") != nil)
  }

  @Test func controlBytesOfANoteNeverReachTheScreen() {
    let text = "A\u{1B}[2J B\u{7}\u{202E}C\u{9B}31m D\u{0}"
    let bench = Bench(notes: [NoteDocument(name: "a\u{1B}c", text: text)])
    for scalar in bench.screen.joined().unicodeScalars {
      #expect(scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value))
      #expect(scalar.value != 0x202E)
    }
  }

  @Test func wideAndCombinedCharactersStayWithinTheScreen() {
    let text = """
      DIAGNOSE
      Mürrische Größe \u{65}\u{301}t\u{65}\u{301} 患者は発熱と咳で入院した。胸部X線で肺炎を認めた。
      👩‍⚕️ 心不全 — NYHA Ⅲ, 37 °C, β-blocker µg/kg
      """
    for columns in [60, 61, 80, 100, 120, 160, 200] {
      let bench = Bench(
        columns: columns, rows: 24, notes: [NoteDocument(name: "患者.txt", text: text)])
      for row in bench.screen {
        #expect(TextWidth.columns(of: row) <= columns)
      }
    }
  }

  @Test func bracesGoFromSectionToSection() {
    var bench = Bench()
    bench.press(.tab)
    bench.press(.character("}"))
    #expect(bench.screen[2].contains("HOSPITAL COURSE"))
    bench.press(.character("}"))
    #expect(bench.screen[2...9].contains { $0.contains("DISCHARGE MEDICATIONS") })
    bench.press(.character("{"), .character("{"))
    #expect(bench.screen[2].contains("ADMISSION"))
  }

  @Test func bracketNGoesToTheNextNoteAndStopsAtTheLast() {
    var bench = Bench(notes: [
      NoteDocument(name: "one.txt", text: "1"), NoteDocument(name: "two.txt", text: "2"),
    ])
    #expect(bench.screen[1].contains("1/2"))
    bench.press(.tab, .character("]"), .character("n"))
    #expect(bench.screen[1].contains("two.txt"))
    bench.press(.character("]"), .character("n"))
    #expect(bench.noticeRow.contains("last note"))
    bench.press(.character("["), .character("n"))
    #expect(bench.screen[1].contains("one.txt"))
  }

  @Test func aNoteThatIsOpenedLaterIsShown() {
    var bench = Bench()
    bench.send(.command("open /tmp/b.txt"))
    #expect(bench.effects == [.openNotes("/tmp/b.txt")])
    bench.send(.notesOpened([NoteDocument(name: "b.txt", text: "Second note.")]))
    #expect(bench.screen[1].contains("b.txt"))
    #expect(bench.screen[1].contains("2/2"))
    #expect(bench.effects.last == .countTokens(.init(note: "Second note.", question: "")))
  }

  @Test func theOutlineMarksTheSectionInView() {
    let bench = Bench(columns: 200, rows: 60)
    #expect(bench.screen[2].hasPrefix(">[x] ADMISSION"))
    #expect(bench.screen[3].hasPrefix(" [x] HOSPITAL COURSE"))
  }
}
