public import Tokenization

/// A text that is there already, told token by token as if the model were writing it.
public struct AnswerTrace: Equatable, Sendable {
  /// What the model weighed at each of the text's tokens.
  public var weights: [TokenWeights]
  /// What it weighed behind the last one.
  public var end: TokenWeights?
}

extension InferenceEngine {
  /// Reads `answer` behind `prompt` and tells what the model weighed, and what watched heads looked
  /// at, where it would have chosen each token.
  ///
  /// What is known of the prompt is used, and kept for the next call.
  ///
  /// - Parameters:
  ///   - watch: Heads and positions whose shares are told in `TokenWeights.attention`.
  ///   - count: How many of the most probable tokens are told for each place.
  /// - Throws: `LlamaError` for an empty prompt, unknown tokens, and a text past the context.
  public func trace(
    _ answer: [TokenID], behind prompt: [TokenID], watch: AttentionWatch? = nil, count: Int = 1
  ) throws -> AnswerTrace {
    guard let last = prompt.last else { throw LlamaError.emptyPrompt }
    let known = [backgroundPrefixes.longest(prompt), prefixes.longest(prompt)]
      .compactMap { $0 }.max { $0.tokens.count < $1.tokens.count }
    var entry =
      known
      ?? PrefixMemory.Entry(
        tokens: [], sequence: KeyValueSequence(model.configuration, settings.keyValueType))
    if entry.tokens.count < prompt.count - 1, var kept = noteMemory?.restore(prompt) {
      kept.truncate(to: prompt.count - 1)
      entry = PrefixMemory.Entry(tokens: Array(prompt.dropLast()), sequence: kept)
    }
    var sequences = [entry.sequence]
    let rest = Array(prompt[entry.tokens.count..<prompt.count - 1])
    for start in stride(from: 0, to: rest.count, by: Self.prefillStep) {
      try Task.checkCancellation()
      let step = Array(rest[start..<min(start + Self.prefillStep, rest.count)])
      try pass.run([BatchPart(sequence: 0, tokens: step, wanted: .none)], in: &sequences)
    }
    backgroundPrefixes.keep(
      PrefixMemory.Entry(tokens: Array(prompt.dropLast()), sequence: sequences[0]))
    let text = [last] + answer
    var weights: [TokenWeights] = []
    for start in stride(from: 0, to: text.count, by: Self.traceStep) {
      try Task.checkCancellation()
      let step = Array(text[start..<min(start + Self.traceStep, text.count)])
      try pass.run(
        [BatchPart(sequence: 0, tokens: step, wanted: .all, watch: watch)], in: &sequences)
      for offset in step.indices {
        let next = start + offset < answer.count ? answer[start + offset] : nil
        weights.append(weigh(next, row: offset, count: count))
      }
    }
    let end = weights.popLast()
    return AnswerTrace(weights: weights, end: end)
  }

  /// What was weighed in a row of the last pass; without a token, for the best end token.
  private func weigh(_ token: TokenID?, row: Int, count: Int) -> TokenWeights {
    var weights = pass.withLogits { logits in
      let size = model.configuration.vocabularySize
      let logits = UnsafeBufferPointer(rebasing: logits[row * size..<(row + 1) * size])
      let end = model.tokenizer.endTokens.max { logits[Int($0)] < logits[Int($1)] }
      return TokenWeights(logits, chosen: token ?? end ?? 0, count: count)
    }
    weights.attention = pass.attentionShares(logitRow: row)
    return weights
  }

  /// Tokens traced at a time: their logits are all held at once.
  private static var traceStep: Int { 64 }
}
