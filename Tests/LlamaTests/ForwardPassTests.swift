import Foundation
import Kernels
import Llama
import Tensors
import Testing
import Tokenization

@Suite struct ForwardPassTests {
  /// The error allowed, as a share of the logits' own size (root mean squares). Float models are off
  /// by the half-precision cache alone; quantised ones round activations to 8 bits as well, which
  /// on this file costs 2 to 3.4 %.
  private func tolerance(_ file: String) -> Double {
    file == "tiny-mixed.gguf" ? 0.04 : 0.0025
  }

  @Test("logits equal an independent program's", arguments: TinyModel.all)
  func logitsMatchReference(_ tiny: TinyModel) throws {
    let (model, pool) = try tiny.load()
    for kernels in KernelTable.available {
      let pass = ForwardPass(model, pool: pool, kernels: kernels)
      let found = try logits(model, pass, tiny.tokens, step: 64)
      for (position, expected) in zip(tiny.positions, tiny.expectedLogits) {
        #expect(expected.count == model.configuration.vocabularySize)
        let error = relativeError(found[position], expected)
        #expect(error < tolerance(tiny.file), "position \(position), \(kernels.name)")
      }
    }
  }

  /// Codes of 8 bits add up to 2.6 % to what `tolerance` allows: these models are random, and so
  /// small that most have heads of 16 numbers.
  @Test("logits over codes stay near an independent program's", arguments: TinyModel.all)
  func codesStayNearReference(_ tiny: TinyModel) throws {
    let (model, pool) = try tiny.load()
    for kernels in KernelTable.available {
      let pass = ForwardPass(model, pool: pool, kernels: kernels)
      let found = try logits(model, pass, tiny.tokens, step: 64, .q8_0)
      for (position, expected) in zip(tiny.positions, tiny.expectedLogits) {
        let error = relativeError(found[position], expected)
        #expect(
          error < tolerance(tiny.file) + 0.03, "position \(position), \(kernels.name)")
      }
    }
  }

  @Test(
    "a token's logits do not depend on how the text is cut",
    arguments: TinyModel.all, KeyValueType.allCases)
  func logitsDoNotDependOnBatches(_ tiny: TinyModel, _ type: KeyValueType) throws {
    let (model, pool) = try tiny.load()
    let pass = ForwardPass(model, pool: pool)
    let whole = try logits(model, pass, tiny.tokens, step: 64, type)
    for step in [1, 3, 7, 16] {
      #expect(try logits(model, pass, tiny.tokens, step: step, type) == whole, "steps of \(step)")
    }
  }

  @Test("sequences in one batch do not see each other", arguments: TinyModel.all)
  func sequencesAreSeparate(_ tiny: TinyModel) throws {
    let (model, pool) = try tiny.load()
    let pass = ForwardPass(model, pool: pool)
    let texts = [Array(tiny.tokens[0..<9]), Array(tiny.tokens[9..<30]), [tiny.tokens[31]]]
    var sequences = texts.map { _ in KeyValueSequence(model.configuration, .f16) }
    let parts = texts.enumerated().map { BatchPart(sequence: $0, tokens: $1) }
    try pass.run(parts, in: &sequences, wanted: .lastOfEachPart)
    let size = model.configuration.vocabularySize
    let together = pass.withLogits { all in
      texts.indices.map { Array(all[$0 * size..<($0 + 1) * size]) }
    }
    for (index, text) in texts.enumerated() {
      #expect(try logits(model, pass, text, step: 64).last == together[index])
    }
  }

  @Test("a branch leaves the text that it came from as it was")
  func branchesCopyOnWrite() throws {
    let tiny = try TinyModel.named("tiny-f32.gguf")
    let (model, pool) = try tiny.load()
    let pass = ForwardPass(model, pool: pool)
    var trunk = [KeyValueSequence(model.configuration, .f16)]
    try pass.run(
      [BatchPart(sequence: 0, tokens: Array(tiny.tokens[0..<20]))], in: &trunk, wanted: .none)
    var branches = [trunk[0], trunk[0]]
    try pass.run(
      [BatchPart(sequence: 0, tokens: [1, 2, 3]), BatchPart(sequence: 1, tokens: [4, 5])],
      in: &branches, wanted: .none)
    try pass.run(
      [BatchPart(sequence: 0, tokens: [tiny.tokens[20]])], in: &trunk, wanted: .all)
    let found = pass.withLogits { Array($0) }
    #expect(try logits(model, pass, Array(tiny.tokens[0...20]), step: 64).last == found)
    #expect(branches.map(\.count) == [23, 22])
    branches[0].truncate(to: 20)
    try pass.run(
      [BatchPart(sequence: 0, tokens: [tiny.tokens[20]])], in: &branches, wanted: .all)
    #expect(pass.withLogits { Array($0) } == found)
  }

  @Test("tokens outside the vocabulary and texts beyond the context are refused")
  func badTokensAreRefused() throws {
    let (model, pool) = try TinyModel.named("tiny-f32.gguf").load()
    let pass = ForwardPass(model, pool: pool)
    let size = model.configuration.vocabularySize
    for token in [-1, TokenID(size), .max, .min] {
      var sequences = [KeyValueSequence(model.configuration, .f16)]
      #expect(throws: LlamaError.unknownToken(token, vocabularySize: size)) {
        try pass.run([BatchPart(sequence: 0, tokens: [token])], in: &sequences, wanted: .none)
      }
    }
  }

  @Test("a pass that is told to stop leaves the text as it was")
  func stopsBetweenLayers() throws {
    let (model, pool) = try TinyModel.named("tiny-f32.gguf").load()
    let pass = ForwardPass(model, pool: pool)
    var sequences = [KeyValueSequence(model.configuration, .f16)]
    #expect(throws: CancellationError.self) {
      try pass.run(
        [BatchPart(sequence: 0, tokens: [5, 6])], in: &sequences, wanted: .all,
        shouldStop: { true })
    }
    #expect(sequences[0].count == 0)
  }
}
