internal import ArgumentParser
internal import Clinical
internal import Dispatch
internal import Foundation
internal import Llama

/// Options that decide how an answer is written.
struct GenerationOptions: ParsableArguments {
  @Option(name: .long, help: "0 takes the most probable token each time.")
  var temperature = 0.0

  @Option(name: .long, help: "Keep the k most probable tokens; 0 keeps all.")
  var topK = 0

  @Option(name: .long, help: "Keep the smallest set of tokens with this probability.")
  var topP = 1.0

  @Option(name: .long, help: "Drop tokens below this share of the best one's probability.")
  var minP = 0.0

  @Option(name: .long, help: "Divide the logits of recent tokens; 1 leaves them alone.")
  var repeatPenalty = 1.0

  @Option(name: .long, help: "Answers followed side by side; the best is given.")
  var beams = 1

  @Option(name: .long, help: "At most this many new tokens.")
  var maxTokens = 400

  @Option(name: .long, help: "Where the random numbers start.")
  var seed: UInt64 = 0

  var parameters: GenerationParameters {
    GenerationParameters(
      maximumTokenCount: maxTokens, temperature: temperature, topK: topK, topP: topP, minP: minP,
      repeatPenalty: repeatPenalty, beamCount: beams, seed: seed)
  }

  func validate() throws {
    do {
      try EngineRequest(prompt: [], parameters: parameters).sampling.validate()
    } catch {
      throw ValidationError("--\(error)")
    }
    if maxTokens < 1 {
      throw ValidationError("--max-tokens is \(maxTokens), but must be 1 or more")
    }
  }
}

/// Answers one question on a note.
struct AskCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ask", abstract: "Answers a question on a note, on standard output.")

  @Option(name: .long, help: "The note, a text file; - is standard input.")
  var note: String

  @Option(name: .long, help: "How the prompt is written: \(PromptTemplate.names).")
  var template: String?

  @Flag(name: .long, help: "Print one JSON object.")
  var json = false

  @Flag(name: .long, help: "Compute everything anew.")
  var noCache = false

  @Flag(
    inversion: .prefixedNo,
    help: "Guess tokens from the note and check them together; the answer is the same.")
  var lookup = true

  @OptionGroup var generation: GenerationOptions
  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var adapterOptions: AdapterOptions

  @Argument(help: "What to ask.")
  var question: String

  func validate() throws {
    if let template { _ = try validated { try PromptTemplate(name: template) } }
    if question.allSatisfy(\.isWhitespace) { throw ValidationError("the question is empty") }
  }

  func run() async throws {
    let text = try TextInput.read(note)
    guard !text.allSatisfy(\.isWhitespace) else { throw TextInputError.empty(path: note) }
    let progress = ProgressLine("loading")
    let notes = noCache ? NoteKeeping.none : .onDisk { tell("\($0)") }
    let loaded = try modelOptions.load(adapterOptions, notes: notes) { progress.show($0, "") }
    progress.clear()
    // Written while the answer is printed; the process may not end before.
    defer { loaded.noteMemory?.waitUntilWritten() }
    let writer = try loaded.promptWriter(templateName: template)
    let result = try await answer(writer.prompt(note: text, question: question), loaded)
    result.log()
    if json {
      try printJSON(result, text, loaded, writer)
    } else {
      print()
      warn(result, loaded)
    }
    if result.stop == .cancelled { throw ExitCode(ExitStatus.interrupted) }
  }

  private func answer(_ prompt: Prompt, _ loaded: LoadedModel) async throws -> EngineResult {
    let progress = ProgressLine("reading the note")
    let isStreaming = !json
    var request = EngineRequest(
      prompt: prompt, tokenizer: loaded.model.tokenizer, parameters: generation.parameters)
    if noCache { request.prefix = .ignore }
    request.lookup = lookup ? .on : .off
    let task = Task { [request] in
      try await loaded.engine.generate(request) { event in
        switch event {
        case .prefill(let done, let total, _):
          progress.show(Double(done) / Double(total), "\(done) of \(total) tokens")
        case .token(_, let text):
          progress.clear()
          if isStreaming { FileHandle.standardOutput.write(Data(text.utf8)) }
        }
      }
    }
    let interrupt = Interrupt { task.cancel() }
    defer { interrupt.end() }
    return try await task.value
  }

  /// Says on standard error where an answer is not a whole one.
  private func warn(_ result: EngineResult, _ loaded: LoadedModel) {
    let words: String
    switch result.stop {
    case .end: return
    case .cancelled: words = "stopped at token \(result.tokens.count)"
    case .limit:
      let isFull =
        result.promptTokenCount + result.tokens.count >= loaded.model.configuration.contextLength
      words =
        isFull
        ? "the model's context of \(loaded.model.configuration.contextLength) tokens is full; "
          + "the answer is not complete"
        : "the limit of \(generation.maxTokens) tokens was reached; the answer is not complete "
          + "(--max-tokens)"
    }
    tell(words)
  }

  private struct Output: Encodable {
    let answer: String
    let tokens: [Int32]
    let stop: String
    let prompt_tokens: Int
    let reused_tokens: Int
    let prefill_seconds: Double
    let decode_seconds: Double
    let evidence: [String]
    let provenance: Provenance
  }

  private func printJSON(
    _ result: EngineResult, _ note: String, _ loaded: LoadedModel, _ writer: PromptWriter
  ) throws {
    var description = loaded.description
    description.digest = try loaded.digest()
    let provenance = Provenance(
      model: description, template: writer.template, noteDigest: contentDigest(of: note),
      parameters: generation.parameters, tokens: result.tokens)
    try JSONOutput.print(
      Output(
        answer: result.text, tokens: result.tokens, stop: result.stop.rawValue,
        prompt_tokens: result.promptTokenCount, reused_tokens: result.reusedTokenCount,
        prefill_seconds: result.prefillSeconds, decode_seconds: result.decodeSeconds,
        evidence: [], provenance: provenance))
  }
}

/// Says something in a line on standard error.
func tell(_ words: String) {
  FileHandle.standardError.write(Data("asclepius: \(words)\n".utf8))
}

/// Turns any error into one of wrong usage.
func validated<Result>(_ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch {
    throw ValidationError(describe(error))
  }
}

/// Calls a closure once when the user presses ^C, instead of ending the program.
final class Interrupt {
  private let source: any DispatchSourceSignal

  init(_ body: @escaping @Sendable () -> Void) {
    signal(SIGINT, SIG_IGN)
    source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    source.setEventHandler(handler: body)
    source.resume()
  }

  func end() {
    source.cancel()
    signal(SIGINT, SIG_DFL)
  }
}

enum JSONOutput {
  /// Prints one JSON object on one line.
  static func print(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    FileHandle.standardOutput.write(try encoder.encode(value) + Data("\n".utf8))
  }
}

extension PromptTemplate {
  /// All names, for help texts.
  static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
