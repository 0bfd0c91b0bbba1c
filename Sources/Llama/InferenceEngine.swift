public import Tensors
public import Tokenization

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
  private let noteMemory: NoteMemory?

  /// Tokens that must at least be free for an answer, or the request's own limit if that is lower.
  public static let smallestAnswer = 64
  /// Prompt tokens between two reports of progress.
  static let prefillStep = 256

  /// The engine's own queue.
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    executor.asUnownedSerialExecutor()
  }

  /// An engine for `model` on the threads of `pool`, which must be its own.
  ///
  /// - Parameters:
  ///   - adapter: Added to the model, for all that this engine computes.
  ///   - noteMemory: Where notes are kept beyond the program's end; nil keeps none. Its settings
  ///     name the adapter.
  public init(
    _ model: LlamaModel, pool: WorkerPool, adapter: LoraAdapter? = nil,
    noteMemory: NoteMemory? = nil
  ) {
    self.model = model
    pass = ForwardPass(model, pool: pool, adapter: adapter)
    prefixes = PrefixMemory()
    self.noteMemory = noteMemory
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
    var run = EngineRun(model: model, pass: pass, request: request)
    if request.prefix == .reuse { run.start(from: longestPrefix(of: request)) }
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
    if request.prefix == .reuse {
      prefixes.keep(run.remembered)
      // Last of all: writing takes a core for a moment, which the answer has no use for now.
      noteMemory?.keep(run.remembered, of: request)
    }
    return run.result()
  }

  private func longestPrefix(of request: EngineRequest) -> PrefixMemory.Entry? {
    let known = prefixes.longest(request.prompt + request.given, model)
    return noteMemory?.shared(request, known: known?.tokens.count ?? 0) ?? known
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
    let given = request.given.count
    guard given < request.maximumTokenCount else {
      throw LlamaError.invalidParameter(
        name: "max-tokens", expected: "more than the \(given) tokens that are there already",
        found: "\(request.maximumTokenCount)")
    }
    // An answer that is there already may go on to the very end of the context.
    let reserved = given > 0 ? 1 : min(request.maximumTokenCount, Self.smallestAnswer)
    let context = model.configuration.contextLength
    guard request.prompt.count + given + reserved <= context else {
      throw LlamaError.promptTooLong(
        promptTokenCount: request.prompt.count + given, reservedTokenCount: reserved,
        contextLength: context)
    }
  }
}
