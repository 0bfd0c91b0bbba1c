internal import ArgumentParser
internal import Clinical
internal import Crypto
internal import Foundation
internal import Kernels
internal import Llama
internal import Logging
internal import Models
internal import Tensors
internal import Tokenization

/// The options of every command that computes with a model.
struct ModelOptions: ParsableArguments {
  @Option(name: .long, help: "A model: a name from `model list`, or the path of a GGUF file.")
  var model = "default"

  @Option(name: .long, help: "Threads to compute on; as many as there are processors by default.")
  var threads: Int?

  @Option(
    name: .long,
    help: """
      What is kept of keys and values: f16, or q8_0 for about half the memory, eight bits a number.
      """,
    transform: keyValueType(named:))
  var kv: KeyValueType?

  func validate() throws {
    if let threads, !(1...256).contains(threads) {
      throw ValidationError("--threads is \(threads), but must be 1 to 256")
    }
  }

  var threadCount: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }

  var keyValueType: KeyValueType { kv ?? .f16 }

  /// The path of the model file.
  func path() throws -> String {
    try ModelLibrary(environment: ProcessInfo.processInfo.environment).resolve(model)
  }

  /// Loads the model and the adapter that is asked for; what of that has no effect is said on
  /// standard error.
  func load(_ adapter: AdapterOptions) throws -> LoadedModel {
    try load(adapterPath: adapter.path())
  }

  /// As above, with the adapter at a path.
  func load(
    adapterPath: String?, notes: NoteKeeping = .none,
    progress: @escaping @Sendable (Double) -> Void = { _ in }
  ) throws -> LoadedModel {
    let loaded = try LoadedModel(
      path: path(), adapterPath: adapterPath, threadCount: threadCount, keyValueType: keyValueType,
      notes: notes, progress: progress)
    if let warning = loaded.adapter?.warning { tell(warning) }
    return loaded
  }
}

/// What `--kv` names.
private func keyValueType(named name: String) throws -> KeyValueType {
  guard let type = KeyValueType(rawValue: name) else {
    let known = KeyValueType.allCases.map(\.rawValue).joined(separator: " or ")
    throw ValidationError("--kv is \(name), but can be \(known)")
  }
  return type
}

/// Whether what was read of notes outlives the program.
enum NoteKeeping: Sendable {
  /// It does not.
  case none
  /// It is kept in the user's state folder; what goes wrong there is told to the closure.
  case onDisk(report: @Sendable (NoteMemoryProblem) -> Void)

  /// The note memory of `model` with an adapter, where there is to be one and the environment names
  /// a folder.
  func memory(
    of model: LlamaModel, _ adapter: LoadedAdapter?, _ keyValueType: KeyValueType
  ) -> NoteMemory? {
    guard case .onDisk(let report) = self,
      let folder = NoteMemory.defaultFolder(environment: ProcessInfo.processInfo.environment)
    else { return nil }
    var settings = NoteMemory.Settings()
    settings.adapterDigest = adapter?.digest
    settings.keyValueType = keyValueType
    return NoteMemory(model, folder: folder, settings: settings, report: report)
  }
}

/// A model with its engine and the ways to write prompts for it.
struct LoadedModel: Sendable {
  let path: String
  let adapterPath: String?
  let model: LlamaModel
  let adapter: LoadedAdapter?
  let engine: InferenceEngine
  /// What was read of notes before this run; to be waited for before the program ends.
  let noteMemory: NoteMemory?

  init(
    path: String, adapterPath: String? = nil, threadCount: Int,
    keyValueType: KeyValueType = .f16, notes: NoteKeeping = .none,
    progress: @escaping @Sendable (Double) -> Void = { _ in }
  ) throws {
    self.path = path
    self.adapterPath = adapterPath
    let start = ContinuousClock.now
    try ModelLibrary.requireMemory(forModelAt: path)
    let pool = WorkerPool(workerCount: threadCount)
    let model = try LlamaModel(path: path, pool: pool, progress: progress)
    self.model = model
    adapter = try adapterPath.map { try LoadedAdapter(path: $0, model: model, pool: pool) }
    noteMemory = notes.memory(of: model, adapter, keyValueType)
    var settings = InferenceEngine.Settings()
    settings.keyValueType = keyValueType
    engine = InferenceEngine(
      model, pool: pool, settings: settings, adapter: adapter?.adapter, noteMemory: noteMemory)
    ProgramLog.logger("model").debug(
      "loaded",
      metadata: [
        "name": "\(model.name)", "type": "\(model.quantization)", "threads": "\(threadCount)",
        "kernels": "\(KernelTable.best.name)", "seconds": "\((.now - start) / .seconds(1))",
        "adapter": "\(adapter?.adapter.name ?? "none")",
      ])
  }

  /// What is shown of the model; without its digest.
  var description: ModelDescription {
    ModelDescription(
      name: model.name, quantization: model.quantization,
      contextLength: model.configuration.contextLength, kernels: Self.kernels,
      keyValueType: keyValueType == .f16 ? nil : keyValueType.rawValue,
      adapter: adapter?.description)
  }

  private var keyValueType: KeyValueType { engine.settings.keyValueType }

  /// The kernels in force, by the name that `ASCLEPIUS_KERNELS` takes.
  private static var kernels: String? {
    InstructionSet.allCases.first { $0.table?.name == KernelTable.best.name }?.rawValue
  }

  /// SHA-256 of the model file, in hexadecimal.
  func digest() throws -> String { try fileDigest(path: path) }

  /// The way that prompts are written for this model.
  ///
  /// - Parameter templateName: A name from `PromptTemplate`; nil takes the model's own chat template
  ///   where it has one, and else the prompt that the Asclepius weights were trained on.
  func promptWriter(templateName: String?) throws -> PromptWriter {
    try PromptWriter(
      templateName: templateName, chatTemplateSource: model.chatTemplateSource,
      tokenizer: model.tokenizer, modelName: model.name)
  }

  /// The engine behind the seam that the workbench and the pipeline know.
  ///
  /// - Parameter urgency: Background texts that are asked for at the same time are written together,
  ///   and rest while somebody waits for an interactive one.
  func generator(urgency: EngineRequest.Urgency = .interactive) -> TextGenerator {
    TextGenerator(
      description: description,
      generate: { request in self.events(request, urgency) },
      countTokens: { text in
        self.model.tokenizer.encode(
          text, addingSpecialTokens: false, readingSpecialTokens: false
        ).count
      })
  }

  private func events(
    _ request: GenerationRequest, _ urgency: EngineRequest.Urgency
  ) -> AsyncThrowingStream<GenerationEvent, any Error> {
    AsyncThrowingStream { continuation in
      let task = Task {
        do {
          var asked = EngineRequest(
            prompt: request.prompt, tokenizer: model.tokenizer, parameters: request.parameters)
          asked.urgency = urgency
          // What background work read is not kept on the disk: it reads thousands of notes once.
          if urgency == .background { asked.sharedTokenCount = nil }
          asked.given = request.given
          asked.lookup = request.lookup == .on ? .on : .off
          asked.weightCount = request.alternativeCount
          let tokenizer = model.tokenizer
          let result = try await engine.generate(asked) { event in
            switch event {
            case .prefill(let done, let total, let reused):
              continuation.yield(.prefill(done: done, total: total, reused: reused))
            case .token(let id, let text, let weights):
              continuation.yield(
                .token(id: id, text: text, choice: weights.map { TokenChoice($0, tokenizer) }))
            case .rest(let text):
              continuation.yield(.rest(text))
            }
          }
          result.log()
          continuation.yield(.finished(GenerationSummary(result, tokenizer)))
          continuation.finish()
        } catch LlamaError.promptTooLong(let prompt, let reserved, let context) {
          continuation.finish(
            throwing: PromptTooLong(
              promptTokenCount: prompt, reservedTokenCount: reserved, contextLength: context))
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { @Sendable termination in
        if case .cancelled = termination { task.cancel() }
      }
    }
  }
}

/// SHA-256 of a file, in hexadecimal.
func fileDigest(path: String) throws -> String {
  let file = try MappedFile(path: path)
  return file.withUnsafeBytes { bytes in
    var hash = SHA256()
    for start in stride(from: 0, to: bytes.count, by: 1 << 22) {
      hash.update(
        bufferPointer: UnsafeRawBufferPointer(
          rebasing: bytes[start..<min(start + 1 << 22, bytes.count)]))
    }
    return hash.finalize().map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
      .joined()
  }
}

/// Writes prompts for one model.
struct PromptWriter: Sendable {
  let template: PromptTemplate
  let chat: ChatTemplate?
  let tokenizer: Tokenizer

  /// The way to write for a model whose file has that chat template; see
  /// `LoadedModel.promptWriter(templateName:)`.
  init(
    templateName: String?, chatTemplateSource: String?, tokenizer: Tokenizer, modelName: String
  ) throws {
    self.tokenizer = tokenizer
    if let templateName {
      template = try PromptTemplate(name: templateName)
    } else {
      template = chatTemplateSource == nil ? .asclepius : .chat
    }
    guard template.needsChatTemplate else {
      chat = nil
      return
    }
    guard let source = chatTemplateSource else { throw MissingChatTemplate(name: modelName) }
    chat = try tokenizer.chatTemplate(source)
  }

  /// The prompt for a question on a note.
  func prompt(note: String, question: String) -> Prompt {
    let content = template.render(note: note, question: question)
    guard let chat else { return content }
    let conversation = chat.render([ChatMessage(.user, content.text)]).map {
      Prompt.Segment(text: $0.text, isTemplate: $0.isTemplate, isShared: false)
    }
    // Families that trim messages or put them elsewhere keep the text as one segment; should one
    // not, the conversation as written is still right, only without a marked prefix.
    return content.placed(in: conversation) ?? Prompt(segments: conversation)
  }
}

/// A chat template was asked for, but the model has none.
struct MissingChatTemplate: Error, CustomStringConvertible {
  let name: String

  var description: String {
    "the model \(name) has no chat template; choose another with --template: "
      + PromptTemplate.allCases.filter { !$0.needsChatTemplate }.map(\.rawValue)
      .joined(separator: ", ")
  }
}

extension Tokenizer {
  /// The tokens of a prompt. Special tokens are read in the template's own text alone: a note in
  /// which someone typed `<|im_end|>` ends nothing.
  func encode(_ prompt: Prompt) -> [TokenID] {
    encode(prompt.segments)
  }

  /// How many of a prompt's `tokens` every question on the note begins with: the note's part, and
  /// what the template says between note and question.
  ///
  /// That text alone may end in other tokens than within the prompt, where a token can reach across
  /// its end; what both begin with is certain.
  func sharedTokenCount(of prompt: Prompt, tokens: [TokenID]) -> Int {
    let shared = encode(Array(prompt.segments.prefix { $0.isShared || $0.isTemplate }))
    return zip(shared, tokens).prefix { $0 == $1 }.count
  }

  /// The tokens of a text that stands within an answer, each with what becomes certain with it.
  func answerTokens(of text: String) -> [AnswerToken] {
    var decoder = StreamingDecoder()
    return encode(text, addingSpecialTokens: false, readingSpecialTokens: false).map { token in
      AnswerToken(id: token, text: decoder.append(bytes(of: token)))
    }
  }

  private func encode(_ segments: [Prompt.Segment]) -> [TokenID] {
    encode(
      segments.map { TextSegment($0.text, isTemplate: $0.isTemplate) },
      addingSpecialTokens: true)
  }
}

extension EngineRequest {
  /// A request for a prompt whose part before the question is kept for the next one on the note.
  init(prompt: Prompt, tokenizer: Tokenizer, parameters: GenerationParameters) {
    let tokens = tokenizer.encode(prompt)
    self.init(prompt: tokens, parameters: parameters)
    sharedTokenCount = tokenizer.sharedTokenCount(of: prompt, tokens: tokens)
  }

  /// A request with the parameters that the rest of the program knows.
  init(prompt: [TokenID], parameters: GenerationParameters) {
    var sampling = SamplingParameters(
      temperature: parameters.temperature, topK: parameters.topK, topP: parameters.topP,
      minP: parameters.minP, repeatPenalty: parameters.repeatPenalty)
    sampling.beamCount = parameters.beamCount
    self.init(
      prompt: prompt, maximumTokenCount: parameters.maximumTokenCount, sampling: sampling,
      seed: parameters.seed)
    switch parameters.loopGuard {
    case .on: loop = .stop
    case .off: loop = .goOn
    }
  }
}

extension GenerationSummary {
  /// The engine's result in the words of the rest of the program.
  ///
  /// - Parameter tokenizer: Gives the texts of what was weighed at the end; nil leaves that out.
  init(_ result: EngineResult, _ tokenizer: Tokenizer? = nil) {
    let stop: StopReason =
      switch result.stop {
      case .end: .end
      case .limit: .limit
      case .loop: .loop
      case .cancelled: .cancelled
      }
    self.init(
      stop: stop, text: result.text, tokens: result.tokens,
      promptTokenCount: result.promptTokenCount, reusedTokenCount: result.reusedTokenCount,
      prefillSeconds: result.prefillSeconds, decodeSeconds: result.decodeSeconds)
    if let tokenizer { endChoice = result.endWeights.map { TokenChoice($0, tokenizer) } }
  }
}

extension TokenChoice {
  /// What the engine weighed, with the text of each token.
  init(_ weights: TokenWeights, _ tokenizer: Tokenizer) {
    self.init(
      probability: exp(weights.logProbability), entropy: weights.entropy,
      alternatives: weights.top.map { weight in
        let isEnd = tokenizer.endTokens.contains(weight.token)
        let text = String(decoding: tokenizer.bytes(of: weight.token), as: UTF8.self)
        return Alternative(
          id: weight.token, text: isEnd ? nil : text, probability: exp(weight.logProbability))
      })
  }
}

extension EngineResult {
  /// Notes down what an answer cost.
  func log() {
    ProgramLog.logger("engine").debug(
      "answered",
      metadata: [
        "prompt": "\(promptTokenCount)", "reused": "\(reusedTokenCount)",
        "tokens": "\(tokens.count)", "guessed": "\(draftedTokenCount)",
        "right": "\(acceptedTokenCount)", "stop": "\(stop.rawValue)",
        "prefill_seconds": "\(prefillSeconds)", "decode_seconds": "\(decodeSeconds)",
      ])
  }
}
