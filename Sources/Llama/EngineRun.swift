internal import Kernels
internal import Tokenization

/// The work on one request: which tokens the next pass computes for it, and what follows from their
/// logits.
///
/// Knows nothing of the passes and of the requests beside it, so that one text written alone and
/// many written together go the same way.
struct EngineRun {
  let model: LlamaModel
  let request: EngineRequest
  /// Why the text ended; nil while it is open.
  private(set) var stop: EngineResult.Stop?
  /// What is remembered: one sequence, or one a beam. Lent to the pass while it runs.
  var sequences: [KeyValueSequence]
  /// The tokens that the prompt's own sequence remembers.
  private var known: [TokenID] = []
  /// The tokens that the pass at hand adds to them.
  private var step: [TokenID] = []
  /// Those of them that are guesses.
  private var draft: [TokenID] = []
  /// All that stands before the first new token.
  private let start: [TokenID]
  private var writing: AnswerWriting
  private var beams: Beams?
  private var written: [TokenID] = []
  private var text = ""
  private var endWeights: TokenWeights?
  private var firstWeights: TokenWeights?
  private var reusedTokenCount = 0
  private let clock = ContinuousClock()
  private let startTime: ContinuousClock.Instant
  private var prefillEnd: ContinuousClock.Instant?

  typealias Report = @Sendable (EngineEvent) -> Void

  /// A run of `request`, behind what is known of its prompt.
  ///
  /// - Parameter keyValueType: What is kept of keys and values.
  init(
    model: LlamaModel, request: EngineRequest, prefix: PrefixMemory.Entry?,
    keyValueType: KeyValueType
  ) {
    self.model = model
    self.request = request
    startTime = clock.now
    start = request.prompt + request.given
    writing = AnswerWriting(request, model.tokenizer)
    written = request.given
    text = writing.text
    sequences = [prefix?.sequence ?? KeyValueSequence(model.configuration, keyValueType)]
    known = prefix?.tokens ?? []
    reusedTokenCount = known.count
  }

  /// True until all that stands before the first new token is computed.
  var isReading: Bool { known.count < start.count }

  /// What other requests may start from.
  var remembered: PrefixMemory.Entry {
    PrefixMemory.Entry(tokens: known, sequence: beams?.trunk ?? sequences[0])
  }

  /// Tokens at the start of `prompt` that this run has computed.
  func sharedTokenCount(_ prompt: [TokenID]) -> Int {
    zip(known, prompt).prefix { $0 == $1 }.count
  }

  /// Tokens at the start of `prompt` that this run has computed or is about to read.
  func futureTokenCount(_ prompt: [TokenID]) -> Int {
    isReading ? zip(start, prompt).prefix { $0 == $1 }.count : sharedTokenCount(prompt)
  }

  /// Says what is known before the first pass.
  func begin(_ report: Report) {
    report(.prefill(done: known.count, total: start.count, reused: reusedTokenCount))
  }

  private var limit: Int {
    min(request.maximumTokenCount, model.configuration.contextLength - request.prompt.count)
  }

  // MARK: Steps

  /// What the next pass computes, a part for each of `sequences`; asked again where a pass was given
  /// up.
  ///
  /// - Parameters:
  ///   - first: Where `sequences` will begin among those of the pass.
  ///   - promptLimit: At most this many tokens of the prompt, at least one.
  ///   - draftLimit: At most this many guesses.
  mutating func parts(first: Int, promptLimit: Int, draftLimit: Int) -> [BatchPart] {
    if let beams {
      return beams.search.beams.enumerated().map { index, beam in
        BatchPart(sequence: first + index, tokens: Array(beam.tokens.suffix(1)))
      }
    }
    guard !isReading else {
      let end = min(known.count + promptLimit, start.count)
      step = Array(start[known.count..<end])
      return [
        BatchPart(
          sequence: first, tokens: step,
          wanted: end == start.count ? .lastOfEachPart : .none, watch: request.watch)
      ]
    }
    draft = writing.draft(limit: min(limit - written.count - 1, draftLimit))
    step = writing.context.suffix(1) + draft
    return [BatchPart(sequence: first, tokens: step, wanted: .all, watch: request.watch)]
  }

  /// Goes on from what the pass computed.
  ///
  /// - Parameters:
  ///   - logits: The rows that `parts` asked for.
  ///   - attention: What the request's watch tells of them.
  /// - Throws: `LlamaError.notFinite`, which names no layer: only the pass knows it.
  mutating func take(
    _ logits: UnsafeBufferPointer<Float>, attention: [[Float]], _ report: Report
  ) throws {
    if beams != nil { return try stepBeams(logits, report) }
    let wasReading = isReading
    known += step
    step = []
    if wasReading {
      report(.prefill(done: known.count, total: start.count, reused: reusedTokenCount))
      if isReading { return }
      prefillEnd = clock.now
      if request.sampling.beamCount > 1 {
        beams = Beams(
          request, model, limit: limit, trunk: sequences[0], constraint: writing.constraint)
        return try stepBeams(logits, report)
      }
    }
    try choose(logits, attention, report)
    // What was guessed wrong was computed all the same, and is forgotten.
    known.removeLast(draft.count - writing.acceptedCount)
    sequences[0].truncate(to: known.count)
    writing.record(draftCount: draft.count)
    draft = []
    if stop != nil { finish(report) }
  }

  /// Ends the text where it is.
  mutating func cancel(_ report: Report) {
    guard stop == nil else { return }
    stop = .cancelled
    finish(report)
  }

  // MARK: One text

  /// Adds a new token to the text.
  private mutating func add(_ token: TokenID, _ weights: TokenWeights?, _ report: Report) {
    written.append(token)
    let piece = writing.take(token, model.tokenizer)
    text += piece
    report(.token(token, text: piece, weights: weights))
  }

  /// Chooses the next token, and one behind each guess as long as the guesses stand. Row `i` of the
  /// logits belongs behind `i` guesses.
  private mutating func choose(
    _ logits: UnsafeBufferPointer<Float>, _ attention: [[Float]], _ report: Report
  ) throws {
    writing.acceptedCount = 0
    let size = model.configuration.vocabularySize
    for row in 0...draft.count {
      let logits = UnsafeBufferPointer(rebasing: logits[row * size..<(row + 1) * size])
      let remaining = limit - written.count
      let allowed = writing.constraint?.allowed(remainingTokenCount: remaining)
      if allowed?.isEmpty == true { throw LlamaError.noTokenAllowed(step: written.count + 1) }
      let choice = writing.sampler.next(logits, recent: writing.context, allowed: allowed)
      guard let next = choice else {
        throw LlamaError.notFinite(
          position: writing.context.count, step: written.count + 1, layer: nil)
      }
      let weights = weigh(next, logits, attention.isEmpty ? [] : attention[row])
      if written.count == request.given.count { firstWeights = weights }
      if model.tokenizer.endTokens.contains(next) {
        stop = .end
        endWeights = weights
        return
      }
      add(next, weights, report)
      if writing.constraint?.isComplete == true {
        stop = .end
        return
      }
      if writing.loops?.isLoop == true {
        stop = .loop
        return
      }
      if written.count >= limit {
        stop = .limit
        return
      }
      guard row < draft.count, draft[row] == next else { return }
      writing.acceptedCount += 1
    }
  }

  private func weigh(
    _ token: TokenID, _ logits: UnsafeBufferPointer<Float>, _ attention: [Float]
  ) -> TokenWeights? {
    guard request.weightCount > 0 || !request.askedTokens.isEmpty || request.watch != nil else {
      return nil
    }
    var weights = TokenWeights(
      logits, chosen: token, count: request.weightCount, asked: request.askedTokens)
    weights.attention = attention
    return weights
  }

  /// Gives out what the decoder held back.
  private mutating func finish(_ report: Report) {
    let rest = writing.decoder.finish()
    guard !rest.isEmpty else { return }
    text += rest
    report(.rest(rest))
  }

  // MARK: Beams

  /// Several texts, of which the best is reported when it is known.
  private struct Beams {
    var search: BeamSearch
    /// The prompt, from which all branch.
    let trunk: KeyValueSequence

    init(
      _ request: EngineRequest, _ model: LlamaModel, limit: Int, trunk: KeyValueSequence,
      constraint: (any TokenConstraint)?
    ) {
      search = BeamSearch(
        request.sampling, endTokens: model.tokenizer.endTokens,
        limit: limit - request.given.count, seed: request.seed, constraint: constraint)
      self.trunk = trunk
    }
  }

  private mutating func stepBeams(
    _ logits: UnsafeBufferPointer<Float>, _ report: Report
  ) throws {
    guard var beams else { return }
    guard logits.allSatisfy(\.isFinite) else {
      let tokenCount = beams.search.beams.first?.tokens.count ?? 0
      throw LlamaError.notFinite(
        position: start.count + tokenCount, step: request.given.count + tokenCount + 1, layer: nil)
    }
    let size = model.configuration.vocabularySize
    beams.search.step(
      beams.search.beams.indices.map {
        UnsafeBufferPointer(rebasing: logits[$0 * size..<($0 + 1) * size])
      })
    guard !beams.search.isStuck else {
      throw LlamaError.noTokenAllowed(step: request.given.count + beams.search.length)
    }
    if beams.search.isDone {
      sequences = [beams.trunk]
      finish(beams.search, report)
    } else {
      sequences = beams.search.beams.map { sequences[$0.parent] }
    }
    self.beams = beams
  }

  private mutating func finish(_ search: BeamSearch, _ report: Report) {
    stop = .limit
    var chosen = search.result().tokens
    if let last = chosen.last, model.tokenizer.endTokens.contains(last) {
      stop = .end
      chosen.removeLast()
    }
    for token in chosen { add(token, nil, report) }
    if writing.constraint?.isComplete == true { stop = .end }
    if stop == .limit, writing.loops?.isLoop == true { stop = .loop }
    finish(report)
  }

  // MARK: Result

  func result() -> EngineResult {
    let end = clock.now
    let middle = prefillEnd ?? end
    return EngineResult(
      stop: stop ?? .cancelled, tokens: written, text: text,
      promptTokenCount: request.prompt.count, reusedTokenCount: reusedTokenCount,
      prefillSeconds: (middle - startTime).seconds, decodeSeconds: (end - middle).seconds,
      draftedTokenCount: writing.lookup.draftedTokenCount,
      acceptedTokenCount: writing.lookup.acceptedTokenCount, endWeights: endWeights,
      firstWeights: firstWeights)
  }
}

extension Duration {
  /// The duration in seconds.
  var seconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }
}
