import Testing

@testable import Evaluation

struct RatingOrderTests {
  @Test(arguments: [(6, 3), (5, 4), (1, 1), (0, 2), (3, 0)])
  func eachAnswerComesOnceAndEachQuestionOnceARound(questionCount: Int, modelCount: Int) {
    let order = RatingOrder(
      questionCount: questionCount, modelCount: modelCount, seed: 7, rater: "AB")
    #expect(order.places.count == questionCount * modelCount)
    #expect(Set(order.places).count == order.places.count)
    for round in 0..<(questionCount > 0 ? modelCount : 0) {
      let places = order.places[round * questionCount..<(round + 1) * questionCount]
      #expect(Set(places.map(\.question)).count == questionCount)
    }
  }

  @Test func modelsAreSpreadEvenlyOverTheRounds() {
    // Whole blocks of the square: 4 models, 12 questions.
    let order = RatingOrder(questionCount: 12, modelCount: 4, seed: 3, rater: "AB")
    for round in 0..<4 {
      let models = order.places[round * 12..<(round + 1) * 12].map(\.model)
      for model in 0..<4 { #expect(models.count { $0 == model } == 3) }
    }
  }

  @Test func theOrderDependsOnSeedAndRaterAlone() {
    func places(_ seed: UInt64, _ rater: String) -> [RatingOrder.Place] {
      RatingOrder(questionCount: 9, modelCount: 3, seed: seed, rater: rater).places
    }
    #expect(places(1, "AB") == places(1, "AB"))
    #expect(places(1, "AB") != places(1, "BA"))
    #expect(places(1, "AB") != places(2, "AB"))
  }
}

struct PairPlanTests {
  @Test(arguments: [(10, 3), (7, 2), (1, 4)])
  func sidesAreBalancedAndRepeatsAreSwapped(questionCount: Int, modelCount: Int) {
    let plan = PairPlan(
      questionCount: questionCount, modelCount: modelCount, repeatShare: 0.2, seed: 5, rater: "AB")
    let pairCount = modelCount * (modelCount - 1) / 2
    let firsts = plan.pairs.filter { !$0.isRepeat }
    #expect(firsts.count == questionCount * pairCount)
    for first in 0..<modelCount {
      for second in first + 1..<modelCount {
        let met = firsts.filter { Set([$0.left, $0.right]) == [first, second] }
        #expect(Set(met.map(\.question)).count == questionCount)
        let leftCount = met.count { $0.left == first }
        #expect(abs(2 * leftCount - questionCount) <= 1)
      }
    }
    let repeats = plan.pairs.filter(\.isRepeat)
    #expect(repeats.count == Int((Double(firsts.count) * 0.2).rounded(.up)))
    for pair in repeats {
      #expect(
        firsts.contains {
          $0.question == pair.question && $0.left == pair.right && $0.right == pair.left
        })
    }
    #expect(plan.pairs.dropFirst(firsts.count).allSatisfy { $0.isRepeat }, "none comes too early")
  }

  @Test func thePlanDependsOnSeedAndRaterAlone() {
    func pairs(_ seed: UInt64, _ rater: String) -> [PairPlan.Pair] {
      PairPlan(questionCount: 9, modelCount: 3, seed: seed, rater: rater).pairs
    }
    #expect(pairs(1, "AB") == pairs(1, "AB"))
    #expect(pairs(1, "AB") != pairs(1, "CD"))
    #expect(pairs(1, "AB") != pairs(2, "AB"))
    #expect(PairPlan(questionCount: 4, modelCount: 1, seed: 1, rater: "").pairs.isEmpty)
  }
}

struct PreferenceAnalysisTests {
  private func preference(
    _ item: Int, _ choice: Preference.Choice, left: String = "a", right: String = "b",
    rater: String = "AB"
  ) -> Preference {
    Preference(item: "q\(item)", rater: rater, left: left, right: right, choice: choice)
  }

  @Test func winsLossesAndTiesAreCountedForTheModelAndNotForTheSide() throws {
    let analysis = PreferenceAnalysis([
      preference(1, .left), preference(2, .right), preference(3, .tie), preference(4, .bothBad),
      preference(5, .right, left: "b", right: "a"), preference(6, .right, left: "b", right: "a"),
    ])
    let match = try #require(analysis.matches.first)
    #expect(analysis.matches.count == 1)
    #expect((match.first, match.second) == ("a", "b"))
    #expect((match.winCount, match.lossCount, match.tieCount, match.bothBadCount) == (3, 1, 2, 1))
    #expect(match.winRate.value == 4.0 / 6)
    #expect(analysis.leftShare.value == 0.25)
    #expect(analysis.repeatCount == 0)
    #expect(analysis.repeatAgreement.value == nil)
  }

  @Test func swappedRepeatsTellConstancyAndDoNotCountTwice() throws {
    let analysis = PreferenceAnalysis([
      preference(1, .left), preference(2, .left), preference(3, .tie), preference(4, .left),
      // The same answer again; the same side again; no side again.
      preference(1, .right, left: "b", right: "a"), preference(2, .left, left: "b", right: "a"),
      preference(3, .bothBad, left: "b", right: "a"),
      // Another rater's comparison is no repeat.
      preference(4, .right, rater: "CD"),
    ])
    let match = try #require(analysis.matches.first)
    #expect((match.winCount, match.lossCount, match.tieCount) == (3, 1, 1))
    #expect(analysis.repeatCount == 3)
    #expect(analysis.repeatAgreement.value == 2.0 / 3)
    #expect(analysis.leftShare.value == 4.0 / 6)
  }

  /// With two values per item that are always equal, drawing items gives the interval of one each.
  @Test func itemsAreDrawnAndNotRatings() throws {
    let one = (0..<40).map { preference($0, $0 % 4 == 0 ? .left : .right) }
    let two = one + (0..<40).map { preference($0, $0 % 4 == 0 ? .left : .right, rater: "CD") }
    let first = try #require(PreferenceAnalysis(one).matches.first).winRate
    let second = try #require(PreferenceAnalysis(two).matches.first).winRate
    #expect(first == second)
    #expect(first.value == 0.25)
    // Normal approximation: 0.25 +- 1.96 * sqrt(0.25 * 0.75 / 40) = 0.116 to 0.384.
    #expect(abs(try #require(first.low) - 0.116) < 0.03)
    #expect(abs(try #require(first.high) - 0.384) < 0.03)
  }
}
