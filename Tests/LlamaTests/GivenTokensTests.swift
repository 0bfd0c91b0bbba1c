import Llama
import Synchronization
import Tensors
import Testing
import Tokenization

/// Answers that go on behind tokens that were there before.
@Suite struct GivenTokensTests {
  private static let sampling = [
    SamplingParameters(), SamplingParameters(temperature: 1.2, topP: 0.95, repeatPenalty: 1.1),
  ]

  private func whole(
    _ tiny: TinyModel, _ sampling: SamplingParameters, _ engine: InferenceEngine
  ) async throws -> (request: EngineRequest, result: EngineResult) {
    let request = EngineRequest(
      prompt: tiny.greedyPrompt, maximumTokenCount: 40, sampling: sampling, seed: 9)
    return (request, try await engine.generate(request))
  }

  @Test(
    "an answer goes on as if it had never stopped, wherever it was cut",
    arguments: TinyModel.all, sampling)
  func continuing(_ tiny: TinyModel, _ sampling: SamplingParameters) async throws {
    let engine = try tiny.engine()
    let (request, whole) = try await whole(tiny, sampling, engine)
    for count in [1, 2, 13, whole.tokens.count - 1] where count < whole.tokens.count {
      var rest = request
      rest.given = Array(whole.tokens.prefix(count))
      let reported = Mutex<[TokenID]>([])
      let result = try await engine.generate(rest) { event in
        if case .token(let token, _, _) = event { reported.withLock { $0.append(token) } }
      }
      #expect(result.tokens == whole.tokens)
      #expect(result.text == whole.text)
      #expect(result.stop == whole.stop)
      #expect(reported.withLock { $0 } == Array(whole.tokens.dropFirst(count)))
    }
  }

  @Test("nothing but the last token that was given is computed again")
  func noSecondPrefill() async throws {
    let tiny = try TinyModel.named("tiny-f32.gguf")
    let engine = try tiny.engine()
    var (request, whole) = try await whole(tiny, SamplingParameters(), engine)
    request.given = Array(whole.tokens.prefix(20))
    let continued = try await engine.generate(request)
    #expect(continued.promptTokenCount == tiny.greedyPrompt.count)
    #expect(continued.reusedTokenCount == tiny.greedyPrompt.count + 19)
    // A branch: the token at the cut is another one, all before it is known.
    let other: TokenID = whole.tokens[10] == 40 ? 41 : 40
    request.given = whole.tokens.prefix(10) + [other]
    let branch = try await engine.generate(request)
    #expect(branch.reusedTokenCount == tiny.greedyPrompt.count + 10)
    #expect(branch.tokens.prefix(11) == request.given[...])
    request.prefix = .ignore
    #expect(try await engine.generate(request).tokens == branch.tokens)
    // The first answer is still there to branch from.
    request.prefix = .reuse
    request.given = Array(whole.tokens.prefix(30))
    #expect(try await engine.generate(request).tokens == whole.tokens)
  }

  @Test("after a stop it goes on behind what was seen of it")
  func afterCancelling() async throws {
    let tiny = try TinyModel.named("tiny-f32.gguf")
    let engine = try tiny.engine()
    let request = EngineRequest(
      prompt: tiny.greedyPrompt, maximumTokenCount: 32, sampling: Self.sampling[1], seed: 3)
    let undisturbed = try await tiny.engine().generate(request)
    let writing = Mutex<Task<EngineResult, any Error>?>(nil)
    let (whenKnown, known) = AsyncStream.makeStream(of: Void.self)
    let task = Task {
      for await _ in whenKnown { break }
      return try await engine.generate(request) { event in
        if case .token = event { writing.withLock { $0?.cancel() } }
      }
    }
    writing.withLock { $0 = task }
    known.yield()
    var rest = request
    rest.given = try await task.value.tokens
    #expect(rest.given.count < undisturbed.tokens.count)
    let continued = try await engine.generate(rest)
    #expect(continued.tokens == undisturbed.tokens)
    #expect(continued.reusedTokenCount >= tiny.greedyPrompt.count - 1)
  }

  @Test("beams go on behind what was given")
  func beams() async throws {
    let tiny = try TinyModel.named("tiny-f32.gguf")
    let engine = try tiny.engine()
    var sampling = SamplingParameters()
    sampling.beamCount = 3
    var request = EngineRequest(
      prompt: tiny.greedyPrompt, maximumTokenCount: 12, sampling: sampling)
    request.given = [40, 41, 42]
    let result = try await engine.generate(request)
    #expect(result.tokens.prefix(3) == [40, 41, 42])
    // As if it belonged to the prompt.
    let asPrompt = EngineRequest(
      prompt: request.prompt + request.given, maximumTokenCount: 9, sampling: sampling)
    #expect(try await engine.generate(asPrompt).tokens == Array(result.tokens.dropFirst(3)))
  }

  @Test("what is given counts towards the limits")
  func limits() async throws {
    let tiny = try TinyModel.named("tiny-f32.gguf")
    let engine = try tiny.engine()
    let context = engine.model.configuration.contextLength
    var request = EngineRequest(prompt: tiny.greedyPrompt, maximumTokenCount: 4)
    request.given = [40, 41, 42, 43]
    await #expect(throws: LlamaError.self) { try await engine.generate(request) }
    request.maximumTokenCount = 2 * context
    request.given = Array(repeating: 40, count: context - request.prompt.count - 1)
    #expect(try await engine.generate(request).tokens.count <= context - request.prompt.count)
    request.given.append(40)
    await #expect(
      throws: LlamaError.promptTooLong(
        promptTokenCount: context, reservedTokenCount: 1, contextLength: context)
    ) {
      try await engine.generate(request)
    }
    request.given = [TokenID(engine.model.configuration.vocabularySize)]
    await #expect(throws: LlamaError.self) { try await engine.generate(request) }
  }
}
