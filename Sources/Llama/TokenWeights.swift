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
}

extension TokenWeights {
  /// Logits this far below the best one are left out of the sum; together they are less than a
  /// ten-thousandth of it for any vocabulary there is.
  private static let negligible: Float = 22

  /// Weighs the tokens with these logits.
  ///
  /// One pass over the vocabulary: only the few that matter are looked at closely, so that it costs
  /// little beside computing them.
  init(_ logits: UnsafeBufferPointer<Float>, chosen: TokenID, count: Int) {
    let chosenLogit = logits[Int(chosen)]
    var best = chosenLogit
    var candidates: [(token: Int, logit: Float)] = []
    candidates.reserveCapacity(2048)
    var threshold = best - Self.negligible
    for index in logits.indices where logits[index] > threshold {
      let logit = logits[index]
      candidates.append((index, logit))
      if logit > best {
        best = logit
        threshold = best - Self.negligible
      }
    }
    var sum = 0.0
    var weighted = 0.0
    for candidate in candidates {
      let difference = candidate.logit - best
      let share = Double(expf(difference))
      sum += share
      weighted += share * Double(difference)
    }
    let normalizer = best + Float(log(sum))
    logProbability = chosenLogit - normalizer
    entropy = Float(max(0, log(sum) - weighted / sum) / log(2))
    top = Self.best(count, of: candidates).map {
      Weight(token: TokenID($0.token), logProbability: $0.logit - normalizer)
    }
  }

  /// The `count` candidates with the largest logits, which come in the order of their ids.
  private static func best(
    _ count: Int, of candidates: [(token: Int, logit: Float)]
  ) -> [(token: Int, logit: Float)] {
    var top: [(token: Int, logit: Float)] = []
    for candidate in candidates {
      if top.count == count, let last = top.last, candidate.logit <= last.logit { continue }
      let place = top.firstIndex { $0.logit < candidate.logit } ?? top.count
      top.insert(candidate, at: place)
      if top.count > count { top.removeLast() }
    }
    return top
  }
}
