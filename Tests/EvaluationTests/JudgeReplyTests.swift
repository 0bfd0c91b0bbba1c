import Testing

@testable import Evaluation

struct JudgeReplyTests {
  @Test(arguments: [
    ("Score: 3", 3), ("3", 3), (" 4\n", 4), ("**Score:** 2", 2), ("Grade: 4/4", 4),
    ("The score is 1.", 1), ("3 out of 4", 3), ("SCORE = 2\nscore: 2", 2), ("Score: 3.0", 3),
    ("I found 2 slips in 5 lines.\nScore: 1", 1), ("Rating: \"2\"", 2),
  ])
  func aScoreIsRead(reply: String, score: Int) {
    #expect(JudgeReply.score(in: reply) == score)
  }

  @Test(arguments: [
    "", "Excellent", "Score: 5", "Score: 0", "Score: 3.5", "between 2 and 3", "Score: 2 Score: 3",
    "Score: 34", "Score (1-4): 3", "Score: 2-3", "Score: 3 or 4", "Score: 3/10", "12", "-",
    "A score for each answer",
  ])
  func whatIsNoClearScoreIsMissing(reply: String) {
    #expect(JudgeReply.score(in: reply) == nil)
  }

  @Test func scoresStandBehindTheirLetters() {
    let letters = ["A", "B", "C"]
    #expect(JudgeReply.scores(in: "A: 3\nB: 1\nC: 4", letters: letters) == [3, 1, 4])
    #expect(
      JudgeReply.scores(in: "C = 2, **A**: 4, Answer B - 1", letters: letters) == [4, 1, 2])
    #expect(JudgeReply.scores(in: "A: 3\nC: 7", letters: letters) == [3, nil, nil])
    #expect(JudgeReply.scores(in: "A: 3\nA: 2\nB: 2.5", letters: letters) == [nil, nil, nil])
    #expect(JudgeReply.scores(in: "BA: 3, A4: 1", letters: letters) == [nil, nil, nil])
  }

  @Test func theExpectedScoreIsTheMeanUnderTheProbabilities() {
    let sure = ScoreDistribution(probabilities: [0, 0, 0, 0.5])
    #expect(sure.expected == 4)
    #expect(sure.mass == 0.5)
    let even = ScoreDistribution(probabilities: [0.1, 0.1, 0.1, 0.1])
    #expect(isClose(even.expected, 2.5))
    #expect(ScoreDistribution(probabilities: [0, 0, 0, 0]).expected == nil)
  }
}
