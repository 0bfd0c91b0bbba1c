/// Half-precision bits to floats and back, without the processor's help.
///
/// `Float16` would do, but on processors without the conversion it calls a library function that
/// older systems lack.
public enum HalfPrecision {
  /// The float that `bits` stand for; exact.
  public static func float(_ bits: UInt16) -> Float {
    let sign: Float = bits & 0x8000 == 0 ? 1 : -1
    let exponent = Int(bits >> 10) & 31
    let significand = UInt32(bits & 0x03FF)
    switch exponent {
    case 0: return sign * Float(significand) * 0x1p-24
    case 31:
      return significand == 0 ? sign * .infinity : .nan
    default:
      let magnitude = Float(bitPattern: UInt32(exponent + 112) << 23 | significand << 13)
      return sign * magnitude
    }
  }

  /// The nearest half-precision number, ties to even; too large becomes infinity.
  public static func bits(_ value: Float) -> UInt16 {
    let pattern = value.bitPattern
    let sign = UInt16(truncatingIfNeeded: pattern >> 16) & 0x8000
    let magnitude = pattern & 0x7FFF_FFFF
    if magnitude > 0x7F80_0000 { return sign | 0x7E00 }
    if magnitude >= 0x4780_0000 { return sign | 0x7C00 }
    if magnitude < 0x3880_0000 {
      // Subnormal: let the float adder round at the right bit.
      let shifted = Float(bitPattern: magnitude) + 0.5
      return sign | UInt16(truncatingIfNeeded: shifted.bitPattern &- 0x3F00_0000)
    }
    let rounded = magnitude &+ 0x0FFF &+ ((magnitude >> 13) & 1)
    return sign | UInt16(truncatingIfNeeded: (rounded >> 13) &- (112 << 10))
  }
}
