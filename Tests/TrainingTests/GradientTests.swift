import Foundation
import GGUF
import Kernels
import Tensors
import Testing
import Training

@Suite struct GradientTests {
  @Test("losses are PyTorch's", arguments: ["tiny-f32.gguf", "tiny-linear.gguf"])
  func losses(_ file: String) throws {
    let golden = try TrainingGolden.read().model(file)
    let bench = try Bench(Bench.model(file), isTrained: false)
    let count = golden.examples.reduce(0) { $0 + $1.targetCount }
    let loss = bench.pass.loss(golden.examples) / Double(count)
    #expect(abs(loss / golden.loss - 1) < 1e-5)
  }

  @Test(
    "gradients of every tensor are PyTorch's", arguments: ["tiny-f32.gguf", "tiny-linear.gguf"])
  func gradients(_ file: String) throws {
    try compare(Bench(Bench.model(file)), TrainingGolden.read().model(file))
  }

  @Test("every number of every gradient is PyTorch's")
  func wholeGradients() throws {
    let golden = try TrainingGolden.read().model("tiny-f32.gguf")
    let found = try Bench().gradients(golden.examples).values
    let file = try GGUFFile(path: TrainingGolden.resource("gradients-f32.gguf"))
    #expect(file.tensors.count == found.count)
    for tensor in file.tensors {
      let distance = relativeDistance(try #require(found[tensor.name]), file.floats(of: tensor))
      #expect(distance < 1e-4, "\(tensor.name)")
    }
  }

  @Test("gradients of the default model are PyTorch's", .enabled(if: InstalledModel.path != nil))
  func defaultModel() throws {
    let golden = try TrainingGolden.read().model("default")
    let bench = try Bench(try #require(InstalledModel.path))
    let gradients = try #require(bench.store.gradients)
    let count = golden.examples.reduce(0) { $0 + $1.targetCount }
    let loss = bench.pass.addGradients(golden.examples, scale: 1 / Float(count)) / Double(count)
    #expect(abs(loss / golden.loss - 1) < 1e-4)
    for (name, expected) in golden.gradients {
      let range = bench.store.range(try #require(bench.store.index(named: name)))
      expect(expected, name, count: range.count) { gradients.floats[range.lowerBound + $0] }
    }
  }

  private func compare(_ bench: Bench, _ golden: TrainingGolden.Model) throws {
    let (loss, found) = try bench.gradients(golden.examples)
    #expect(abs(loss / golden.loss - 1) < 1e-4)
    #expect(found.count == golden.gradients.count)
    for (name, expected) in golden.gradients {
      let values = try #require(found[name])
      let norm = values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      #expect(abs(norm / expected.norm - 1) < 1e-3, "\(name)")
      expect(expected, name, count: values.count) { values[$0] }
    }
  }

  /// Single numbers of a gradient. One may be near zero, so that its error counts against the size of
  /// a usual one.
  private func expect(
    _ expected: TrainingGolden.Summary, _ name: String, count: Int, value: (Int) -> Float
  ) {
    let usual = expected.norm / Double(count).squareRoot()
    for (index, sample) in expected.samples.enumerated() {
      let found = Double(value(index * count / 16))
      #expect(abs(found - sample) < 1e-3 * max(abs(sample), usual), "\(name), \(index)")
    }
  }

  /// One parameter of each kind, moved along its gradient by a little both ways.
  @Test(
    "gradients are finite differences",
    arguments: [
      "token_embd.weight", "blk.0.attn_norm.weight", "blk.0.attn_q.weight", "blk.1.attn_k.weight",
      "blk.0.attn_v.weight", "blk.1.attn_output.weight", "blk.0.ffn_norm.weight",
      "blk.1.ffn_gate.weight", "blk.0.ffn_up.weight", "blk.1.ffn_down.weight",
      "output_norm.weight", "output.weight",
    ])
  func finiteDifferences(_ name: String) throws {
    let file = name == "output.weight" ? "tiny-linear.gguf" : "tiny-f32.gguf"
    let golden = try TrainingGolden.read().model(file)
    let bench = try Bench(Bench.model(file))
    try check(bench, name, golden.examples, distance: 0.01)
  }

  @Test(
    "an adapter's gradients are finite differences, with and without dropout",
    arguments: ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"],
    ["lora_a", "lora_b"])
  func adapterDifferences(_ matrix: String, _ half: String) throws {
    let golden = try TrainingGolden.read().model("tiny-f32.gguf")
    for dropout: Float in [0, 0.3] {
      let bench = try Bench.withAdapter(dropout: dropout)
      try check(bench, "blk.1.\(matrix).weight.\(half)", golden.examples, distance: 0.01)
    }
  }

  /// The loss at `distance` before and behind the parameter's value along its gradient.
  private func check(
    _ bench: Bench, _ name: String, _ examples: [TrainingExample], distance: Double
  ) throws {
    let gradient = try #require(try bench.gradients(examples, dropoutSeed: 5).values[name])
    let range = bench.store.range(try #require(bench.store.index(named: name)))
    let norm = gradient.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    let start = range.map { bench.store.values.floats[$0] }
    func loss(_ offset: Double) throws -> Double {
      for (index, place) in range.enumerated() {
        bench.store.values.floats[place] =
          start[index] + Float(offset / norm) * gradient[index]
      }
      return try bench.gradients(examples, dropoutSeed: 5).loss
    }
    let slope = (try loss(distance) - loss(-distance)) / (2 * distance)
    #expect(abs(slope / norm - 1) < 0.01, "\(name): \(slope) and \(norm)")
  }
}

/// The default model where it is installed: `ASCLEPIUS_TEST_MODEL`, or the user's library.
enum InstalledModel {
  static let path: String? = {
    let environment = ProcessInfo.processInfo.environment
    let data =
      environment["XDG_DATA_HOME"] ?? environment["HOME"].map { $0 + "/.local/share" } ?? ""
    let installed = data + "/asclepius/models/SmolLM2-135M-Instruct.Q4_1.gguf"
    return [environment["ASCLEPIUS_TEST_MODEL"], installed].compactMap { $0 }
      .first { FileManager.default.fileExists(atPath: $0) }
  }()
}
