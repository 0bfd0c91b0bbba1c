import Testing

@testable import Evaluation

struct AgreementBehaviourTests {
  private func table(_ scores: [[Int?]]) throws -> RatingTable { try RatingTable(scores: scores) }

  @Test func ratingsBecomeATableInWhicheverOrderTheyCome() throws {
    let table = try RatingTable([
      Rating(item: "b", rater: "judge", score: 3), Rating(item: "a", rater: "ann", score: 1),
      Rating(item: "b", rater: "ann", score: nil), Rating(item: "a", rater: "judge", score: 2),
    ])
    #expect(table.items == ["b", "a"])
    #expect(table.raters == ["judge", "ann"])
    #expect(table.scores == [[3, nil], [2, 1]])
    #expect(table.missingCount == 1)
    #expect(table.completeItemCount == 1)
    #expect(table.comparableItemCount == 1)
  }

  @Test func aSecondScoreIsRefusedByName() throws {
    let rating = Rating(item: "q7", rater: "ann", score: 2)
    #expect(throws: EvaluationError.repeatedRating(item: "q7", rater: "ann")) {
      try RatingTable([rating, rating])
    }
    // A score that was missing may come later.
    let table = try RatingTable([Rating(item: "q7", rater: "ann", score: nil), rating])
    #expect(table.scores == [[2]])
  }

  @Test func tablesThatSayNothingOfAgreementAreRefused() throws {
    let one = try table([[1], [2]])
    #expect(throws: EvaluationError.tooFewRaters(found: 1)) { try AgreementAnalysis(one) }
    let apart = try table([[1, nil], [nil, 2]])
    #expect(throws: EvaluationError.nothingToCompare(itemCount: 2)) {
      try AgreementAnalysis(apart)
    }
    let two = try table([[1, 5]])
    #expect(throws: EvaluationError.outsideScale(item: "1", rater: "2", score: 5, scale: 1...4)) {
      try AgreementAnalysis(two, options: .init(scale: 1...4))
    }
    #expect(throws: EvaluationError.self) {
      try AgreementAnalysis(two, options: .init(scale: Int.min...Int.max))
    }
    #expect(throws: EvaluationError.unknownRater(name: "eve", known: ["1", "2"])) {
      try AgreementAnalysis(two, options: .init(judge: "eve"))
    }
  }

  @Test func fullAgreementIsOne() throws {
    let analysis = try AgreementAnalysis(table([[1, 1], [2, 2], [4, 4], [2, 2]]))
    for statistic in AgreementStatistic.allCases {
      #expect(isClose(analysis.value(of: statistic), 1), "\(statistic)")
    }
  }

  @Test func whereAllScoresAreTheSameNothingIsDefinedButACTwoOnAKnownScale() throws {
    let same = try table([[4, 4], [4, 4], [4, 4]])
    let analysis = try AgreementAnalysis(same)
    for statistic in AgreementStatistic.allCases {
      #expect(analysis.value(of: statistic) == nil, "\(statistic)")
    }
    #expect(analysis.estimates(bootstrap: Bootstrap(resampleCount: 20))[.spearman]?.low == nil)
    let known = try AgreementAnalysis(same, options: .init(scale: 1...4))
    #expect(isClose(known.value(of: .gwetAC2), 1))
  }

  @Test func withAJudgeOnlyPairsWithTheJudgeCount() throws {
    let scores = [[1, 1, 4], [2, 2, 3], [3, 3, 2], [4, 4, 1]]
    let all = try AgreementAnalysis(table(scores))
    let judge = try AgreementAnalysis(table(scores), options: .init(judge: "3"))
    #expect(isClose(all.value(of: .spearman), -1.0 / 3))
    #expect(isClose(judge.value(of: .spearman), -1))
    #expect(all.value(of: .krippendorffAlphaOrdinal) == judge.value(of: .krippendorffAlphaOrdinal))
  }

  @Test func extremeScoresDoNotTrap() throws {
    let scores = [[Int.max, Int.min], [0, 1], [Int.min, Int.min]]
    let analysis = try AgreementAnalysis(table(scores))
    for estimate in analysis.estimates(bootstrap: Bootstrap(resampleCount: 10)).values {
      #expect(estimate.value.map(\.isFinite) != false)
    }
  }

  @Test func intervalsComeAgainWithTheSeedAndHoldTheValue() throws {
    var random = SplitMix64(seed: 5)
    let scores = (0..<60).map { _ -> [Int?] in
      let truth = 1 + random.index(below: 4)
      return (0..<3).map { _ in
        random.index(below: 10) == 0 ? nil : min(4, max(1, truth + random.index(below: 3) - 1))
      }
    }
    let analysis = try AgreementAnalysis(table(scores))
    let first = analysis.estimates(bootstrap: Bootstrap(resampleCount: 300, seed: 3))
    let again = analysis.estimates(bootstrap: Bootstrap(resampleCount: 300, seed: 3))
    let other = analysis.estimates(bootstrap: Bootstrap(resampleCount: 300, seed: 4))
    #expect(first == again)
    #expect(first != other)
    for (statistic, estimate) in first {
      let (value, low) = (try #require(estimate.value), try #require(estimate.low))
      let high = try #require(estimate.high)
      #expect(low < value && value < high, "\(statistic)")
      #expect(high - low < 0.5, "\(statistic)")
    }
  }

  @Test func aBootstrapOfTheMeanHasTheSpreadOfTheMean() throws {
    // A hundred zeros and ones: the mean's standard error is 0.05, the interval 0.5 +- 1.96 of it.
    let estimate = Bootstrap(resampleCount: 4000, seed: 2).mean((0..<100).map { Double($0 % 2) })
    #expect(estimate.value == 0.5)
    #expect(isClose(estimate.low, 0.402, within: 0.02))
    #expect(isClose(estimate.high, 0.598, within: 0.02))
  }

  @Test func splitMixGivesThePublishedNumbers() {
    // The reference implementation's first numbers for the seed 1234567.
    var random = SplitMix64(seed: 1_234_567)
    #expect(random.next() == 6_457_827_717_110_365_317)
    #expect(random.next() == 3_203_168_211_198_807_973)
  }

  @Test func modelsThatDoNotDifferAreNotToldApart() throws {
    let same = try PairedComparison([1, 2, 3, nil], [1, 2, nil, 4])
    #expect(same.itemCount == 2)
    #expect(same.missingCount == 2)
    #expect(same.meanDifference.value == 0)
    #expect(same.bootstrapPValue == 1)
    #expect(same.wilcoxon.pValue == 1)
    #expect(same.wilcoxon.zeroCount == 2)
    let none = try PairedComparison([nil], [3])
    #expect(
      none.meanDifference
        == Estimate(
          value: nil, low: nil, high: nil,
          undefinedResampleCount: 2000))
    #expect(none.wilcoxon.rankBiserialCorrelation == nil)
  }

  @Test func listsOfDifferentLengthAndInfiniteValuesAreRefused() {
    #expect(throws: EvaluationError.unequalLengths(first: 1, second: 2)) {
      try RankCorrelation.kendall([1], [1, 2])
    }
    #expect(throws: EvaluationError.notFinite(index: 1)) {
      try WilcoxonSignedRank([1, .infinity], [1, 2])
    }
    #expect(throws: EvaluationError.notFinite(index: 0)) {
      try RankCorrelation.spearman([.nan], [1])
    }
  }
}
