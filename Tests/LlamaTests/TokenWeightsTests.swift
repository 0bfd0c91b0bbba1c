import Foundation
import Synchronization
import Tensors
import Testing
import Tokenization

@testable import Llama

@Suite struct TokenWeightsTests {
  @Test("probabilities are those of scoring the same text", arguments: TinyModel.all)
  func matchScore(_ tiny: TinyModel) async throws {
    let engine = try tiny.engine()
    var request = EngineRequest(
      prompt: tiny.greedyPrompt, maximumTokenCount: 24,
      sampling: SamplingParameters(temperature: 1, repeatPenalty: 1.3), seed: 5)
    request.weightCount = 6
    let weighed = Mutex<[TokenWeights]>([])
    let result = try await engine.generate(request) { event in
      if case .token(_, _, let weights?) = event { weighed.withLock { $0.append(weights) } }
    }
    let found = weighed.withLock { $0 }
    #expect(found.count == result.tokens.count)
    let start = request.prompt.count - 1
    let tokens = result.tokens
    let expected = try await engine.score(request.prompt + tokens, [TokenWeights]()) {
      gathered, position, next in
      guard position >= start, position - start < tokens.count else { return }
      gathered.append(Self.weights(of: tokens[position - start], next))
    }
    for (one, other) in zip(found, expected) {
      #expect(abs(one.logProbability - other.logProbability) < 1e-3)
      #expect(abs(one.entropy - other.entropy) < 5e-3)
      #expect(one.top.map(\.token) == other.top.map(\.token))
      for (a, b) in zip(one.top, other.top) {
        #expect(abs(a.logProbability - b.logProbability) < 1e-3)
      }
    }
  }

  private static func weights(of token: TokenID, _ table: LogProbabilities) -> TokenWeights {
    var entropy = 0.0
    for index in table.logits.indices {
      let logarithm = table[TokenID(index)]
      entropy -= exp(logarithm) * logarithm / log(2)
    }
    let top = table.top(6).map {
      TokenWeights.Weight(token: $0.token, logProbability: Float($0.logProbability))
    }
    return TokenWeights(
      logProbability: Float(table[token]), entropy: Float(entropy), top: top)
  }

  @Test("of equals the lowest id comes first, and a token that was not the best is weighed too")
  func ties() {
    // The probabilities are 0.4, 0.4, 0.2 and next to nothing.
    let logits: [Float] = [-40, 2, 2, 2 - 0.6931472]
    let weights = logits.withUnsafeBufferPointer { TokenWeights($0, chosen: 3, count: 3) }
    #expect(weights.top.map(\.token) == [1, 2, 3])
    #expect(abs(weights.logProbability - -1.6094379) < 1e-6)
    // 2 * 0.4 * log2(2.5) + 0.2 * log2(5).
    #expect(abs(weights.entropy - 1.5219281) < 1e-5)
    let even = [Float](repeating: -30, count: 50).withUnsafeBufferPointer {
      TokenWeights($0, chosen: 7, count: 2)
    }
    #expect(abs(even.logProbability - -3.912023) < 1e-5)
    #expect(even.top.map(\.token) == [0, 1])
  }

  @Test("guessed tokens are weighed as others are, and the end of an answer is too")
  func withGuesses() async throws {
    let tiny = try TinyModel.named("tiny-f32.gguf")
    let engine = try tiny.engine()
    var request = EngineRequest(
      prompt: tiny.greedyPrompt + tiny.greedy + tiny.greedyPrompt, maximumTokenCount: 40)
    request.weightCount = 3
    var all: [[TokenWeights]] = []
    for policy in [EngineRequest.LookupPolicy.on, .off] {
      request.lookup = policy
      let weighed = Mutex<[TokenWeights]>([])
      let result = try await engine.generate(request) { event in
        if case .token(_, _, let weights?) = event { weighed.withLock { $0.append(weights) } }
      }
      #expect((result.endWeights != nil) == (result.stop == .end))
      #expect(result.draftedTokenCount > 0 || policy == .off)
      all.append(weighed.withLock { $0 })
    }
    #expect(all[0] == all[1])
    #expect(!all[0].isEmpty)
  }
}
