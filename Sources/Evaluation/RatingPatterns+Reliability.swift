extension RatingPatterns {
  /// Krippendorff's alpha with the ordinal metric; items with fewer than two scores say nothing.
  ///
  /// The ordinal difference between categories c and k, the number of scores from one to the other
  /// with half of each end, is the difference of their mean ranks. Both disagreements are then
  /// spreads of ranks: within items, and over all scores.
  ///
  /// - Source: Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), sections C and D.
  func krippendorffAlpha(_ counts: [Double]) -> Double? {
    var totals = [Double](repeating: 0, count: values.count)
    for pattern in 0..<patternCount where scoreCounts[pattern] >= 2 {
      for category in categories(pattern) { totals[category] += counts[pattern] }
    }
    let total = totals.reduce(0, +)
    var ranks: [Double] = []
    var below = 0.0
    for count in totals {
      ranks.append(below + (count - total) / 2)
      below += count
    }
    var observed = 0.0
    for pattern in 0..<patternCount where scoreCounts[pattern] >= 2 && counts[pattern] > 0 {
      var (sum, squares) = (0.0, 0.0)
      for category in categories(pattern) {
        sum += ranks[category]
        squares += ranks[category] * ranks[category]
      }
      let size = Double(scoreCounts[pattern])
      observed += counts[pattern] * (size * squares - sum * sum) / (size - 1)
    }
    // The ranks were shifted to a mean of zero, so their squares alone are the spread.
    let squares = zip(totals, ranks).reduce(0) { $0 + $1.0 * $1.1 * $1.1 }
    guard total > 1, squares > 0 else { return nil }
    return 1 - observed / (total * squares / (total - 1))
  }

  /// Gwet's AC2 for any number of raters with missing scores.
  ///
  /// Agreement is averaged over the items with two scores or more; the chance that raters agree on
  /// an item that is hard to score comes from all items with a score.
  ///
  /// - Parameter agreement: `weightedAgreement(_:)` of the same weights.
  /// - Source: Gwet, "Handbook of Inter-Rater Reliability" (4th ed., 2014).
  func gwetAC2(_ counts: [Double], _ agreement: WeightedAgreement) -> Double? {
    let categoryCount = Double(values.count)
    var shares = [Double](repeating: 0, count: values.count)
    var (scored, compared, observed) = (0.0, 0.0, 0.0)
    for pattern in 0..<patternCount where scoreCounts[pattern] >= 1 && counts[pattern] > 0 {
      scored += counts[pattern]
      let share = counts[pattern] / Double(scoreCounts[pattern])
      for category in categories(pattern) { shares[category] += share }
      guard scoreCounts[pattern] >= 2 else { continue }
      compared += counts[pattern]
      observed += counts[pattern] * agreement.ofPattern[pattern]
    }
    guard compared > 0, categoryCount >= 2 else { return nil }
    let spread = shares.reduce(0) { $0 + $1 / scored * (1 - $1 / scored) }
    let chance = agreement.weightSum / (categoryCount * (categoryCount - 1)) * spread
    guard chance < 1 else { return nil }
    return (observed / compared - chance) / (1 - chance)
  }

  /// What of AC2 does not depend on how often a pattern occurs.
  struct WeightedAgreement: Sendable {
    /// The mean weight of the pairs of scores in each pattern.
    var ofPattern: [Double]
    /// The sum of the weights over all pairs of categories.
    var weightSum: Double
  }

  func weightedAgreement(_ weights: AgreementWeights) -> WeightedAgreement {
    let weightSum = values.indices.reduce(0.0) { sum, first in
      sum + values.indices.reduce(0.0) { $0 + weights.weight(first, $1, values) }
    }
    let ofPattern = (0..<patternCount).map { pattern -> Double in
      let chosen = Array(categories(pattern))
      guard chosen.count >= 2 else { return 0 }
      var sum = 0.0
      for first in chosen.indices {
        for second in chosen.indices where second != first {
          sum += weights.weight(chosen[first], chosen[second], values)
        }
      }
      return sum / Double(chosen.count * (chosen.count - 1))
    }
    return WeightedAgreement(ofPattern: ofPattern, weightSum: weightSum)
  }

  /// The two-way analysis of variance over the items that every rater scored.
  func meanSquares(_ counts: [Double]) -> MeanSquares? {
    let middle = Double(values.first ?? 0) / 2 + Double(values.last ?? 0) / 2
    var raterSums = [Double](repeating: 0, count: raterCount)
    var (items, squares, itemSquares) = (0.0, 0.0, 0.0)
    for pattern in 0..<patternCount where scoreCounts[pattern] == raterCount {
      let count = counts[pattern]
      var sum = 0.0
      for (rater, category) in categories(pattern).enumerated() {
        let score = Double(values[category]) - middle
        sum += score
        squares += count * score * score
        raterSums[rater] += count * score
      }
      items += count
      itemSquares += count * sum * sum
    }
    guard items >= 2, raterCount >= 2 else { return nil }
    return MeanSquares(
      itemCount: items, raterSums: raterSums, squareSum: squares, itemSquareSum: itemSquares)
  }
}
