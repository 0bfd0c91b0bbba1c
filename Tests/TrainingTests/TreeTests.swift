import Foundation
import Testing
import Tokenization
import Training

@Suite struct TreeTests {
  /// A trunk with branches, and the same as texts of their own.
  private func tree() throws -> (tree: TrainingExample, texts: [TrainingExample]) {
    let tree = try TrainingGolden.read().model("tiny-f32.gguf").examples[0]
    let texts = tree.branches.map { branch in
      let targets = branch.targets
      let start = tree.trunk.count
      return TrainingExample(
        id: "text", trunk: tree.trunk + branch.tokens,
        trunkTargets: start + targets.lowerBound..<start + targets.upperBound, branches: [])
    }
    return (tree, texts)
  }

  @Test("a shared trunk gives the loss and the gradients of separate texts")
  func sharedTrunk() throws {
    let (tree, texts) = try tree()
    let bench = try Bench()
    let shared = try bench.gradients([tree])
    let separate = try bench.gradients(texts)
    #expect(abs(shared.loss / separate.loss - 1) < 1e-6)
    for (name, gradient) in separate.values {
      #expect(relativeDistance(try #require(shared.values[name]), gradient) < 1e-5, "\(name)")
    }
  }

  @Test("one pass over many examples is the sum of a pass for each")
  func packed() throws {
    let examples = try TrainingGolden.read().model("tiny-f32.gguf").examples
    let bench = try Bench(isTrained: false)
    let alone = examples.map { bench.pass.loss([$0]) }.reduce(0, +)
    #expect(abs(bench.pass.loss(examples) / alone - 1) < 1e-6)
  }

  @Test("a branch does not see its sisters")
  func sisters() throws {
    let (tree, _) = try tree()
    let bench = try Bench(isTrained: false)
    var alone = tree
    alone.branches = [tree.branches[0]]
    var other = tree
    other.branches[1].tokens = other.branches[1].tokens.map { ($0 + 1) % 100 }
    other.branches[2].targets = 0..<0
    other.branches[1].targets = 0..<0
    let expected = bench.pass.loss([alone])
    #expect(expected.isFinite && expected > 0)
    #expect(abs(bench.pass.loss([other]) / expected - 1) < 1e-6)
  }

  @Test("blocks that are computed again give the same numbers to the bit")
  func recomputed() throws {
    let examples = try TrainingGolden.read().model("tiny-f32.gguf").examples
    let kept = try Bench().gradients(examples)
    let again = try Bench(keptByteCount: 0).gradients(examples)
    #expect(kept.loss == again.loss)
    #expect(kept.values == again.values)
  }

  @Test(
    "products in bfloat16 give nearly the same gradients",
    .enabled(if: DenseProducts.Precision.fastest == .brain))
  func rounded() throws {
    let examples = try TrainingGolden.read().model("tiny-f32.gguf").examples
    let exact = try Bench().gradients(examples)
    let rounded = try Bench(precision: .brain).gradients(examples)
    #expect(abs(rounded.loss / exact.loss - 1) < 0.01)
    for (name, gradient) in exact.values {
      // Eight bits of significand: up to 0.2 % for each factor of each product on the way.
      let distance = relativeDistance(try #require(rounded.values[name]), gradient)
      #expect(distance < 0.06 && distance > 1e-6, "\(name): \(distance)")
    }
  }

  @Test(
    "an example that cannot be trained on is refused",
    arguments: [
      TrainingExample(id: "unknown", trunk: [1, 100_000], trunkTargets: 1..<2, branches: []),
      TrainingExample(id: "negative", trunk: [1, -1], trunkTargets: 1..<2, branches: []),
      TrainingExample(id: "first", trunk: [1, 2], trunkTargets: 0..<2, branches: []),
      TrainingExample(id: "beyond", trunk: [1, 2], trunkTargets: 1..<3, branches: []),
      TrainingExample(id: "none", trunk: [1, 2], trunkTargets: 0..<0, branches: []),
      TrainingExample(
        id: "nothing before", trunk: [], trunkTargets: 0..<0,
        branches: [.init(tokens: [1], targets: 0..<1)]),
      TrainingExample(
        id: "long", trunk: Array(repeating: 1, count: 5000), trunkTargets: 1..<2, branches: []),
    ])
  func refused(_ example: TrainingExample) {
    #expect(throws: TrainingError.self) {
      try example.check(vocabularySize: 300, contextLength: 4096)
    }
  }
}
