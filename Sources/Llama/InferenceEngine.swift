public import Kernels
internal import Synchronization
public import Tensors
internal import Tokenization

/// The in-process decoder: one model on a Dispatch queue of its own, any number of texts together.
///
/// Every text that is asked for is a run of its own. In each step of the engine all runs whose turn
/// it is share one pass: those that write give a token each (and their guesses), those that read
/// give a piece of their prompt; a text that ends makes room for the next at once. A run's tokens
/// are those that it would have alone, to the bit. Interactive requests go first: background work
/// rests while one is open, and gives up the pass at hand for it.
///
/// What was computed is used again: a request that begins like one of the last, or like one that is
/// under way, starts where they part, so the questions on a note read it once. Cancelling the task
/// that waits for an answer stops it within a layer of the pass at hand, or where others share the
/// pass, after it.
public actor InferenceEngine {
  /// The model.
  public nonisolated let model: LlamaModel
  /// How it works.
  public nonisolated let settings: Settings
  nonisolated let executor = QueueExecutor(label: "asclepius.engine")
  /// Interactive requests that the engine does not know of yet.
  nonisolated let arrivals = Atomic<Int>(0)
  let pass: ForwardPass
  let noteMemory: NoteMemory?
  /// Requests that nothing was computed for, in the order of their coming.
  var waiting: [EngineJob] = []
  /// Requests that are being answered.
  var active: [ActiveJob] = []
  var isStepScheduled = false
  /// True while a look after a rest is on its way.
  var isRestScheduled = false
  /// Whether background work is to rest for something outside of this process.
  var isToRest: @Sendable () -> Bool = { false }
  var prefixes = PrefixMemory(capacity: 4)
  var backgroundPrefixes = PrefixMemory(capacity: 2)

  /// Tokens that must at least be free for an answer, or the request's own limit if that is lower.
  public static let smallestAnswer = 64
  /// Prompt tokens in a pass, and between two reports of progress.
  static let prefillStep = 256

  /// How an engine works.
  public struct Settings: Equatable, Sendable {
    /// Background texts written together, a beam counting as one.
    public var batchWidth = 8
    /// What is kept of keys and values; a note memory of the engine keeps the same.
    public var keyValueType = KeyValueType.f16

    /// Eight texts together, keys and values in half precision.
    public init() {}
  }

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
    _ model: LlamaModel, pool: WorkerPool, settings: Settings = Settings(),
    adapter: LoraAdapter? = nil, noteMemory: NoteMemory? = nil
  ) {
    self.model = model
    self.settings = settings
    pass = ForwardPass(model, pool: pool, adapter: adapter)
    self.noteMemory = noteMemory
  }

  /// Lets background work rest while `isToRest` is true, from within the pass at hand on. It is
  /// called often, on the engine's queue, and must be quick.
  public func rest(while isToRest: @escaping @Sendable () -> Bool) {
    self.isToRest = isToRest
  }

  /// Writes a text.
  ///
  /// - Parameter report: Called on the engine's queue for each thing that happens; must be quick.
  /// - Throws: `LlamaError` for a prompt that is empty, does not fit (with the exact counts) or
  ///   holds unknown tokens, for parameters out of range, and for a model whose numbers are not
  ///   finite. Cancellation is no error: it ends the text.
  public nonisolated func generate(
    _ request: EngineRequest, report: @escaping @Sendable (EngineEvent) -> Void = { _ in }
  ) async throws -> EngineResult {
    try check(request)
    let cancellation = Cancellation()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let job = EngineJob(
          request: request, report: report, cancellation: cancellation,
          continuation: continuation)
        if request.urgency == .interactive { arrivals.add(1, ordering: .relaxed) }
        executor.async { self.assumeIsolated { $0.accept(job) } }
      }
    } onCancel: {
      cancellation.request()
    }
  }

  private nonisolated func check(_ request: EngineRequest) throws {
    try request.sampling.validate()
    guard !request.prompt.isEmpty else { throw LlamaError.emptyPrompt }
    guard request.maximumTokenCount >= 1 else {
      throw LlamaError.invalidParameter(
        name: "max-tokens", expected: "1 or more", found: "\(request.maximumTokenCount)")
    }
    let size = model.configuration.vocabularySize
    let tokens = request.prompt + request.given + request.askedTokens
    if let token = tokens.first(where: { !(0..<size).contains(Int($0)) }) {
      throw LlamaError.unknownToken(token, vocabularySize: size)
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
