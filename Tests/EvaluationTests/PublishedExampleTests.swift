import Testing

@testable import Evaluation

/// Worked examples from the papers and books that brought the statistics.
struct PublishedExampleTests {
  /// Krippendorff (2011), section C: four observers, twelve units, gaps. The nominal value in the
  /// paper is 0.743, the ordinal one 0.815, the interval one 0.849.
  static let krippendorff: [[Int?]] = [
    [1, 1, nil, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4],
    [4, 4, 4, 4], [1, 1, 2, 1], [2, 2, 2, 2], [nil, 5, 5, 5], [nil, nil, 1, 1],
    [nil, nil, 3, nil],
  ]

  @Test func krippendorffsOwnExample() throws {
    let analysis = try AgreementAnalysis(RatingTable(scores: Self.krippendorff))
    #expect(isClose(analysis.value(of: .krippendorffAlphaOrdinal), 0.815, within: 0.0005))
  }

  /// Gwet (2014), the example of four raters: the same ratings with AC1 0.775 and, with quadratic weights,
  /// AC2 0.9140.
  @Test func gwetsExample() throws {
    let table = try RatingTable(scores: Self.krippendorff)
    let unweighted = try AgreementAnalysis(table, options: .init(weights: .identity))
    #expect(isClose(unweighted.value(of: .gwetAC2), 0.775, within: 0.0005))
    let quadratic = try AgreementAnalysis(table)
    #expect(isClose(quadratic.value(of: .gwetAC2), 0.914, within: 0.0005))
  }

  /// Shrout and Fleiss (1979), tables 2 and 4: ICC(2,1) is 0.29, ICC(2,4) 0.62.
  @Test func shroutAndFleiss() throws {
    let scores = [
      [9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7],
    ]
    let analysis = try AgreementAnalysis(RatingTable(scores: scores))
    #expect(isClose(analysis.value(of: .icc21), 0.29, within: 0.005))
    #expect(isClose(analysis.value(of: .icc2k), 0.62, within: 0.005))
    let interval = try #require(analysis.fInterval(of: .icc21))
    // McGraw and Wong's formula for the same data, as R's psych prints it: 0.02 to 0.76.
    #expect(isClose(interval.lowerBound, 0.02, within: 0.005))
    #expect(isClose(interval.upperBound, 0.76, within: 0.005))
  }

  /// Fleiss and Cohen (1973): the quadratic kappa is ICC(2,1) but for a term that vanishes with the
  /// number of items.
  @Test func quadraticKappaNearsTheIntraclassCorrelation() throws {
    let pattern = [
      [1, 1], [1, 2], [2, 2], [2, 2], [3, 3], [3, 4], [4, 4], [4, 2], [3, 3], [1, 1],
    ]
    let rows = (0..<200).flatMap { _ in pattern }
    let analysis = try AgreementAnalysis(RatingTable(scores: rows))
    let kappa = try #require(analysis.value(of: .cohenKappaQuadratic))
    #expect(isClose(analysis.value(of: .icc21), kappa, within: 0.001))
    #expect(kappa < 0.95)
  }

  /// Hollander and Wolfe, example 3.1 (Hamilton depression scale before and after a tranquilliser):
  /// T+ is 40 with nine patients; the one-sided p-value is 0.019.
  @Test func hollanderAndWolfe() throws {
    let before = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
    let after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
    let test = try WilcoxonSignedRank(before, after)
    #expect(test.positiveRankSum == 40)
    #expect(test.method == .exact)
    #expect(isClose(test.pValue, 2 * 0.01953125, within: 1e-12))
  }
}
