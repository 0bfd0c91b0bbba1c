import Grounding
import Testing

/// The text that a range of scalars holds.
func text(_ range: Range<Int>, of note: String) -> String {
  String(String.UnicodeScalarView(Array(note.unicodeScalars)[range]))
}

func sentences(_ note: String) -> [String] {
  NoteIndex(note).sentences.map { text($0.range, of: note) }
}

struct NoteLayoutTests {
  @Test func endMarksEndSentences() {
    #expect(sentences("He came in. He went home.") == ["He came in.", "He went home."])
  }

  @Test func abbreviationsAndDecimalsDoNot() {
    #expect(
      sentences("Seen by Dr. Lee with Cr 1.2 today.") == ["Seen by Dr. Lee with Cr 1.2 today."])
  }

  @Test func listItemsLabLinesAndRowsAreUnits() {
    let note = "- aspirin 81 mg\n- metoprolol 25 mg\nNa 135  K 4.1\n| drug | dose |"
    #expect(
      sentences(note) == [
        "- aspirin 81 mg", "- metoprolol 25 mg", "Na 135  K 4.1", "| drug | dose |",
      ])
  }

  @Test func wrappedProseIsOneSentence() {
    let note =
      "Echocardiogram showed an ejection fraction of thirty percent and\nmild regurgitation."
    #expect(NoteIndex(note).sentences.count == 1)
  }

  @Test(arguments: [
    ("HOSPITAL COURSE\nHe did well.", "HOSPITAL COURSE"), ("Course: He did well.", "Course"),
    ("2. Hospital course:\nHe did well.", "Hospital course"),
  ])
  func headingsInCapitalsWithColonsAndNumbered(note: String, title: String) {
    let index = NoteIndex(note)
    #expect(index.sections.map(\.title) == [title])
    #expect(index.sentences.allSatisfy { $0.section == 0 })
  }

  @Test func aNoteWithoutHeadingsIsOneSection() {
    #expect(NoteIndex("He did well.\nHe went home.").sections.map(\.title) == [""])
  }

  @Test func underlinesAreNothing() {
    #expect(sentences("Summary of stay\n---------------\nWell.") == ["Summary of stay", "Well."])
  }
}
