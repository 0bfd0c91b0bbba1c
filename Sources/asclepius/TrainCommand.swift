internal import ArgumentParser
internal import Clinical
internal import Foundation
internal import Training

/// Trains an adapter or a whole model.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a low-rank adapter, or all weights, on this machine's processor.",
    subcommands: [TrainRunCommand.self, TrainTokenizeCommand.self, TrainInspectCommand.self],
    defaultSubcommand: TrainRunCommand.self)
}

/// The run itself.
struct TrainRunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Train on a file of examples; the same command goes on with a stopped run.",
    discussion: """
      DATA is a JSON Lines file of patient records, or of examples as tokens (`train tokenize`):
      {"id", "trunk", "trunk_targets": [a, b], "branches": [{"tokens", "targets": [a, b]}]}. Each
      branch sees the trunk and itself only; targets are the positions that count in the loss.

      The folder gets adapter.gguf (or model.gguf), the best so far by validation; checkpoint.gguf,
      from which a stopped run goes on to the same weights; log.jsonl and curve.svg.
      """)

  @Argument(help: "The examples.")
  var data: String

  @Option(name: .long, help: "The folder of the run.")
  var output: String

  @Option(name: .long, help: "Examples to watch the loss on, in the same form.")
  var validation: String?

  @Option(
    name: .customLong("from-adapter"), help: "Go on from the weights of this adapter.")
  var fromAdapter: String?

  @Option(name: .long, help: "Seconds between two checkpoints.")
  var checkpointSeconds = 120.0

  @Flag(name: .long, help: "Print one JSON object at the end.")
  var json = false

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var options: TrainingOptions
  @OptionGroup var dataOptions: ExampleOptions

  func validate() throws {
    if output.isEmpty { throw ValidationError("--output names no folder") }
    if checkpointSeconds < 0 { throw ValidationError("--checkpoint-seconds is below 0") }
  }

  func run() throws {
    let training = try examples(data, dataOptions)
    // Pairs made by rule are for learning; what is watched is what people wrote.
    var plain = dataOptions
    plain.auxiliary = 0
    let watched = try validation.map { try examples($0, plain) } ?? []
    let run = try TrainingRun(
      self, settings: try options.settings(), training: training, validation: watched)
    try run.start()
  }
}

extension TrainRunCommand {
  private func examples(_ path: String, _ options: ExampleOptions) throws -> [TrainingExample] {
    let set = try options.examples(path, modelOptions)
    tell("\(path): \(set.words)")
    return set.examples
  }
}

/// What decides the weights of a run.
struct TrainingOptions: ParsableArguments {
  enum Method: String, ExpressibleByArgument, CaseIterable { case lora, full }

  @Option(name: .long, help: "Train an adapter (lora) or all weights (full).")
  var method = Method.lora

  @Option(name: .long, help: "Numbers between the halves of an adapter's pairs.")
  var rank = 16

  @Option(
    name: .long, help: "Divided by the rank, what the pairs count; twice the rank by default.")
  var alpha: Float?

  @Option(name: .long, help: "Matrices that get a pair, such as attn_q,attn_v; all by default.")
  var targets: String?

  @Option(name: .long, help: "Share of a pair's inputs left out at random.")
  var dropout: Float = 0

  @Option(name: .long, help: "The largest learning rate; 2e-4 for lora, 2e-5 for full by default.")
  var learningRate: Double?

  @Option(name: .long, help: "Share of the steps in which the learning rate grows.")
  var warmup = 0.03

  @Option(name: .long, help: "What the learning rate falls to, as a share of the largest.")
  var finalShare = 0.0

  @Option(name: .long, help: "Weight decay.")
  var weightDecay = 0.0

  @Option(name: .long, help: "The longest that the gradient may be; 0 sets no limit.")
  var clip = 1.0

  @Option(name: .long, help: "Times that every example is seen.")
  var epochs = 3

  @Option(name: .long, help: "Tokens of a step.")
  var batchTokens = 8192

  @Option(name: .long, help: "Tokens computed at once; more takes more memory.")
  var passTokens = 2048

  @Option(name: .long, help: "Steps between two looks at the validation examples; 0: each epoch.")
  var validateEvery = 0

  @Option(name: .long, help: "Looks without improvement until the run stops; 0: never.")
  var patience = 0

  enum Precision: String, ExpressibleByArgument, CaseIterable { case f32, bf16 }

  @Option(
    name: .long, help: "Round numbers before large products; bf16 where the processor has it.")
  var precision: Precision?

  @Option(name: .long, help: "Where the random numbers start.")
  var seed: UInt64 = 1

  func settings() throws -> TrainingSettings {
    var settings = TrainingSettings()
    switch method {
    case .full: settings.method = .full
    case .lora:
      var adapter = LowRankSettings()
      adapter.rank = rank
      adapter.alpha = alpha ?? Float(2 * rank)
      adapter.dropout = dropout
      if let targets { adapter.targets = try Self.matrices(targets) }
      settings.method = .lowRank(adapter)
    }
    settings.learningRate = learningRate ?? (method == .full ? 2e-5 : 2e-4)
    settings.warmupShare = warmup
    settings.finalShare = finalShare
    settings.weightDecay = weightDecay
    settings.clippingNorm = clip
    settings.epochCount = epochs
    settings.batchTokenCount = batchTokens
    settings.passTokenCount = passTokens
    settings.validationStepCount = validateEvery
    settings.patience = patience
    settings.seed = seed
    settings.precision =
      precision.flatMap { .init(rawValue: $0.rawValue) } ?? .fastest
    return settings
  }

  private static func matrices(_ list: String) throws -> [BlockMatrix] {
    let names = Set(list.split(separator: ",").map(String.init))
    let known = BlockMatrix.allCases.map(\.rawValue)
    if let stranger = names.subtracting(known).sorted().first {
      throw ValidationError(
        "--targets names '\(stranger)', but has to be some of \(known.joined(separator: ","))")
    }
    return BlockMatrix.allCases.filter { names.contains($0.rawValue) }
  }
}

/// Examples from a JSON Lines file.
struct TokenizedExamples {
  private(set) var examples: [TrainingExample] = []

  /// Whether the first line of a file is an example and no patient record.
  ///
  /// - Throws: `TextInputError.unreadable`.
  static func isForm(of path: String) throws -> Bool {
    let line = try RecordLines.read(path).split(separator: UInt8(ascii: "\n"), maxSplits: 1).first
    guard let line, let value = try? JSONValue(parsing: line) else { return false }
    return value.object?["branches"] != nil
  }

  /// - Throws: `TextInputError.unreadable`; `TrainingError` where a line is no example, or there is
  ///   none.
  init(path: String) throws {
    let data: Data
    do {
      data = try Data(contentsOf: URL(filePath: path))
    } catch {
      throw TextInputError.unreadable(path: path, reason: describe(error))
    }
    let decoder = JSONDecoder()
    let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where !line.isEmpty {
      do {
        examples.append(try decoder.decode(TrainingExample.self, from: line))
      } catch {
        throw TrainingError.badLine(
          path: path, line: index + 1,
          problem: "is no example of the form that `asclepius train --help` shows")
      }
    }
    if examples.isEmpty { throw TrainingError.noExamples(path: path) }
  }
}
