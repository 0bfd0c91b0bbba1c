internal import ArgumentParser
internal import Clinical
internal import Foundation
internal import Tokenization
internal import Training

extension TrainingData.Stage: ExpressibleByArgument {}
extension TrainingData.TooLong: ExpressibleByArgument {}

/// How patient records become training examples.
struct TrainingDataOptions: ParsableArguments {
  @Option(
    name: .long, help: "What is learned of records: the notes, or answers to their questions.")
  var stage = TrainingData.Stage.instructions

  @Option(name: .long, help: "The longest text in tokens; the model's context by default.")
  var context: Int?

  @Option(name: .long, help: "Texts that are longer are left out (drop), or their notes cut.")
  var tooLong = TrainingData.TooLong.drop

  @Option(name: .long, help: "The prompt's form; that of `ask` with this model by default.")
  var template: String?

  func validate() throws {
    if let context, context < 16 { throw ValidationError("--context is below 16") }
    if let template { _ = try validated { try PromptTemplate(name: template) } }
  }

  /// Reads records, or examples that are tokens already. What was left out is told on standard
  /// error.
  ///
  /// - Throws: `TextInputError.unreadable`; `TrainingError.noExamples`; a file that is no model.
  func examples(_ path: String, modelPath: String) throws -> [TrainingExample] {
    if try TokenizedExamples.isForm(of: path) { return try TokenizedExamples(path: path).examples }
    let (records, _) = try DatasetCommand.records(path)
    var data = try data(modelPath: modelPath)
    let examples = data.examples(records)
    tell("\(path): \(data.counts)")
    if examples.isEmpty { throw TrainingError.noExamples(path: path) }
    return examples
  }

  func data(modelPath: String) throws -> TrainingData {
    try TrainingData(
      modelPath: modelPath, templateName: template, stage: stage, tooLong: tooLong,
      context: context)
  }
}

extension TrainingData.Counts: CustomStringConvertible {
  var description: String {
    var parts = [
      "\(examples) examples with \(answers) answers, \(tokens) tokens, \(targets) learned"
    ]
    if cutNotes > 0 { parts.append("\(cutNotes) notes cut") }
    if tooLong > 0 { parts.append("\(tooLong) left out as too long") }
    if empty > 0 { parts.append("\(empty) left out as empty") }
    return parts.joined(separator: "; ")
  }
}

/// Writes examples as tokens.
struct TrainTokenizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize",
    abstract: "Write the examples that `train` makes of records as tokens, a line each.")

  @Argument(help: "Patient records, JSON Lines.")
  var data: String

  @Option(name: .long, help: "Where to write; without it, standard output.")
  var output: String?

  @OptionGroup var dataOptions: TrainingDataOptions
  @OptionGroup var modelOptions: ModelOptions

  func run() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let lines = try dataOptions.examples(data, modelPath: try modelOptions.path()).map {
      String(decoding: try encoder.encode($0), as: UTF8.self)
    }
    try DatasetCommand.write(lines, to: output)
  }
}

/// The loss lens: shows which tokens of an example count.
struct TrainInspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show an example token by token, and which of them count in the loss.",
    discussion: """
      One token a line: its position in the text, its id, * where it counts, and its bytes. With \
      --summary only the lengths of all examples.
      """)

  @Argument(help: "Patient records, or examples as tokens; JSON Lines.")
  var data: String

  @Option(name: .long, help: "The example of this patient; the first one by default.")
  var patient: String?

  @Option(name: .long, help: "The answer to show, from 1; 0 shows the trunk alone.")
  var answer = 1

  @Flag(name: .long, help: "A line for each example instead.")
  var summary = false

  @OptionGroup var dataOptions: TrainingDataOptions
  @OptionGroup var modelOptions: ModelOptions

  func run() throws {
    let path = try modelOptions.path()
    let examples = try dataOptions.examples(data, modelPath: path)
    if summary { return examples.forEach(summarize) }
    guard let example = patient.map({ id in examples.first { $0.id == id } }) ?? examples.first
    else {
      throw ValidationError("\(data) holds no example of '\(patient ?? "")'")
    }
    guard (0...example.branches.count).contains(answer) else {
      throw ValidationError("--answer is \(answer), but has to be 0 to \(example.branches.count)")
    }
    let tokenizer = try dataOptions.data(modelPath: path).writer.tokenizer
    show(example.trunk, example.trunkTargets, from: 0, tokenizer)
    guard answer > 0 else { return }
    let branch = example.branches[answer - 1]
    show(branch.tokens, branch.targets, from: example.trunk.count, tokenizer)
  }

  private func show(
    _ tokens: [TokenID], _ targets: Range<Int>, from start: Int, _ tokenizer: Tokenizer
  ) {
    for (index, token) in tokens.enumerated() {
      let text = String(
        decoding: tokenizer.bytes(of: token, showingSpecialTokens: true), as: UTF8.self)
      let shown = text.unicodeScalars.map { $0.escaped(asASCII: false) }.joined()
      print(
        String(format: "%6d %7d %@ ", start + index, token, targets.contains(index) ? "*" : " ")
          + shown)
    }
  }

  private func summarize(_ example: TrainingExample) {
    let answers = example.branches.map { "\($0.tokens.count) (\($0.targets.count))" }
    print(
      "\(example.id): trunk \(example.trunk.count) (\(example.trunkTargets.count)); answers "
        + answers.joined(separator: " "))
  }
}
