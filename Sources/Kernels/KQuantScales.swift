/// The scales of K-quant blocks, which ggml packs into a few bits each.
///
/// - Source: ggml's `get_scale_min_k4`, `dequantize_row_q3_K` and `dequantize_row_iq4_xs`.
enum KQuantScales {
  /// Scale and minimum `index` of 8 from the twelve bytes of Q4_K and Q5_K; each in 0..<64.
  static func sixBit(_ bytes: UnsafeRawPointer, _ index: Int) -> (scale: UInt8, minimum: UInt8) {
    func byte(_ offset: Int) -> UInt8 { bytes.load(fromByteOffset: offset, as: UInt8.self) }
    if index < 4 {
      return (byte(index) & 63, byte(index + 4) & 63)
    }
    let low = byte(index + 4)
    return (
      (low & 15) | ((byte(index - 4) >> 6) << 4),
      (low >> 4) | ((byte(index) >> 6) << 4)
    )
  }

  /// Scale `index` of 16 from the twelve bytes of Q3_K; in -32..<32.
  static func threeBit(_ bytes: UnsafeRawPointer, _ index: Int) -> Int8 {
    func byte(_ offset: Int) -> UInt8 { bytes.load(fromByteOffset: offset, as: UInt8.self) }
    let low = (byte(index % 8) >> (index < 8 ? 0 : 4)) & 15
    let high = (byte(8 + index % 4) >> UInt8(2 * (index / 4))) & 3
    return Int8(low | (high << 4)) - 32
  }

  /// Scale `index` of 8 of an IQ4_XS block; in -32..<32.
  static func iq4(_ block: UnsafeRawPointer, _ index: Int) -> Int8 {
    let highBits = block.loadUnaligned(fromByteOffset: 2, as: UInt16.self)
    let lowBits = block.load(fromByteOffset: 4 + index / 2, as: UInt8.self)
    let low = (lowBits >> UInt8(4 * (index % 2))) & 15
    let high = UInt8(truncatingIfNeeded: highBits >> UInt16(2 * index)) & 3
    return Int8(low | (high << 4)) - 32
  }
}
