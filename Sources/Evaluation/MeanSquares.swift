/// The mean squares of a two-way analysis of variance of items by raters, and the intraclass
/// correlations that follow from them: two-way random effects, absolute agreement.
///
/// - Source: Shrout and Fleiss, "Intraclass correlations: uses in assessing rater reliability"
///   (1979); McGraw and Wong (1996), tables 4 and 7, for the intervals.
struct MeanSquares: Sendable {
  let itemCount: Double
  let raterCount: Double
  /// Between items.
  let items: Double
  /// Between raters.
  let raters: Double
  /// What neither explains.
  let error: Double

  /// - Parameters:
  ///   - itemCount: At least 2.
  ///   - raterSums: The sum of each rater's scores; at least two raters.
  ///   - squareSum: The sum of the squared scores.
  ///   - itemSquareSum: The sum of the squared sums of each item.
  init(itemCount: Double, raterSums: [Double], squareSum: Double, itemSquareSum: Double) {
    let raterCount = Double(raterSums.count)
    let sum = raterSums.reduce(0, +)
    let mean = sum * sum / (itemCount * raterCount)
    let betweenItems = itemSquareSum / raterCount - mean
    let betweenRaters = raterSums.reduce(0) { $0 + $1 * $1 } / itemCount - mean
    self.itemCount = itemCount
    self.raterCount = raterCount
    items = max(0, betweenItems) / (itemCount - 1)
    raters = max(0, betweenRaters) / (raterCount - 1)
    let rest = squareSum - mean - betweenItems - betweenRaters
    error = max(0, rest) / ((itemCount - 1) * (raterCount - 1))
  }

  /// ICC(2,1): how far one score of one rater can be relied upon.
  var single: Double? {
    let whole = items + (raterCount - 1) * error + raterCount * (raters - error) / itemCount
    return whole > 0 ? (items - error) / whole : nil
  }

  /// ICC(2,k): how far the mean of all raters' scores can be relied upon.
  var average: Double? {
    let whole = items + (raters - error) / itemCount
    return whole > 0 ? (items - error) / whole : nil
  }

  /// The interval of ICC(2,1) from the F distribution.
  func singleInterval(confidence: Double) -> ClosedRange<Double>? {
    guard let single, error > 0 else { return nil }
    let (n, k) = (itemCount, raterCount)
    let ratio = raters / error
    let rest = n * (1 + (k - 1) * single) - k * single
    let above = (n - 1) * (k - 1) * (k * single * ratio + rest) * (k * single * ratio + rest)
    let below = (n - 1) * k * k * single * single * ratio * ratio + rest * rest
    let freedom = above / below
    let level = 1 - (1 - confidence) / 2
    guard freedom.isFinite, freedom > 0,
      let lower = Distributions.fQuantile(level, n - 1, freedom),
      let upper = Distributions.fQuantile(level, freedom, n - 1)
    else { return nil }
    let common = k * raters + (k * n - k - n) * error
    let low = n * (items - lower * error) / (lower * common + n * items)
    let high = n * (upper * items - error) / (common + n * upper * items)
    return low <= high ? low...high : nil
  }

  /// The interval of ICC(2,k): that of ICC(2,1) by the Spearman-Brown formula.
  func averageInterval(confidence: Double) -> ClosedRange<Double>? {
    guard let single = singleInterval(confidence: confidence) else { return nil }
    func stepUp(_ value: Double) -> Double {
      value * raterCount / (1 + value * (raterCount - 1))
    }
    let (low, high) = (stepUp(single.lowerBound), stepUp(single.upperBound))
    return low <= high ? low...high : nil
  }
}
