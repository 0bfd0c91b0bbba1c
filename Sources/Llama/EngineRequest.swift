public import Tokenization

/// What the engine is asked to write.
public struct EngineRequest: Sendable {
  /// The tokens to continue.
  public var prompt: [TokenID]
  /// At most this many new tokens.
  public var maximumTokenCount: Int
  /// How each token is chosen.
  public var sampling: SamplingParameters
  /// Where the random numbers start.
  public var seed: UInt64
  /// Whether what earlier requests left in memory may be used.
  public var prefix: PrefixPolicy
  /// Whether tokens are guessed from the text and checked together; the answer is the same.
  public var lookup = LookupPolicy.on
  /// The prompt's first tokens that every question on the same note begins with; nil where nothing
  /// is known of other questions. What the note memory keeps.
  public var sharedTokenCount: Int?

  /// What to do with prefixes that were computed before.
  public enum PrefixPolicy: Sendable {
    /// Use them and keep this request's.
    case reuse
    /// Compute everything anew and keep nothing.
    case ignore
  }

  /// Whether the next tokens are guessed.
  public enum LookupPolicy: Sendable {
    /// Guess where the text repeats itself, as long as it pays.
    case on
    /// One token a pass.
    case off
  }

  /// A request with every part named.
  public init(
    prompt: [TokenID], maximumTokenCount: Int, sampling: SamplingParameters = .init(),
    seed: UInt64 = 0, prefix: PrefixPolicy = .reuse
  ) {
    self.prompt = prompt
    self.maximumTokenCount = maximumTokenCount
    self.sampling = sampling
    self.seed = seed
    self.prefix = prefix
  }
}

/// What happens while the engine writes.
public enum EngineEvent: Sendable, Equatable {
  /// `done` of `total` prompt tokens are read; `reused` of them were known before.
  case prefill(done: Int, total: Int, reused: Int)
  /// A token was chosen; `text` is what became certain with it and may be empty.
  case token(TokenID, text: String)
}

/// What the engine wrote.
public struct EngineResult: Sendable, Equatable {
  /// Why a text ended.
  public enum Stop: String, Sendable {
    /// The model wrote an end token.
    case end
    /// The limit of new tokens or the end of the context was reached.
    case limit
    /// The task was cancelled; what was written until then is kept.
    case cancelled
  }

  /// Why it ended.
  public var stop: Stop
  /// The new tokens, an end token not counted.
  public var tokens: [TokenID]
  /// Their text.
  public var text: String
  /// Tokens of the prompt.
  public var promptTokenCount: Int
  /// Prompt tokens that did not have to be computed.
  public var reusedTokenCount: Int
  /// Seconds from the start to the prompt's last logits.
  public var prefillSeconds: Double
  /// Seconds from there to the end.
  public var decodeSeconds: Double
  /// Tokens that were guessed from the text.
  public var draftedTokenCount: Int
  /// Those of them that were right, each a pass saved.
  public var acceptedTokenCount: Int
}
