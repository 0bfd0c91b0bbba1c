internal import Tensors
internal import Tokenization

#if canImport(Glibc)
  internal import Glibc
#endif

/// Follows several texts at once and keeps the best: beam search, or beam-sample where a temperature
/// is given.
///
/// Keeps the books only; who drives it computes the logits. In each step every open text is
/// extended by every token and scored by the sum of log probabilities. Of all these the best
/// `max(2, 1 + end tokens) * beamCount` are kept, or as many are drawn without replacement. Those
/// that end, by an end token or at the limit, and stand among the first `beamCount` enter the pool
/// of closed texts with their sum divided by their length; the first `beamCount` of the others stay
/// open. The search is over when the pool is full and no open text beats its worst.
///
/// - Source: `generate` of Hugging Face transformers 5 with `num_beams`, length penalty 1 and no
///   early stopping; beam-sample as with `do_sample`. The paper's answers were made so, with 5 beams
///   at temperature 1.
struct BeamSearch {
  /// An open text.
  struct Beam: Sendable {
    var tokens: [TokenID]
    var score: Double
    /// The beam of the step before that this one continues.
    var parent: Int
    /// What the text is held to, behind its last token; nil leaves it free.
    var constraint: (any TokenConstraint)?
  }

  /// A closed text; an end token is its last.
  struct Hypothesis: Sendable {
    var tokens: [TokenID]
    /// Sum of log probabilities over the length.
    var score: Double
  }

  private let parameters: SamplingParameters
  private let endTokens: Set<TokenID>
  private let limit: Int
  private var random: SeededRandom
  private(set) var length = 0
  private(set) var beams: [Beam]
  /// Closed texts, the best first.
  private(set) var closed: [Hypothesis] = []
  private(set) var isDone = false

  /// True where the constraint leaves no open text a token, and none was closed.
  var isStuck: Bool { beams.isEmpty && closed.isEmpty }

  /// A search over texts of at most `limit` tokens, all held to `constraint`.
  init(
    _ parameters: SamplingParameters, endTokens: Set<TokenID>, limit: Int, seed: UInt64,
    constraint: (any TokenConstraint)? = nil
  ) {
    self.parameters = parameters
    self.endTokens = endTokens
    self.limit = limit
    random = SeededRandom(seed: seed)
    beams = [Beam(tokens: [], score: 0, parent: 0, constraint: constraint)]
  }

  /// Takes a step.
  ///
  /// - Parameter logits: For each of `beams`, the logits of its next token.
  mutating func step(_ logits: [UnsafeBufferPointer<Float>]) {
    let width = parameters.beamCount
    length += 1
    let masks = beams.indices.map {
      beams[$0].constraint?.allowed(remainingTokenCount: limit - length + 1)
    }
    let choices = parameters.temperature > 0 ? drawn(logits, masks) : best(logits, masks)
    var next: [Beam] = []
    for (rank, choice) in choices.enumerated() {
      let tokens = beams[choice.beam].tokens + [choice.token]
      var constraint = beams[choice.beam].constraint
      let isEnd = endTokens.contains(choice.token)
      if !isEnd { constraint?.accept(choice.token) }
      if isEnd || length == limit || constraint?.isComplete == true {
        if rank < width { close(tokens, choice.score) }
      } else if next.count < width {
        next.append(
          Beam(
            tokens: tokens, score: choice.score, parent: choice.beam, constraint: constraint))
      }
    }
    beams = next
    guard let open = beams.first else {
      isDone = true
      return
    }
    if closed.count == width, let worst = closed.last {
      isDone = worst.score >= open.score / Double(length)
    }
  }

  /// The best text: of the closed ones, or where none is closed yet, the best open one.
  func result() -> Hypothesis {
    closed.first
      ?? beams.first.map { Hypothesis(tokens: $0.tokens, score: $0.score / Double(length)) }
      ?? Hypothesis(tokens: [], score: 0)
  }

  private mutating func close(_ tokens: [TokenID], _ score: Double) {
    let text = Hypothesis(tokens: tokens, score: score / Double(length))
    let place = closed.firstIndex { $0.score < text.score } ?? closed.count
    closed.insert(text, at: place)
    if closed.count > parameters.beamCount { closed.removeLast() }
  }

  private var choiceCount: Int { max(2, 1 + endTokens.count) * parameters.beamCount }

  private struct Choice {
    let beam: Int
    let token: TokenID
    let score: Double
  }

  /// The best continuations of all beams, the best first.
  private func best(
    _ logits: [UnsafeBufferPointer<Float>], _ masks: [TokenMask?]
  ) -> [Choice] {
    let count = choiceCount
    let all = zip(beams.indices, logits).flatMap { beam, logits in
      LogProbabilities(logits).top(count, of: masks[beam]).map {
        Choice(beam: beam, token: $0.token, score: beams[beam].score + $0.logProbability)
      }
    }
    return Array(all.sorted(by: Self.isBetter).prefix(count))
  }

  private static func isBetter(_ a: Choice, _ b: Choice) -> Bool {
    (b.score, a.beam, a.token) < (a.score, b.beam, b.token)
  }

  /// Continuations drawn without replacement, each with a chance in proportion to `e` to its score;
  /// the best first.
  ///
  /// Drawing without replacement by adding Gumbel noise to each score and taking the largest.
  ///
  /// - Source: Kool et al., "Stochastic Beams and Where to Find Them", 2019, section 2.
  private mutating func drawn(
    _ logits: [UnsafeBufferPointer<Float>], _ masks: [TokenMask?]
  ) -> [Choice] {
    let count = choiceCount
    var all: [(choice: Choice, key: Double)] = []
    for (beam, logits) in zip(beams.indices, logits) {
      let table = LogProbabilities(logits)
      for candidate in filtered(table, logits.count, masks[beam]) {
        let score = beams[beam].score + candidate.logProbability
        let noise = -log(-log(max(random.unit(), .leastNormalMagnitude)))
        all.append((Choice(beam: beam, token: candidate.token, score: score), score + noise))
      }
    }
    all.sort { ($1.key, $0.choice.token) < ($0.key, $1.choice.token) }
    return all.prefix(count).map(\.choice).sorted(by: Self.isBetter)
  }

  /// The tokens that the filters keep, with log probabilities divided by the temperature; they are
  /// not normalised again, nor are they in the source.
  private func filtered(
    _ table: LogProbabilities, _ vocabularySize: Int, _ allowed: TokenMask?
  ) -> [(token: TokenID, logProbability: Double)] {
    var kept = table.top(parameters.topK > 0 ? parameters.topK : vocabularySize, of: allowed)
    if parameters.topP < 1 {
      // What is not allowed counts as if the model gave it no probability.
      let total = allowed == nil ? 1 : kept.reduce(0.0) { $0 + exp($1.logProbability) }
      var sum = 0.0
      if let end = kept.firstIndex(where: {
        sum += exp($0.logProbability) / total
        return sum >= parameters.topP
      }) {
        kept.removeLast(kept.count - min(kept.count, max(end + 1, 2)))
      }
    }
    if parameters.minP > 0, let best = kept.first?.logProbability {
      kept.removeAll { $0.logProbability < best + log(parameters.minP) }
    }
    return kept.map { ($0.token, $0.logProbability / parameters.temperature) }
  }
}
