internal import ArgumentParser
internal import Clinical
internal import Foundation
internal import GGUF
internal import Llama
internal import Synthesis
internal import Tokenization
internal import Training

/// How records become tokenised examples.
struct ExampleOptions: ParsableArguments {
  enum Stage: String, ExpressibleByArgument, CaseIterable { case notes, instructions }

  @Option(name: .long, help: "Pre-training on notes, or tuning on instructions.")
  var stage = Stage.instructions

  @Option(name: .long, help: "A prompt template: \(PromptTemplate.names); as `ask` by default.")
  var template: String?

  @Option(name: .long, help: "Tokens of the longest sequence; the model's context by default.")
  var context: Int?

  @Option(name: .long, help: "Leave out what exceeds the context, or cut its note into windows.")
  var tooLong = ExampleBuilder.TooLong.drop

  @Option(
    name: .long,
    help: "Add up to so many pairs a note that rules make from these records; 0 for none.")
  var auxiliary = 0

  @Option(name: .customLong("data-seed"), help: "Where the random numbers of the rules start.")
  var dataSeed: UInt64 = 0

  func validate() throws {
    if let context, context < 16 { throw ValidationError("--context is \(context), below 16") }
    if auxiliary < 0 { throw ValidationError("--auxiliary is \(auxiliary), but must be 0 or more") }
  }

  /// The examples of a file of records, or those of a file that is tokenised already.
  func examples(_ path: String, _ model: ModelOptions) throws -> ExampleSet {
    if try TokenizedExamples.isForm(of: path) {
      return ExampleSet(examples: try TokenizedExamples(path: path).examples, words: "tokenised")
    }
    var records = try DatasetCommand.records(path).records
    let vocabulary = try ModelVocabulary(path: model.path())
    var builder = try ExampleBuilder(
      writer: vocabulary.promptWriter(templateName: template),
      context: min(context ?? vocabulary.contextLength, vocabulary.contextLength), tooLong: tooLong)
    var made = AuxiliaryPairs.Counts()
    if auxiliary > 0, stage == .instructions {
      let rules = AuxiliaryPairs(records, seed: dataSeed)
      records = records.map { rules.adding(to: $0, atMost: auxiliary, counts: &made) }
    }
    let examples =
      switch stage {
      case .notes: builder.notes(records)
      case .instructions: builder.instructions(records)
      }
    guard !examples.isEmpty else { throw NoExamples(path: path, dropped: builder.counts.dropped) }
    return ExampleSet(examples: examples, words: Self.words(builder.counts, made))
  }

  private static func words(
    _ c: ExampleBuilder.Counts, _ made: AuxiliaryPairs.Counts
  ) -> String {
    var words =
      "\(c.examples) examples with \(c.branches) branches, \(c.tokens) tokens, of which "
      + "\(c.targets) count in the loss; too long: \(c.dropped) dropped, \(c.windowed) windowed"
    if c.shortTrunks > 0 { words += "; \(c.shortTrunks) trunks end before the note does" }
    if made.total > 0 { words += "; by rule: \(made.words)" }
    return words
  }
}

/// Examples and what became of the rest, in words.
struct ExampleSet {
  let examples: [TrainingExample]
  let words: String
}

extension ExampleBuilder.TooLong: ExpressibleByArgument {}

/// A file of records without a single example.
struct NoExamples: Error, CustomStringConvertible {
  let path: String
  let dropped: Int

  var description: String {
    "\(path): no example comes of it"
      + (dropped == 0
        ? "; the records need a note, and for instructions pairs with answers"
        : ": all \(dropped) exceed the context; give --too-long window or a larger --context")
  }
}

/// What a model file says of text, without its weights.
struct ModelVocabulary {
  let tokenizer: Tokenizer
  let contextLength: Int
  private let name: String
  private let chatTemplateSource: String?

  init(path: String) throws {
    let file = try GGUFFile(path: path)
    tokenizer = try Tokenizer(Vocabulary(file))
    contextLength = try LlamaConfiguration(file).contextLength
    name = try file.metadata.optionalString("general.name") ?? path
    chatTemplateSource = try file.metadata.optionalString("tokenizer.chat_template")
  }

  /// The way that prompts are written for the model, as in `LoadedModel`.
  func promptWriter(templateName: String?) throws -> PromptWriter {
    try PromptWriter(
      templateName: templateName, chatTemplateSource: chatTemplateSource, tokenizer: tokenizer,
      modelName: name)
  }
}

/// Writes tokenised examples.
struct TrainTokenizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize",
    abstract: "Make tokenised examples of patient records, to train on.")

  @Argument(help: "Records, JSON Lines, one patient a line; those of the train split alone.")
  var data: String

  @Option(name: .long, help: "Where to write the examples; without it, standard output.")
  var output: String?

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var options: ExampleOptions

  func run() throws {
    let set = try options.examples(data, modelOptions)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let lines = try set.examples.map { String(decoding: try encoder.encode($0), as: UTF8.self) }
    try DatasetCommand.write(lines, to: output)
    tell(set.words)
  }
}

/// Shows examples as they are trained.
struct TrainInspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show an example as it is trained, token by token: what counts in the loss, its end.",
    discussion: """
      DATA holds records, or examples that are tokenised already. A line a token: its position in \
      the sequence, its id, * where it counts in the loss, END where it ends a text, and what it \
      stands for.
      """)

  @Argument(help: "Records or tokenised examples, JSON Lines.")
  var data: String

  @Option(name: .long, help: "The example to show: its id, or its number from 1.")
  var example = "1"

  @Option(name: .long, help: "The branch to show, from 1; 0 shows all.")
  var branch = 1

  @Flag(name: .long, help: "Print the tokenised example as one JSON object.")
  var json = false

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var options: ExampleOptions

  func run() throws {
    let set = try options.examples(data, modelOptions)
    let number = Int(example).map { $0 - 1 }
    guard
      let chosen = set.examples.first(where: { $0.id == example })
        ?? number.flatMap({ set.examples.indices.contains($0) ? set.examples[$0] : nil })
    else {
      throw ValidationError(
        "there is no example '\(example)': there are \(set.examples.count), by number or id")
    }
    guard branch >= 0, branch <= chosen.branches.count else {
      throw ValidationError("--branch is \(branch), but the example has \(chosen.branches.count)")
    }
    if json { return try JSONOutput.print(chosen) }
    show(chosen, try ModelVocabulary(path: modelOptions.path()).tokenizer)
    tell(set.words)
  }

  private func show(_ example: TrainingExample, _ tokenizer: Tokenizer) {
    print("example \(example.id): \(example.trunk.count) tokens for all branches")
    show(example.trunk, targets: example.trunkTargets, from: 0, tokenizer)
    for (index, one) in example.branches.enumerated() where branch == 0 || branch == index + 1 {
      print(
        "branch \(index + 1) of \(example.branches.count): \(one.tokens.count) tokens, "
          + "\(one.targets.count) of them in the loss")
      show(one.tokens, targets: one.targets, from: example.trunk.count, tokenizer)
    }
  }

  private func show(
    _ tokens: [TokenID], targets: Range<Int>, from start: Int, _ tokenizer: Tokenizer
  ) {
    for (index, token) in tokens.enumerated() {
      let bytes = tokenizer.bytes(of: token, showingSpecialTokens: true)
      let text = String(decoding: bytes, as: UTF8.self).debugDescription
      let mark =
        (targets.contains(index) ? "*" : " ")
        + (tokenizer.endTokens.contains(token) ? " END " : "     ")
      print(padded(start + index, 6) + padded(Int(token), 8) + "  " + mark + text)
    }
  }

  private func padded(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
