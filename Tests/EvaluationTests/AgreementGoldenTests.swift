import Testing

@testable import Evaluation

/// Random tables with ties and gaps against scikit-learn, scipy, krippendorff, pingouin and irrCAC:
/// `Recipes/agreement_goldens.py`.
struct AgreementGoldenTests {
  struct Goldens: Decodable {
    var tables: [Table]
    var correlations: [Correlation]
    var f_quantiles: [[Double]]
    var all_resamples: AllResamples
  }

  struct Table: Decodable {
    var scale: [Int]
    var scores: [[Int?]]
    var krippendorff: Double?
    var kappa: Double?
    var spearman: Double?
    var kendall: Double?
    var icc: [String: [Double?]]?
    var ac2_quadratic: Double?
    var ac2_linear: Double?
    var ac2_ordinal: Double?
    var ac2_identity: Double?
    var ac2_scale: Double?
  }

  struct Correlation: Decodable {
    var x: [Double]
    var y: [Double]
    var spearman: [Double]
    var kendall: [Double]
    var wilcoxon: [Double]
    var is_exact: Bool
    var rank_biserial: Double
  }

  struct AllResamples: Decodable {
    var differences: [Double]
    var low: Double
    var high: Double
    var share_at_most_zero: Double
  }

  let goldens: Goldens

  init() throws {
    goldens = try Golden.read("agreement", as: Goldens.self)
  }

  @Test func agreementIsThatOfThePackages() throws {
    #expect(goldens.tables.count == 36)
    for table in goldens.tables {
      let analysis = try AgreementAnalysis(RatingTable(scores: table.scores))
      #expect(isClose(analysis.value(of: .krippendorffAlphaOrdinal), table.krippendorff))
      #expect(isClose(analysis.value(of: .cohenKappaQuadratic), table.kappa))
      #expect(isClose(analysis.value(of: .spearman), table.spearman))
      #expect(isClose(analysis.value(of: .kendall), table.kendall))
    }
  }

  @Test func acTwoIsThatOfIrrCACForAllWeights() throws {
    for table in goldens.tables {
      let ratings = try RatingTable(scores: table.scores)
      let expected: [(AgreementWeights, Double?)] = [
        (.quadratic, table.ac2_quadratic), (.linear, table.ac2_linear),
        (.ordinal, table.ac2_ordinal), (.identity, table.ac2_identity),
      ]
      for (weights, value) in expected {
        let analysis = try AgreementAnalysis(ratings, options: .init(weights: weights))
        #expect(isClose(analysis.value(of: .gwetAC2), value))
      }
      let scale = table.scale[0]...table.scale[1]
      let analysis = try AgreementAnalysis(ratings, options: .init(scale: scale))
      #expect(isClose(analysis.value(of: .gwetAC2), table.ac2_scale))
    }
  }

  @Test func intraclassCorrelationsAndTheirIntervalsAreThoseOfPingouin() throws {
    var compared = 0
    for table in goldens.tables {
      let analysis = try AgreementAnalysis(RatingTable(scores: table.scores))
      for (statistic, key) in [(AgreementStatistic.icc21, "icc_2_1"), (.icc2k, "icc_2_k")] {
        guard let expected = table.icc?[key] else { continue }
        compared += 1
        let interval = analysis.fInterval(of: statistic)
        #expect(isClose(analysis.value(of: statistic), expected[0]))
        #expect(isClose(interval?.lowerBound, expected[1], within: 1e-8))
        #expect(isClose(interval?.upperBound, expected[2], within: 1e-8))
      }
    }
    #expect(compared >= 50)
  }

  @Test func rankCorrelationsAndTheirPValuesAreThoseOfScipy() throws {
    for pairs in goldens.correlations {
      let spearman = try RankCorrelation.spearman(pairs.x, pairs.y)
      #expect(isClose(spearman?.coefficient, pairs.spearman[0]))
      #expect(isClose(spearman?.pValue, pairs.spearman[1]))
      let kendall = try RankCorrelation.kendall(pairs.x, pairs.y)
      #expect(isClose(kendall?.coefficient, pairs.kendall[0]))
      #expect(isClose(kendall?.pValue, pairs.kendall[1]))
    }
  }

  @Test func signedRankTestsAreThoseOfScipy() throws {
    for pairs in goldens.correlations {
      let test = try WilcoxonSignedRank(pairs.x, pairs.y)
      #expect((test.method == .exact) == pairs.is_exact)
      #expect(isClose(test.statistic, pairs.wilcoxon[0]))
      #expect(isClose(test.pValue, pairs.wilcoxon[1]))
      #expect(isClose(test.rankBiserialCorrelation, pairs.rank_biserial))
    }
  }

  @Test func quantilesOfFAreThoseOfScipy() {
    for row in goldens.f_quantiles {
      let found = Distributions.fQuantile(row[0], row[1], row[2])
      #expect(isClose(found, row[3]), "\(row)")
    }
  }

  @Test func theBootstrapComesNearAllResamples() throws {
    let all = goldens.all_resamples
    let comparison = try PairedComparison(
      all.differences, all.differences.map { _ in 0 },
      bootstrap: Bootstrap(resampleCount: 20_000, seed: 7))
    // A step of the mean of six differences is a sixth; the quantiles lie on steps.
    #expect(isClose(comparison.meanDifference.low, all.low, within: 0.17))
    #expect(isClose(comparison.meanDifference.high, all.high, within: 0.17))
    let pValue = try #require(comparison.bootstrapPValue)
    #expect(abs(pValue - 2 * all.share_at_most_zero) < 0.01)
  }
}
