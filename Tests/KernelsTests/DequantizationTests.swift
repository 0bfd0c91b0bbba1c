import Kernels
import Testing

@Suite struct DequantizationTests {
  @Test("every type's blocks give the very floats that gguf-py makes of them")
  func blocksMatchGoldens() throws {
    let sections = try BlockGoldens().sections
    #expect(Set(sections.map(\.elementType)) == Set(ElementType.allCases))
    for section in sections {
      var values = [Float](repeating: .nan, count: section.values.count)
      section.bytes.withUnsafeBytes { bytes in
        guard let base = bytes.baseAddress else { return }
        Dequantization.row(section.elementType, base, count: values.count, into: &values)
      }
      #expect(values == section.values, "\(section.elementType.name)")
    }
  }

  @Test("every half-precision number survives the way to a float and back")
  func halfPrecisionRoundTrip() {
    for bits in UInt16.min...UInt16.max {
      let value = HalfPrecision.float(bits)
      let expected = Float(Float16(bitPattern: bits))
      #expect(value.isNaN ? expected.isNaN : value == expected)
      if !value.isNaN { #expect(HalfPrecision.bits(value) == bits) }
    }
  }

  @Test(
    "floats between two half-precision numbers round as the processor rounds them",
    arguments: [
      1.000_488_3, 1.000_976_6, 65_519, 65_520, 1e9, 5.9e-8, 2.9e-8, 3.1e-8, -0.1, 6.1e-5,
    ] as [Float])
  func halfPrecisionRounds(_ value: Float) {
    #expect(HalfPrecision.bits(value) == Float16(value).bitPattern)
  }
}
