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

  /// Writes one text. Each pass computes the last token and the guesses behind it; what the sampler
  /// chooses from their logits decides how many of the guesses stand.
  mutating func write(_ report: (EngineEvent) -> Void) throws {
    var writing = Writing(request)
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
    let rest = writing.decoder.finish()
    if !rest.isEmpty, let last = written.last {
      text += rest
      report(.token(last, text: rest))
    }
    draftedTokenCount = writing.lookup.draftedTokenCount
    acceptedTokenCount = writing.lookup.acceptedTokenCount
  }

  /// What is needed to write one text.
  private struct Writing {
    var sampler: Sampler
    var decoder = StreamingDecoder()
    /// Prompt and answer.
    var context: [TokenID]
    var lookup: LookupDrafts
    /// Guesses of the last pass that stood.
    var acceptedCount = 0

    init(_ request: EngineRequest) {
      sampler = Sampler(request.sampling, seed: request.seed)
      context = request.prompt
      lookup = LookupDrafts(request.prompt, request.lookup)
    }
  }

  /// Chooses the next token, and one behind each guess as long as the guesses stand; true when the
  /// text is at its end. Row `i` of the last logits belongs behind `i` guesses.
  private mutating func choose(
    behind draft: [TokenID], _ writing: inout Writing, _ report: (EngineEvent) -> Void
  ) throws -> Bool {
    writing.acceptedCount = 0
    let size = model.configuration.vocabularySize
    for row in 0...draft.count {
      let next = pass.withLogits { logits in
        writing.sampler.next(
          UnsafeBufferPointer(rebasing: logits[row * size..<(row + 1) * size]),
          recent: writing.context)
      }
      guard let next else { throw LlamaError.notFinite(position: writing.context.count) }
      if model.tokenizer.endTokens.contains(next) {
        stop = .end
        return true
      }
      written.append(next)
      writing.context.append(next)
      writing.lookup.append(next)
      let piece = writing.decoder.append(model.tokenizer.bytes(of: next))
      text += piece
      report(.token(next, text: piece))
      if written.count >= limit { return true }
      guard row < draft.count, draft[row] == next else { return false }
      writing.acceptedCount += 1
    }
    return false
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
      decodeSeconds: (end - middle).seconds, draftedTokenCount: draftedTokenCount,
      acceptedTokenCount: acceptedTokenCount)
  }
}

extension Duration {
  /// The duration in seconds.
  var seconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }
}
