import Foundation
import Kernels
import Tensors
import Testing
import Tokenization

@testable import Llama

/// Beams that Hugging Face transformers finds; the recipe is `Tests/Recipes/beam_search.py`.
private struct BeamGolden: Decodable {
  struct Sequence: Decodable {
    let tokens: [TokenID]
    let score: Double
  }

  let prompt: [TokenID]
  let beams: Int
  let newTokens: Int
  let lengthPenalty: Double
  let endTokens: [TokenID]
  let sequences: [Sequence]

  static func all() throws -> [BeamGolden] {
    let data = try Data(contentsOf: URL(filePath: TinyModel.path("beams.json")))
    return try JSONDecoder().decode([BeamGolden].self, from: data)
  }
}

@Suite struct BeamSearchTests {
  private func run(
    _ golden: BeamGolden, _ parameters: SamplingParameters, seed: UInt64 = 0
  ) throws -> BeamSearch {
    let (model, pool) = try TinyModel.named("tiny-f32.gguf").load()
    let pass = ForwardPass(model, pool: pool)
    var search = BeamSearch(
      parameters, endTokens: Set(golden.endTokens), limit: golden.newTokens, seed: seed)
    var branches = [KeyValueSequence(model.configuration, .f16)]
    try pass.run(
      [BatchPart(sequence: 0, tokens: golden.prompt)], in: &branches, wanted: .lastOfEachPart)
    while true {
      let size = model.configuration.vocabularySize
      pass.withLogits { logits in
        search.step(
          search.beams.indices.map {
            UnsafeBufferPointer(rebasing: logits[$0 * size..<($0 + 1) * size])
          })
      }
      if search.isDone { return search }
      branches = search.beams.map { branches[$0.parent] }
      let parts = search.beams.enumerated().map {
        BatchPart(sequence: $0, tokens: Array($1.tokens.suffix(1)))
      }
      try pass.run(parts, in: &branches, wanted: .lastOfEachPart)
    }
  }

  @Test("beam search finds the texts and scores that transformers finds")
  func matchesTransformers() throws {
    let goldens = try BeamGolden.all().filter { $0.lengthPenalty == 1 }
    #expect(goldens.count == 2)
    for golden in goldens {
      var parameters = SamplingParameters()
      parameters.beamCount = golden.beams
      let found = try run(golden, parameters).closed
      #expect(found.map(\.tokens) == golden.sequences.map(\.tokens))
      for (text, expected) in zip(found, golden.sequences) {
        #expect(abs(text.score - expected.score) < 2e-3)
      }
    }
  }

  @Test("beam-sample repeats with its seed and differs with another")
  func sampleRepeats() throws {
    let golden = try #require(try BeamGolden.all().first)
    var parameters = SamplingParameters(temperature: 1)
    parameters.beamCount = 5
    let texts = try [7, 7, 8].map { seed in
      try run(golden, parameters, seed: seed).result().tokens
    }
    #expect(texts[0] == texts[1])
    #expect(texts[0] != texts[2])
  }
}
