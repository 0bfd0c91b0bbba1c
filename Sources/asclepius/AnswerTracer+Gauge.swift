internal import Clinical
internal import Grounding
internal import Llama
internal import Tokenization

extension AnswerTracer {
  /// What a refusal begins with; the gauge asks how near the model is to it.
  private static let refusal = "The note does not mention"

  /// What the model tells of a question before it writes a word. The note is read once for this and
  /// for the answer.
  func signs(of question: String, note: String, index: NoteIndex) async throws
    -> QuestionGauge.Signs
  {
    let tokenizer = loaded.model.tokenizer
    let prompt = writer.prompt(note: note, question: question)
    let placement = NotePlacement(prompt, note: note, index: index, tokenizer: tokenizer)
    let watch = AttentionWatch(heads: heads, ranges: placement.ranges)
    let bare = writer.prompt(note: "", question: question)
    let (with, without) = (
      try await read(placement.tokens, prompt, watch: watch),
      try await read(tokenizer.encode(bare), bare, watch: nil)
    )
    let shares = ModelTrace.shares(
      of: Self.lookedAt(with.first, watch), sentenceCount: placement.ranges.count)
    return QuestionGauge.Signs(
      questionGrounding: with.question - without.question, refusal: with.refusal,
      refusalGrounding: with.refusal - without.refusal, entropy: Double(with.first.entropy),
      peak: shares.max() ?? 0)
  }

  private struct Reading {
    /// Mean logarithms of the probabilities of the question's tokens and of a refusal's.
    let question: Double
    let refusal: Double
    /// What was weighed for the first token of the answer.
    let first: TokenWeights
  }

  private func read(
    _ tokens: [TokenID], _ prompt: Prompt, watch: AttentionWatch?
  ) async throws -> Reading {
    let tokenizer = loaded.model.tokenizer
    // At least one token has to stand before what is told.
    let shared = max(1, min(tokenizer.sharedTokenCount(of: prompt, tokens: tokens), tokens.count))
    let question = try await loaded.engine.trace(
      Array(tokens[shared...]), behind: Array(tokens[..<shared]), count: 0)
    let refusal = try await loaded.engine.trace(
      tokenizer.answerTokens(of: Self.refusal).map(\.id), behind: tokens, watch: watch, count: 0)
    guard let first = refusal.weights.first else { throw LlamaError.emptyPrompt }
    return Reading(
      question: Self.mean(question.weights), refusal: Self.mean(refusal.weights), first: first)
  }

  private static func mean(_ weights: [TokenWeights]) -> Double {
    weights.reduce(0) { $0 + Double($1.logProbability) } / Double(max(1, weights.count))
  }

  private static func lookedAt(_ weights: TokenWeights, _ watch: AttentionWatch) -> ModelTrace.Token
  {
    ModelTrace.Token(
      range: 0..<0, logProbability: 0, bestLogProbability: 0, entropy: 0, withoutNote: 0,
      lookedAt: watch.byHead(weights.attention))
  }
}
