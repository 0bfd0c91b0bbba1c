/// The order in which one rater sees the answers of several models.
///
/// In each round every question comes once, and over the rounds each model answers it once, by a
/// balanced Latin square: no rater sees the answers to one question side by side, and no model is
/// always seen first. The same seed and rater give the same order on every machine.
public struct RatingOrder: Hashable, Sendable {
  /// One answer: which question, and which of the models.
  public struct Place: Hashable, Sendable {
    /// The question's index.
    public var question: Int
    /// The model's index.
    public var model: Int
  }

  /// The places in order, each exactly once.
  public let places: [Place]

  /// The order of `questionCount` questions that `modelCount` models answered.
  public init(questionCount: Int, modelCount: Int, seed: UInt64, rater: String) {
    let seed = Self.seed(seed, rater: rater)
    let square = LatinSquare(conditionCount: modelCount, seed: seed)
    let models = (0..<max(0, questionCount)).map { square.order(ofItem: $0) }
    var random = SplitMix64(seed: seed ^ 0x5241_5445)
    places = (0..<max(0, modelCount)).flatMap { round in
      random.permutation(models.count).map { Place(question: $0, model: models[$0][round]) }
    }
  }

  /// A seed that depends on the rater's name too.
  ///
  /// - Source: Fowler, Noll and Vo, FNV-1a with 64 bits.
  static func seed(_ seed: UInt64, rater: String) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in rater.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    var mixed = SplitMix64(seed: hash ^ seed)
    return mixed.next()
  }
}

/// The pairs of answers that one rater compares, and on which side each stands.
///
/// Each two models meet at each question. Over the questions each of the two stands left as often as
/// right, give or take one. Some pairs come once more at the end with their sides swapped: they tell
/// how far the rater agrees with themselves, and how far the side decides.
public struct PairPlan: Hashable, Sendable {
  /// Two answers to one question side by side.
  public struct Pair: Hashable, Sendable {
    /// The question's index.
    public var question: Int
    /// The index of the model whose answer stands left.
    public var left: Int
    /// The index of the model whose answer stands right.
    public var right: Int
    /// True for one that was there before with its sides swapped.
    public var isRepeat: Bool
  }

  /// The pairs in order.
  public let pairs: [Pair]

  /// Plans the pairs of `questionCount` questions that `modelCount` models answered.
  ///
  /// - Parameter repeatShare: How many of the pairs come again, as a share from 0 to 1.
  public init(
    questionCount: Int, modelCount: Int, repeatShare: Double = 0.1, seed: UInt64, rater: String
  ) {
    var random = SplitMix64(seed: RatingOrder.seed(seed, rater: rater) ^ 0x5041_4952)
    var pairs: [Pair] = []
    for first in 0..<max(0, modelCount) {
      for second in first + 1..<max(first + 1, modelCount) {
        // Half of the questions, drawn at random, have the first model left; of an odd one more,
        // chance decides which model gets it.
        let order = random.permutation(max(0, questionCount))
        let half = (order.count + random.index(below: 2)) / 2
        for (rank, question) in order.enumerated() {
          let isFirstLeft = rank < half
          pairs.append(
            Pair(
              question: question, left: isFirstLeft ? first : second,
              right: isFirstLeft ? second : first, isRepeat: false))
        }
      }
    }
    let shuffled = random.permutation(pairs.count).map { pairs[$0] }
    let count = Int((Double(shuffled.count) * min(max(repeatShare, 0), 1)).rounded(.up))
    // The earliest are repeated, so that most is forgotten by then.
    let repeats = shuffled.prefix(count).map { pair in
      Pair(question: pair.question, left: pair.right, right: pair.left, isRepeat: true)
    }
    self.pairs = shuffled + random.permutation(repeats.count).map { repeats[$0] }
  }
}
