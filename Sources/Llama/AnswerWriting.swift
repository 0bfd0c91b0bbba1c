internal import Tokenization

/// What is needed to write one text: how tokens are chosen and guessed, and what of the text is
/// certain.
struct AnswerWriting {
  var sampler: Sampler
  var decoder = StreamingDecoder()
  var loops: LoopGuard?
  /// Prompt and answer.
  var context: [TokenID]
  var lookup: LookupDrafts
  /// What the text is held to, behind the last token.
  var constraint: (any TokenConstraint)?
  /// True where the last guesses were the constraint's.
  private var isDraftOfConstraint = false
  /// Guesses of the last pass that stood.
  var acceptedCount = 0
  /// Text of what was given.
  private(set) var text = ""

  /// Takes what was given as if it had just been written.
  init(_ request: EngineRequest, _ tokenizer: Tokenizer) {
    sampler = Sampler(request.sampling, seed: request.seed)
    context = request.prompt
    lookup = LookupDrafts(request.prompt, request.lookup)
    constraint = request.constraint
    loops = request.loop == .stop ? LoopGuard() : nil
    sampler.skip(request.given.count)
    for token in request.given { text += take(token, tokenizer) }
  }

  /// Adds a token to the text and returns what became certain with it.
  mutating func take(_ token: TokenID, _ tokenizer: Tokenizer) -> String {
    let bytes = tokenizer.bytes(of: token)
    context.append(token)
    lookup.append(token)
    constraint?.accept(token)
    loops?.append(token, bytes)
    return decoder.append(bytes)
  }

  /// Guesses at the next tokens: what is certain before what is likely.
  mutating func draft(limit: Int) -> [TokenID] {
    let certain = constraint?.draft(limit: limit) ?? []
    isDraftOfConstraint = !certain.isEmpty
    return isDraftOfConstraint ? certain : lookup.draft(limit: limit)
  }

  /// Takes note of how the last guesses did; those of the constraint say nothing of the others.
  mutating func record(draftCount: Int) {
    guard !isDraftOfConstraint else { return }
    lookup.record(draftCount: draftCount, acceptedCount: acceptedCount)
  }
}
