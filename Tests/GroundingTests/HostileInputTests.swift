import Grounding
import Testing

/// Any text has a result, ranges lie inside it, and time grows with length, not its square: a
/// megabyte with a squared step anywhere would run for hours.
struct HostileInputTests {
  private func check(note: String, answer: String) {
    let length = note.unicodeScalars.count
    let index = NoteIndex(note)
    #expect(index.sentences.allSatisfy { $0.range.upperBound <= length && !$0.range.isEmpty })
    for claim in index.claims(of: answer, question: answer) {
      #expect(claim.spans.allSatisfy { $0.upperBound <= length && !$0.isEmpty })
      #expect(text(claim.range, of: answer) == claim.text)
    }
  }

  @Test(arguments: [
    "", " ", "\n\n", ".", "...", ":", "1", "1.", "1,000,", "(", "\u{0}\u{1B}[2J",
    "e\u{301}\u{301}\u{301}",
    "\u{202E}abc", "👩‍👩‍👧 40 mg", "- ", "q q q", "no", "left", "x/y/z", "\r\n\r\n", "µg 5 µg", "5-",
    "5 to",
    "\"a\"", "\"1 2\"", "None.", "not", "The note", "note no", "No note",
    "every 99999999999999999999 h",
  ])
  func oddTextsHaveAResult(odd: String) {
    check(note: odd, answer: odd)
    check(note: "Furosemide 40 mg BID. \(odd)", answer: "\(odd) Furosemide 40 mg BID")
    check(note: odd, answer: "Furosemide 40 mg BID.")
  }

  @Test func offsetsAreScalarsNotCharacters() throws {
    let note = "Cafe\u{301} 👩‍👩‍👧 visit.\r\nFurosemide 40 mg BID."
    let claim = try #require(NoteIndex(note).claims(of: "Furosemide 40 mg BID.").first)
    #expect(claim.spans.map { text($0, of: note) } == ["Furosemide 40 mg BID."])
  }

  @Test(arguments: ["furosemide 40 mg BID. ", "a", "no \n", "e\u{301}"])
  func aMegabyteIsRead(unit: String) {
    let note = String(repeating: unit, count: 1_000_000 / unit.utf8.count)
    check(note: note, answer: "Furosemide 40 mg twice daily was not given on the left.")
  }
}
