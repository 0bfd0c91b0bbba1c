import Foundation
import GGUF
import Kernels
import Llama
import Tensors
import Testing
import Training

@Suite struct RunTests {
  private func settings(_ method: TrainingSettings.Method) throws -> TrainingSettings {
    let golden = try TrainingGolden.read().steps
    var settings = TrainingSettings()
    settings.method = method
    settings.learningRate = golden.learningRate
    settings.weightDecay = golden.weightDecay
    settings.clippingNorm = golden.clippingNorm
    settings.warmupShare = golden.warmupShare
    settings.epochCount = 10
    settings.batchTokenCount = 1_000_000
    return settings
  }

  private func trainer(
    _ bench: Bench, _ settings: TrainingSettings, validation: [TrainingExample] = []
  ) throws -> Trainer {
    let examples = try TrainingGolden.read().model("tiny-f32.gguf").examples
    return try Trainer(
      bench.pass, settings, training: examples, validation: validation, pool: bench.pool)
  }

  @Test("ten steps of LoRA are PyTorch's and peft's")
  func lora() throws {
    let bench = try Bench.withAdapter()
    let adapter = try #require(bench.adapter)
    let trainer = try trainer(bench, settings(.lowRank(adapter.settings)))
    try trainer.run { _ in true }
    try compare(trainer, TrainingGolden.read().steps.lora)
    let file = try GGUFFile(path: TrainingGolden.resource("lora-final.gguf"))
    for tensor in file.tensors {
      let range = bench.store.range(try #require(bench.store.index(named: tensor.name)))
      let found = range.map { bench.store.values.floats[$0] }
      #expect(relativeDistance(found, file.floats(of: tensor)) < 1e-3, "\(tensor.name)")
    }
  }

  @Test("ten steps of full tuning are PyTorch's")
  func full() throws {
    let bench = try Bench()
    let trainer = try trainer(bench, settings(.full))
    try trainer.run { _ in true }
    try compare(trainer, TrainingGolden.read().steps.full)
  }

  private func compare(_ trainer: Trainer, _ losses: [Double]) throws {
    #expect(trainer.history.steps.count == losses.count)
    for (step, loss) in zip(trainer.history.steps, losses) {
      #expect(abs(step.loss / loss - 1) < 1e-3)
    }
  }

  @Test("one batch is learnt by heart")
  func overfit() throws {
    let bench = try Bench()
    var settings = try settings(.full)
    settings.epochCount = 40
    settings.weightDecay = 0
    let trainer = try trainer(bench, settings)
    try trainer.run { _ in true }
    let losses = trainer.history.steps.map(\.loss)
    #expect(losses[0] > 5)
    #expect(try #require(losses.last) < 0.02)
  }

  /// Many small steps with dropout and looks at validation examples, so that every part of the state
  /// takes part.
  private func lively() throws -> (Bench, Trainer) {
    var pairs = LowRankSettings()
    pairs.rank = 4
    pairs.dropout = 0.2
    let configuration = try LlamaConfiguration(GGUFFile(path: Bench.tiny))
    let adapter = LowRankParameters(pairs, configuration, seed: 3)
    let bench = try Bench(isTrained: false, adapter: adapter)
    var settings = try settings(.lowRank(pairs))
    settings.epochCount = 4
    settings.batchTokenCount = 1
    settings.validationStepCount = 5
    let watched = try TrainingGolden.read().model("tiny-f32.gguf").examples
    return (bench, try trainer(bench, settings, validation: watched))
  }

  @Test("a run that was killed goes on to the weights of the undisturbed one, to the bit")
  func resumed() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let identity = Checkpoint.Identity(settings: "s", model: "m", examples: "e")
    let checkpoint = Checkpoint(
      path: folder.appending(path: "checkpoint.gguf").path, identity: identity)

    let (bench, undisturbed) = try lively()
    try undisturbed.run { _ in true }
    #expect(undisturbed.history.steps.count == 12)

    let (_, killed) = try lively()
    try killed.run { _ in
      if killed.history.steps.count == 7 {
        try checkpoint.save(killed)
        return false
      }
      return true
    }
    let (resumedBench, resumed) = try lively()
    try checkpoint.restore(resumed)
    try resumed.run { _ in true }
    #expect(resumed.history == undisturbed.history)
    #expect(resumedBench.values == bench.values)

    let stranger = Checkpoint(
      path: checkpoint.path, identity: .init(settings: "s", model: "m", examples: "other"))
    #expect(throws: TrainingError.otherRun(path: checkpoint.path, part: "set of examples")) {
      try stranger.restore(resumed)
    }
  }

  @Test("a run that is told to end within a step or a look goes on as if it had not begun it")
  func cutShort() throws {
    let (bench, undisturbed) = try lively()
    try undisturbed.run { _ in true }
    let (cutBench, cut) = try lively()
    var passes = 0
    while !cut.isFinished {
      var left = passes
      passes += 1
      try cut.run(
        mayGoOn: {
          left -= 1
          return left >= 0
        }, { _ in true })
    }
    #expect(passes > 3)
    #expect(cut.history == undisturbed.history)
    #expect(cutBench.values == bench.values)
  }

  @Test("a step whose loss is no number leaves the weights alone, and three in a row end the run")
  func nonsense() throws {
    let bench = try Bench.withAdapter()
    let adapter = try #require(bench.adapter)
    let trainer = try trainer(bench, settings(.lowRank(adapter.settings)))
    let norm = bench.model.store.range(
      try #require(bench.model.store.index(named: "output_norm.weight")))
    bench.model.store.values.floats[norm.lowerBound] = .nan
    let before = bench.values
    #expect(throws: TrainingError.notFinite(step: 2)) { try trainer.run { _ in true } }
    #expect(bench.values == before)
  }

  @Test("a run ends when validation no longer improves")
  func patience() throws {
    let bench = try Bench()
    var settings = try settings(.full)
    settings.learningRate = 1
    settings.epochCount = 50
    settings.patience = 2
    let watched = try TrainingGolden.read().model("tiny-f32.gguf").examples
    let trainer = try trainer(bench, settings, validation: watched)
    try trainer.run { _ in true }
    #expect(trainer.isFinished)
    #expect(trainer.history.steps.count < 50)
  }

  @Test("a trained adapter says the same beside the decoder's model")
  func writtenAdapter() throws {
    let bench = try Bench.withAdapter()
    let adapter = try #require(bench.adapter)
    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try adapter.write(to: path, elementType: .f32)
    let model = try LlamaModel(path: Bench.tiny, pool: bench.pool)
    let loaded = try LoraAdapter(path: path, model: model, pool: bench.pool)
    try expectDecoderAgrees(bench, model, loaded)
  }

  @Test("a trained model says the same in the decoder")
  func writtenModel() throws {
    let bench = try Bench()
    let trainer = try trainer(bench, settings(.full))
    try trainer.run { _ in trainer.history.steps.count < 3 }
    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try bench.model.write(to: path, elementType: .f32)
    try expectDecoderAgrees(bench, LlamaModel(path: path, pool: bench.pool), nil)
  }

  /// The loss of a document by the decoder's forward pass.
  private func expectDecoderAgrees(
    _ bench: Bench, _ model: LlamaModel, _ adapter: LoraAdapter?
  ) throws {
    let tokens = try TrainingGolden.read().model("tiny-f32.gguf").examples[0].trunk
    let pass = ForwardPass(model, pool: bench.pool, adapter: adapter)
    var sequences = [KeyValueSequence(model.configuration, .f16)]
    var expected = 0.0
    for index in 0..<tokens.count - 1 {
      try pass.run(
        [BatchPart(sequence: 0, tokens: [tokens[index]])], in: &sequences, wanted: .lastOfEachPart)
      let logits = pass.withLogits { $0.map(Double.init) }
      let largest = try #require(logits.max())
      let sum = logits.reduce(0) { $0 + exp($1 - largest) }
      expected += largest + log(sum) - logits[Int(tokens[index + 1])]
    }
    let text = TrainingExample(
      id: "text", trunk: tokens, trunkTargets: 1..<tokens.count, branches: [])
    // The decoder keeps keys and values in half precision.
    #expect(abs(bench.pass.loss([text]) / expected - 1) < 2e-3)
  }
}
