/// Everything that decides what a run computes, beside model and examples.
public struct TrainingSettings: Equatable, Codable, Sendable {
  /// What is trained.
  public enum Method: Equatable, Codable, Sendable {
    /// A low-rank adapter beside the model.
    case lowRank(LowRankSettings)
    /// All weights.
    case full
  }

  /// What is trained.
  public var method = Method.lowRank(LowRankSettings())
  /// The largest learning rate, reached after warm-up.
  public var learningRate = 2e-4
  /// Share of all steps in which the learning rate grows from zero.
  public var warmupShare = 0.03
  /// What the cosine falls to, as a share of the learning rate.
  public var finalShare = 0.0
  /// Subtracted from each weight of a matrix at a step, times it and the learning rate.
  public var weightDecay = 0.0
  /// The longest that all gradients together may be; longer ones are shortened. 0: no limit.
  public var clippingNorm = 1.0
  /// How slowly the mean of gradients, and that of their squares, forget.
  public var momentDecays = [0.9, 0.999]
  /// Added to the root of the mean square.
  public var epsilon = 1e-8
  /// Times that every example is seen.
  public var epochCount = 3
  /// Tokens of an optimiser step; a step ends with the example that reaches them.
  public var batchTokenCount = 8192
  /// Tokens computed at once, if the longest example is not longer.
  public var passTokenCount = 2048
  /// Steps between two looks at the validation examples; 0 looks once an epoch.
  public var validationStepCount = 0
  /// Looks without improvement after which training stops; 0 never stops early.
  public var patience = 0
  /// How numbers are rounded before large products.
  public var precision = DenseProducts.Precision.single
  /// Decides the order, the first weights of an adapter and what dropout leaves out.
  public var seed: UInt64 = 1

  /// LoRA of rank 16 for three epochs.
  public init() {}

  /// Checks every number.
  ///
  /// - Throws: `TrainingError.badSetting`.
  public func check() throws(TrainingError) {
    func require(
      _ condition: Bool, _ name: String, _ expected: String, _ found: Any
    ) throws(TrainingError) {
      if !condition { throw .badSetting(name: name, expected: expected, found: "\(found)") }
    }
    let rate = learningRate
    try require(rate > 0 && rate.isFinite, "the learning rate", "above 0", rate)
    try require((0...1).contains(warmupShare), "the warm-up", "0 to 1", warmupShare)
    try require((0...1).contains(finalShare), "the final learning rate", "0 to 1", finalShare)
    try require((0..<1).contains(weightDecay), "the weight decay", "0 to below 1", weightDecay)
    try require(
      clippingNorm >= 0 && clippingNorm.isFinite, "the clipping norm", "0 or more", clippingNorm)
    try require(
      momentDecays.count == 2 && momentDecays.allSatisfy { (0..<1).contains($0) },
      "the decay of the moments", "two numbers from 0 to below 1", momentDecays)
    try require(epsilon > 0, "epsilon", "above 0", epsilon)
    try require(epochCount >= 1, "the number of epochs", "1 or more", epochCount)
    try require(batchTokenCount >= 1, "the tokens of a batch", "1 or more", batchTokenCount)
    try require(passTokenCount >= 1, "the tokens of a pass", "1 or more", passTokenCount)
    guard case .lowRank(let adapter) = method else { return }
    try require((1...1024).contains(adapter.rank), "the rank", "1 to 1024", adapter.rank)
    try require(adapter.alpha > 0 && adapter.alpha.isFinite, "alpha", "above 0", adapter.alpha)
    try require((0..<1).contains(adapter.dropout), "dropout", "0 to below 1", adapter.dropout)
    try require(!adapter.targets.isEmpty, "the list of target matrices", "not empty", "empty")
  }
}
