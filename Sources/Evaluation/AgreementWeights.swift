/// How much two different scores count as agreement, from 1 for the same to 0 for the ends of the
/// scale.
public enum AgreementWeights: String, CaseIterable, Sendable {
  /// One less the squared distance of the scores.
  case quadratic
  /// One less the distance of the scores.
  case linear
  /// By the number of pairs of categories from one score to the other.
  case ordinal
  /// Only the same score agrees; AC2 is then AC1.
  case identity

  /// The weight of two categories, given by their indices in the ascending `values`.
  ///
  /// - Source: Gwet, "Handbook of Inter-Rater Reliability" (4th ed., 2014).
  func weight(_ first: Int, _ second: Int, _ values: [Int]) -> Double {
    guard first != second, let least = values.first, let greatest = values.last else { return 1 }
    let distance = abs(Double(values[first]) - Double(values[second]))
    let share = distance / (Double(greatest) - Double(least))
    switch self {
    case .quadratic: return 1 - share * share
    case .linear: return 1 - share
    case .ordinal:
      func pairs(_ steps: Int) -> Double { Double(steps) * Double(steps + 1) / 2 }
      return 1 - pairs(abs(first - second)) / pairs(values.count - 1)
    case .identity: return 0
    }
  }
}
