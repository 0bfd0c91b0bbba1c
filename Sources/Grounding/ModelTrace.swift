/// What a model did at each token of an answer over a note: how sure it was with and without the
/// note, and which sentences some of its heads looked at. Measured elsewhere; this room knows no
/// model.
public struct ModelTrace: Sendable, Equatable {
  /// One token of the answer.
  public struct Token: Sendable, Equatable {
    /// Offsets in Unicode scalars of the answer.
    public var range: Range<Int>
    /// The natural logarithm of its probability behind note and question.
    public var logProbability: Double
    /// The same of the most probable token in its place.
    public var bestLogProbability: Double
    /// How undecided the model was, in bits.
    public var entropy: Double
    /// The natural logarithm of its probability behind the question alone.
    public var withoutNote: Double
    /// Shares of attention, `(heads, sentences of the note)`.
    public var lookedAt: [[Float]]

    /// Makes a token of its parts.
    public init(
      range: Range<Int>, logProbability: Double, bestLogProbability: Double, entropy: Double,
      withoutNote: Double, lookedAt: [[Float]]
    ) {
      self.range = range
      self.logProbability = logProbability
      self.bestLogProbability = bestLogProbability
      self.entropy = entropy
      self.withoutNote = withoutNote
      self.lookedAt = lookedAt
    }

    /// How much more probable the note makes the token, in natural logarithms: what it rests on the
    /// note for. About 0 for words that any answer to the question would have.
    public var grounding: Double { logProbability - withoutNote }
  }

  /// The tokens in order.
  public var tokens: [Token]

  /// A trace of these tokens.
  public init(tokens: [Token]) {
    self.tokens = tokens
  }

  /// Shares of attention by sentence for one token: its heads' shares in the note, each head
  /// counted alike, so that they add up to 1; empty where no head looked into the note.
  public static func shares(of token: Token, sentenceCount: Int) -> [Double] {
    var sums = Array(repeating: 0.0, count: sentenceCount)
    var total = 0.0
    for head in token.lookedAt where head.count == sentenceCount {
      let all = head.reduce(0.0) { $0 + Double($1) }
      guard all > 0 else { continue }
      total += 1
      for (index, share) in head.enumerated() { sums[index] += Double(share) / all }
    }
    return total > 0 ? sums.map { $0 / total } : []
  }
}

/// A trace read beside a note and an answer: what the fitted trees see of it.
struct TraceReading {
  /// Features of a sentence that come from a trace with `headCount` heads.
  static func sentenceFeatureCount(headCount: Int) -> Int { 8 + headCount }
  /// Features of a detail that come from a trace.
  static let factFeatureCount = 8

  private let trace: ModelTrace
  /// For each token, its shares by sentence.
  private let shares: [[Double]]
  private let sentenceCount: Int

  init(_ trace: ModelTrace, sentenceCount: Int) {
    self.trace = trace
    self.sentenceCount = sentenceCount
    shares = trace.tokens.map { ModelTrace.shares(of: $0, sentenceCount: sentenceCount) }
  }

  /// A row for each sentence.
  ///
  /// - Parameter claims: Ranges of scalars of the answer.
  func sentenceFeatures(claims: [Range<Int>]) -> [[Double]] {
    let every = trace.tokens.indices.filter { !shares[$0].isEmpty }
    let mean = weighted(every) { _ in 1 }
    let grounded = weighted(every) { max(0.05, min(4, trace.tokens[$0].grounding)) }
    var highest = Array(repeating: 0.0, count: sentenceCount)
    var wins = highest
    var ofClaim = highest
    for token in every {
      let best = shares[token].max() ?? 0
      for sentence in 0..<sentenceCount {
        highest[sentence] = max(highest[sentence], shares[token][sentence])
        if shares[token][sentence] == best { wins[sentence] += 1 / Double(every.count) }
      }
    }
    for claim in claims {
      let own = every.filter { trace.tokens[$0].range.overlaps(claim) }
      let mean = weighted(own) { max(0.05, min(4, trace.tokens[$0].grounding)) }
      for sentence in 0..<sentenceCount {
        ofClaim[sentence] = max(ofClaim[sentence], mean[sentence])
      }
    }
    let heads = byHead()
    let best = grounded.max() ?? 0
    let ordered = grounded.sorted(by: >).prefix(13)
    return (0..<sentenceCount).map { sentence in
      let around = max(
        sentence > 0 ? grounded[sentence - 1] : 0,
        sentence + 1 < sentenceCount ? grounded[sentence + 1] : 0)
      return [
        mean[sentence], grounded[sentence], highest[sentence], wins[sentence], ofClaim[sentence],
        best > 0 ? grounded[sentence] / best : 0,
        Double(min(12, ordered.count { $0 > grounded[sentence] })), around,
      ] + heads.map { $0[sentence] }
    }
  }

  /// The mean of the shares of some tokens, by their weights.
  private func weighted(_ tokens: [Int], _ weight: (Int) -> Double) -> [Double] {
    var sums = Array(repeating: 0.0, count: sentenceCount)
    var total = 0.0
    for token in tokens {
      let weight = weight(token)
      total += weight
      for sentence in 0..<sentenceCount { sums[sentence] += weight * shares[token][sentence] }
    }
    return total > 0 ? sums.map { $0 / total } : sums
  }

  /// The mean over the tokens of each head's own shares in the note.
  private func byHead() -> [[Double]] {
    let headCount = trace.tokens.first?.lookedAt.count ?? 0
    return (0..<headCount).map { head in
      var sums = Array(repeating: 0.0, count: sentenceCount)
      for token in trace.tokens where token.lookedAt[head].count == sentenceCount {
        let all = token.lookedAt[head].reduce(0.0) { $0 + Double($1) }
        guard all > 0 else { continue }
        for (sentence, share) in token.lookedAt[head].enumerated() {
          sums[sentence] += Double(share) / all / Double(trace.tokens.count)
        }
      }
      return sums
    }
  }

  /// What the trees see of a detail at a range of scalars of the answer.
  func factFeatures(at range: Range<Int>) -> [Double] {
    let own = trace.tokens.indices.filter { trace.tokens[$0].range.overlaps(range) }
    guard let first = own.first else { return Array(repeating: 0, count: Self.factFeatureCount) }
    let tokens = own.map { trace.tokens[$0] }
    let worst = tokens.map { $0.logProbability - $0.bestLogProbability }.min() ?? 0
    let peak = own.map { shares[$0].max() ?? 0 }.max() ?? 0
    return [
      max(-15, tokens.map(\.logProbability).min() ?? 0),
      max(-30, tokens.reduce(0) { $0 + $1.logProbability }),
      max(-15, worst),
      max(-15, min(15, tokens.reduce(0) { $0 + $1.grounding })),
      max(-15, min(15, tokens.map(\.grounding).min() ?? 0)),
      max(-15, trace.tokens[first].logProbability),
      tokens.map(\.entropy).max() ?? 0,
      peak,
    ]
  }
}

extension ModelTrace {
  /// What was looked at while a stretch of the answer was written: the mean of the shares by
  /// sentence over its tokens; zeros where no head looked into the note.
  ///
  /// - Parameter range: Unicode scalars of the answer.
  public func lookedAt(in range: Range<Int>, sentenceCount: Int) -> [Double] {
    let rows = tokens.filter { $0.range.overlaps(range) }
      .map { Self.shares(of: $0, sentenceCount: sentenceCount) }.filter { !$0.isEmpty }
    var sums = Array(repeating: 0.0, count: sentenceCount)
    for row in rows {
      for (index, share) in row.enumerated() { sums[index] += share / Double(rows.count) }
    }
    return sums
  }

  /// The mean logarithm of the probability of a stretch's tokens; nil where it has none.
  public func meanLogProbability(in range: Range<Int>) -> Double? {
    let own = tokens.filter { $0.range.overlaps(range) }
    return own.isEmpty ? nil : own.reduce(0) { $0 + $1.logProbability } / Double(own.count)
  }
}
