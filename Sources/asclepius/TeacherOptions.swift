internal import ArgumentParser
internal import Clinical
internal import Endpoints
internal import Foundation
internal import Grounding
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

  @Option(name: .long, help: "The model's name at the endpoint.")
  var endpointModel: String?

  @Option(name: .long, help: "Tokens that the endpoint's model holds; asked for by default.")
  var endpointContext: Int?

  @Option(
    name: .long, help: "Requests at work at a time; by default 4 at an endpoint, 8 in process.")
  var concurrency: Int?

  @Option(name: .long, help: "Requests that may begin at the endpoint in a minute.")
  var requestsPerMinute: Double?

  @Option(name: .long, help: "Tokens that may be asked for at the endpoint in a minute.")
  var tokensPerMinute: Double?

  @Option(name: .long, help: "Dollars for a million tokens that the endpoint reads.")
  var priceInput: Double?

  @Option(name: .long, help: "Dollars for a million tokens that the endpoint writes.")
  var priceOutput: Double?

  @Flag(name: .long, help: "Send notes to an endpoint that is not this machine.")
  var allowRemote = false

  @Flag(
    name: .long,
    help: "Put tags in place of names, dates, numbers and addresses before anything is sent.")
  var redact = false

  @Option(name: .long, help: "Threads to compute on; as many as there are processors by default.")
  var threads: Int?

  private static let prefix = "endpoint:"
  private static let endpointConcurrency = 4

  func validate() throws {
    let isEndpoint = teacher.hasPrefix(Self.prefix)
    if isEndpoint, endpointModel == nil {
      throw ValidationError("which model at the endpoint? --endpoint-model NAME")
    }
    if isEndpoint { _ = try validated { try Endpoint(settings) } }
    if !isEndpoint, endpointModel != nil || endpointContext != nil || allowRemote || redact {
      throw ValidationError("--endpoint options go with --teacher endpoint:URL")
    }
    if let concurrency, !(1...1024).contains(concurrency) {
      throw ValidationError("--concurrency is \(concurrency), but must be 1 to 1024")
    }
    for (name, value) in [
      ("requests-per-minute", requestsPerMinute), ("tokens-per-minute", tokensPerMinute),
    ] {
      if let value, value <= 0 { throw ValidationError("--\(name) must be above 0") }
    }
    for (name, value) in [("price-input", priceInput), ("price-output", priceOutput)] {
      if let value, value < 0 { throw ValidationError("--\(name) must not be below 0") }
    }
  }

  private var settings: EndpointSettings {
    var settings = EndpointSettings(
      address: String(teacher.dropFirst(Self.prefix.count)), model: endpointModel ?? "")
    settings.key = ProcessInfo.processInfo.environment["ASCLEPIUS_ENDPOINT_KEY"]
    settings.contextLength = endpointContext
    settings.allowsRemote = allowRemote
    settings.concurrency = concurrency ?? Self.endpointConcurrency
    settings.requestsPerMinute = requestsPerMinute
    settings.tokensPerMinute = tokensPerMinute
    return settings
  }

  /// The teacher, ready to write; `job` tells others what it does and whether it is to rest.
  func load(for job: RunRecorder) async throws -> Teacher {
    job.update { $0.stage = "load" }
    let loaded =
      teacher.hasPrefix(Self.prefix) ? try await endpointTeacher() : try await modelTeacher(job)
    job.update { $0.model = loaded.description.name }
    return loaded.recorded(by: job, prices: prices)
  }

  private var prices: TokenPrices? {
    priceInput == nil && priceOutput == nil
      ? nil : TokenPrices(input: priceInput ?? 0, output: priceOutput ?? 0)
  }

  private func endpointTeacher() async throws -> Teacher {
    let endpoint = try Endpoint(settings)
    let context = await endpoint.knownContextLength()
    return Teacher(
      description: ModelDescription(
        name: settings.model, quantization: "", contextLength: context ?? 0),
      rowsAtOnce: concurrency ?? Self.endpointConcurrency
    ) { [redact] prompt, parameters in
      let text = redact ? RedactedText(prompt.text).text : prompt.text
      let reply = try await endpoint.write(text, parameters)
      return TeacherReply(
        text: reply.text, stop: reply.stop, promptTokenCount: reply.promptTokenCount,
        tokenCount: reply.tokenCount)
    }
  }

  private func modelTeacher(_ job: RunRecorder) async throws -> Teacher {
    var options = ModelOptions()
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
    let rowsAtOnce = concurrency ?? loaded.engine.settings.batchWidth
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
