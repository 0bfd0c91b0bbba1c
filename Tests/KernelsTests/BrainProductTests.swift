import Kernels
import Tensors
import Testing
import Training

/// Products in bfloat16 against products of the same rounded numbers in double precision.
@Suite(.enabled(if: BrainKernels.available != nil, "needs tile registers for bfloat16"))
struct BrainProductTests {
  @Test(
    "a product of rounded numbers is exact but for the order of its sums",
    arguments: [
      (1, 1, 1), (16, 16, 32), (17, 33, 65), (5, 100, 576), (70, 40, 700), (600, 48, 31),
    ],
    [(false, false), (false, true), (true, false), (true, true)])
  func products(_ shape: (Int, Int, Int), _ isTransposed: (Bool, Bool)) throws {
    let (rows, columns, depth) = shape
    var random = SeededRandom(seed: UInt64(rows + 7 * columns + 11 * depth))
    func numbers(_ count: Int) -> [Float] { (0..<count).map { _ in Float(random.unit() * 2 - 1) } }
    let (a, b, start) = (numbers(rows * depth), numbers(depth * columns), numbers(rows * columns))
    let products = try DenseProducts(pool: WorkerPool(workerCount: 2), precision: .brain)
    for isFixed in [false, true] {
      var result = start
      multiply(products, a, b, &result, shape, isTransposed, isFixed: isFixed)
      for row in 0..<rows {
        for column in 0..<columns {
          var sum = 0.0
          for k in 0..<depth {
            let left = a[isTransposed.0 ? k * rows + row : row * depth + k]
            let right = b[isTransposed.1 ? column * depth + k : k * columns + column]
            sum += Double(rounded(left)) * Double(rounded(right))
          }
          let place = row * columns + column
          let expected = 0.5 * sum + 2 * Double(start[place])
          #expect(abs(Double(result[place]) - expected) < 1e-4, "\(row), \(column)")
        }
      }
    }
  }

  /// The nearest number with eight bits of significand, ties to even.
  private func rounded(_ value: Float) -> Float {
    let bits = value.bitPattern
    return Float(bitPattern: (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF_0000)
  }

  private func multiply(
    _ products: DenseProducts, _ a: [Float], _ b: [Float], _ result: inout [Float],
    _ shape: (rows: Int, columns: Int, depth: Int), _ isTransposed: (Bool, Bool), isFixed: Bool
  ) {
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        result.withUnsafeMutableBufferPointer { result in
          guard let a = a.baseAddress, let b = b.baseAddress, let target = result.baseAddress else {
            return
          }
          products.multiply(
            ProductCall(
              shape: shape,
              Factor(
                a, stride: isTransposed.0 ? shape.rows : shape.depth, isTransposed: isTransposed.0),
              Factor(
                b, stride: isTransposed.1 ? shape.depth : shape.columns,
                isTransposed: isTransposed.1, isFixed: isFixed),
              into: target, stride: shape.columns, scales: (0.5, 2)))
        }
      }
    }
  }
}
