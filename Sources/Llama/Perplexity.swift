public import Tokenization

#if canImport(Glibc)
  internal import Glibc
#endif

/// The perplexity of a text under a model, by the windows of llama.cpp's perplexity tool.
///
/// The text's tokens are cut into windows of `contextLength` that do not overlap; what is left over
/// at the end is not scored. In each window the first half is context only and the second half is
/// scored; a begin-of-text token, where the vocabulary asks for one, replaces the window's first.
///
/// - Source: llama.cpp, `tools/perplexity/perplexity.cpp`.
public struct Perplexity: Equatable, Sendable {
  /// `e` to the mean of the negative log probabilities.
  public let value: Double
  /// Tokens scored.
  public let tokenCount: Int
  /// The sum of the negative log probabilities of each window, all of equally many tokens.
  public let windowLosses: [Double]

  /// Windows.
  public var windowCount: Int { windowLosses.count }
}

extension InferenceEngine {
  /// Measures the perplexity of `tokens`.
  ///
  /// - Parameters:
  ///   - tokens: The text's, with special tokens as the vocabulary adds them.
  ///   - contextLength: Tokens in a window, at least 4 and at most the model's context.
  ///   - progress: Called after each window with the windows done, all windows, and the value so
  ///     far.
  /// - Throws: `LlamaError.invalidParameter` for a window out of range or longer than the text.
  public func perplexity(
    _ tokens: [TokenID], contextLength: Int,
    progress: @Sendable (_ done: Int, _ total: Int, _ value: Double) -> Void = { _, _, _ in }
  ) throws -> Perplexity {
    let largest = model.configuration.contextLength
    guard (4...largest).contains(contextLength) else {
      throw LlamaError.invalidParameter(
        name: "context", expected: "4 to \(largest)", found: "\(contextLength)")
    }
    let windowCount = tokens.count / contextLength
    guard windowCount > 0 else {
      throw LlamaError.invalidParameter(
        name: "context", expected: "at most the \(tokens.count) tokens of the text",
        found: "\(contextLength)")
    }
    let first = contextLength / 2
    var (sum, count) = (0.0, 0)
    var losses: [Double] = []
    for index in 0..<windowCount {
      var window = Array(tokens[index * contextLength..<(index + 1) * contextLength])
      if model.tokenizer.addsBeginOfText, let begin = model.tokenizer.beginOfText {
        window[0] = begin
      }
      let scored = window
      let found = try score(scored, (loss: 0.0, count: 0)) { so, position, next in
        guard position >= first, position + 1 < contextLength else { return }
        so.loss -= next[scored[position + 1]]
        so.count += 1
      }
      sum += found.loss
      count += found.count
      losses.append(found.loss)
      progress(index + 1, windowCount, exp(sum / Double(count)))
    }
    return Perplexity(
      value: exp(sum / Double(count)), tokenCount: count, windowLosses: losses)
  }
}
