import Grounding
import Testing

@Suite struct NoteLockTests {
  private static let note = """
    72F. Seen 2024-03-15, BP 120/80, Hb 9.4, K 4. Warfarin 2.5 mg OD, Metronidazole stopped.
    Ceftriaxone 1,000 mg IV x7 d, dopamine ran at 14:30. \u{2022}Senna.
    """

  private func isAllowed(_ text: String) -> Bool {
    let lock = NoteLock(NoteIndex(Self.note))
    var state = NoteLock.State()
    for byte in text.utf8 {
      guard let next = lock.state(after: byte, state) else { return false }
      state = next
    }
    return lock.mayEnd(state)
  }

  @Test(
    "what the note has may be written",
    arguments: [
      "Warfarin 2.5 mg", "warfarin, 2.5 mg.", "on 2024-03-15.", "in 2024", "120/80", "80 mmHg",
      "14:30", "1,000 mg", "x7", "metronidazole was stopped", "no numbers at all", "", "K was 4.",
      "caf\u{E9} (4)", "ceftriaxone 1,000", "senna", "stop, then 4, 7 and 72",
    ])
  func allowed(_ text: String) { #expect(isAllowed(text)) }

  @Test(
    "what it does not have may not",
    arguments: [
      "Warfarin 5 mg", "2 mg", "25 mg", "2.55", "9", "120/90", "2024-03-16", "03/15", "1000 mg",
      "70", "14:3", "aspirin", "Aspirin 4", "cefazolin", "simvastatin", "insulins", "4.7",
      "on apixaban.", "\u{201C}aspirin\u{201D}", "\u{2014}aspirin", "warfarin 2.", "7-4", "1",
    ])
  func refused(_ text: String) { #expect(!isAllowed(text)) }

  @Test("a medicine is stopped before its name is whole, so that there is another way on")
  func neverStuck() {
    let lock = NoteLock(NoteIndex(Self.note))
    for name in ["aspirin", "lisinopril", "heparin", "rosuvastatin"] {
      var state = NoteLock.State()
      for byte in name.utf8 {
        guard let next = lock.state(after: byte, state) else { break }
        state = next
      }
      #expect(lock.state(after: UInt8(ascii: "x"), state) != nil)
      #expect(lock.mayEnd(state))
    }
  }

  @Test("random walks end in texts whose every number is the note's")
  func randomWalks() {
    let lock = NoteLock(NoteIndex(Self.note))
    let numbers: Set<String> = [
      "72", "2024-03-15", "03-15", "15", "2024", "2024-03", "03", "120/80", "120", "80", "9.4", "4",
      "2.5", "1,000", "7", "14:30", "14", "30",
    ]
    var seed: UInt64 = 7
    let alphabet = Array("0123456789.,/-: aswirn".utf8)
    for _ in 0..<400 {
      var state = NoteLock.State()
      var text: [UInt8] = []
      for _ in 0..<60 {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let byte = alphabet[Int(seed >> 33) % alphabet.count]
        guard let next = lock.state(after: byte, state) else { continue }
        state = next
        text.append(byte)
      }
      while !lock.mayEnd(state),
        let byte = alphabet.first(where: { lock.state(after: $0, state) != nil }),
        let next = lock.state(after: byte, state)
      {
        state = next
        text.append(byte)
      }
      let words = String(decoding: text, as: UTF8.self)
      for run in words.matches(of: /\d+(?:[.,\/:\-]\d+)*/) {
        #expect(numbers.contains(String(run.output)), "\(words)")
      }
    }
  }
}
