/// Numbers to blocks of eight-bit codes: the one quantiser that computing itself needs, for small
/// matrices that come as floats and meet activations as codes.
public enum Q8Rounding {
  /// Writes a row as `q8_0` blocks: the largest number of 32 becomes 127 or -127, the others the
  /// nearest codes.
  ///
  /// - Parameters:
  ///   - source: `count` finite floats.
  ///   - count: A multiple of 32.
  ///   - target: `count / 32 * 34` bytes.
  /// - Source: ggml, `quantize_row_q8_0_ref`.
  public static func row(
    _ source: UnsafePointer<Float>, count: Int, into target: UnsafeMutableRawPointer
  ) {
    precondition(count % 32 == 0, "a row is whole blocks")
    for block in 0..<count / 32 {
      let (numbers, bytes) = (source + 32 * block, target + 34 * block)
      var largest: Float = 0
      for index in 0..<32 { largest = max(largest, abs(numbers[index])) }
      let scale = largest / 127
      let inverse = scale > 0 ? 1 / scale : 0
      bytes.storeBytes(of: HalfPrecision.bits(scale), as: UInt16.self)
      for index in 0..<32 {
        let scaled = (numbers[index] * inverse).rounded(.toNearestOrAwayFromZero)
        // Not a number: what becomes of it shows in the result, and must not trap here.
        let code = scaled.isFinite ? Int8(max(-127, min(127, scaled))) : 0
        bytes.storeBytes(of: code, toByteOffset: 2 + index, as: Int8.self)
      }
    }
  }
}
