import Foundation
import Llama
import Testing
import Tokenization

extension Double {
  var logarithm: Double { log(self) }
}

@Suite struct SamplerTests {
  private let logits: [Float] = [0, 1, 2, 3, 3.5, -1]

  private func draws(
    _ parameters: SamplingParameters, _ logits: [Float], recent: [TokenID] = [],
    count: Int = 4000
  ) -> [TokenID: Int] {
    var sampler = Sampler(parameters, seed: 42)
    return logits.withUnsafeBufferPointer { logits in
      Dictionary(
        (0..<count).compactMap { _ in sampler.next(logits, recent: recent) }.map { ($0, 1) },
        uniquingKeysWith: +)
    }
  }

  @Test("draws follow the softmax at the temperature", arguments: [0.5, 1, 2])
  func followsSoftmax(_ temperature: Double) {
    let found = draws(SamplingParameters(temperature: temperature), logits)
    let weights = logits.map { exp(Double($0) / temperature) }
    for (token, weight) in weights.enumerated() {
      let expected = weight / weights.reduce(0, +)
      // Five standard deviations of a count of 4,000.
      let width = 5 * (expected * (1 - expected) / 4000).squareRoot()
      #expect(abs(Double(found[TokenID(token)] ?? 0) / 4000 - expected) < width + 1e-9)
    }
  }

  @Test("temperature 0 takes the best, of equals the first")
  func greedy() {
    #expect(draws(SamplingParameters(), logits, count: 3) == [4: 3])
    #expect(draws(SamplingParameters(), [1, 7, 7, 2], count: 3) == [1: 3])
  }

  @Test("filters keep just the tokens that they should")
  func filters() {
    func kept(_ parameters: SamplingParameters) -> Set<TokenID> {
      Set(draws(parameters, logits).keys)
    }
    #expect(kept(SamplingParameters(temperature: 3, topK: 2)) == [4, 3])
    // Probabilities are 0.523, 0.317, 0.117, 0.043, ...: 0.8 needs two of them, 0.85 three.
    #expect(kept(SamplingParameters(temperature: 3, topP: 0.8)) == [4, 3])
    #expect(kept(SamplingParameters(temperature: 3, topP: 0.85)) == [4, 3, 2])
    #expect(kept(SamplingParameters(temperature: 3, minP: 0.2)) == [4, 3, 2])
    #expect(kept(SamplingParameters(temperature: 3, topP: 0.01)) == [4])
  }

  @Test("the penalty halves positive logits of recent tokens and doubles negative ones")
  func penalty() {
    let parameters = SamplingParameters(repeatPenalty: 2)
    #expect(draws(parameters, [3, 5, -1], recent: [1], count: 1) == [0: 1])
    #expect(draws(parameters, [-3, -2, -9], recent: [1], count: 1) == [0: 1])
    #expect(draws(parameters, [3, 5, -1], recent: [99, -1], count: 1) == [1: 1])
  }

  @Test("numbers that are not finite are never chosen")
  func notFinite() {
    #expect(draws(SamplingParameters(), [.nan, 1, 2], count: 1) == [2: 1])
    #expect(draws(SamplingParameters(), [.nan, .nan], count: 1).isEmpty)
    #expect(draws(SamplingParameters(temperature: 1), [.nan, -.infinity], count: 1).isEmpty)
  }
}
