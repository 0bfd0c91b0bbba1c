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

  @Test("guesses are what followed where most of the last tokens stood before")
  func longestMatchWins() {
    // 7 8 stood twice, once behind 1 2 3 and later behind 5.
    var lookup = LookupDrafts([1, 2, 3, 7, 8, 20, 21, 22, 5, 7, 8, 30, 31, 1, 2, 3, 7], .on)
    lookup.append(8)
    #expect(lookup.draft(limit: 2) == [20, 21])
    #expect(lookup.draft(limit: 0).isEmpty)
    // Of equal matches the latest one.
    lookup = LookupDrafts([7, 8, 20, 21, 9, 7, 8, 30, 31, 7], .on)
    lookup.append(8)
    #expect(lookup.draft(limit: 1) == [30])
    for (tokens, policy) in [([1, 2, 3], .on), ([], .on), ([1, 2, 3, 1, 2, 3], .off)]
      as [([TokenID], EngineRequest.LookupPolicy)]
    {
      lookup = LookupDrafts(tokens, policy)
      #expect(lookup.draft(limit: 8).isEmpty)
    }
  }

  @Test("of equal matches the first one behind what was copied last")
  func listsFollowTheirSource() {
    let note: [TokenID] = [50, 51, 52, 53, 1, 2, 60, 61, 1, 2, 70, 71, 1, 2, 80, 81]
    var lookup = LookupDrafts(note + [90, 50, 51, 52], .on)
    #expect(lookup.draft(limit: 1) == [53])
    lookup.record(draftCount: 1, acceptedCount: 1)
    for token in [53, 99, 1, 2] as [TokenID] { lookup.append(token) }
    #expect(lookup.draft(limit: 1) == [60])
  }

  @Test("guesses grow longer where they are right and rest where they are wrong")
  func lengthsAdapt() {
    let text = Array(1...40) as [TokenID]
    var lookup = LookupDrafts(text + [1, 2, 3], .on)
    let first = lookup.draft(limit: 20)
    #expect(first == Array(text[3..<3 + first.count]) && !first.isEmpty)
    for _ in 0..<60 { lookup.record(draftCount: 3, acceptedCount: 3) }
    let sure = lookup.draft(limit: 20)
    #expect(sure.count > first.count)
    #expect(sure == Array(text[3..<3 + sure.count]))
    for _ in 0..<60 { lookup.record(draftCount: 3, acceptedCount: 0) }
    #expect(lookup.draft(limit: 8).isEmpty)
    // Nothing is learnt at rest, so after a while it tries again.
    var restCount = 0
    while lookup.draft(limit: 8).isEmpty, restCount < 1000 { restCount += 1 }
    #expect((10..<1000).contains(restCount))
  }
}
