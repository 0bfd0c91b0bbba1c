internal import ArgumentParser
internal import Clinical
internal import Endpoints
internal import Foundation
internal import Llama
internal import Store
internal import Synthesis
internal import Tokenization

/// Who writes the texts of a data set.
struct TeacherOptions: ParsableArguments {
  @Option(
    name: .long,
    help: """
      A model (a name from `model list`, or a GGUF file), or endpoint:URL of an \
      OpenAI-compatible server, such as endpoint:http://127.0.0.1:8080/v1.
      """)
  var teacher = "default"

  @Option(name: .long, help: "Dollars for a million tokens that the endpoint reads.")
  var priceInput: Double?

  @Option(name: .long, help: "Dollars for a million tokens that the endpoint writes.")
  var priceOutput: Double?

  @Option(name: .long, help: "Threads to compute on; as many as there are processors by default.")
  var threads: Int?

  @OptionGroup var endpointOptions: EndpointOptions

  func validate() throws {
    try endpointOptions.check([teacher], option: "teacher")
    if let threads, !(1...256).contains(threads) {
      throw ValidationError("--threads is \(threads), but must be 1 to 256")
    }
    for (name, value) in [("price-input", priceInput), ("price-output", priceOutput)] {
      if let value, value < 0 { throw ValidationError("--\(name) must not be below 0") }
    }
  }

  /// The teacher, ready to write; `job` tells others what it does and whether it is to rest.
  func load(for job: RunRecorder) async throws -> Teacher {
    job.update { $0.stage = "load" }
    let loaded =
      EndpointOptions.isEndpoint(teacher)
      ? try await endpointTeacher() : try await modelTeacher(job)
    job.update { $0.model = loaded.description.name }
    return loaded.recorded(by: job, prices: prices)
  }

  private var prices: TokenPrices? {
    priceInput == nil && priceOutput == nil
      ? nil : TokenPrices(input: priceInput ?? 0, output: priceOutput ?? 0)
  }

  private func endpointTeacher() async throws -> Teacher {
    let settings = endpointOptions.settings(for: teacher)
    let endpoint = try Endpoint(settings)
    let context = await endpoint.knownContextLength()
    let options = endpointOptions
    return Teacher(
      description: ModelDescription(
        name: settings.model, quantization: "", contextLength: context ?? 0),
      rowsAtOnce: settings.concurrency
    ) { prompt, parameters in
      let reply = try await endpoint.write(options.sendable(prompt.text), parameters)
      return TeacherReply(
        text: reply.text, stop: reply.stop, promptTokenCount: reply.promptTokenCount,
        tokenCount: reply.tokenCount)
    }
  }

  private func modelTeacher(_ job: RunRecorder) async throws -> Teacher {
    var options = try ModelOptions.parse([])
    options.model = teacher
    options.threads = threads
    let progress = ProgressLine("loading")
    let loaded = try LoadedModel(path: options.path(), threadCount: options.threadCount) {
      progress.show($0, "")
    }
    progress.clear()
    var description = loaded.description
    description.digest = try loaded.digest()
    let chat = try loaded.model.chatTemplateSource.map {
      try loaded.model.tokenizer.chatTemplate($0)
    }
    await loaded.engine.rest(while: { job.isHeld })
    // As many as the engine writes together.
    let rowsAtOnce = endpointOptions.concurrency ?? loaded.engine.settings.batchWidth
    return Teacher(description: description, rowsAtOnce: rowsAtOnce) { prompt, parameters in
      try await loaded.reply(to: prompt.text, chat, parameters)
    }
  }
}

extension LoadedModel {
  /// What the model writes to a message of the user; where it has no chat template, to the bare
  /// text.
  fileprivate func reply(
    to message: String, _ chat: ChatTemplate?, _ parameters: GenerationParameters
  ) async throws -> TeacherReply {
    let segments =
      chat?.render([ChatMessage(.user, message)])
      ?? [TextSegment(message + "\n", isTemplate: false)]
    let prompt = model.tokenizer.encode(segments, addingSpecialTokens: true)
    do {
      var request = EngineRequest(prompt: prompt, parameters: parameters)
      request.urgency = .background
      let result = try await engine.generate(request)
      let summary = GenerationSummary(result)
      return TeacherReply(
        text: summary.text, stop: summary.stop, promptTokenCount: summary.promptTokenCount,
        tokenCount: summary.tokens.count)
    } catch LlamaError.promptTooLong(let prompt, let reserved, let context) {
      throw PromptTooLong(
        promptTokenCount: prompt, reservedTokenCount: reserved, contextLength: context)
    }
  }
}
