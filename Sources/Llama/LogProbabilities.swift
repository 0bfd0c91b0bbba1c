public import Tokenization

#if canImport(Glibc)
  internal import Glibc
#endif

/// Logits of one position as natural log probabilities.
public struct LogProbabilities {
  /// The logits themselves, one for each token of the vocabulary.
  public let logits: UnsafeBufferPointer<Float>
  private let normalizer: Double

  /// Log probabilities of `logits`, which must outlive this value.
  public init(_ logits: UnsafeBufferPointer<Float>) {
    self.logits = logits
    let largest = Double(logits.max() ?? 0)
    // Summed in double: 100,000 small terms lose two digits in float.
    let total = logits.reduce(0.0) { $0 + Double(expf($1 - Float(largest))) }
    normalizer = largest + log(total)
  }

  /// The log probability of `token`.
  public subscript(token: TokenID) -> Double {
    Double(logits[Int(token)]) - normalizer
  }

  /// The `count` most probable tokens, the best first; of equals, the lowest id first.
  ///
  /// - Parameter allowed: The only tokens that are looked at, with the probabilities that they have
  ///   among all; nil: all.
  public func top(
    _ count: Int, of allowed: TokenMask? = nil
  ) -> [(token: TokenID, logProbability: Double)] {
    guard count > 0 else { return [] }
    var indices: [Int] = []
    if let allowed {
      allowed.forEach { indices.append(Int($0)) }
    } else {
      indices = Array(logits.indices)
    }
    if count < indices.count / 8, let threshold = threshold(count, of: indices) {
      indices.removeAll { logits[$0] < threshold }
    }
    indices.sort { (logits[$1], $0) < (logits[$0], $1) }
    return indices.prefix(count).map { (TokenID($0), self[TokenID($0)]) }
  }

  /// A logit that at least `count` of the tokens reach: the lowest of the maxima of `count` stretches.
  private func threshold(_ count: Int, of indices: [Int]) -> Float? {
    let size = (indices.count + count - 1) / count
    guard size > 1, (indices.count + size - 1) / size >= count else { return nil }
    return stride(from: 0, to: indices.count, by: size).map { start in
      indices[start..<min(start + size, indices.count)].reduce(-Float.infinity) {
        max($0, logits[$1])
      }
    }.min()
  }
}
