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
  /// The answer's first tokens, which are not chosen but taken as they are: the text goes on behind
  /// them as if it had been written in one go, and they count as part of it.
  public var given: [TokenID] = []
  /// What the answer is held to; nil leaves it free. Tokens that are given count as written.
  public var constraint: (any TokenConstraint)?
  /// Whether a text that repeats itself without end is stopped.
  public var loop = LoopPolicy.goOn
  /// How many of the most probable tokens are reported for each place; 0 weighs none.
  public var weightCount = 0
  /// Tokens whose probabilities are told for each place, however small they are.
  public var askedTokens: [TokenID] = []
  /// What of the attention is told with each token; nil tells nothing. Beams tell nothing.
  public var watch: AttentionWatch?

  /// What to do about a text that repeats itself without end.
  public enum LoopPolicy: Sendable {
    /// Stop it, with its own reason.
    case stop
    /// Write on to the limit.
    case goOn
  }

  /// Who goes first.
  public var urgency = Urgency.interactive

  /// Whether somebody waits for the answer.
  public enum Urgency: Sendable {
    /// Somebody does: background work rests until the answer is there.
    case interactive
    /// One of many, decoded together while nobody waits.
    case background
  }

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
  /// A token was chosen; `text` is what became certain with it and may be empty. What the model
  /// weighed is told where the request asks for it and a single text is followed.
  case token(TokenID, text: String, weights: TokenWeights?)
  /// Text that became certain with the end of the answer, without a new token: the mark for a
  /// character that broke off.
  case rest(String)
}

/// What the engine wrote.
public struct EngineResult: Sendable, Equatable {
  /// Why a text ended.
  public enum Stop: String, Sendable {
    /// The model wrote an end token, or the answer is complete by what it is held to.
    case end
    /// The limit of new tokens or the end of the context was reached.
    case limit
    /// The text repeats itself without end.
    case loop
    /// The task was cancelled; what was written until then is kept.
    case cancelled
  }

  /// Why it ended.
  public var stop: Stop
  /// The tokens of the answer, those that were given included, an end token not.
  public var tokens: [TokenID]
  /// Their text.
  public var text: String
  /// Tokens of the prompt.
  public var promptTokenCount: Int
  /// Tokens of the prompt and of what was given that did not have to be computed.
  public var reusedTokenCount: Int
  /// Seconds from the start to the prompt's last logits.
  public var prefillSeconds: Double
  /// Seconds from there to the end.
  public var decodeSeconds: Double
  /// Tokens that were guessed from the text.
  public var draftedTokenCount: Int
  /// Those of them that were right, each a pass saved.
  public var acceptedTokenCount: Int
  /// What the model weighed when it ended the text, where the request asks for it.
  public var endWeights: TokenWeights?
  /// What it weighed behind prompt and given tokens, where the request asks for it.
  public var firstWeights: TokenWeights?
}
