/// Wilcoxon's signed-rank test of paired values: whether the differences lie about zero.
///
/// Differences of zero are left out, as Wilcoxon did.
///
/// - Source: Wilcoxon, "Individual comparisons by ranking methods" (1945); Hollander, Wolfe and
///   Chicken, "Nonparametric Statistical Methods" (3rd ed., 2014), section 3.1.
public struct WilcoxonSignedRank: Hashable, Sendable {
  /// How the p-value was found.
  public enum Method: String, Sendable {
    /// From all assignments of signs: up to 50 differences without ties.
    case exact
    /// From the normal distribution, its variance corrected for ties; no continuity correction.
    case normal
  }

  /// The differences that are not zero.
  public let differenceCount: Int
  /// The differences that are zero.
  public let zeroCount: Int
  /// The sum of the ranks of the positive differences.
  public let positiveRankSum: Double
  /// The sum of the ranks of the negative differences.
  public let negativeRankSum: Double
  /// The two-sided p-value; 1 where no difference is left.
  public let pValue: Double
  /// How it was found.
  public let method: Method

  /// The smaller of the two rank sums, the statistic of the usual tables.
  public var statistic: Double { min(positiveRankSum, negativeRankSum) }

  /// The matched-pairs rank-biserial correlation, from -1 to 1; nil where no difference is left.
  ///
  /// - Source: Kerby, "The simple difference formula" (2014).
  public var rankBiserialCorrelation: Double? {
    let sum = positiveRankSum + negativeRankSum
    return sum > 0 ? (positiveRankSum - negativeRankSum) / sum : nil
  }

  /// Tests the differences `first - second`.
  ///
  /// - Throws: `EvaluationError.unequalLengths`, `.notFinite`.
  public init(_ first: [Double], _ second: [Double]) throws(EvaluationError) {
    guard first.count == second.count else {
      throw .unequalLengths(first: first.count, second: second.count)
    }
    let all = zip(first, second).map { $0 - $1 }
    if let index = all.firstIndex(where: { !$0.isFinite }) { throw .notFinite(index: index) }
    let differences = all.filter { $0 != 0 }.sorted { abs($0) < abs($1) }
    var (positive, negative, tieTerm) = (0.0, 0.0, 0.0)
    var start = 0
    while start < differences.count {
      var end = start
      while end < differences.count, abs(differences[end]) == abs(differences[start]) { end += 1 }
      let rank = Double(start + 1 + end) / 2
      for difference in differences[start..<end] {
        if difference > 0 { positive += rank } else { negative += rank }
      }
      let size = Double(end - start)
      tieTerm += size * size * size - size
      start = end
    }
    differenceCount = differences.count
    zeroCount = all.count - differences.count
    positiveRankSum = positive
    negativeRankSum = negative
    method = tieTerm == 0 && differences.count <= 50 ? .exact : .normal
    let smaller = min(positive, negative)
    pValue =
      switch method {
      case .exact: Self.exactP(count: differences.count, statistic: Int(smaller))
      case .normal: Self.normalP(Double(differences.count), smaller, tieTerm)
      }
  }

  private static func exactP(count: Int, statistic: Int) -> Double {
    // The share of sign assignments that give each sum of positive ranks.
    var shares = [Double](repeating: 0, count: count * (count + 1) / 2 + 1)
    shares[0] = 1
    for rank in stride(from: 1, through: count, by: 1) {
      for sum in stride(from: shares.count - 1, through: 0, by: -1) {
        shares[sum] = (shares[sum] + (sum >= rank ? shares[sum - rank] : 0)) / 2
      }
    }
    return min(1, 2 * shares[0...statistic].reduce(0, +))
  }

  private static func normalP(_ n: Double, _ statistic: Double, _ tieTerm: Double) -> Double {
    let variance = (n * (n + 1) * (2 * n + 1) - tieTerm / 2) / 24
    return Distributions.normalTwoSided((statistic - n * (n + 1) / 4) / variance.squareRoot())
  }
}
