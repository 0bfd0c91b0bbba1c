/// Which of two answers a rater found better.
public struct Preference: Hashable, Sendable {
  /// What was chosen.
  public enum Choice: Hashable, Sendable {
    case left
    case right
    case tie
    case bothBad
  }

  /// What was compared, the same for every rater and for repeats: for instance the question.
  public var item: String
  /// Who compared.
  public var rater: String
  /// Whose answer stood left.
  public var left: String
  /// Whose answer stood right.
  public var right: String
  /// What was chosen.
  public var choice: Choice

  /// Makes a preference.
  public init(item: String, rater: String, left: String, right: String, choice: Choice) {
    self.item = item
    self.rater = rater
    self.left = left
    self.right = right
    self.choice = choice
  }

  /// What the model called `name` gets of it: 1 where its answer was chosen, a half where neither
  /// was, 0 where the other one was; nil where it does not take part.
  func share(of name: String) -> Double? {
    guard left != right, name == left || name == right else { return nil }
    switch choice {
    case .tie, .bothBad: return 0.5
    case .left: return name == left ? 1 : 0
    case .right: return name == right ? 1 : 0
    }
  }
}

/// How often one model's answers are chosen over another's, and how far the side decided.
public struct PreferenceAnalysis: Hashable, Sendable {
  /// Two models against each other.
  public struct Match: Hashable, Sendable {
    /// The first in the order of names.
    public var first: String
    /// The other.
    public var second: String
    /// Comparisons that the first won.
    public var winCount: Int
    /// Comparisons that the second won.
    public var lossCount: Int
    /// Those that were a tie, both answers good or both bad.
    public var tieCount: Int
    /// Of the ties, those in which both were bad.
    public var bothBadCount: Int
    /// The share that the first won, a tie as one half. Items are drawn for the interval.
    public var winRate: Estimate
  }

  /// All pairs of models that met, by name.
  public let matches: [Match]
  /// The share of the left among the comparisons in which a side was chosen: 0.5 where the side does
  /// not matter. Items are drawn for the interval.
  public let leftShare: Estimate
  /// The comparisons that came again with sides swapped.
  public let repeatCount: Int
  /// The share of those in which the same answer was chosen, or neither both times.
  public let repeatAgreement: Estimate

  /// Analyses preferences. A rater's second comparison of the same two answers is a repeat: it says
  /// how constant the rater is, and does not count for the models again.
  public init(_ preferences: [Preference], bootstrap: Bootstrap = Bootstrap()) {
    var firsts: [[String]: Preference] = [:]
    var counted: [Preference] = []
    var agreements: [(item: String, value: Double?)] = []
    for preference in preferences {
      let (left, right) = (preference.left, preference.right)
      let key = [preference.item, preference.rater, min(left, right), max(left, right)]
      if let earlier = firsts[key] {
        let isSame = earlier.share(of: left) == preference.share(of: left)
        agreements.append((preference.item, isSame ? 1 : 0))
      } else {
        firsts[key] = preference
        counted.append(preference)
      }
    }
    let names = Set(counted.flatMap { [$0.left, $0.right] }).sorted()
    matches = names.indices.flatMap { first in
      names[(first + 1)...].compactMap { second in
        Self.match(names[first], second, in: counted, bootstrap)
      }
    }
    let sides = preferences.map { preference -> (item: String, value: Double?) in
      switch preference.choice {
      case .left: (preference.item, 1)
      case .right: (preference.item, 0)
      case .tie, .bothBad: (preference.item, nil)
      }
    }
    leftShare = bootstrap.mean(sides)
    repeatCount = agreements.count
    repeatAgreement = bootstrap.mean(agreements)
  }

  private static func match(
    _ first: String, _ second: String, in preferences: [Preference], _ bootstrap: Bootstrap
  ) -> Match? {
    let met = preferences.filter { Set([$0.left, $0.right]) == [first, second] }
    guard !met.isEmpty else { return nil }
    let shares = met.map { (item: $0.item, value: $0.share(of: first)) }
    return Match(
      first: first, second: second, winCount: shares.count { $0.value == 1 },
      lossCount: shares.count { $0.value == 0 }, tieCount: shares.count { $0.value == 0.5 },
      bothBadCount: met.count { $0.choice == .bothBad }, winRate: bootstrap.mean(shares))
  }
}

extension Bootstrap {
  /// The mean of the values that are there. Items are drawn for its interval, each with all its
  /// values: two raters' values of one item do not say twice as much as one's.
  func mean(_ values: [(item: String, value: Double?)]) -> Estimate {
    mean(values.map(\.value), clusters: values.map(\.item))
  }
}
