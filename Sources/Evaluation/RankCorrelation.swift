internal import Foundation

/// A rank correlation with its p-value.
public struct RankCorrelation: Hashable, Sendable {
  /// From -1 to 1.
  public var coefficient: Double
  /// The two-sided probability of a coefficient as far from 0 where there is no connection; nil
  /// where there are too few pairs.
  public var pValue: Double?
  /// The number of pairs.
  public var pairCount: Int

  /// Spearman's rho with mean ranks for ties; its p-value is that of Student's t with two degrees of
  /// freedom fewer than pairs. Nil where a side is constant.
  ///
  /// - Throws: `EvaluationError.unequalLengths`, `.notFinite`.
  public static func spearman(
    _ x: [Double], _ y: [Double]
  ) throws(EvaluationError) -> RankCorrelation? {
    try check(x, y)
    let (table, counts) = CrossTable.counting(x, y)
    guard let rho = table.spearman(counts) else { return nil }
    let freedom = Double(x.count - 2)
    var pValue: Double?
    if freedom > 0 {
      let rest = (1 + rho) * (1 - rho)
      let t = rho * (freedom / rest).squareRoot()
      pValue = rest > 0 ? Distributions.tTwoSided(t, freedom: freedom) : 0
    }
    return RankCorrelation(coefficient: rho, pValue: pValue, pairCount: x.count)
  }

  /// Kendall's tau-b. Its p-value is exact for up to 33 pairs without ties, else that of the normal
  /// distribution with the variance that ties leave. Nil where a side is constant.
  ///
  /// - Throws: `EvaluationError.unequalLengths`, `.notFinite`.
  /// - Source: Kendall, "Rank Correlation Methods" (4th ed., 1970), chapters 3 to 5.
  public static func kendall(
    _ x: [Double], _ y: [Double]
  ) throws(EvaluationError) -> RankCorrelation? {
    try check(x, y)
    let (table, counts) = CrossTable.counting(x, y)
    let order = table.order(counts)
    guard let tau = order.tau else { return nil }
    let isTied = order.tiedX > 0 || order.tiedY > 0
    let pValue =
      !isTied && x.count <= 33
      ? exactP(pairCount: x.count, discordant: Int(order.discordant))
      : normalP(order, table.margins(counts), Double(x.count))
    return RankCorrelation(coefficient: tau, pValue: pValue, pairCount: x.count)
  }

  private static func check(_ x: [Double], _ y: [Double]) throws(EvaluationError) {
    guard x.count == y.count else { throw .unequalLengths(first: x.count, second: y.count) }
    if let index = x.indices.first(where: { !x[$0].isFinite || !y[$0].isFinite }) {
      throw .notFinite(index: index)
    }
  }

  /// From the number of permutations with as few inversions.
  private static func exactP(pairCount: Int, discordant: Int) -> Double {
    let all = pairCount * (pairCount - 1) / 2
    let few = min(discordant, all - discordant)
    if 2 * few == all { return 1 }
    // The share of permutations with each number of inversions; one more element adds 0..<size.
    var shares: [Double] = [1]
    for size in stride(from: 2, through: pairCount, by: 1) {
      var next = [Double](repeating: 0, count: shares.count + size - 1)
      for (inversions, share) in shares.enumerated() {
        for more in 0..<size { next[inversions + more] += share / Double(size) }
      }
      shares = next
    }
    return min(1, 2 * shares[0...few].reduce(0, +))
  }

  private static func normalP(
    _ order: CrossTable.PairOrder, _ margins: (x: [Double], y: [Double]), _ n: Double
  ) -> Double? {
    func sum(_ counts: [Double], _ term: (Double) -> Double) -> Double {
      counts.reduce(0) { $0 + term($1) }
    }
    func threes(_ t: Double) -> Double { t * (t - 1) * (t - 2) }
    func fives(_ t: Double) -> Double { t * (t - 1) * (2 * t + 5) }
    guard n > 2 else { return nil }
    let base = fives(n) - sum(margins.x, fives) - sum(margins.y, fives)
    let ties = 2 * order.tiedX * order.tiedY / (n * (n - 1))
    let triples = sum(margins.x, threes) * sum(margins.y, threes) / (9 * threes(n))
    let variance = base / 18 + ties + triples
    guard variance > 0 else { return nil }
    return Distributions.normalTwoSided(
      (order.concordant - order.discordant) / variance.squareRoot())
  }
}
