import Foundation
import Kernels
import Llama
import Tokenization

/// All logits of `tokens`, computed in steps of `step`.
func logits(
  _ model: LlamaModel, _ pass: ForwardPass, _ tokens: [TokenID], step: Int = 64,
  _ type: KeyValueType = .f16
) throws -> [[Float]] {
  var sequences = [KeyValueSequence(model.configuration, type)]
  var rows: [[Float]] = []
  for start in stride(from: 0, to: tokens.count, by: step) {
    let part = Array(tokens[start..<min(start + step, tokens.count)])
    try pass.run([BatchPart(sequence: 0, tokens: part)], in: &sequences, wanted: .all)
    let size = model.configuration.vocabularySize
    pass.withLogits { all in
      rows += part.indices.map { Array(all[$0 * size..<($0 + 1) * size]) }
    }
  }
  return rows
}

/// Rows of little-endian floats.
func rows(ofLogits data: Data, count: Int) -> [[Float]] {
  let all = data.withUnsafeBytes { bytes in
    (0..<bytes.count / 4).map {
      Float(bitPattern: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self))
    }
  }
  let size = all.count / count
  return (0..<count).map { Array(all[$0 * size..<($0 + 1) * size]) }
}

/// Root mean square of the difference as a share of that of the expected values.
func relativeError(_ found: [Float], _ expected: [Float]) -> Double {
  func size(_ values: some Sequence<Float>) -> Double {
    values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
  }
  return size(zip(found, expected).map { $0 - $1 }) / size(expected)
}
