import Foundation
import Kernels
import Tensors
import Testing

@Suite struct VectorTests {
  private func numbers(_ count: Int, scale: Double = 4, seed: UInt64 = 1) -> [Float] {
    var random = SeededRandom(seed: seed)
    return (0..<count).map { _ in Float((random.unit() - 0.5) * scale) }
  }

  @Test("normalising gives unit mean square, whatever the length", arguments: [1, 15, 16, 17, 576])
  func normalize(_ count: Int) {
    let input = numbers(count)
    let weight = numbers(count, seed: 2)
    let mean = input.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(count)
    let expected = zip(input, weight).map { Double($0) / (mean + 1e-5).squareRoot() * Double($1) }
    for table in KernelTable.available {
      let (source, factors) = (Pinned(input), Pinned(weight))
      let output = Pinned([Float](repeating: .nan, count: count))
      table.normalize(
        NormalizeCall(
          input: source.base, weight: factors.base, output: output.base, count: count,
          epsilon: 1e-5))
      withExtendedLifetime((source, factors)) {}
      for (found, value) in zip(output.elements, expected) {
        #expect(abs(Double(found) - value) < 1e-5, "\(table.name)")
      }
    }
  }

  @Test("the gate is x / (1 + e^-x) * y, for small, large and extreme x")
  func gate() {
    let input = numbers(77, scale: 60) + [0, -0.0, 200, -200, 88, -88, 1e-20]
    let up = numbers(input.count, seed: 2)
    for table in KernelTable.available {
      var output = input
      table.gate(&output, up, input.count)
      for index in input.indices {
        let x = Double(input[index])
        let expected = x / (1 + exp(-x)) * Double(up[index])
        #expect(abs(Double(output[index]) - expected) <= 3e-6 * max(1, abs(expected)))
      }
    }
  }

  @Test(
    "sums of probabilities are those of double arithmetic, whatever the length",
    arguments: [1, 7, 16, 17, 49_152])
  func weigh(_ count: Int) {
    var logits = numbers(count, scale: 50)
    if count > 10 { logits[count - 2] = -.infinity }
    let largest = logits.max() ?? 0
    let differences = logits.map { max(Double($0) - Double(largest), -200) }
    let sum = differences.reduce(0) { $0 + exp($1) }
    let weighted = differences.reduce(0) { $0 + exp($1) * $1 }
    for table in KernelTable.available {
      let found = table.weigh(logits, count)
      #expect(found.largest == largest)
      #expect(abs(Double(found.sum) - sum) < 3e-6 * sum, "\(table.name)")
      #expect(abs(Double(found.weighted) - weighted) < 3e-6 * max(1, abs(weighted)))
    }
  }

  @Test("turning keeps each pair's length and adds its angle", arguments: [16, 24, 64])
  func rotate(_ headSize: Int) {
    let rotated = headSize - 8
    let angles = (0..<rotated / 2).map { Double($0) * 0.37 + 0.1 }
    let cosines = angles.flatMap { [Float(cos($0)), Float(cos($0))] }
    let sines = angles.flatMap { [Float(-sin($0)), Float(sin($0))] }
    let input = numbers(3 * headSize)
    for table in KernelTable.available {
      let (pinned, turns) = (Pinned(input), Pinned(cosines + sines))
      table.rotate(
        RotateCall(
          vectors: pinned.base, headCount: 3, headSize: headSize, rotatedSize: rotated,
          angles: turns.base))
      let vectors = withExtendedLifetime(turns) { pinned.elements }
      for index in stride(from: 0, to: vectors.count, by: 2) {
        let pair = index % headSize / 2
        let (x, y) = (Double(input[index]), Double(input[index + 1]))
        let angle = pair < angles.count ? angles[pair] : 0
        #expect(abs(Double(vectors[index]) - (x * cos(angle) - y * sin(angle))) < 1e-6)
        #expect(abs(Double(vectors[index + 1]) - (x * sin(angle) + y * cos(angle))) < 1e-6)
      }
    }
  }
}
