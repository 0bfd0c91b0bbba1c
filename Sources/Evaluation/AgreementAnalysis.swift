/// A measure of how far raters agree. The raw values are the names in the program's output.
public enum AgreementStatistic: String, CaseIterable, Sendable {
  /// Krippendorff's alpha, ordinal; every item with two scores or more counts.
  case krippendorffAlphaOrdinal = "krippendorff_alpha_ordinal"
  /// Cohen's kappa with quadratic weights; for more than two raters its mean over the pairs.
  case cohenKappaQuadratic = "cohen_kappa_quadratic"
  /// Gwet's AC2.
  case gwetAC2 = "gwet_ac2"
  /// ICC(2,1), two-way random effects, absolute agreement, one rater; complete items only.
  case icc21 = "icc_2_1"
  /// ICC(2,k), the same for the mean of all raters; complete items only.
  case icc2k = "icc_2_k"
  /// Spearman's rank correlation; for more than two raters its mean over the pairs.
  case spearman
  /// Kendall's tau-b; for more than two raters its mean over the pairs.
  case kendall

  /// What people call it.
  public var title: String {
    switch self {
    case .krippendorffAlphaOrdinal: "Krippendorff's alpha (ordinal)"
    case .cohenKappaQuadratic: "Cohen's kappa (quadratic)"
    case .gwetAC2: "Gwet's AC2"
    case .icc21: "ICC(2,1)"
    case .icc2k: "ICC(2,k)"
    case .spearman: "Spearman's rho"
    case .kendall: "Kendall's tau-b"
    }
  }
}

/// All agreement statistics of one table of ratings.
public struct AgreementAnalysis: Sendable {
  /// What is left to choose.
  public struct Options: Hashable, Sendable {
    /// The weights of AC2.
    public var weights: AgreementWeights
    /// All steps of the rating scale. Without it the scores that occur are the scale; only AC2
    /// depends on the difference.
    public var scale: ClosedRange<Int>?
    /// A rater, for instance a judging model, to whom the statistics over pairs of raters are
    /// limited: the mean over the pairs with this one.
    public var judge: String?

    /// Makes options.
    public init(
      weights: AgreementWeights = .quadratic, scale: ClosedRange<Int>? = nil, judge: String? = nil
    ) {
      self.weights = weights
      self.scale = scale
      self.judge = judge
    }
  }

  /// The widest scale.
  public static let greatestStepCount = 1000

  /// The ratings.
  public let table: RatingTable

  private let patterns: RatingPatterns
  private let agreement: RatingPatterns.WeightedAgreement
  private let pairs: [(table: CrossTable, cellOfPattern: [Int32])]

  /// Prepares a table.
  ///
  /// - Throws: `EvaluationError` where there are fewer than two raters, no item has two scores, the
  ///   judge is none of the raters, or a score is not on the scale.
  public init(_ table: RatingTable, options: Options = Options()) throws(EvaluationError) {
    guard table.raters.count >= 2 else { throw .tooFewRaters(found: table.raters.count) }
    guard table.comparableItemCount > 0 else {
      throw .nothingToCompare(itemCount: table.items.count)
    }
    if let scale = options.scale { try Self.check(table, scale) }
    var judge: Int?
    if let name = options.judge {
      judge = table.raters.firstIndex(of: name)
      guard judge != nil else { throw .unknownRater(name: name, known: table.raters) }
    }
    let patterns = RatingPatterns(table, scale: options.scale)
    self.table = table
    self.patterns = patterns
    agreement = patterns.weightedAgreement(options.weights)
    pairs = table.raters.indices.flatMap { first in
      table.raters.indices.filter { second in
        second > first && (judge == nil || first == judge || second == judge)
      }.map { patterns.crossTable(first, $0) }
    }
  }

  private static func check(
    _ table: RatingTable, _ scale: ClosedRange<Int>
  ) throws(EvaluationError) {
    let (distance, overflow) = scale.upperBound.subtractingReportingOverflow(scale.lowerBound)
    guard !overflow, distance < greatestStepCount else {
      throw .scaleTooWide(
        stepCount: overflow ? Int.max : distance, greatest: greatestStepCount)
    }
    for (item, row) in zip(table.items, table.scores) {
      for (rater, score) in zip(table.raters, row) {
        guard let score, !scale.contains(score) else { continue }
        throw .outsideScale(item: item, rater: rater, score: score, scale: scale)
      }
    }
  }

  /// The statistic of the table as it is; nil where it is not defined, for instance where all
  /// scores are the same.
  public func value(of statistic: AgreementStatistic) -> Double? {
    value(of: statistic, patterns.counts)
  }

  /// Statistics with their bootstrap intervals, all from the same resamples.
  public func estimates(
    _ statistics: [AgreementStatistic] = AgreementStatistic.allCases,
    bootstrap: Bootstrap = Bootstrap()
  ) -> [AgreementStatistic: Estimate] {
    var resampled = [[Double?]](repeating: [], count: statistics.count)
    bootstrap.resample(
      groupOfItem: patterns.patternOfItem, groupCount: patterns.patternCount
    ) { counts in
      for (index, statistic) in statistics.enumerated() {
        resampled[index].append(value(of: statistic, counts))
      }
    }
    return Dictionary(
      zip(statistics, resampled).map { statistic, resampled in
        (statistic, bootstrap.estimate(value(of: statistic), resampled: resampled))
      }, uniquingKeysWith: { first, _ in first })
  }

  /// The interval from the F distribution; nil for statistics other than the intraclass
  /// correlations, and where the raters differ by nothing but a constant.
  public func fInterval(
    of statistic: AgreementStatistic, confidence: Double = 0.95
  ) -> ClosedRange<Double>? {
    let squares = patterns.meanSquares(patterns.counts)
    return switch statistic {
    case .icc21: squares?.singleInterval(confidence: confidence)
    case .icc2k: squares?.averageInterval(confidence: confidence)
    default: nil
    }
  }

  private func value(of statistic: AgreementStatistic, _ counts: [Double]) -> Double? {
    switch statistic {
    case .krippendorffAlphaOrdinal: patterns.krippendorffAlpha(counts)
    case .gwetAC2: patterns.gwetAC2(counts, agreement)
    case .icc21: patterns.meanSquares(counts)?.single
    case .icc2k: patterns.meanSquares(counts)?.average
    case .cohenKappaQuadratic: meanOverPairs(counts) { $0.quadraticKappa($1) }
    case .spearman: meanOverPairs(counts) { $0.spearman($1) }
    case .kendall: meanOverPairs(counts) { $0.kendall($1) }
    }
  }

  /// The mean over the pairs of raters for whom the statistic is defined.
  private func meanOverPairs(
    _ counts: [Double], _ statistic: (CrossTable, [Double]) -> Double?
  ) -> Double? {
    var (sum, defined) = (0.0, 0.0)
    for pair in pairs {
      var cellCounts = [Double](repeating: 0, count: pair.table.cells.count)
      for (cell, count) in zip(pair.cellOfPattern, counts) where cell >= 0 {
        cellCounts[Int(cell)] += count
      }
      guard let value = statistic(pair.table, cellCounts) else { continue }
      sum += value
      defined += 1
    }
    return defined > 0 ? sum / defined : nil
  }
}
