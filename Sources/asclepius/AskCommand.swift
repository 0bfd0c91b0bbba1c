internal import ArgumentParser
internal import Clinical
internal import Dispatch
internal import Foundation
internal import Grounding
internal import Kernels
internal import Llama
internal import Store
internal import Synchronization

/// Answers one question on a note, or makes an answer again from its receipt.
struct AskCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ask", abstract: "Answers a question on a note, on standard output.",
    discussion: """
      asclepius ask --note FILE QUESTION
      asclepius ask --note FILE --write-receipt RECEIPT QUESTION
      asclepius ask --note FILE --record RECORDING QUESTION
      asclepius ask --receipt RECEIPT

      A receipt holds the question, the answer's tokens, how they were chosen, and the digests of
      model, adapter, template and note. Replaying one makes the answer again and says where it first
      differs; the exit status is then 1. What --json prints is a receipt too, and so is each line of
      a session that the workbench has written as .jsonl.

      A recording holds note, question and answer with the time of each token; `asclepius --replay
      RECORDING` shows it without a model.
      """)

  @Option(name: .long, help: "The note, a text file; - is standard input.")
  var note: String?

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

  @Option(
    name: .long,
    help: "With --json: at each place, the probability of the token and of the best so many.")
  var top: Int?

  @Flag(name: .long, help: "After the answer, where in the note each sentence of it stands.")
  var evidence = false

  @Flag(
    name: .long,
    help: """
      Numbers, doses, dates and names of medicines only as the note has them. Such an answer cannot \
      be made again from its receipt.
      """)
  var noteLock = false

  @Option(
    name: .long,
    help: """
      Ask the model again once the answer is there (may be repeated): \
      \(AnswerProbe.allCases.map(\.rawValue).joined(separator: ", ")). With --evidence.
      """)
  var probe: [AnswerProbe] = []

  @Option(name: .long, help: "A new file for the receipt of the answer.")
  var writeReceipt: String?

  @Option(
    name: .long,
    help: "Write note, question and answer with their times to this file, behind what it has.")
  var record: String?

  @Option(
    name: .long, help: "Make the answer of this receipt again and compare; - is standard input.")
  var receipt: String?

  @OptionGroup var generation: GenerationOptions
  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var adapterOptions: AdapterOptions

  @Argument(help: "What to ask.")
  var question: String?

  func validate() throws {
    if let template { _ = try validated { try PromptTemplate(name: template) } }
    if let top, !(1...100).contains(top) {
      throw ValidationError("--top is \(top), but must be 1 to 100")
    }
    if top != nil, !json { throw ValidationError("--top is shown with --json alone") }
    if noteLock, writeReceipt != nil {
      throw ValidationError("--note-lock and --write-receipt do not go together")
    }
    if !probe.isEmpty, !evidence { throw ValidationError("--probe needs --evidence") }
    guard receipt == nil else { return try validateReplay() }
    guard note != nil else { throw ValidationError("which note? --note FILE") }
    guard let question, !question.allSatisfy(\.isWhitespace) else {
      throw ValidationError("the question is empty")
    }
  }

  /// A receipt says all of this itself; saying it twice could only contradict it.
  private func validateReplay() throws {
    if question != nil {
      throw ValidationError("a receipt holds its question; --write-receipt FILE writes one")
    }
    if template != nil || generation.parameters != GenerationParameters() {
      throw ValidationError("a receipt says itself how its answer was made")
    }
    if writeReceipt != nil || record != nil {
      throw ValidationError("--write-receipt and --record do not go together with --receipt")
    }
  }

  func run() async throws {
    if let receipt {
      try await replay(ReceiptFile(path: receipt))
    } else if let note, let question {
      try await ask(question, note: note)
    }
  }

  private func ask(_ question: String, note: String) async throws {
    if let writeReceipt, FileManager.default.fileExists(atPath: writeReceipt) {
      throw ReceiptError.fileExists(path: writeReceipt)
    }
    let text = try TextInput.read(note)
    guard !text.allSatisfy(\.isWhitespace) else { throw TextInputError.empty(path: note) }
    let loaded = try load()
    let recorder = try record.map {
      try Recorder(
        path: $0, model: loaded.description, tokenizer: loaded.model.tokenizer)
    }
    // Written while the answer is printed; the process may not end before.
    defer { loaded.noteMemory?.waitUntilWritten() }
    let writer = try loaded.promptWriter(templateName: template)
    let prompt = writer.prompt(note: text, question: question)
    let grounding =
      try await evidence
      ? AnswerGrounding(AnswerTracer(loaded, writer), prompt, note: text, question: question) : nil
    grounding?.warnings.forEach(tell)
    let (result, weights) = try await answer(
      prompt, generation.parameters, loaded, recorder: recorder, watch: grounding?.watch,
      constraint: noteLock ? NoteLockConstraint(NoteIndex(text), loaded.model) : nil)
    let grounded = try await grounding?.report(
      result, weights, probes: result.stop == .cancelled ? [] : probe,
      parameters: generation.parameters, isLocked: noteLock)
    try recorder?.write(
      Recording.Note(
        name: note == "-" ? "note" : URL(filePath: note).lastPathComponent, text: text,
        tokenCount: try await loaded.generator().countTokens(text)),
      question: question, end: GenerationSummary(result, loaded.model.tokenizer))
    if json || writeReceipt != nil {
      var description = loaded.description
      description.digest = try loaded.digest()
      let provenance = Provenance(
        model: description, template: writer.template, noteDigest: contentDigest(of: text),
        parameters: generation.parameters, tokens: result.tokens)
      var output = AskOutput(
        result, question: question, notePaths: note == "-" ? [] : [note], provenance: provenance)
      let claims =
        grounded?.claims ?? NoteIndex(text).claims(of: result.text, question: question)
      output.evidence = claims.map(AskOutput.Claim.init)
      output.grounding = grounded?.output
      if top != nil { output.choices = weights.map(AskOutput.Choice.init) }
      if let writeReceipt {
        try writeNewFile(
          String(decoding: JSONOutput.line(output), as: UTF8.self), path: writeReceipt)
      }
      if json { try JSONOutput.print(output) }
    }
    if !json {
      print()
      if let grounded { printEvidence(grounded, note: text) }
      warn(result, limit: generation.maxTokens, loaded)
    }
    if result.stop == .cancelled { throw ExitCode(ExitStatus.interrupted) }
  }

  func load() throws -> LoadedModel {
    try load(adapterPath: adapterOptions.path(forModel: modelOptions.path()))
  }

  func load(adapterPath: String?, kv: KeyValueType? = nil) throws -> LoadedModel {
    var options = modelOptions
    options.kv = options.kv ?? kv
    let progress = ProgressLine("loading")
    let notes = noCache ? NoteKeeping.none : .onDisk { tell("\($0)") }
    let loaded = try options.load(adapterPath: adapterPath, notes: notes) {
      progress.show($0, "")
    }
    progress.clear()
    return loaded
  }

  /// Writes an answer, on standard output unless that is to be JSON.
  ///
  /// - Parameter given: The answer's first tokens, where they are not to be chosen.
  /// - Returns: The answer, and what was weighed at each place of it where that is asked for.
  func answer(
    _ prompt: Prompt, _ parameters: GenerationParameters, given: [Int32] = [],
    _ loaded: LoadedModel, recorder: Recorder? = nil, watch: AttentionWatch? = nil,
    constraint: (any TokenConstraint)? = nil
  ) async throws -> (result: EngineResult, weights: [TokenWeights]) {
    let progress = ProgressLine("reading the note")
    let isStreaming = !json
    var request = EngineRequest(
      prompt: prompt, tokenizer: loaded.model.tokenizer, parameters: parameters)
    if noCache { request.prefix = .ignore }
    request.lookup = lookup ? .on : .off
    request.given = given
    // A recording shows in the workbench what a model would show there.
    request.weightCount = top ?? (recorder == nil ? 0 : EffectRunner.alternativeCount)
    request.watch = watch
    request.constraint = constraint
    if watch != nil { request.weightCount = max(1, request.weightCount) }
    let weights = Mutex<[TokenWeights]>([])
    // Runs in other processes leave the processor to the answer.
    let query = RunRegistry(environment: ProcessInfo.processInfo.environment)?.beginQuery()
    defer { query?.release() }
    let task = Task { [request] in
      recorder?.begin()
      return try await loaded.engine.generate(request) { event in
        recorder?.take(event)
        switch event {
        case .prefill(let done, let total, _):
          progress.show(Double(done) / Double(total), "\(done) of \(total) tokens")
        case .token(_, let text, let weighed):
          progress.clear()
          if let weighed { weights.withLock { $0.append(weighed) } }
          if isStreaming { FileHandle.standardOutput.write(Data(text.utf8)) }
        case .rest(let text):
          if isStreaming { FileHandle.standardOutput.write(Data(text.utf8)) }
        }
      }
    }
    let interrupt = Interrupt { task.cancel() }
    defer { interrupt.end() }
    let result = try await task.value
    result.log()
    return (result, weights.withLock { $0 })
  }

  /// Says on standard error where an answer is not a whole one.
  private func warn(_ result: EngineResult, limit: Int, _ loaded: LoadedModel) {
    let words: String
    switch result.stop {
    case .end: return
    case .loop:
      words =
        "stopped: the answer repeats itself (at token \(result.tokens.count); "
        + "--no-loop-guard lets it go on)"
    case .cancelled: words = "stopped at token \(result.tokens.count)"
    case .limit:
      let isFull =
        result.promptTokenCount + result.tokens.count >= loaded.model.configuration.contextLength
      words =
        isFull
        ? "the model's context of \(loaded.model.configuration.contextLength) tokens is full; "
          + "the answer is not complete"
        : "the limit of \(limit) tokens was reached; the answer is not complete (--max-tokens)"
    }
    tell(words)
  }
}

/// What `ask --json` prints. It is a receipt: `Receipt` reads it.
struct AskOutput: Encodable {
  let question: String
  let note_paths: [String]
  let answer: String
  let tokens: [Int32]
  let stop: String
  let prompt_tokens: Int
  let reused_tokens: Int
  let prefill_seconds: Double
  let decode_seconds: Double
  var evidence: [Claim] = []
  var grounding: Grounding?
  let provenance: Provenance
  var choices: [Choice]?
  var replay: ReplayVerdict?

  /// What was weighed at one place, with natural logarithms of probabilities.
  struct Choice: Encodable {
    let logprob: Float
    let entropy_bits: Float
    let top: [Weight]

    init(_ weights: TokenWeights) {
      logprob = weights.logProbability
      entropy_bits = weights.entropy
      top = weights.top.map(Weight.init)
    }
  }

  /// `[id, logprob]`, as `score` prints it.
  struct Weight: Encodable {
    let weight: TokenWeights.Weight

    init(_ weight: TokenWeights.Weight) { self.weight = weight }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.unkeyedContainer()
      try container.encode(weight.token)
      try container.encode(weight.logProbability)
    }
  }

  init(_ result: EngineResult, question: String, notePaths: [String], provenance: Provenance) {
    self.question = question
    note_paths = notePaths
    answer = result.text
    tokens = result.tokens
    stop = result.stop.rawValue
    prompt_tokens = result.promptTokenCount
    reused_tokens = result.reusedTokenCount
    prefill_seconds = result.prefillSeconds
    decode_seconds = result.decodeSeconds
    self.provenance = provenance
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
  /// One JSON object on one line, with its line end.
  static func line(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(value) + Data("\n".utf8)
  }

  /// Prints one JSON object on one line.
  static func print(_ value: some Encodable) throws {
    FileHandle.standardOutput.write(try line(value))
  }
}

extension PromptTemplate {
  /// All names, for help texts.
  static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
