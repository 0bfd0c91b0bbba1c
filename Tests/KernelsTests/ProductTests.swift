import Kernels
import Tensors
import Testing

@Suite struct ProductTests {
  static let types = ElementType.allCases

  @Test("a packed product equals the dequantised one in double precision", arguments: types)
  func portableProductIsExact(_ type: ElementType) {
    // 37 rows: two whole tiles and one of five rows.
    let fixture = ProductFixture(type, rowCount: 37, columnCount: 512, tokenCount: 3, seed: 7)
    let exact = fixture.exactProduct()
    let product = fixture.product(ScalarKernels.table)
    let largest = exact.map(abs).max() ?? 0
    for (found, expected) in zip(product, exact) {
      #expect(abs(Double(found) - expected) <= 2e-5 * largest, "\(type.name)")
    }
  }

  @Test(
    "all kernels give the portable ones' products to the bit, for every batch size",
    arguments: types, [1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 31])
  func fastProductsMatchPortable(_ type: ElementType, _ tokenCount: Int) {
    let fixture = ProductFixture(
      type, rowCount: 53, columnCount: 256, tokenCount: tokenCount, seed: 11)
    let expected = fixture.product(ScalarKernels.table)
    for table in KernelTable.available {
      #expect(fixture.product(table) == expected, "\(table.name)")
    }
  }

  @Test("a token's product does not depend on its batch", arguments: types)
  func productsDoNotDependOnTheBatch(_ type: ElementType) {
    let fixture = ProductFixture(type, rowCount: 64, columnCount: 768, tokenCount: 29, seed: 3)
    for table in KernelTable.available {
      let together = fixture.product(table)
      for token in 0..<fixture.tokenCount {
        let alone = fixture.product(table, tokens: token..<token + 1)
        #expect(alone[...] == together[token * 64..<(token + 1) * 64], "\(table.name)")
      }
    }
  }

  @Test(
    "the largest codes times the largest activations do not overflow",
    arguments: types, [0x00, 0x7F, 0x80, 0x88, 0xFF] as [UInt8])
  func extremeCodes(_ type: ElementType, _ code: UInt8) {
    for activation in [3, -3, 0] as [Float] {
      let fixture = ProductFixture.uniform(type, code: code, activation: activation)
      let exact = fixture.exactProduct()
      let expected = fixture.product(ScalarKernels.table)
      let largest = exact.map(abs).max() ?? 0
      for (found, value) in zip(expected, exact) {
        #expect(abs(Double(found) - value) <= 2e-5 * largest)
      }
      for table in KernelTable.available {
        #expect(fixture.product(table) == expected, "\(table.name)")
      }
    }
  }

  @Test("rows that are no whole number of blocks are refused")
  func raggedRowsAreRefused() {
    let pool = WorkerPool(workerCount: 1)
    let bytes = [UInt8](repeating: 0, count: 18 * 3)
    bytes.withUnsafeBytes { bytes in
      #expect(
        PackedMatrix(bytes, elementType: .q4_0, rowCount: 3, columnCount: 33, pool: pool) == nil)
      #expect(
        PackedMatrix(bytes, elementType: .q4_0, rowCount: 4, columnCount: 32, pool: pool) == nil)
      #expect(
        PackedMatrix(bytes, elementType: .q4_0, rowCount: 3, columnCount: 32, pool: pool) != nil)
    }
  }
}
