import Testing

@testable import Evaluation

struct LexicalBehaviourTests {
  @Test func numbersAreReadInTheirSimplestSpelling() {
    #expect(
      NumberOverlap.numbers("1,850 mL of 0.90% NaCl, 007 at 120/80; 12,34 and 1.2.3")
        == ["1850", "0.9", "7", "120", "80", "12", "34", "1.2", "3"])
  }

  @Test func numbersCountAsOftenAsTheyStandThere() {
    let score = NumberOverlap.score(answer: "5 mg, 5 mg and 7", reference: "5.0 mg")
    #expect(score.recall == 1)
    #expect(score.precision == 1.0 / 3)
    #expect(NumberOverlap.score(answer: "5", reference: "none").recall == nil)
    #expect(NumberOverlap.score(answer: "none", reference: "5").precision == nil)
  }

  @Test func theSummaryLeavesUndefinedSharesOutOfTheirMeans() {
    let scores = [("5 mg", "5 mg"), ("none", "6 mg"), ("no", "no")].map {
      LexicalScores(answer: $0.0, reference: $0.1)
    }
    let summary = LexicalSummary(scores, bootstrap: Bootstrap(resampleCount: 200))
    #expect(summary.answerCount == 3)
    #expect(summary.means[.numberRecall]?.value == 0.5)
    #expect(summary.means[.numberPrecision]?.value == 1)
    #expect(isClose(summary.means[.tokenF1]?.value, 2.0 / 3))
    #expect(summary == LexicalSummary(scores, bootstrap: Bootstrap(resampleCount: 200)))
  }

  @Test func aSummaryOfNothingIsUndefined() {
    let summary = LexicalSummary([], bootstrap: Bootstrap(resampleCount: 10))
    #expect(summary.means[.bleu]?.value == nil)
    #expect(summary.corpusBleu.value == nil)
    #expect(Bleu(summing: []).corpusScore == 0)
    #expect(CharacterFScore(summing: []).score == 0)
  }
}
