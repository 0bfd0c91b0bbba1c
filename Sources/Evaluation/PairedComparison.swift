/// Two models' scores on the same items, compared: the mean difference with its bootstrap interval
/// and p-value, and the signed-rank test.
public struct PairedComparison: Hashable, Sendable {
  /// The items that both have a score for.
  public let itemCount: Int
  /// The items left out, because a score is missing.
  public let missingCount: Int
  /// The mean of `first - second`, with the interval.
  public let meanDifference: Estimate
  /// Twice the smaller share of resamples on either side of zero, counting the data themselves as
  /// one more resample, and at most 1; nil without items.
  ///
  /// - Source: Davison and Hinkley, "Bootstrap Methods and their Application" (1997), chapter 4.
  public let bootstrapPValue: Double?
  /// The signed-rank test of the same differences.
  public let wilcoxon: WilcoxonSignedRank

  /// Compares scores of the same items, in the same order; nil where one is missing.
  ///
  /// - Parameter clusters: The cluster of each item, such as its patient, for intervals that draw
  ///   whole clusters; nil draws single items.
  /// - Throws: `EvaluationError.unequalLengths`, `.notFinite`.
  public init(
    _ first: [Double?], _ second: [Double?], clusters: [String]? = nil,
    bootstrap: Bootstrap = Bootstrap()
  ) throws(EvaluationError) {
    guard first.count == second.count else {
      throw .unequalLengths(first: first.count, second: second.count)
    }
    if let clusters, clusters.count != first.count {
      throw .unequalLengths(first: first.count, second: clusters.count)
    }
    let pairs = zip(first, second).compactMap { first, second -> (Double, Double)? in
      guard let first, let second else { return nil }
      return (first, second)
    }
    wilcoxon = try WilcoxonSignedRank(pairs.map(\.0), pairs.map(\.1))
    itemCount = pairs.count
    missingCount = first.count - pairs.count

    if let clusters {
      let sums = ClusterSums(zip(first, second).map { Self.difference($0, $1) }, clusters)
      var resampled: [Double?] = []
      meanDifference = bootstrap.estimate(clusterCount: sums.count) { times in
        resampled.append(sums.mean(times))
        return resampled.last ?? nil
      }
      // The last call is for the data themselves.
      bootstrapPValue = Self.pValue(resampled.dropLast().compactMap(\.self))
      return
    }
    let differences = pairs.map { $0 - $1 }
    // Equal differences are drawn as one group: scores of a few steps have few of them.
    let (table, counts) = CrossTable.counting(differences, differences.map { _ in 0 })
    let values = table.xValues
    let indices = Dictionary(uniqueKeysWithValues: zip(values, Int32(0)...))
    func mean(_ counts: [Double]) -> Double? {
      let total = counts.reduce(0, +)
      return total > 0 ? zip(values, counts).reduce(0) { $0 + $1.0 * $1.1 } / total : nil
    }
    var resampled: [Double?] = []
    bootstrap.resample(
      groupOfItem: differences.map { indices[$0] ?? 0 }, groupCount: values.count
    ) { resampled.append(mean($0)) }
    meanDifference = bootstrap.estimate(mean(counts), resampled: resampled)
    bootstrapPValue = Self.pValue(resampled.compactMap(\.self))
  }

  private static func difference(_ first: Double?, _ second: Double?) -> Double? {
    guard let first, let second else { return nil }
    return first - second
  }

  private static func pValue(_ resampled: [Double]) -> Double? {
    guard !resampled.isEmpty else { return nil }
    let atMostZero = resampled.count { $0 <= 0 }
    let atLeastZero = resampled.count { $0 >= 0 }
    return min(1, 2 * Double(min(atMostZero, atLeastZero) + 1) / Double(resampled.count + 1))
  }
}
