import Clinical
import Testing

@Suite("Note sections")
struct NoteSectionTests {
  @Test("begin at headings in capitals, with colons, with numbers, with rulings and hashes")
  func findHeadings() {
    let note = """
      DISCHARGE SUMMARY      HD 3
      58M, NKDA.
      Reason for admission:
      Chest pain.
      ALLERGIES: penicillin
      2) Hospital course
      Stented. Well since.
      Follow up
      ---------
      Clinic in 2 weeks.
      ## Pending
      Lipids
      """
    #expect(
      NoteSection.split(note).map(\.heading) == [
        "DISCHARGE SUMMARY", "Reason for admission", "ALLERGIES", "Hospital course", "Follow up",
        "Pending",
      ])
  }

  @Test(
    "do not begin at text",
    arguments: [
      "58M, NKDA.", "BP: 120/80", "- ASPIRIN 75 MG", "He said: go home", "Well on day 2.",
      "1. Aspirin 75 mg\n2. Bisoprolol 2.5 mg", "1. Aspirin\n2. Bisoprolol", "-----", "",
      "Na 117 / K 3.3 / CRP 12", "plan: none",
    ])
  func ignoreText(note: String) {
    #expect(NoteSection.split(note).allSatisfy { $0.heading == nil })
  }

  @Test("what precedes the first heading is a section without one")
  func keepsThePreamble() {
    let sections = NoteSection.split("Seen by Dr [Name].\nPLAN\nHome.")
    #expect(sections.map(\.heading) == [nil, "PLAN"])
    #expect(sections.map(\.text) == ["Seen by Dr [Name].\n", "PLAN\nHome."])
  }

  @Test(
    "joined give the note again, and their ranges count Unicode scalars",
    arguments: [
      "", "\n\n", "PLAN", "PLAN\r\nHöme 👩‍⚕️ e\u{301}\r\nMEDS:\rnone\u{2028}x\n\n",
      "a\nCOURSE\n\nb\n\n",
    ])
  func tileTheNote(note: String) {
    let sections = NoteSection.split(note)
    #expect(Array(sections.map(\.text).joined().utf8) == Array(note.utf8))
    var end = 0
    let scalars = Array(note.unicodeScalars)
    for section in sections {
      #expect(section.range.lowerBound == end)
      #expect(Array(section.text.unicodeScalars) == Array(scalars[section.range]))
      end = section.range.upperBound
    }
    #expect(end == scalars.count)
  }

  @Test("can be left out one by one")
  func leavesOut() {
    let note = ClinicalNote(title: "n", text: "A\nPLAN\nHome.\nMEDS\nNone.\n")
    #expect(note.text(leavingOut: [1]) == "A\nMEDS\nNone.\n")
    #expect(note.text(leavingOut: []) == note.text)
  }

  @Test("notes with the same text have the same id")
  func namesByContent() {
    let first = ClinicalNote(title: "a", text: "abc")
    // The published SHA-256 of "abc".
    #expect(first.id == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(ClinicalNote(title: "b", text: "abc").id == first.id)
    #expect(ClinicalNote(title: "a", text: "abc\n").id != first.id)
  }
}
