/// Where a run of the pipeline or of training stands, as its process writes it beside its results.
///
/// Holds counts, times and names of files; never a word of a note.
public struct RunStatus: Hashable, Codable, Sendable {
  /// What its process says of it. A process that was killed says nothing more; whether one is
  /// there at all is what `ObservedRun.isAlive` tells.
  public enum State: String, Codable, Sendable {
    case running
    /// It rests while a question is being answered.
    case waiting
    /// It rests until somebody lets it go on.
    case paused
    case done
    case failed
    /// It was stopped and can be gone on with.
    case stopped
  }

  /// The arguments of the program, without its own name; the same ones go on with the run.
  public var arguments: [String]
  /// The folder that the arguments are meant from.
  public var directory: String
  /// Who writes, or what is trained.
  public var model: String
  /// What its process says of it.
  public var state = State.running
  /// What is being done: a stage of the pipeline, or `train`.
  public var stage = ""
  /// Requests or steps that are done.
  public var doneCount = 0
  /// Requests or steps of the stage.
  public var totalCount = 0
  /// When its process began, in seconds since 1970.
  public var startedAt = 0.0
  /// When this was written, in seconds since 1970.
  public var updatedAt = 0.0
  /// Seconds of this process in which it did not rest.
  public var workedSeconds = 0.0
  /// Seconds that the stage still takes at the pace so far; nil where that is not known yet.
  public var secondsLeft: Double?
  /// Tokens that were read and written so far, those of earlier processes included.
  public var promptTokenCount = 0
  /// Tokens that were written so far, or trained on.
  public var tokenCount = 0
  /// Tokens written, or trained on, in a second of work of this process.
  public var tokensPerSecond = 0.0
  /// What the tokens cost at the prices that were given, in dollars; nil without prices.
  public var cost: Double?
  /// The losses of a training run; nil for others.
  public var losses: LossHistory?
  /// Why it failed.
  public var problem: String?

  /// A run that has just begun.
  public init(arguments: [String], directory: String, model: String) {
    self.arguments = arguments
    self.directory = directory
    self.model = model
  }

  private enum CodingKeys: String, CodingKey {
    case arguments, directory, model, state, stage, cost, losses, problem
    case doneCount = "done"
    case totalCount = "total"
    case startedAt = "started_at"
    case updatedAt = "updated_at"
    case workedSeconds = "worked_seconds"
    case secondsLeft = "seconds_left"
    case promptTokenCount = "prompt_tokens"
    case tokenCount = "tokens"
    case tokensPerSecond = "tokens_per_second"
  }
}

/// The losses of a training run, thin enough to be drawn and written often.
public struct LossHistory: Hashable, Codable, Sendable {
  /// A loss, in nats a token, and the step after which it was seen.
  public struct Point: Hashable, Codable, Sendable {
    /// Steps taken, from 1; for validation from 0.
    public var step: Int
    /// Nats a token.
    public var loss: Double

    /// Makes a point.
    public init(step: Int, loss: Double) {
      self.step = step
      self.loss = loss
    }
  }

  /// Points kept of each curve at most.
  public static let pointLimit = 256

  /// Steps of the whole plan.
  public var stepCount: Int
  /// Training losses; where there were more steps, means of neighbours.
  public var training: [Point]
  /// Losses of the validation examples.
  public var validation: [Point]

  /// The curves of a run planned for `stepCount` steps. Losses that are no numbers are left out.
  public init(stepCount: Int, training: [Point], validation: [Point]) {
    self.stepCount = stepCount
    self.training = Self.thinned(training.filter(\.loss.isFinite))
    self.validation = Self.thinned(validation.filter(\.loss.isFinite))
  }

  /// Means of as many neighbours as it takes to keep within the limit.
  private static func thinned(_ points: [Point]) -> [Point] {
    let width = (points.count + pointLimit - 1) / pointLimit
    guard width > 1 else { return points }
    return stride(from: 0, to: points.count, by: width).map { start in
      let group = points[start..<min(start + width, points.count)]
      return Point(
        step: points[start + group.count - 1].step,
        loss: group.reduce(0) { $0 + $1.loss } / Double(group.count))
    }
  }
}

/// A run as another process sees it.
public struct ObservedRun: Hashable, Sendable {
  /// The folder of its results, which names it.
  public var folder: String
  /// What its process wrote last.
  public var status: RunStatus
  /// Whether there is a process that works on it.
  public var isAlive: Bool

  /// Makes an observation.
  public init(folder: String, status: RunStatus, isAlive: Bool) {
    self.folder = folder
    self.status = status
    self.isAlive = isAlive
  }

  /// The state with what the process could not say any more: one that is gone has stopped.
  public var state: RunStatus.State {
    switch status.state {
    case .running, .waiting, .paused: isAlive ? status.state : .stopped
    case .done, .failed, .stopped: status.state
    }
  }
}

/// What can be asked of a run from outside.
public enum RunControl: String, Hashable, Sendable {
  /// Rest until further notice.
  case pause
  /// Go on after a pause.
  case goOn
  /// Keep what is there and end.
  case stop
  /// Begin the command again, which goes on from where it stands.
  case start
}
