/// What a run saw so far.
public struct TrainingHistory: Equatable, Codable, Sendable {
  /// An optimiser step.
  public struct Step: Equatable, Codable, Sendable {
    /// Mean loss of its targets, in nats.
    public let loss: Double
    /// Of that step.
    public let learningRate: Double
    /// Before clipping.
    public let gradientNorm: Double
    /// Tokens computed.
    public let tokenCount: Int
  }

  /// A look at the validation examples.
  public struct Validation: Equatable, Codable, Sendable {
    /// Steps taken before it.
    public let step: Int
    /// Mean loss of all targets, in nats.
    public let loss: Double
  }

  /// Every step, in order.
  public internal(set) var steps: [Step] = []
  /// Every look at the validation examples, in order.
  public internal(set) var validations: [Validation] = []
  /// Steps left out since loss or gradients were no numbers.
  public internal(set) var skippedSteps: [Int] = []

  /// Nothing seen yet.
  public init() {}

  /// The look with the smallest loss, the first of equals.
  public var best: Validation? { validations.min { $0.loss < $1.loss } }

  /// Looks since the best one.
  var looksSinceBest: Int {
    guard let best, let index = validations.firstIndex(of: best) else { return 0 }
    return validations.count - 1 - index
  }
}
