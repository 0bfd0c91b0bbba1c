import Evaluation
import Testing

@Suite("What counts as saying that the note does not answer")
struct RefusalTests {
  @Test(
    "denials that something is recorded are refusals",
    arguments: [
      "The note does not mention an advance decision written by him.",
      "Not recorded. The note gives only the admission creatinine of 6.1.",
      "No HbA1c is recorded in the note.", "PD-L1 is not reported.",
      "Neither is in the summary.", "The letter cannot say: histology was awaited.",
      "A date cannot be given.", "Not known from this note: testing was only offered.",
      "The note mentions no colonoscopy.", "There is no such counselling in the note to reword.",
      "Staging is not in the note.",
    ])
  func refusals(_ answer: String) {
    #expect(Refusal.isRefusal(answer))
  }

  @Test(
    "answers that deny something else are none, nor are asides behind the first clause",
    arguments: [
      "No. Surgery was delayed to 40 hours after the last dose.",
      "No, the tube is out.", "After 5 days of refusing food.",
      "960 mg: a 700 mg load plus 130 mg; the second time is not recorded.",
      "Because the drop had been acute, no attempt was made to bring the sodium back down.", "",
    ])
  func answers(_ answer: String) {
    #expect(!Refusal.isRefusal(answer))
  }
}
