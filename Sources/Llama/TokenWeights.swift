internal import Kernels
internal import Tensors
public import Tokenization

#if canImport(Glibc)
  internal import Glibc
#endif

/// What the model weighed when a token was chosen: probabilities as it gave them, before penalty,
/// filters and temperature.
public struct TokenWeights: Equatable, Sendable {
  /// A token and the natural logarithm of its probability.
  public struct Weight: Equatable, Sendable {
    /// The token.
    public var token: TokenID
    /// The natural logarithm of its probability.
    public var logProbability: Float
  }

  /// The natural logarithm of the probability of the token that was chosen.
  public var logProbability: Float
  /// How undecided the model was, in bits: 0 where one token is certain, 1 as for a coin.
  public var entropy: Float
  /// The most probable tokens, the best first; of equals, the lowest id first.
  public var top: [Weight]
  /// The natural logarithms of the probabilities of the tokens that the request names, in its order.
  public var asked: [Float] = []
  /// What watched heads looked at when it was chosen, `(heads, ranges)` of the watch; empty without
  /// one.
  public var attention: [Float] = []
}

extension TokenWeights {
  /// Weighs the tokens with these logits: one pass for the sums, at the speed of vectors, and one
  /// that looks for the best.
  init(
    _ logits: UnsafeBufferPointer<Float>, chosen: TokenID, count: Int, asked: [TokenID] = [],
    kernels: KernelTable = .best
  ) {
    guard let base = logits.baseAddress else {
      self.init(logProbability: 0, entropy: 0, top: [])
      return
    }
    let sums = kernels.weigh(base, logits.count)
    let normalizer = sums.largest + logf(sums.sum)
    let entropy = max(0, logf(sums.sum) - sums.weighted / sums.sum) / logf(2)
    self.init(
      logProbability: base[Int(chosen)] - normalizer, entropy: entropy,
      top: Self.best(count, base, logits.count).map {
        Weight(token: $0.token, logProbability: $0.logit - normalizer)
      },
      asked: asked.map { base[Int($0)] - normalizer })
  }

  /// The `count` tokens with the largest of `size` logits.
  private static func best(
    _ count: Int, _ logits: UnsafePointer<Float>, _ size: Int
  ) -> [(token: TokenID, logit: Float)] {
    guard count > 0 else { return [] }
    var top: [(token: TokenID, logit: Float)] = []
    top.reserveCapacity(count + 1)
    // What a logit has to be above to be one of them; hardly any is.
    var threshold = -Float.infinity
    for index in 0..<size where logits[index] > threshold {
      let logit = logits[index]
      let place = top.firstIndex { $0.logit < logit } ?? top.count
      top.insert((TokenID(index), logit), at: place)
      if top.count > count { top.removeLast() }
      if top.count == count, let last = top.last { threshold = last.logit }
    }
    return top
  }
}
