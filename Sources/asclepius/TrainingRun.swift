internal import ArgumentParser
internal import Clinical
internal import Foundation
internal import GGUF
internal import Kernels
internal import Llama
internal import Models
internal import Store
internal import Synchronization
internal import Tensors
internal import Training

/// A run of `train` with its folder: reads, reports, keeps what comes out.
final class TrainingRun {
  private let command: TrainRunCommand
  private let settings: TrainingSettings
  private let folder: URL
  private let model: ModelParameters
  private let modelDigest: String
  private let adapter: LowRankParameters?
  private let trainer: Trainer
  private let checkpoint: Checkpoint
  /// What others see of the run, and whether it is to rest or to end.
  private let job: RunRecorder
  private let progress = ProgressLine("train")
  private let clock = ContinuousClock()
  private var lastCheckpoint: ContinuousClock.Instant
  private var speed = Speed()

  /// Reads the model and checks every example.
  init(
    _ command: TrainRunCommand, settings: TrainingSettings, training: [TrainingExample],
    validation: [TrainingExample]
  ) throws {
    self.command = command
    self.settings = settings
    try settings.check()
    folder = URL(filePath: command.output, directoryHint: .isDirectory)
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    job = try RunRecorder.begin(in: folder)
    let pool = WorkerPool(workerCount: command.modelOptions.threadCount)
    let path = try command.modelOptions.path()
    modelDigest = try fileDigest(path: path)
    job.update { $0.model = URL(filePath: path).deletingPathExtension().lastPathComponent }
    model = try ModelParameters(path: path, isTrained: settings.method == .full, pool: pool)
    let c = model.configuration
    for example in training + validation {
      try example.check(vocabularySize: c.vocabularySize, contextLength: c.contextLength)
    }
    adapter = try Self.adapter(command, settings, c)
    let pass = try TrainingPass(
      model, adapter: adapter, pool: pool, precision: settings.precision)
    trainer = try Trainer(
      pass, settings, training: training, validation: validation, pool: pool)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    checkpoint = Checkpoint(
      path: folder.appending(path: "checkpoint.gguf").path,
      identity: Checkpoint.Identity(
        settings: String(decoding: try encoder.encode(settings), as: UTF8.self),
        model: modelDigest, examples: (training + validation).digest))
    lastCheckpoint = clock.now
  }

  private static func adapter(
    _ command: TrainRunCommand, _ settings: TrainingSettings, _ c: LlamaConfiguration
  ) throws -> LowRankParameters? {
    guard case .lowRank(let pairs) = settings.method else { return nil }
    guard let path = command.fromAdapter else {
      return LowRankParameters(pairs, c, seed: settings.seed)
    }
    let file = try AdapterFile(path: path)
    let adapter = try LowRankParameters(file, c, dropout: pairs.dropout)
    if adapter.settings != pairs {
      throw TrainingError.badSetting(
        name: "the shape of the adapter to go on from", expected: "that of the options, \(pairs)",
        found: "\(adapter.settings)")
    }
    return adapter
  }

  /// Runs to the end, or until it is interrupted.
  func start() throws { try job.record { try work() } }

  private func work() throws {
    if FileManager.default.fileExists(atPath: checkpoint.path) {
      try checkpoint.restore(trainer)
      tell("goes on after step \(trainer.history.steps.count) of \(trainer.stepCount)")
    } else {
      tell(
        "\(trainer.stepCount) steps, \(trainer.tokenCount) tokens, "
          + "\(trainer.store.count) numbers to train")
    }
    let isInterrupted = Flag()
    let interrupt = Interrupt { isInterrupted.set() }
    defer { interrupt.end() }
    speed.begin(clock.now)
    tellProgress()
    let mayGoOn = { [self] () throws -> Bool in
      // What rests is what is killed.
      if job.isHeld { try keep() }
      job.blockWhileHeld(unless: { isInterrupted.isSet })
      return !isInterrupted.isSet && !job.isStopped
    }
    try trainer.run(mayGoOn: mayGoOn) { event in
      try self.observe(event)
      return try mayGoOn()
    }
    progress.clear()
    try keep()
    guard trainer.isFinished else { throw ExitCode(ExitStatus.interrupted) }
    if trainer.history.validations.isEmpty { try writeWeights(named: resultName) }
    try report()
  }

  private func observe(_ event: Trainer.Event) throws {
    let history = trainer.history
    switch event {
    case .step:
      guard let step = history.steps.last else { return }
      tellProgress()
      speed.add(step.tokenCount, clock.now)
      progress.show(
        Double(history.steps.count) / Double(trainer.stepCount),
        String(
          format: "loss %.3f  %.0f tokens a second  step %d of %d", step.loss, speed.rate,
          history.steps.count, trainer.stepCount))
    case .validation(let improved):
      progress.clear()
      guard let look = history.validations.last else { return }
      tellProgress()
      tell(String(format: "step %d: validation loss %.4f", look.step, look.loss))
      // The start too: where nothing gets better, it is what the run has to give.
      if improved { try writeWeights(named: resultName) }
    }
    let age = (clock.now - lastCheckpoint) / .seconds(1)
    if age >= command.checkpointSeconds { try keep() }
  }

  /// Tells those who watch where the run stands.
  private func tellProgress() {
    let history = trainer.history
    let losses = LossHistory(
      stepCount: trainer.stepCount,
      training: history.steps.enumerated().map { .init(step: $0 + 1, loss: $1.loss) },
      validation: history.validations.map { .init(step: $0.step, loss: $0.loss) })
    job.update { status in
      status.stage = "train"
      status.doneCount = history.steps.count
      status.totalCount = trainer.stepCount
      status.tokenCount = history.steps.reduce(0) { $0 + $1.tokenCount }
      status.losses = losses
    }
  }

  private var resultName: String { adapter == nil ? "model.gguf" : "adapter.gguf" }

  private func writeWeights(named name: String) throws {
    let path = folder.appending(path: name).path
    guard let adapter else { return try model.write(to: path, elementType: .f16) }
    try adapter.write(
      to: path, elementType: .f16, notes: [("training.base_model_sha256", modelDigest)])
  }

  /// Brings the state of the run to the disk.
  private func keep() throws {
    try checkpoint.save(trainer)
    try writeLog()
    let curve = LossCurve(trainer.history, stepCount: trainer.stepCount)
    try Data(curve.svg.utf8).write(to: folder.appending(path: "curve.svg"), options: .atomic)
    lastCheckpoint = clock.now
  }

  private func writeLog() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    var lines: [Data] = []
    for (index, step) in trainer.history.steps.enumerated() {
      lines.append(try encoder.encode(LogLine(step: index + 1, step)))
    }
    for look in trainer.history.validations {
      lines.append(try encoder.encode(LogLine(look)))
    }
    let text = lines.reduce(into: Data()) { $0 += $1 + [UInt8(ascii: "\n")] }
    try text.write(to: folder.appending(path: "log.jsonl"), options: .atomic)
  }

  private func report() throws {
    let history = trainer.history
    let result = folder.appending(path: resultName).path
    if command.json {
      return try JSONOutput.print(
        TrainingReport(
          steps: history.steps.count, loss: history.steps.last?.loss,
          best_validation_loss: history.best?.loss, best_step: history.best?.step,
          tokens_per_second: speed.rate, skipped_steps: history.skippedSteps.count,
          result: result))
    }
    if let best = history.best {
      print(String(format: "best validation loss %.4f after step %d", best.loss, best.step))
    }
    print(String(format: "%d steps, %.0f tokens a second", history.steps.count, speed.rate))
    if !history.skippedSteps.isEmpty {
      print("\(history.skippedSteps.count) steps left out: loss or gradients were not finite")
    }
    print("wrote \(result)")
  }
}

/// What `train --json` prints.
private struct TrainingReport: Encodable {
  let steps: Int
  let loss: Double?
  let best_validation_loss: Double?
  let best_step: Int?
  let tokens_per_second: Double
  let skipped_steps: Int
  let result: String
}

/// A line of log.jsonl: a step, or a look at the validation examples.
private struct LogLine: Encodable {
  let step: Int
  var loss: Double?
  var validation_loss: Double?
  var learning_rate: Double?
  var gradient_norm: Double?
  var tokens: Int?

  init(step: Int, _ record: TrainingHistory.Step) {
    self.step = step
    // JSON has no word for what is no number.
    loss = record.loss.isFinite ? record.loss : nil
    learning_rate = record.learningRate
    gradient_norm = record.gradientNorm.isFinite ? record.gradientNorm : nil
    tokens = record.tokenCount
  }

  init(_ record: TrainingHistory.Validation) {
    step = record.step
    validation_loss = record.loss.isFinite ? record.loss : nil
  }
}

/// Tokens a second of the steps of this process.
private struct Speed {
  private var start = ContinuousClock.now
  private var end = ContinuousClock.now
  private var tokenCount = 0

  mutating func begin(_ now: ContinuousClock.Instant) { (start, end) = (now, now) }

  mutating func add(_ count: Int, _ now: ContinuousClock.Instant) {
    tokenCount += count
    end = now
  }

  var rate: Double {
    let seconds = (end - start) / .seconds(1)
    return seconds > 0 ? Double(tokenCount) / seconds : 0
  }
}

/// Set once, from any thread.
private final class Flag: Sendable {
  private let value = Atomic<Bool>(false)
  var isSet: Bool { value.load(ordering: .acquiring) }
  func set() { value.store(true, ordering: .releasing) }
}
