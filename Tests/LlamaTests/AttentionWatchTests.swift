import Foundation
import Kernels
import Llama
import Synchronization
import Tensors
import Testing
import Tokenization

/// What heads look at, by `Tests/Recipes/attention_shares.py`.
private struct AttentionGolden: Decodable {
  let file: String
  let ranges: [[Int]]
  let rows: [Int]
  let shares: [[[[Float]]]]

  static func named(_ file: String) throws -> AttentionGolden {
    let data = try Data(contentsOf: URL(filePath: TinyModel.path("attention.json")))
    let all = try JSONDecoder().decode([AttentionGolden].self, from: data)
    return try #require(all.first { $0.file == file })
  }
}

@Suite struct AttentionWatchTests {
  @Test(
    "every head looks where the reference looks, however the text is cut", arguments: TinyModel.all,
    KeyValueType.allCases)
  func sharesMatchReference(_ tiny: TinyModel, _ type: KeyValueType) throws {
    let golden = try AttentionGolden.named(tiny.file)
    let (model, pool) = try tiny.load()
    let watch = AttentionWatch(
      heads: AttentionWatch.allHeads(of: model.configuration),
      ranges: golden.ranges.map { $0[0]..<$0[1] })
    // Quantised matrices round queries and keys, codes the keys: by half of 1/127 of the largest
    // of 32, as in the test of the logits.
    let tolerance: Float =
      (tiny.file == "tiny-mixed.gguf" ? 0.03 : 0.002) + (type == .f16 ? 0 : 0.03)
    for kernels in KernelTable.available {
      for step in [1, 7, 64] {
        let pass = ForwardPass(model, pool: pool, kernels: kernels)
        let found = try shares(tiny.tokens, watch, model, pass, type, step: step)
        for (row, layers) in zip(golden.rows, golden.shares) {
          let expected = layers.flatMap { $0.flatMap { $0 } }
          let largest = zip(found[row], expected).map { abs($0 - $1) }.max()
          #expect(found[row].count == expected.count)
          #expect(largest ?? 1 < tolerance, "row \(row), steps of \(step), \(kernels.name)")
        }
      }
    }
  }

  private func shares(
    _ tokens: [TokenID], _ watch: AttentionWatch, _ model: LlamaModel, _ pass: ForwardPass,
    _ type: KeyValueType, step: Int
  ) throws -> [[Float]] {
    var sequences = [KeyValueSequence(model.configuration, type)]
    var rows: [[Float]] = []
    for start in stride(from: 0, to: tokens.count, by: step) {
      let part = Array(tokens[start..<min(start + step, tokens.count)])
      try pass.run(
        [BatchPart(sequence: 0, tokens: part, wanted: .all, watch: watch)], in: &sequences)
      rows += part.indices.map { pass.attentionShares(logitRow: $0) }
    }
    return rows
  }

  @Test("what a written answer looked at is what reading it again tells", arguments: TinyModel.all)
  func tracesAreThoseOfWriting(_ tiny: TinyModel) async throws {
    let engine = try tiny.engine()
    let watch = AttentionWatch(
      heads: AttentionWatch.allHeads(of: engine.model.configuration), ranges: [0..<3, 3..<7])
    var request = EngineRequest(prompt: tiny.greedyPrompt, maximumTokenCount: 20)
    request.watch = watch
    let written = Mutex<[TokenWeights]>([])
    let result = try await engine.generate(request) { event in
      if case .token(_, _, let weights?) = event { written.withLock { $0.append(weights) } }
    }
    let expected = written.withLock { $0 }
    #expect(expected.count == result.tokens.count)
    for _ in 0..<2 {
      let trace = try await engine.trace(
        result.tokens, behind: request.prompt, watch: watch, count: 0)
      #expect(trace.weights == expected)
      #expect(trace.end != nil)
    }
  }

  @Test("an answer is the same whether it is watched or not, and shares add up to one")
  func watchingChangesNothing() async throws {
    let tiny = try TinyModel.named("tiny-f32.gguf")
    let engine = try tiny.engine()
    let heads = AttentionWatch.allHeads(of: engine.model.configuration)
    var request = EngineRequest(prompt: tiny.greedyPrompt, maximumTokenCount: 32)
    request.watch = AttentionWatch(heads: heads, ranges: [0..<5, 5..<100])
    let sums = Mutex<[Float]>([])
    let result = try await engine.generate(request) { event in
      guard case .token(_, _, let weights?) = event else { return }
      let shares = weights.attention
      sums.withLock { $0 += heads.indices.map { shares[2 * $0] + shares[2 * $0 + 1] } }
    }
    #expect(result.tokens == tiny.greedy)
    #expect(sums.withLock { $0 }.allSatisfy { abs($0 - 1) < 1e-5 })
  }

  @Test("a trace of nothing, of unknown tokens and behind nothing")
  func emptyTraces() async throws {
    let engine = try TinyModel.named("tiny-f32.gguf").engine()
    let trace = try await engine.trace([], behind: [1, 2])
    #expect(trace.weights.isEmpty && trace.end != nil)
    await #expect(throws: LlamaError.emptyPrompt) { try await engine.trace([1], behind: []) }
    await #expect(throws: LlamaError.self) { try await engine.trace([1 << 30], behind: [1]) }
  }

  @Test("a text that was traced first gets the same answer, whatever is kept of keys and values")
  func tracingChangesNoCache() async throws {
    let tiny = try TinyModel.named("tiny-f32.gguf")
    func weights(tracing: Bool) async throws -> [TokenWeights] {
      let (model, pool) = try tiny.load()
      var settings = InferenceEngine.Settings()
      settings.keyValueType = .q8_0
      let engine = InferenceEngine(model, pool: pool, settings: settings)
      if tracing { _ = try await engine.trace([], behind: tiny.greedyPrompt) }
      var request = EngineRequest(prompt: tiny.greedyPrompt, maximumTokenCount: 8)
      request.weightCount = 1
      let found = Mutex<[TokenWeights]>([])
      _ = try await engine.generate(request) { event in
        if case .token(_, _, let weights?) = event { found.withLock { $0.append(weights) } }
      }
      return found.withLock { $0 }
    }
    let expected = try await weights(tracing: false)
    #expect(!expected.isEmpty)
    #expect(try await weights(tracing: true) == expected)
  }
}
