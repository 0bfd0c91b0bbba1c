import Testing

@testable import Clinical

struct JudgePromptTests {
  private let together = JudgePrompt.together(
    note: "BP 120/80 {answers}.", question: "Which {note}?", answers: ["One {scale}.", "Two."])

  @Test func answersStandUnderLettersAndNothingIsFilledTwice() {
    let text = together.text
    #expect(text.contains("[Answer A Begin]\nOne {scale}.\n[Answer A End]"))
    #expect(text.contains("[Answer B Begin]\nTwo.\n[Answer B End]"))
    #expect(text.contains("BP 120/80 {answers}."))
    #expect(text.contains("Which {note}?"))
    #expect(text.contains("There are 2 answers."))
    #expect(together.letters == ["A", "B"])
    #expect(together.replyOpening(place: 1) == "B: ")
  }

  @Test func everyStepOfTheRubricIsThere() {
    let alone = JudgePrompt.alone(note: "N", question: "Q", answer: "A")
    for step in ["1 Unacceptable", "2 Poor", "3 Satisfactory", "4 Excellent"] {
      #expect(alone.text.contains(step))
      #expect(together.text.contains(step))
    }
    #expect(!alone.text.contains("{"))
    #expect(alone.letters.isEmpty)
  }

  @Test func bothPromptsBeginAlikeUpToTheQuestion() {
    // What a note costs is then paid once, however its answers are shown.
    let alone = JudgePrompt.alone(note: "N", question: "Q", answer: "A").text
    let both = JudgePrompt.together(note: "N", question: "Q", answers: ["A", "B"]).text
    let shared = zip(alone, both).prefix { $0 == $1 }.count
    #expect(alone.prefix(shared).contains("[Instruction End]"))
  }

  @Test func theDigestIsThatOfTheWordingAlone() {
    let one = JudgePrompt.alone(note: "N", question: "Q", answer: "A")
    let other = JudgePrompt.alone(note: "M", question: "R", answer: "B")
    #expect(one.templateDigest == other.templateDigest)
    #expect(one.templateDigest != together.templateDigest)
    #expect(one.text != other.text)
  }
}
