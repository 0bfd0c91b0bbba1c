internal import Tensors
public import Tokenization

#if canImport(Glibc)
  internal import Glibc
#endif

/// Chooses the next token from logits.
///
/// The order is llama.cpp's: repetition penalty on the logits; then top-k, top-p and min-p on the
/// probabilities as the model gave them; then the temperature, and a draw. A high temperature thus
/// flattens only among the tokens that the filters kept.
public struct Sampler: Sendable {
  private let parameters: SamplingParameters
  private var random: SeededRandom

  /// A sampler whose draws depend on `seed` alone.
  public init(_ parameters: SamplingParameters, seed: UInt64) {
    self.parameters = parameters
    random = SeededRandom(seed: seed)
  }

  /// The next token.
  ///
  /// - Parameters:
  ///   - logits: One for each token of the vocabulary.
  ///   - recent: Prompt and answer so far.
  ///   - allowed: The only tokens that may be chosen; nil leaves the choice free.
  /// - Returns: nil where no logit of those is a finite number.
  public mutating func next(
    _ logits: UnsafeBufferPointer<Float>, recent: [TokenID], allowed: TokenMask? = nil
  ) -> TokenID? {
    let penalties = recentTokens(recent, vocabularySize: logits.count)
    if parameters.temperature == 0 {
      return allowed.map { best(of: $0, logits, penalties) } ?? best(logits, penalties)
    }
    var kept = candidates(logits, penalties, allowed)
    guard !kept.isEmpty else { return nil }
    filter(&kept)
    return draw(from: kept)
  }

  /// Passes over the draws of `count` tokens, which were chosen before.
  mutating func skip(_ count: Int) {
    guard parameters.temperature > 0 else { return }
    for _ in 0..<count { _ = random.unit() }
  }

  struct Candidate: Sendable {
    let token: TokenID
    let logit: Double
    var probability: Double = 0
  }

  private func recentTokens(_ recent: [TokenID], vocabularySize: Int) -> Set<TokenID> {
    guard parameters.repeatPenalty != 1 else { return [] }
    let window = recent.suffix(SamplingParameters.repeatWindow)
    return Set(window.filter { $0 >= 0 && $0 < vocabularySize })
  }

  private func penalized(_ logit: Float) -> Double {
    let value = Double(logit)
    return value > 0 ? value / parameters.repeatPenalty : value * parameters.repeatPenalty
  }

  /// The most probable token; of equals, the one with the lowest id.
  private func best(
    _ logits: UnsafeBufferPointer<Float>, _ penalties: Set<TokenID>
  ) -> TokenID? {
    var (bestToken, bestLogit): (TokenID?, Double) = (nil, -.infinity)
    for (index, logit) in logits.enumerated() {
      let isRecent = !penalties.isEmpty && penalties.contains(TokenID(index))
      let value = isRecent ? penalized(logit) : Double(logit)
      if value > bestLogit { (bestToken, bestLogit) = (TokenID(index), value) }
    }
    return bestLogit.isFinite ? bestToken : nil
  }

  /// As above, among the tokens of `allowed`.
  private func best(
    of allowed: TokenMask, _ logits: UnsafeBufferPointer<Float>, _ penalties: Set<TokenID>
  ) -> TokenID? {
    var (bestToken, bestLogit): (TokenID?, Double) = (nil, -.infinity)
    allowed.forEach { token in
      let logit = logits[Int(token)]
      let value = penalties.contains(token) ? penalized(logit) : Double(logit)
      if value > bestLogit { (bestToken, bestLogit) = (token, value) }
    }
    return bestLogit.isFinite ? bestToken : nil
  }

  /// All tokens that may be chosen with their probabilities, the most probable first.
  private func candidates(
    _ logits: UnsafeBufferPointer<Float>, _ penalties: Set<TokenID>, _ allowed: TokenMask?
  ) -> [Candidate] {
    var all: [Candidate] = []
    func add(_ token: TokenID, _ logit: Float) {
      guard logit.isFinite else { return }
      all.append(
        Candidate(
          token: token, logit: penalties.contains(token) ? penalized(logit) : Double(logit)))
    }
    if let allowed {
      allowed.forEach { add($0, logits[Int($0)]) }
    } else {
      for (index, logit) in logits.enumerated() { add(TokenID(index), logit) }
    }
    guard let largest = all.map(\.logit).max() else { return [] }
    // Tokens this improbable cannot be drawn: their share of a double is below its precision.
    if parameters.temperature <= 1 { all.removeAll { $0.logit < largest - 50 } }
    all.sort { ($1.logit, $0.token) < ($0.logit, $1.token) }
    if parameters.topK > 0, all.count > parameters.topK {
      all.removeLast(all.count - parameters.topK)
    }
    let total = all.reduce(0) { $0 + exp($1.logit - largest) }
    for index in all.indices {
      all[index].probability = exp(all[index].logit - largest) / total
    }
    return all
  }

  private func filter(_ kept: inout [Candidate]) {
    if parameters.topP < 1 {
      var sum = 0.0
      let end = kept.firstIndex { candidate in
        sum += candidate.probability
        return sum >= parameters.topP
      }
      if let end { kept.removeLast(kept.count - end - 1) }
    }
    if parameters.minP > 0, let best = kept.first {
      let threshold = best.probability * parameters.minP
      kept.removeAll { $0.probability < threshold }
    }
  }

  private mutating func draw(from kept: [Candidate]) -> TokenID? {
    guard let best = kept.first else { return nil }
    let weights = kept.map { exp(($0.logit - best.logit) / parameters.temperature) }
    var rest = random.unit() * weights.reduce(0, +)
    for (candidate, weight) in zip(kept, weights) {
      rest -= weight
      if rest < 0 { return candidate.token }
    }
    return kept.last?.token
  }
}
