internal import GGUF
internal import Kernels
internal import Tensors

/// The whole state of a run in one file: weights, optimiser, history, and what the run is.
///
/// Random numbers follow from the seed and the step, so no generator has a state of its own.
public struct Checkpoint: Sendable {
  /// What has to be the same for a run to go on, as texts: settings, model, examples.
  public struct Identity: Equatable, Sendable {
    /// The settings, encoded.
    public let settings: String
    /// The digest of the model.
    public let model: String
    /// The digest of all examples.
    public let examples: String

    /// An identity of those parts.
    public init(settings: String, model: String, examples: String) {
      self.settings = settings
      self.model = model
      self.examples = examples
    }
  }

  /// Where it is kept.
  public let path: String
  /// The run that it belongs to.
  public let identity: Identity

  private static let keys = (
    settings: "training.settings", model: "training.model", examples: "training.examples",
    optimizerSteps: "training.optimizer_steps", skipped: "training.skipped",
    loss: "training.loss", rate: "training.learning_rate", norm: "training.gradient_norm",
    tokens: "training.tokens", lookSteps: "training.validation_steps",
    looks: "training.validation_loss"
  )
  private static let tensorNames = ["values", "first_moments", "second_moments"]

  /// The checkpoint of a run, at `path`.
  public init(path: String, identity: Identity) {
    self.path = path
    self.identity = identity
  }

  /// Writes the state of `trainer`; what stood there before goes only when this is complete.
  ///
  /// - Throws: `GGUFError` where the file cannot be written.
  public func save(_ trainer: Trainer) throws {
    let history = trainer.history
    var metadata = GGUFMetadata()
    let keys = Self.keys
    metadata["general.type"] = .string("checkpoint")
    metadata[keys.settings] = .string(identity.settings)
    metadata[keys.model] = .string(identity.model)
    metadata[keys.examples] = .string(identity.examples)
    metadata[keys.optimizerSteps] = .uint64(UInt64(trainer.optimizer.stepCount))
    metadata[keys.skipped] = .array(GGUFArray(history.skippedSteps.map { Int32($0) }))
    metadata[keys.loss] = try Self.doubles(history.steps.map(\.loss))
    metadata[keys.rate] = try Self.doubles(history.steps.map(\.learningRate))
    metadata[keys.norm] = try Self.doubles(history.steps.map(\.gradientNorm))
    metadata[keys.tokens] = .array(GGUFArray(history.steps.map { Int32($0.tokenCount) }))
    metadata[keys.lookSteps] = .array(GGUFArray(history.validations.map { Int32($0.step) }))
    metadata[keys.looks] = try Self.doubles(history.validations.map(\.loss))
    let memories = Self.memories(trainer)
    let shapes = Self.tensorNames.map {
      GGUFTensorShape(name: $0, elementType: .f32, dimensions: [trainer.store.extent])
    }
    let writer = try GGUFWriter(metadata: metadata, tensors: shapes)
    try writer.write(to: path) { shape, output in
      guard let index = Self.tensorNames.firstIndex(of: shape.name) else { return }
      let memory = memories[index]
      try output.write(UnsafeRawBufferPointer(start: memory.base, count: memory.byteCount))
    }
  }

  private static func doubles(_ numbers: [Double]) throws -> GGUFValue {
    .array(try GGUFArray(numbers.map { .float64($0) }, of: .float64))
  }

  private static func memories(_ trainer: Trainer) -> [AlignedMemory] {
    [trainer.store.values, trainer.optimizer.moments.first, trainer.optimizer.moments.second]
  }

  /// Sets `trainer` to the state in the file.
  ///
  /// - Throws: `GGUFError` where the file cannot be read; `TrainingError.otherRun` where it belongs
  ///   to another run; `TrainingError.badCheckpoint` where it contradicts itself.
  public func restore(_ trainer: Trainer) throws {
    let file = try GGUFFile(path: path)
    for (part, key, expected) in [
      ("settings", Self.keys.settings, identity.settings),
      ("model", Self.keys.model, identity.model),
      ("set of examples", Self.keys.examples, identity.examples),
    ] where try file.metadata.string(key) != expected {
      throw TrainingError.otherRun(path: path, part: part)
    }
    let history = try history(file.metadata)
    guard history.steps.count <= trainer.stepCount else {
      throw TrainingError.badCheckpoint(path: path, problem: "it has more steps than the run")
    }
    let tensors = try Self.tensorNames.map { try file.requiredTensor(named: $0) }
    for tensor in tensors
    where tensor.elementType != .f32 || tensor.elementCount != trainer.store.extent {
      throw TrainingError.badCheckpoint(path: path, problem: "\(tensor.name) has another size")
    }
    for (tensor, memory) in zip(tensors, Self.memories(trainer)) {
      file.withBytes(of: tensor) { bytes in
        UnsafeMutableRawBufferPointer(start: memory.base, count: memory.byteCount)
          .copyMemory(from: bytes)
      }
    }
    trainer.optimizer.stepCount = try file.metadata.integer(Self.keys.optimizerSteps)
    trainer.history = history
  }

  private func history(_ metadata: GGUFMetadata) throws -> TrainingHistory {
    func doubles(_ key: String) throws -> [Double] {
      guard let array = try metadata.optionalArray(key) else { return [] }
      return try array.values().map { value in
        guard case .float64(let number) = value else {
          throw TrainingError.badCheckpoint(path: path, problem: "\(key) holds no numbers")
        }
        return number
      }
    }
    let keys = Self.keys
    let (losses, rates) = (try doubles(keys.loss), try doubles(keys.rate))
    let (norms, tokens) = (try doubles(keys.norm), try metadata.integers(keys.tokens))
    let (lookSteps, looks) = (try metadata.integers(keys.lookSteps), try doubles(keys.looks))
    guard Set([losses.count, rates.count, norms.count, tokens.count]).count == 1,
      lookSteps.count == looks.count
    else { throw TrainingError.badCheckpoint(path: path, problem: "its lists differ in length") }
    var history = TrainingHistory()
    history.steps = losses.indices.map {
      .init(
        loss: losses[$0], learningRate: rates[$0], gradientNorm: norms[$0], tokenCount: tokens[$0])
    }
    history.validations = looks.indices.map { .init(step: lookSteps[$0], loss: looks[$0]) }
    history.skippedSteps = try metadata.integers(keys.skipped)
    return history
  }
}
