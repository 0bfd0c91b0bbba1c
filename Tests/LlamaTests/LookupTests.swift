import Tensors
import Testing
import Tokenization

@testable import Llama

@Suite struct LookupTests {
  @Test(
    "guessing changes no token, with or without chance",
    arguments: TinyModel.all, [0, 0.6, 1.2])
  func lossless(_ tiny: TinyModel, _ temperature: Double) async throws {
    let engine = try tiny.engine()
    // A prompt that repeats itself, so that there is something to guess.
    let prompt = tiny.greedyPrompt + tiny.greedy + tiny.greedyPrompt
    var draftedTokenCount = 0
    for seed in 0..<4 as Range<UInt64> {
      var request = EngineRequest(
        prompt: prompt, maximumTokenCount: 60,
        sampling: SamplingParameters(temperature: temperature, repeatPenalty: 1.1), seed: seed,
        prefix: .ignore)
      let guessed = try await engine.generate(request)
      request.lookup = .off
      let plain = try await engine.generate(request)
      #expect(guessed.tokens == plain.tokens)
      #expect(guessed.text == plain.text)
      #expect(guessed.stop == plain.stop)
      #expect(plain.draftedTokenCount == 0)
      draftedTokenCount += guessed.draftedTokenCount
    }
    // This one repeats itself; random weights need not.
    if temperature == 0, tiny.file == "tiny-f32.gguf" { #expect(draftedTokenCount > 0) }
  }

  @Test("what the engine keeps after guessing serves the next question")
  func prefixAfterGuessing() async throws {
    let tiny = try TinyModel.named("tiny-f32.gguf")
    let engine = try tiny.engine()
    let prompt = tiny.greedyPrompt + tiny.greedy + tiny.greedyPrompt
    let first = try await engine.generate(EngineRequest(prompt: prompt, maximumTokenCount: 30))
    var request = EngineRequest(
      prompt: prompt + first.tokens + [40, 41], maximumTokenCount: 12)
    let second = try await engine.generate(request)
    #expect(second.reusedTokenCount >= prompt.count + first.tokens.count - 1)
    request.prefix = .ignore
    #expect(try await engine.generate(request).tokens == second.tokens)
  }

  @Test("guesses are what followed the last three tokens")
  func drafts() {
    var lookup = LookupDrafts([1, 2, 3, 4, 5, 6, 7, 1, 2], .on)
    #expect(lookup.draft(limit: 8).isEmpty)
    lookup.append(3)
    #expect(lookup.draft(limit: 8) == [4, 5, 6])
    #expect(lookup.draft(limit: 2) == [4, 5])
    #expect(lookup.draft(limit: 0).isEmpty)
    for _ in 0..<20 { lookup.record(draftCount: 3, acceptedCount: 3) }
    #expect(lookup.draft(limit: 8) == [4, 5, 6, 7, 1, 2, 3])
    for _ in 0..<30 { lookup.record(draftCount: 3, acceptedCount: 0) }
    #expect(lookup.draft(limit: 8).isEmpty)
    #expect(LookupDrafts([1, 2, 3, 1, 2, 3], .off).draft(limit: 8).isEmpty)
  }
}
