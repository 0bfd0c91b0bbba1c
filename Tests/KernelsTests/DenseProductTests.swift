import COpenBLAS
import Kernels
import Tensors
import Testing

@Suite struct DenseProductTests {
  @Test("a product of plain floats equals OpenBLAS's", arguments: [1, 2, 6, 17])
  func matchesOpenBLAS(_ tokenCount: Int) {
    let (rowCount, columnCount) = (48, 320)
    let fixture = ProductFixture(
      .f32, rowCount: rowCount, columnCount: columnCount, tokenCount: tokenCount, seed: 9)
    let weights = fixture.bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    var expected = [Float](repeating: 0, count: tokenCount * rowCount)
    openblas_set_num_threads(1)
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, blasint(tokenCount), blasint(rowCount),
      blasint(columnCount), 1, fixture.activations, blasint(columnCount), weights,
      blasint(columnCount), 0, &expected, blasint(rowCount))
    for table in KernelTable.available {
      for (found, value) in zip(fixture.product(table), expected) {
        #expect(abs(found - value) < 1e-4, "\(table.name)")
      }
    }
  }
}
