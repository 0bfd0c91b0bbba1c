/// The seam between those who want text and whatever writes it: the in-process engine, an endpoint,
/// or a scripted list of answers in tests. A struct of closures, since no caller needs more.
public struct TextGenerator: Sendable {
  /// Starts writing. Ending the iteration early cancels the work at the next token.
  public var generate:
    @Sendable (GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error>
  /// Tokens that `text` costs in a prompt, special tokens not counted.
  public var countTokens: @Sendable (String) async throws -> Int
  /// What the model is and how much it can hold.
  public var description: ModelDescription

  /// Makes a generator of its parts.
  public init(
    description: ModelDescription,
    generate:
      @escaping @Sendable (GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error>,
    countTokens: @escaping @Sendable (String) async throws -> Int
  ) {
    self.description = description
    self.generate = generate
    self.countTokens = countTokens
  }
}

/// What is shown and recorded of a model.
public struct ModelDescription: Equatable, Codable, Sendable {
  /// Short name, such as `SmolLM2-135M-Instruct`.
  public var name: String
  /// Main weight type, such as `Q4_1`.
  public var quantization: String
  /// Tokens that prompt and answer together may have.
  public var contextLength: Int
  /// SHA-256 of the weight file in hexadecimal; empty until it is known.
  public var digest: String
  /// The kernels that compute it, such as `avx512`: other ones give other last bits. Nil where they
  /// are not known.
  public var kernels: String?
  /// What is kept of keys and values where that is not half precision, such as `q8_0`; it changes
  /// more than last bits.
  public var keyValueType: String?
  /// The adapter that is added to the model; nil without one.
  public var adapter: AdapterDescription?

  /// Makes a description.
  public init(
    name: String, quantization: String, contextLength: Int, digest: String = "",
    kernels: String? = nil, keyValueType: String? = nil, adapter: AdapterDescription? = nil
  ) {
    self.name = name
    self.quantization = quantization
    self.contextLength = contextLength
    self.digest = digest
    self.kernels = kernels
    self.keyValueType = keyValueType
    self.adapter = adapter
  }

  /// Name, weight type and adapter, as they are shown.
  public var title: String {
    ([name] + (quantization.isEmpty ? [] : [quantization]) + (adapter.map { ["+", $0.name] } ?? []))
      .joined(separator: " ")
  }

  private enum CodingKeys: String, CodingKey {
    case name, quantization
    case contextLength = "context_length"
    case digest, kernels
    case keyValueType = "kv"
    case adapter
  }
}

/// What is shown and recorded of an adapter.
public struct AdapterDescription: Equatable, Codable, Sendable {
  /// The file's name without its ending.
  public var name: String
  /// SHA-256 of the file in hexadecimal.
  public var digest: String

  /// Makes a description.
  public init(name: String, digest: String) {
    self.name = name
    self.digest = digest
  }
}

/// One piece of text to write.
public struct GenerationRequest: Equatable, Sendable {
  /// What the model reads.
  public var prompt: Prompt
  /// How the text is chosen and when it stops.
  public var parameters: GenerationParameters
  /// The answer's first tokens, taken as they are: the text goes on behind them as if it had been
  /// written in one go, and they count as part of it. Only the in-process engine can do that.
  public var given: [Int32] = []
  /// Whether tokens that the prompt repeats are guessed and checked together: faster, and the same
  /// text.
  public var lookup = Lookup.on

  /// Whether tokens are guessed.
  public enum Lookup: Sendable {
    /// Where the text repeats itself, as long as it pays.
    case on
    /// One after another.
    case off
  }

  /// For how many of the most probable tokens the probability is told at each place; 0 tells none.
  public var alternativeCount = 0

  /// Makes a request.
  public init(prompt: Prompt, parameters: GenerationParameters = GenerationParameters()) {
    self.prompt = prompt
    self.parameters = parameters
  }
}

/// A rendered prompt in two parts: the one that every question on a note shares, and the rest. The
/// tokens of the first part are computed once per note.
public struct Prompt: Equatable, Sendable {
  /// From the start to the end of the note.
  public var sharedPrefix: String
  /// The instruction and what follows it.
  public var suffix: String
  /// The same text with the template's own runs told apart from the note's and the question's.
  public var segments: [Segment]

  /// A run of text that is either the template's own or came from outside.
  public struct Segment: Equatable, Sendable {
    /// The run itself.
    public var text: String
    /// True for text of the template, in which special tokens are recognised; false for the note
    /// and the question, in which `<|im_end|>` is just ten characters that someone typed.
    public var isTemplate: Bool
    /// True where this segment belongs to the part that every question on the note shares.
    public var isShared: Bool

    /// Makes a run.
    public init(text: String, isTemplate: Bool, isShared: Bool) {
      self.text = text
      self.isTemplate = isTemplate
      self.isShared = isShared
    }
  }

  /// Joins `segments`, of which the shared ones come first.
  public init(segments: [Segment]) {
    self.segments = segments
    self.sharedPrefix = segments.filter(\.isShared).map(\.text).joined()
    self.suffix = segments.filter { !$0.isShared }.map(\.text).joined()
  }

  /// The whole prompt as one text.
  public var text: String { sharedPrefix + suffix }
}

/// How the next token is chosen and when to stop.
public struct GenerationParameters: Equatable, Codable, Sendable {
  /// At most this many new tokens.
  public var maximumTokenCount: Int
  /// 0 takes the most probable token each time.
  public var temperature: Double
  /// Keep the k most probable tokens; 0 keeps all.
  public var topK: Int
  /// Keep the smallest set with at least this probability; 1 keeps all.
  public var topP: Double
  /// Drop tokens less probable than this share of the best one's probability; 0 keeps all.
  public var minP: Double
  /// Divides the logits of tokens seen lately; 1 leaves them alone.
  public var repeatPenalty: Double
  /// Answers followed side by side; 1 is no beam search.
  public var beamCount: Int
  /// Where the random numbers start.
  public var seed: UInt64
  /// What to do about an answer that repeats itself without end.
  public var loopGuard: LoopGuard

  /// Whether an answer that repeats itself without end is stopped.
  public enum LoopGuard: String, CaseIterable, Codable, Sendable {
    /// It is stopped, with its own reason.
    case on
    /// It goes on to the limit.
    case off
  }

  /// Makes parameters; the defaults are greedy decoding of at most 400 tokens, guarded against
  /// loops.
  public init(
    maximumTokenCount: Int = 400, temperature: Double = 0, topK: Int = 0, topP: Double = 1,
    minP: Double = 0, repeatPenalty: Double = 1, beamCount: Int = 1, seed: UInt64 = 0,
    loopGuard: LoopGuard = .on
  ) {
    self.maximumTokenCount = maximumTokenCount
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.minP = minP
    self.repeatPenalty = repeatPenalty
    self.beamCount = beamCount
    self.seed = seed
    self.loopGuard = loopGuard
  }

  /// Reads what was kept of an answer.
  ///
  /// - Throws: `DecodingError`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    maximumTokenCount = try container.decode(Int.self, forKey: .maximumTokenCount)
    temperature = try container.decode(Double.self, forKey: .temperature)
    topK = try container.decode(Int.self, forKey: .topK)
    topP = try container.decode(Double.self, forKey: .topP)
    minP = try container.decode(Double.self, forKey: .minP)
    repeatPenalty = try container.decode(Double.self, forKey: .repeatPenalty)
    beamCount = try container.decode(Int.self, forKey: .beamCount)
    seed = try container.decode(UInt64.self, forKey: .seed)
    // Answers from before there was a guard were made without one.
    loopGuard = try container.decodeIfPresent(LoopGuard.self, forKey: .loopGuard) ?? .off
  }

  private enum CodingKeys: String, CodingKey {
    case maximumTokenCount = "max_tokens"
    case temperature
    case topK = "top_k"
    case topP = "top_p"
    case minP = "min_p"
    case repeatPenalty = "repeat_penalty"
    case beamCount = "beams"
    case seed
    case loopGuard = "loop_guard"
  }
}

/// What happens while a text is written.
public enum GenerationEvent: Equatable, Sendable {
  /// The prompt is being read: `done` of `total` tokens, of which `reused` were already known.
  case prefill(done: Int, total: Int, reused: Int)
  /// A token was chosen. `text` may be empty while a character is incomplete. What the model
  /// weighed is told where the request asks for it and one text is followed.
  case token(id: Int32, text: String, choice: TokenChoice? = nil)
  /// Text that became certain with the end, without a new token.
  case rest(String)
  /// The end; nothing follows.
  case finished(GenerationSummary)
}

/// Why a text ended.
public enum StopReason: String, Equatable, Codable, Sendable {
  /// The model wrote its end token.
  case end
  /// The limit of new tokens, or the end of the context, was reached.
  case limit
  /// The text repeats itself without end.
  case loop
  /// The caller wanted no more.
  case cancelled
}

/// What a finished text cost.
public struct GenerationSummary: Equatable, Codable, Sendable {
  /// Why it ended.
  public var stop: StopReason
  /// The whole text.
  public var text: String
  /// The ids of the answer, those that were given included, the end token not.
  public var tokens: [Int32]
  /// Tokens of the prompt, special tokens included.
  public var promptTokenCount: Int
  /// Tokens of the prompt and of what was given that did not have to be computed.
  public var reusedTokenCount: Int
  /// Time from the request to the first token.
  public var prefillSeconds: Double
  /// Time from the first token to the end.
  public var decodeSeconds: Double
  /// What the model weighed when it ended the text, where the request asked for it.
  public var endChoice: TokenChoice?

  /// Makes a summary.
  public init(
    stop: StopReason, text: String, tokens: [Int32], promptTokenCount: Int,
    reusedTokenCount: Int, prefillSeconds: Double, decodeSeconds: Double
  ) {
    self.stop = stop
    self.text = text
    self.tokens = tokens
    self.promptTokenCount = promptTokenCount
    self.reusedTokenCount = reusedTokenCount
    self.prefillSeconds = prefillSeconds
    self.decodeSeconds = decodeSeconds
  }

  private enum CodingKeys: String, CodingKey {
    case stop, text, tokens
    case promptTokenCount = "prompt_tokens"
    case reusedTokenCount = "reused_tokens"
    case prefillSeconds = "prefill_seconds"
    case decodeSeconds = "decode_seconds"
    case endChoice = "end_choice"
  }
}

/// The prompt and the answer's reserve do not fit into the model's context. Nothing was cut.
public struct PromptTooLong: Error, Equatable, Sendable {
  /// Tokens of the prompt.
  public var promptTokenCount: Int
  /// Tokens that must stay free for the answer.
  public var reservedTokenCount: Int
  /// Tokens that the model can hold.
  public var contextLength: Int

  /// Makes the error.
  public init(promptTokenCount: Int, reservedTokenCount: Int, contextLength: Int) {
    self.promptTokenCount = promptTokenCount
    self.reservedTokenCount = reservedTokenCount
    self.contextLength = contextLength
  }
}
