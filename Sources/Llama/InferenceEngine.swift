internal import Dispatch
public import Tensors
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

  /// What to do with prefixes that were computed before.
  public enum PrefixPolicy: Sendable {
    /// Use them and keep this request's.
    case reuse
    /// Compute everything anew and keep nothing.
    case ignore
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
}

/// The in-process decoder: one model, one text at a time, on a Dispatch queue of its own.
///
/// Keeps what was computed for the last few prompts: a request that begins like one of them starts
/// where they part, so a second question on a note costs its own tokens alone. Cancelling the task
/// that waits for an answer stops it within a layer of the pass at hand.
public actor InferenceEngine {
  /// The model.
  public nonisolated let model: LlamaModel
  private nonisolated let executor = QueueExecutor(label: "asclepius.engine")
  private let pass: ForwardPass
  private var prefixes: PrefixMemory

  /// Tokens that must at least be free for an answer, or the request's own limit if that is lower.
  public static let smallestAnswer = 64
  /// Prompt tokens between two reports of progress.
  static let prefillStep = 256

  /// The engine's own queue.
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    executor.asUnownedSerialExecutor()
  }

  /// An engine for `model` on the threads of `pool`, which must be its own.
  public init(_ model: LlamaModel, pool: WorkerPool) {
    self.model = model
    pass = ForwardPass(model, pool: pool)
    prefixes = PrefixMemory()
  }

  /// Writes a text.
  ///
  /// - Parameter report: Called on the engine's queue for each thing that happens; must be quick.
  /// - Throws: `LlamaError` for a prompt that is empty, does not fit (with the exact counts) or
  ///   holds unknown tokens, for parameters out of range, and for a model whose numbers are not
  ///   finite. Cancellation is no error: it ends the text.
  public func generate(
    _ request: EngineRequest, report: @Sendable (EngineEvent) -> Void = { _ in }
  ) throws -> EngineResult {
    try check(request)
    var run = Run(model: model, pass: pass, request: request)
    if request.prefix == .reuse { run.start(from: prefixes.longest(request.prompt, model)) }
    do {
      try run.readPrompt(report)
      if request.sampling.beamCount > 1 {
        try run.writeBeams(report)
      } else {
        try run.write(report)
      }
    } catch is CancellationError {
      run.stop = .cancelled
    }
    if request.prefix == .reuse { prefixes.keep(run.remembered) }
    return run.result()
  }

  /// Goes through a text and gathers something from the log probabilities of every position, each
  /// given the tokens before it.
  ///
  /// - Parameters:
  ///   - tokens: Any number up to the context.
  ///   - initial: What is gathered, at the start.
  ///   - visit: Called for each position in order with the table for the *next* position.
  /// - Returns: What was gathered.
  public func score<Gathered: Sendable>(
    _ tokens: [TokenID], _ initial: Gathered,
    _ visit: @Sendable (inout Gathered, _ position: Int, _ next: LogProbabilities) throws -> Void
  ) throws -> Gathered {
    var gathered = initial
    var sequences = [KeyValueSequence(model.configuration)]
    for start in stride(from: 0, to: tokens.count, by: Self.scoreStep) {
      try Task.checkCancellation()
      let step = Array(tokens[start..<min(start + Self.scoreStep, tokens.count)])
      try pass.run([BatchPart(sequence: 0, tokens: step)], in: &sequences, wanted: .all)
      try pass.withLogits { logits in
        let size = model.configuration.vocabularySize
        for offset in step.indices {
          let row = UnsafeBufferPointer(rebasing: logits[offset * size..<(offset + 1) * size])
          try visit(&gathered, start + offset, LogProbabilities(row))
        }
      }
    }
    return gathered
  }

  /// Tokens scored at a time: their logits are all held at once.
  private static let scoreStep = 128

  private func check(_ request: EngineRequest) throws {
    try request.sampling.validate()
    guard !request.prompt.isEmpty else { throw LlamaError.emptyPrompt }
    guard request.maximumTokenCount >= 1 else {
      throw LlamaError.invalidParameter(
        name: "max-tokens", expected: "1 or more", found: "\(request.maximumTokenCount)")
    }
    let reserved = min(request.maximumTokenCount, Self.smallestAnswer)
    let context = model.configuration.contextLength
    guard request.prompt.count + reserved <= context else {
      throw LlamaError.promptTooLong(
        promptTokenCount: request.prompt.count, reservedTokenCount: reserved,
        contextLength: context)
    }
  }
}

/// The work on one request.
private struct Run {
  let model: LlamaModel
  let pass: ForwardPass
  let request: EngineRequest
  var stop = EngineResult.Stop.limit
  private var sequences: [KeyValueSequence]
  private var known: [TokenID] = []
  private var written: [TokenID] = []
  private var text = ""
  private var reusedTokenCount = 0
  private let clock = ContinuousClock()
  private let startTime: ContinuousClock.Instant
  private var prefillEnd: ContinuousClock.Instant?

  init(model: LlamaModel, pass: ForwardPass, request: EngineRequest) {
    self.model = model
    self.pass = pass
    self.request = request
    sequences = [KeyValueSequence(model.configuration)]
    startTime = clock.now
  }

  mutating func start(from prefix: PrefixMemory.Entry?) {
    guard let prefix else { return }
    sequences = [prefix.sequence]
    known = prefix.tokens
    reusedTokenCount = prefix.tokens.count
  }

  /// What later requests may start from.
  var remembered: PrefixMemory.Entry {
    PrefixMemory.Entry(tokens: known, sequence: sequences[0])
  }

  private var limit: Int {
    min(request.maximumTokenCount, model.configuration.contextLength - request.prompt.count)
  }

  /// Computes the prompt's tokens that are not known; leaves the logits of the last.
  mutating func readPrompt(_ report: (EngineEvent) -> Void) throws {
    let prompt = request.prompt
    report(.prefill(done: known.count, total: prompt.count, reused: reusedTokenCount))
    while known.count < prompt.count {
      let end = min(known.count + InferenceEngine.prefillStep, prompt.count)
      let step = Array(prompt[known.count..<end])
      try pass.run(
        [BatchPart(sequence: 0, tokens: step)], in: &sequences,
        wanted: end == prompt.count ? .lastOfEachPart : .none,
        shouldStop: { Task.isCancelled })
      known += step
      report(.prefill(done: known.count, total: prompt.count, reused: reusedTokenCount))
    }
    prefillEnd = clock.now
  }

  /// Writes one text, token by token.
  mutating func write(_ report: (EngineEvent) -> Void) throws {
    var sampler = Sampler(request.sampling, seed: request.seed)
    var decoder = StreamingDecoder()
    while true {
      if Task.isCancelled { throw CancellationError() }
      let next = pass.withLogits { sampler.next($0, recent: request.prompt + written) }
      guard let next else {
        throw LlamaError.notFinite(position: request.prompt.count + written.count)
      }
      if model.tokenizer.endTokens.contains(next) {
        stop = .end
        break
      }
      written.append(next)
      let piece = decoder.append(model.tokenizer.bytes(of: next))
      text += piece
      report(.token(next, text: piece))
      if written.count >= limit { break }
      try pass.run(
        [BatchPart(sequence: 0, tokens: [next])], in: &sequences, wanted: .lastOfEachPart,
        shouldStop: { Task.isCancelled })
      known.append(next)
    }
    let rest = decoder.finish()
    if !rest.isEmpty, let last = written.last {
      text += rest
      report(.token(last, text: rest))
    }
  }

  /// Follows several texts; the best is reported when it is known.
  mutating func writeBeams(_ report: (EngineEvent) -> Void) throws {
    var search = BeamSearch(
      request.sampling, endTokens: model.tokenizer.endTokens, limit: limit, seed: request.seed)
    var branches = sequences
    while true {
      if Task.isCancelled { throw CancellationError() }
      pass.withLogits { logits in
        let size = model.configuration.vocabularySize
        search.step(
          search.beams.indices.map {
            UnsafeBufferPointer(rebasing: logits[$0 * size..<($0 + 1) * size])
          })
      }
      if search.isDone { break }
      branches = search.beams.map { branches[$0.parent] }
      let parts = search.beams.enumerated().map { index, beam in
        BatchPart(sequence: index, tokens: [beam.tokens[beam.tokens.count - 1]])
      }
      try pass.run(parts, in: &branches, wanted: .lastOfEachPart)
    }
    written = search.result().tokens
    if let last = written.last, model.tokenizer.endTokens.contains(last) {
      stop = .end
      written.removeLast()
    }
    text = model.tokenizer.decode(written)
    for (index, token) in written.enumerated() {
      report(.token(token, text: index == 0 ? text : ""))
    }
  }

  func result() -> EngineResult {
    let end = clock.now
    let middle = prefillEnd ?? end
    return EngineResult(
      stop: stop, tokens: written, text: text, promptTokenCount: request.prompt.count,
      reusedTokenCount: reusedTokenCount, prefillSeconds: (middle - startTime).seconds,
      decodeSeconds: (end - middle).seconds)
  }
}

extension Duration {
  /// The duration in seconds.
  var seconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }
}
