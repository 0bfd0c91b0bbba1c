public import Tensors

/// A run: steps over the examples until the plan is done or validation no longer improves.
///
/// The plan follows from settings and examples; a run that goes on from a checkpoint computes what
/// the undisturbed one would have, to the bit.
public final class Trainer {
  /// What happens during a run.
  public enum Event: Sendable {
    /// A step was taken; `steps` of the history has it as its last.
    case step
    /// The validation examples were looked at; `improved` where the loss is the smallest so far.
    case validation(improved: Bool)
  }

  /// What is trained.
  public let store: ParameterStore
  /// Steps of the whole plan.
  public let stepCount: Int
  /// Tokens of the whole plan.
  public let tokenCount: Int
  /// What was seen so far.
  public internal(set) var history = TrainingHistory()
  let optimizer: AdamW
  let settings: TrainingSettings
  private let pass: TrainingPass
  private let plan: BatchPlan
  private let training: [TrainingExample]
  private let validation: [TrainingExample]

  /// Steps in a row whose loss is no number before a run gives up.
  private static let patienceForNonsense = 3

  /// A run over `training`, watched on `validation`, both checked by `TrainingExample.check`.
  ///
  /// - Throws: `TrainingError.badSetting`.
  public init(
    _ pass: TrainingPass, _ settings: TrainingSettings, training: [TrainingExample],
    validation: [TrainingExample], pool: WorkerPool
  ) throws(TrainingError) {
    try settings.check()
    self.pass = pass
    self.settings = settings
    self.training = training
    self.validation = validation
    store = pass.adapter?.store ?? pass.model.store
    optimizer = AdamW(store, settings, pool: pool)
    plan = BatchPlan(training, settings)
    stepCount = plan.steps.count
    tokenCount = plan.steps.reduce(0) { sum, step in
      sum + step.examples.reduce(0) { $0 + training[$1].tokenCount }
    }
  }

  /// Whether the plan is done or validation has stopped improving.
  public var isFinished: Bool {
    (history.steps.count >= stepCount && !isLookMissing)
      || (settings.patience > 0 && history.looksSinceBest >= settings.patience)
  }

  /// Runs until the end, or until `observe` or `mayGoOn` returns false.
  ///
  /// - Parameter mayGoOn: Called before each pass of a step, and may take its time; where it returns
  ///   false the step at hand is left as if it had not begun.
  /// - Throws: `TrainingError.notFinite`, and whatever `observe` or `mayGoOn` throws.
  public func run(
    mayGoOn: () throws -> Bool = { true }, _ observe: (Event) throws -> Bool
  ) throws {
    while !isFinished {
      if isLookMissing {
        guard try look(mayGoOn, observe) else { return }
      } else {
        guard try takeStep(history.steps.count, mayGoOn), try observe(.step) else { return }
      }
    }
  }

  /// True where the validation examples are to be looked at before the next step: at the start, and
  /// where a look is due, also one that an interruption came before.
  private var isLookMissing: Bool {
    let count = history.steps.count
    guard !validation.isEmpty, history.validations.last?.step != count else { return false }
    return count == 0 || isLookDue(count - 1)
  }

  private func isLookDue(_ index: Int) -> Bool {
    let interval = settings.validationStepCount
    if index + 1 == stepCount { return true }
    return interval > 0 ? (index + 1).isMultiple(of: interval) : plan.steps[index].endsEpoch
  }

  private func look(_ mayGoOn: () throws -> Bool, _ observe: (Event) throws -> Bool) throws -> Bool
  {
    let best = history.best?.loss ?? .infinity
    guard let loss = try validationLoss(mayGoOn) else { return false }
    history.validations.append(.init(step: history.steps.count, loss: loss))
    return try observe(.validation(improved: loss < best))
  }

  /// The mean loss of the validation examples; nil where the run was told to end meanwhile.
  private func validationLoss(_ mayGoOn: () throws -> Bool) throws -> Double? {
    var sum = 0.0
    for part in BatchPlan.passes(validation, tokenCount: settings.passTokenCount) {
      guard try mayGoOn() else { return nil }
      sum += pass.loss(part)
    }
    return sum / Double(validation.reduce(0) { $0 + $1.targetCount })
  }

  /// Returns false where the run was told to end before the step was whole.
  private func takeStep(_ index: Int, _ mayGoOn: () throws -> Bool) throws -> Bool {
    let examples = plan.steps[index].examples.map { training[$0] }
    let targetCount = examples.reduce(0) { $0 + $1.targetCount }
    store.clearGradients()
    var sum = 0.0
    let passes = BatchPlan.passes(examples, tokenCount: settings.passTokenCount)
    for (number, part) in passes.enumerated() {
      guard try mayGoOn() else { return false }
      var random = SeededRandom(
        seed: settings.seed &+ UInt64(index) << 20 &+ UInt64(number) &* 0xE703_7ED1_A0B4_28DB)
      sum += pass.addGradients(
        part, scale: 1 / Float(targetCount), dropoutSeed: random.next())
    }
    let rate = settings.learningRate(step: index, of: stepCount)
    let norm = optimizer.gradientNorm()
    history.steps.append(
      .init(
        loss: sum / Double(targetCount), learningRate: rate, gradientNorm: norm,
        tokenCount: examples.reduce(0) { $0 + $1.tokenCount }))
    guard sum.isFinite, norm.isFinite else {
      try skip(index)
      return true
    }
    let limit = settings.clippingNorm
    optimizer.step(learningRate: rate, scale: limit > 0 && norm > limit ? limit / norm : 1)
    return true
  }

  /// Leaves the weights as they are: a step of nonsense would spoil them for good.
  private func skip(_ index: Int) throws {
    history.skippedSteps.append(index)
    let last = history.skippedSteps.suffix(Self.patienceForNonsense)
    if last.count == Self.patienceForNonsense, let first = last.first,
      index - first == Self.patienceForNonsense - 1
    {
      throw TrainingError.notFinite(step: index)
    }
  }
}
