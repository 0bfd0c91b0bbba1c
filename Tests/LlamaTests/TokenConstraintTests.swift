import Llama
import Synchronization
import Testing
import Tokenization

/// Allows only tokens of a remainder by 7 that changes from token to token, and is complete after as
/// many as it is told.
private struct Remainders: TokenConstraint {
  var completeAt = Int.max
  var vocabularySize: Int
  /// Tokens that it guesses, whether they are allowed or not.
  var guesses: [TokenID] = []
  private(set) var place = 0

  init(_ vocabularySize: Int) { self.vocabularySize = vocabularySize }

  var isComplete: Bool { place >= completeAt }

  func draft(limit: Int) -> [TokenID] { Array(guesses.prefix(limit)) }

  mutating func allowed(remainingTokenCount: Int) -> TokenMask? {
    var mask = TokenMask(vocabularySize: vocabularySize)
    for token in 0..<vocabularySize where token % 7 == place % 7 { mask.insert(TokenID(token)) }
    return mask
  }

  mutating func accept(_ token: TokenID) { place += 1 }
}

/// Allows everything, or nothing from a place on, and notes what it was asked.
private struct Watching: TokenConstraint {
  let log = Log()
  var stuckAt = Int.max
  var vocabularySize = 0
  private var place = 0

  final class Log: Sendable {
    let remaining = Mutex<[Int]>([])
  }

  mutating func allowed(remainingTokenCount: Int) -> TokenMask? {
    log.remaining.withLock { $0.append(remainingTokenCount) }
    return place < stuckAt ? nil : TokenMask(vocabularySize: vocabularySize)
  }

  mutating func accept(_ token: TokenID) { place += 1 }
}

@Suite struct TokenConstraintTests {
  private func setUp(
    _ sampling: SamplingParameters = .init(), count: Int = 12
  ) throws -> (engine: InferenceEngine, request: EngineRequest, size: Int) {
    let tiny = try TinyModel.named("tiny-f32.gguf")
    let engine = try tiny.engine()
    let request = EngineRequest(
      prompt: tiny.greedyPrompt, maximumTokenCount: count, sampling: sampling, seed: 5)
    return (engine, request, engine.model.configuration.vocabularySize)
  }

  private static let ways: [SamplingParameters] = {
    var beams = SamplingParameters()
    beams.beamCount = 3
    var beamSample = SamplingParameters(temperature: 1.3, topK: 20)
    beamSample.beamCount = 3
    return [
      SamplingParameters(), SamplingParameters(temperature: 1.5, topP: 0.9, minP: 0.01), beams,
      beamSample,
    ]
  }()

  @Test("only what is allowed is written, however tokens are chosen", arguments: ways)
  func onlyAllowed(_ sampling: SamplingParameters) async throws {
    var (engine, request, size) = try setUp(sampling)
    request.constraint = Remainders(size)
    let result = try await engine.generate(request)
    #expect(result.tokens.count == 12)
    #expect(result.tokens.map { Int($0) % 7 } == (0..<12).map { $0 % 7 })
    #expect(result.stop == .limit)
  }

  @Test("a text ends where its constraint is complete", arguments: ways)
  func completes(_ sampling: SamplingParameters) async throws {
    var (engine, request, size) = try setUp(sampling)
    var constraint = Remainders(size)
    constraint.completeAt = 5
    request.constraint = constraint
    let result = try await engine.generate(request)
    #expect(result.tokens.count == 5)
    #expect(result.stop == .end)
  }

  @Test("of what is allowed the model's most probable token is taken")
  func greedyAmongAllowed() async throws {
    var (engine, request, size) = try setUp()
    request.constraint = Remainders(size)
    let written = try await engine.generate(request).tokens
    let promptCount = request.prompt.count
    let text = request.prompt + written
    let best = try await engine.score(text, [TokenID]()) { [size] best, _, next in
      let place = best.count - (promptCount - 1)
      let allowed = (0..<TokenID(size)).filter { Int($0) % 7 == max(place, 0) % 7 }
      best.append(allowed.max { next[$0] < next[$1] } ?? -1)
    }
    #expect(Array(best.dropFirst(promptCount - 1).prefix(12)) == written)
  }

  @Test("guesses of a constraint, right or wrong, change nothing")
  func guessing() async throws {
    var (engine, request, size) = try setUp()
    var constraint = Remainders(size)
    request.constraint = constraint
    let plain = try await engine.generate(request)
    for guesses in [[TokenID](repeating: 1, count: 4), Array(plain.tokens.dropFirst().prefix(4))] {
      constraint.guesses = guesses
      request.constraint = constraint
      let guessed = try await engine.generate(request)
      #expect(guessed.tokens == plain.tokens)
      #expect(guessed.stop == plain.stop)
    }
  }

  @Test("a constraint is told what is left to the limit, tokens that were given are known to it")
  func remaining() async throws {
    var (engine, request, size) = try setUp(count: 6)
    let free = try await engine.generate(request).tokens
    let watching = Watching()
    request.constraint = watching
    #expect(try await engine.generate(request).tokens == free)
    #expect(watching.log.remaining.withLock { $0 } == [6, 5, 4, 3, 2, 1])
    var constraint = Remainders(size)
    constraint.completeAt = 6
    request.constraint = constraint
    request.given = Array(free.prefix(2))
    let result = try await engine.generate(request)
    #expect(result.tokens.dropFirst(2).map { Int($0) % 7 } == [2, 3, 4, 5])
    #expect(result.stop == .end)
  }

  @Test("where nothing is allowed the place is told", arguments: [ways[0], ways[2]])
  func stuck(_ sampling: SamplingParameters) async throws {
    var (engine, request, size) = try setUp(sampling)
    var watching = Watching()
    watching.stuckAt = 3
    watching.vocabularySize = size
    request.constraint = watching
    await #expect(throws: LlamaError.noTokenAllowed(step: 4)) {
      try await engine.generate(request)
    }
  }

  @Test("a mask is a set of tokens", arguments: [1, 63, 64, 65, 300])
  func masks(_ size: Int) {
    var mask = TokenMask(vocabularySize: size)
    #expect(mask.isEmpty)
    mask.insert(TokenID(size - 1))
    mask.insert(TokenID(size))
    mask.insert(-1)
    #expect(mask.count == 1 && mask.contains(TokenID(size - 1)) && !mask.contains(-1))
    var rest = TokenMask(vocabularySize: size)
    for token in 0..<TokenID(size) { rest.insert(token) }
    rest.remove(TokenID(size - 1))
    rest.remove(TokenID(size + 3))
    #expect(rest.count == size - 1 && !rest.contains(TokenID(size - 1)))
    mask.formUnion(rest)
    var listed: [TokenID] = []
    mask.forEach { listed.append($0) }
    #expect(listed == Array(0..<TokenID(size)))
  }
}
