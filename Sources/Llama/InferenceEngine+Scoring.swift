public import Tokenization

extension InferenceEngine {
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
    var sequences = [KeyValueSequence(model.configuration, settings.keyValueType)]
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
}
