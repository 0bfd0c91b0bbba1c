import Kernels
import Tensors
import Testing
import Training

@Suite struct DenseProductTests {
  @Test("a product of plain floats equals OpenBLAS's", arguments: [1, 2, 6, 17])
  func matchesOpenBLAS(_ tokenCount: Int) throws {
    let (rowCount, columnCount) = (48, 320)
    let fixture = ProductFixture(
      .f32, rowCount: rowCount, columnCount: columnCount, tokenCount: tokenCount, seed: 9)
    let weights = fixture.bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    var expected = [Float](repeating: 0, count: tokenCount * rowCount)
    let products = try DenseProducts(pool: WorkerPool(workerCount: 1))
    expected.withUnsafeMutableBufferPointer { result in
      guard let target = result.baseAddress else { return }
      fixture.activations.withUnsafeBufferPointer { activations in
        weights.withUnsafeBufferPointer { weights in
          guard let left = activations.baseAddress, let right = weights.baseAddress else { return }
          products.multiply(
            ProductCall(
              shape: (tokenCount, rowCount, columnCount), Factor(left, stride: columnCount),
              Factor(right, stride: columnCount, isTransposed: true), into: target,
              stride: rowCount))
        }
      }
    }
    for table in KernelTable.available {
      for (found, value) in zip(fixture.product(table), expected) {
        #expect(abs(found - value) < 1e-4, "\(table.name)")
      }
    }
  }
}
