internal import Dispatch
internal import Synchronization
internal import Tokenization

// The engine's work, step by step: who is taken in, whose turn it is, one pass for them all, and
// what follows. Between two steps the queue's other callers have their turn.
extension InferenceEngine {
  /// Takes a request in.
  func accept(_ job: EngineJob) {
    if job.request.urgency == .interactive { arrivals.subtract(1, ordering: .relaxed) }
    waiting.append(job)
    scheduleStep()
  }

  private func scheduleStep() {
    guard !isStepScheduled, !waiting.isEmpty || !active.isEmpty else { return }
    isStepScheduled = true
    executor.async { self.assumeIsolated { $0.step() } }
  }

  private func step() {
    isStepScheduled = false
    endCancelled()
    if mustRest {
      rest()
      return
    }
    admit()
    compute(turn())
    endFinished()
    scheduleStep()
  }

  /// Looks again after a while; one look is on its way however many requests come meanwhile.
  private func rest() {
    guard !isRestScheduled else { return }
    isRestScheduled = true
    executor.async(after: Self.restInterval) {
      self.assumeIsolated {
        $0.isRestScheduled = false
        $0.scheduleStep()
      }
    }
  }

  /// True where there is nothing but background work, and that is to rest.
  private var mustRest: Bool {
    !isInteractive && !waiting.contains { $0.request.urgency == .interactive } && isToRest()
  }

  /// How long background work rests before it looks again.
  private static var restInterval: DispatchTimeInterval { .milliseconds(50) }

  // MARK: Who is taken in

  private func admit() {
    admit(.interactive)
    if !isInteractive { admit(.background) }
  }

  /// True while somebody waits for an answer.
  private var isInteractive: Bool {
    active.contains { $0.job.request.urgency == .interactive }
  }

  /// Starts requests while there is room: the first ones, but not one whose note another is about to
  /// read.
  private func admit(_ urgency: EngineRequest.Urgency) {
    var index = 0
    // Those far behind wait for those before them: looking at all would cost more than it brings.
    while index < min(waiting.count, 4 * settings.batchWidth) {
      let job = waiting[index]
      guard job.request.urgency == urgency, !willBeRead(job.request) else {
        index += 1
        continue
      }
      let places = active.filter { $0.job.request.urgency == urgency }
        .reduce(0) { $0 + $1.job.placeCount }
      guard places == 0 || places + job.placeCount <= settings.batchWidth else { return }
      waiting.remove(at: index)
      let run = EngineRun(
        model: model, request: job.request, prefix: prefix(of: job.request),
        keyValueType: settings.keyValueType)
      run.begin(job.report)
      active.append(ActiveJob(job: job, run: run))
    }
  }

  /// True where a run is reading what `request` begins with: to wait costs less than to read it
  /// again.
  private func willBeRead(_ request: EngineRequest) -> Bool {
    guard request.prefix == .reuse else { return false }
    let reading = active.filter { $0.run.isReading && $0.job.request.prefix == .reuse }
    guard !reading.isEmpty else { return false }
    let prompt = request.prompt + request.given
    let future = reading.map { $0.run.futureTokenCount(prompt) }.max() ?? 0
    let known = max(
      prefixes.sharedTokenCount(prompt), backgroundPrefixes.sharedTokenCount(prompt),
      active.map { $0.run.sharedTokenCount(prompt) }.max() ?? 0)
    return future > known + Self.leastSharing
  }

  /// Tokens in common that are worth waiting for.
  private static var leastSharing: Int { 16 }

  /// The longest part of the prompt that is known.
  private func prefix(of request: EngineRequest) -> PrefixMemory.Entry? {
    guard request.prefix == .reuse else { return nil }
    let prompt = request.prompt + request.given
    let underWay = active.filter { $0.job.request.prefix == .reuse }
      .max { $0.run.sharedTokenCount(prompt) < $1.run.sharedTokenCount(prompt) }
    let candidates = [
      underWay?.run.remembered.shared(with: prompt), prefixes.longest(prompt),
      backgroundPrefixes.longest(prompt),
    ]
    let known = candidates.compactMap { $0 }.max { $0.tokens.count < $1.tokens.count }
    return noteMemory?.shared(request, known: known?.tokens.count ?? 0) ?? known
  }

  // MARK: One pass

  /// Places in `active` of the runs that the next pass computes for.
  private func turn() -> [Int] {
    let isInteractive = isInteractive
    return active.indices.filter {
      !isInteractive || active[$0].job.request.urgency == .interactive
    }
  }

  /// A run's share in a pass.
  private struct Share {
    let index: Int
    let sequences: Range<Int>
    let logitRows: Range<Int>
  }

  private func compute(_ turn: [Int]) {
    guard !turn.isEmpty else { return }
    var parts: [BatchPart] = []
    var sequences: [KeyValueSequence] = []
    let shares = lend(turn, &parts, &sequences)
    var failure: (any Error)?
    do {
      let cancellations = shares.map { active[$0.index].job.cancellation }
      let yields = !isInteractive
      try pass.run(
        parts, in: &sequences,
        shouldStop: {
          cancellations.allSatisfy(\.isRequested)
            || yields && (arrivals.load(ordering: .relaxed) > 0 || isToRest())
        })
    } catch {
      failure = error
    }
    for share in shares { active[share.index].run.sequences = Array(sequences[share.sequences]) }
    // Only the runs hold their pages now, or they would copy what they write to.
    sequences = []
    switch failure {
    case nil: for share in shares { take(share) }
    // Given up for something more urgent, or for nobody: nothing was lost but time.
    case is CancellationError: break
    case let failure?: for share in shares { fail(share.index, failure) }
    }
  }

  /// Gathers what the runs want computed, first of those that write.
  private func lend(
    _ turn: [Int], _ parts: inout [BatchPart], _ sequences: inout [KeyValueSequence]
  ) -> [Share] {
    let writing = turn.filter { !active[$0].run.isReading }
    let guessRoom = max(0, Self.guessingRowCount - writing.count)
    var promptRoom = Self.prefillStep
    var logitRow = 0
    var shares: [Share] = []
    for index in writing + turn.filter({ active[$0].run.isReading }) {
      let isReading = active[index].run.isReading
      guard !isReading || promptRoom > 0 else { continue }
      let own = active[index].run.parts(
        first: sequences.count, promptLimit: promptRoom,
        draftLimit: guessRoom / max(writing.count, 1))
      if isReading { promptRoom -= own.reduce(0) { $0 + $1.tokens.count } }
      let logitRowCount = own.reduce(0) { $0 + $1.logitRowCount }
      shares.append(
        Share(
          index: index, sequences: sequences.count..<sequences.count + own.count,
          logitRows: logitRow..<logitRow + logitRowCount))
      logitRow += logitRowCount
      parts += own
      // Lent, not copied: who writes to a page must be the only one to hold it.
      var lent: [KeyValueSequence] = []
      swap(&lent, &active[index].run.sequences)
      sequences += lent
    }
    return shares
  }

  /// Rows of a pass up to which guesses cost little.
  private static var guessingRowCount: Int { 8 }

  private func take(_ share: Share) {
    let size = model.configuration.vocabularySize
    let rows = share.logitRows.lowerBound * size..<share.logitRows.upperBound * size
    let isWatched = active[share.index].job.request.watch != nil
    let attention = isWatched ? share.logitRows.map { pass.attentionShares(logitRow: $0) } : []
    do {
      try pass.withLogits { logits in
        try active[share.index].run.take(
          UnsafeBufferPointer(rebasing: logits[rows]), attention: attention,
          active[share.index].job.report)
      }
    } catch LlamaError.notFinite(let position, let step, _) {
      let layer = pass.firstNotFiniteLayer
      fail(share.index, LlamaError.notFinite(position: position, step: step, layer: layer))
    } catch {
      fail(share.index, error)
    }
  }

  // MARK: Ends

  private func fail(_ index: Int, _ error: any Error) {
    active[index].failure = error
  }

  private func endCancelled() {
    for job in waiting where job.cancellation.isRequested {
      var run = EngineRun(
        model: model, request: job.request, prefix: nil, keyValueType: settings.keyValueType)
      run.cancel(job.report)
      job.continuation.resume(returning: run.result())
    }
    waiting.removeAll { $0.cancellation.isRequested }
    for index in active.indices where active[index].job.cancellation.isRequested {
      active[index].run.cancel(active[index].job.report)
    }
    endFinished()
  }

  private func endFinished() {
    let ended = active.filter { $0.failure != nil || $0.run.stop != nil }
    guard !ended.isEmpty else { return }
    active.removeAll { $0.failure != nil || $0.run.stop != nil }
    for ended in ended { end(ended) }
  }

  /// Keeps what was computed and gives the answer out.
  private func end(_ ended: ActiveJob) {
    let (job, run) = (ended.job, ended.run)
    if let failure = ended.failure { return job.continuation.resume(throwing: failure) }
    if job.request.prefix == .reuse {
      switch job.request.urgency {
      case .interactive: prefixes.keep(run.remembered)
      case .background: backgroundPrefixes.keep(run.remembered)
      }
      // Last of all: writing takes a core for a moment, which the answer has no use for now.
      noteMemory?.keep(run.remembered, of: job.request)
    }
    job.continuation.resume(returning: run.result())
  }
}
