internal import Tokenization

/// The work on one request.
struct EngineRun {
  let model: LlamaModel
  let pass: ForwardPass
  let request: EngineRequest
  var stop = EngineResult.Stop.limit
  private var sequences: [KeyValueSequence]
  private var known: [TokenID] = []
  private var written: [TokenID] = []
  private var text = ""
  private var reusedTokenCount = 0
  private var draftedTokenCount = 0
  private var acceptedTokenCount = 0
  private var endWeights: TokenWeights?
  private let clock = ContinuousClock()
  private let startTime: ContinuousClock.Instant
  private var prefillEnd: ContinuousClock.Instant?

  init(model: LlamaModel, pass: ForwardPass, request: EngineRequest) {
    self.model = model
    self.pass = pass
    self.request = request
    sequences = [KeyValueSequence(model.configuration)]
    startTime = clock.now
    written = request.given
    var decoder = StreamingDecoder()
    text = written.map { decoder.append(model.tokenizer.bytes(of: $0)) }.joined()
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

  /// All that stands before the first new token.
  private var start: [TokenID] { request.prompt + request.given }

  private var limit: Int {
    min(request.maximumTokenCount, model.configuration.contextLength - request.prompt.count)
  }

  /// Computes the tokens of prompt and given text that are not known; leaves the logits of the last.
  mutating func readPrompt(_ report: (EngineEvent) -> Void) throws {
    let start = start
    report(.prefill(done: known.count, total: start.count, reused: reusedTokenCount))
    while known.count < start.count {
      let end = min(known.count + InferenceEngine.prefillStep, start.count)
      let step = Array(start[known.count..<end])
      try pass.run(
        [BatchPart(sequence: 0, tokens: step)], in: &sequences,
        wanted: end == start.count ? .lastOfEachPart : .none,
        shouldStop: { Task.isCancelled })
      known += step
      report(.prefill(done: known.count, total: start.count, reused: reusedTokenCount))
    }
    prefillEnd = clock.now
  }

  /// Writes one text. Each pass computes the last token and the guesses behind it; what the sampler
  /// chooses from their logits decides how many of the guesses stand.
  mutating func write(_ report: (EngineEvent) -> Void) throws {
    var writing = Writing(request, sampler: Sampler(request.sampling, seed: request.seed))
    begin(&writing)
    var draft: [TokenID] = []
    while true {
      if Task.isCancelled { throw CancellationError() }
      let isDone = try choose(behind: draft, &writing, report)
      // What was guessed wrong was computed all the same, and is forgotten.
      known.removeLast(draft.count - writing.acceptedCount)
      sequences[0].truncate(to: known.count)
      writing.lookup.record(draftCount: draft.count, acceptedCount: writing.acceptedCount)
      if isDone { break }
      draft = writing.lookup.draft(limit: limit - written.count - 1)
      let step = writing.context.suffix(1) + draft
      try pass.run(
        [BatchPart(sequence: 0, tokens: Array(step))], in: &sequences, wanted: .all,
        shouldStop: { Task.isCancelled })
      known += step
    }
    finishText(&writing, report)
    draftedTokenCount = writing.lookup.draftedTokenCount
    acceptedTokenCount = writing.lookup.acceptedTokenCount
  }

  /// What is needed to write one text.
  private struct Writing {
    var sampler: Sampler
    var decoder = StreamingDecoder()
    var loops: LoopGuard?
    /// Prompt and answer.
    var context: [TokenID]
    var lookup: LookupDrafts
    /// Guesses of the last pass that stood.
    var acceptedCount = 0

    init(_ request: EngineRequest, sampler: Sampler) {
      self.sampler = sampler
      context = request.prompt
      lookup = LookupDrafts(request.prompt, request.lookup)
      loops = request.loop == .stop ? LoopGuard() : nil
    }
  }

  /// Takes what was given as if it had just been written.
  private mutating func begin(_ writing: inout Writing) {
    writing.sampler.skip(request.given.count)
    for token in request.given { _ = take(token, &writing) }
  }

  /// Adds a token to the text and returns what became certain with it.
  private func take(_ token: TokenID, _ writing: inout Writing) -> String {
    let bytes = model.tokenizer.bytes(of: token)
    writing.context.append(token)
    writing.lookup.append(token)
    writing.loops?.append(token, bytes)
    return writing.decoder.append(bytes)
  }

  private mutating func finishText(_ writing: inout Writing, _ report: (EngineEvent) -> Void) {
    let rest = writing.decoder.finish()
    guard !rest.isEmpty else { return }
    text += rest
    report(.rest(rest))
  }

  /// Chooses the next token, and one behind each guess as long as the guesses stand; true when the
  /// text is at its end. Row `i` of the last logits belongs behind `i` guesses.
  private mutating func choose(
    behind draft: [TokenID], _ writing: inout Writing, _ report: (EngineEvent) -> Void
  ) throws -> Bool {
    writing.acceptedCount = 0
    let size = model.configuration.vocabularySize
    for row in 0...draft.count {
      let (next, weights) = try pass.withLogits { logits -> (TokenID, TokenWeights?) in
        let logits = UnsafeBufferPointer(rebasing: logits[row * size..<(row + 1) * size])
        guard let next = writing.sampler.next(logits, recent: writing.context) else {
          throw LlamaError.notFinite(position: writing.context.count)
        }
        return (next, weigh(next, logits))
      }
      if model.tokenizer.endTokens.contains(next) {
        stop = .end
        endWeights = weights
        return true
      }
      written.append(next)
      let piece = take(next, &writing)
      text += piece
      report(.token(next, text: piece, weights: weights))
      if writing.loops?.isLoop == true {
        stop = .loop
        return true
      }
      if written.count >= limit { return true }
      guard row < draft.count, draft[row] == next else { return false }
      writing.acceptedCount += 1
    }
    return false
  }

  private func weigh(
    _ token: TokenID, _ logits: UnsafeBufferPointer<Float>
  ) -> TokenWeights? {
    request.weightCount > 0
      ? TokenWeights(logits, chosen: token, count: request.weightCount) : nil
  }

  /// Follows several texts; the best is reported when it is known.
  mutating func writeBeams(_ report: (EngineEvent) -> Void) throws {
    var search = BeamSearch(
      request.sampling, endTokens: model.tokenizer.endTokens,
      limit: limit - request.given.count, seed: request.seed)
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
    var chosen = search.result().tokens
    if let last = chosen.last, model.tokenizer.endTokens.contains(last) {
      stop = .end
      chosen.removeLast()
    }
    reportBeam(chosen, report)
  }

  private mutating func reportBeam(_ chosen: [TokenID], _ report: (EngineEvent) -> Void) {
    var writing = Writing(request, sampler: Sampler(request.sampling, seed: request.seed))
    begin(&writing)
    for token in chosen {
      written.append(token)
      let piece = take(token, &writing)
      text += piece
      report(.token(token, text: piece, weights: nil))
    }
    if stop == .limit, writing.loops?.isLoop == true { stop = .loop }
    finishText(&writing, report)
  }

  func result() -> EngineResult {
    let end = clock.now
    let middle = prefillEnd ?? end
    return EngineResult(
      stop: stop, tokens: written, text: text, promptTokenCount: request.prompt.count,
      reusedTokenCount: reusedTokenCount, prefillSeconds: (middle - startTime).seconds,
      decodeSeconds: (end - middle).seconds, draftedTokenCount: draftedTokenCount,
      acceptedTokenCount: acceptedTokenCount, endWeights: endWeights)
  }
}

extension Duration {
  /// The duration in seconds.
  var seconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }
}
