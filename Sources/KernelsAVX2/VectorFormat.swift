internal import CIntrinsicsAVX2
internal import Kernels

/// How many products a format's codes may add up in 16 bits.
///
/// An activation is at most 127, and a lane takes two products at a time.
enum CodeRange {
  /// Unsigned codes, of which so many groups of four columns fit: 8 below 16, 4 below 32, 2 below
  /// 64 (2 groups * 2 products * 63 * 127 = 32,004).
  case unsigned(groupCount: Int)
  /// Signed codes in -128...127, of which one group fits: 2 * 128 * 127 = 32,512.
  case signed
}

/// The scales of an octet in a unit: one or two vectors, then the minima. Those that a format lacks
/// stay unset and cost nothing, since no kernel of that format reads them.
struct UnitScales {
  var scale0, scale1, minimum0, minimum1: __m256

  @inline(__always)
  init(_ scale0: __m256, scale1: __m256? = nil, minimum0: __m256? = nil, minimum1: __m256? = nil) {
    self.scale0 = scale0
    self.scale1 = scale1 ?? scale0
    self.minimum0 = minimum0 ?? scale0
    self.minimum1 = minimum1 ?? scale0
  }
}

/// A tile format as the vector kernels read it; the twin of `TileFormat` with everything known at
/// compile time. An octet is 0 or 1.
protocol VectorFormat {
  /// 1 or 2.
  static var halfCount: Int { get }
  static var hasMinimum: Bool { get }
  static var range: CodeRange { get }
  /// 0 where no zero point is subtracted, as with signed codes.
  static var zeroPointShift: Int32 { get }
  static var blockUnitCount: Int { get }
  static var headerByteCount: Int { get }
  static var unitByteCount: Int { get }
  /// Spreads an octet's codes of group `four` of a unit to bytes.
  static func codes(_ unit: UnsafeRawPointer, _ four: Int, _ octet: Int) -> __m256i
  /// Reads an octet's scales in unit `index` of the block at `block`.
  static func scales(_ block: UnsafeRawPointer, _ index: Int, _ octet: Int) -> UnitScales
}

extension VectorFormat {
  @inline(__always) static var blockByteCount: Int {
    headerByteCount + blockUnitCount * unitByteCount
  }
}

// MARK: Parts

@inline(__always)
private func nibbles(_ unit: UnsafeRawPointer, _ four: Int, _ octet: Int) -> __m256i {
  let both = avx_load(unit + (64 * (four & 3) + 32 * octet))
  return avx_and_bytes(four < 4 ? both : avx_shift_right_i16(both, 4), 15)
}

@inline(__always)
private func crumbs(_ unit: UnsafeRawPointer, _ four: Int, _ octet: Int) -> __m256i {
  let all = avx_load(unit + (64 * (four >> 2) + 32 * octet))
  return avx_and_bytes(avx_shift_right_i16(all, Int32(truncatingIfNeeded: 2 * (four & 3))), 3)
}

/// `value` in the codes whose bit in the masks at `masks` is set.
@inline(__always)
private func bits(
  _ masks: UnsafeRawPointer, _ four: Int, _ octet: Int, worth value: Int32
) -> __m256i {
  avx_spread_mask((masks + (8 * four + 4 * octet)).assumingMemoryBound(to: Int32.self), value)
}

/// The values of the IQ4 types: those of `TileFormat.codebook` without its zero point.
@inline(__always)
private func codebook(_ unit: UnsafeRawPointer, _ four: Int, _ octet: Int) -> __m256i {
  let indices = nibbles(unit, four, octet)
  return withUnsafeBytes(of: TileFormat.codebook) { bytes in
    guard let table = bytes.baseAddress else { return indices }
    return avx_xor_bytes(avx_lookup(table, indices), 128)
  }
}

@inline(__always)
private func halfScale(_ block: UnsafeRawPointer, _ octet: Int, _ index: Int = 0) -> __m256 {
  avx_load_f16(block + (32 * index + 16 * octet))
}

@inline(__always)
private func negatedMinimum(_ block: UnsafeRawPointer, _ octet: Int) -> __m256 {
  avx_sub(avx_zero_f32(), halfScale(block, octet, 1))
}

// MARK: Blocks of one unit

protocol OneUnitFormat: VectorFormat {}

extension OneUnitFormat {
  @inline(__always) static var halfCount: Int { 1 }
  @inline(__always) static var blockUnitCount: Int { 1 }
  @inline(__always) static var headerByteCount: Int { hasMinimum ? 64 : 32 }
  @inline(__always)
  static func scales(_ block: UnsafeRawPointer, _ index: Int, _ octet: Int) -> UnitScales {
    hasMinimum
      ? UnitScales(halfScale(block, octet), minimum0: halfScale(block, octet, 1))
      : UnitScales(halfScale(block, octet))
  }
}

/// Q4_0, Q4_1 and Q4_K.
protocol NibbleFormat: VectorFormat {}

extension NibbleFormat {
  @inline(__always) static var range: CodeRange { .unsigned(groupCount: 8) }
  @inline(__always) static var unitByteCount: Int { 256 }
  @inline(__always)
  static func codes(_ unit: UnsafeRawPointer, _ four: Int, _ octet: Int) -> __m256i {
    nibbles(unit, four, octet)
  }
}

/// Q5_0, Q5_1 and Q5_K.
protocol BitAndNibbleFormat: VectorFormat {}

extension BitAndNibbleFormat {
  @inline(__always) static var range: CodeRange { .unsigned(groupCount: 4) }
  @inline(__always) static var unitByteCount: Int { 320 }
  @inline(__always)
  static func codes(_ unit: UnsafeRawPointer, _ four: Int, _ octet: Int) -> __m256i {
    avx_or(nibbles(unit + 64, four, octet), bits(unit, four, octet, worth: 16))
  }
}

/// The IQ4 types.
protocol CodebookFormat: VectorFormat {}

extension CodebookFormat {
  @inline(__always) static var hasMinimum: Bool { false }
  @inline(__always) static var range: CodeRange { .signed }
  @inline(__always) static var zeroPointShift: Int32 { 0 }
  @inline(__always) static var unitByteCount: Int { 256 }
  @inline(__always)
  static func codes(_ unit: UnsafeRawPointer, _ four: Int, _ octet: Int) -> __m256i {
    codebook(unit, four, octet)
  }
}

enum VectorQ4_0: OneUnitFormat, NibbleFormat {
  @inline(__always) static var hasMinimum: Bool { false }
  @inline(__always) static var zeroPointShift: Int32 { 3 }
}

enum VectorQ4_1: OneUnitFormat, NibbleFormat {
  @inline(__always) static var hasMinimum: Bool { true }
  @inline(__always) static var zeroPointShift: Int32 { 0 }
}

enum VectorQ5_0: OneUnitFormat, BitAndNibbleFormat {
  @inline(__always) static var hasMinimum: Bool { false }
  @inline(__always) static var zeroPointShift: Int32 { 4 }
}

enum VectorQ5_1: OneUnitFormat, BitAndNibbleFormat {
  @inline(__always) static var hasMinimum: Bool { true }
  @inline(__always) static var zeroPointShift: Int32 { 0 }
}

enum VectorQ8_0: OneUnitFormat {
  @inline(__always) static var hasMinimum: Bool { false }
  @inline(__always) static var range: CodeRange { .signed }
  @inline(__always) static var zeroPointShift: Int32 { 0 }
  @inline(__always) static var unitByteCount: Int { 512 }
  /// The tile stores 128 more.
  @inline(__always)
  static func codes(_ unit: UnsafeRawPointer, _ four: Int, _ octet: Int) -> __m256i {
    avx_xor_bytes(avx_load(unit + (64 * four + 32 * octet)), 128)
  }
}

enum VectorIQ4NL: OneUnitFormat, CodebookFormat {}

// MARK: Blocks of eight units

protocol EightUnitFormat: VectorFormat {}

extension EightUnitFormat {
  @inline(__always) static var blockUnitCount: Int { 8 }
}

enum VectorIQ4XS: EightUnitFormat, CodebookFormat {
  @inline(__always) static var halfCount: Int { 1 }
  @inline(__always) static var headerByteCount: Int { 32 + 8 * 16 }
  @inline(__always)
  static func scales(_ block: UnsafeRawPointer, _ index: Int, _ octet: Int) -> UnitScales {
    let factors = avx_load_i8(block + (32 + 16 * index + 8 * octet))
    return UnitScales(avx_mul(halfScale(block, octet), factors))
  }
}

/// Q4_K and Q5_K: a scale and a minimum for each unit.
protocol PairFormat: EightUnitFormat {}

extension PairFormat {
  @inline(__always) static var halfCount: Int { 1 }
  @inline(__always) static var hasMinimum: Bool { true }
  @inline(__always) static var zeroPointShift: Int32 { 0 }
  @inline(__always) static var headerByteCount: Int { 64 + 8 * 32 }
  @inline(__always)
  static func scales(_ block: UnsafeRawPointer, _ index: Int, _ octet: Int) -> UnitScales {
    let factors = block + (64 + 32 * index + 8 * octet)
    return UnitScales(
      avx_mul(halfScale(block, octet), avx_load_u8(factors)),
      minimum0: avx_mul(negatedMinimum(block, octet), avx_load_u8(factors + 16)))
  }
}

enum VectorQ4K: PairFormat, NibbleFormat {}

enum VectorQ5K: PairFormat, BitAndNibbleFormat {}

/// Q3_K and Q6_K: a signed factor for each half.
protocol SignedHalvesFormat: EightUnitFormat {}

extension SignedHalvesFormat {
  @inline(__always) static var halfCount: Int { 2 }
  @inline(__always) static var hasMinimum: Bool { false }
  @inline(__always) static var headerByteCount: Int { 32 + 8 * 32 }
  @inline(__always)
  static func scales(_ block: UnsafeRawPointer, _ index: Int, _ octet: Int) -> UnitScales {
    let (scale, factors) = (halfScale(block, octet), block + (32 + 32 * index + 8 * octet))
    return UnitScales(
      avx_mul(scale, avx_load_i8(factors)), scale1: avx_mul(scale, avx_load_i8(factors + 16)))
  }
}

enum VectorQ3K: SignedHalvesFormat {
  @inline(__always) static var range: CodeRange { .unsigned(groupCount: 8) }
  @inline(__always) static var zeroPointShift: Int32 { 2 }
  @inline(__always) static var unitByteCount: Int { 192 }
  @inline(__always)
  static func codes(_ unit: UnsafeRawPointer, _ four: Int, _ octet: Int) -> __m256i {
    avx_or(crumbs(unit + 64, four, octet), bits(unit, four, octet, worth: 4))
  }
}

enum VectorQ6K: SignedHalvesFormat {
  @inline(__always) static var range: CodeRange { .unsigned(groupCount: 2) }
  @inline(__always) static var zeroPointShift: Int32 { 5 }
  @inline(__always) static var unitByteCount: Int { 384 }
  /// A nibble with two bits above it. The crumbs are below 4, so the shift crosses no byte.
  @inline(__always)
  static func codes(_ unit: UnsafeRawPointer, _ four: Int, _ octet: Int) -> __m256i {
    avx_or(nibbles(unit + 128, four, octet), avx_shift_left_4(crumbs(unit, four, octet)))
  }
}

enum VectorQ2K: EightUnitFormat {
  @inline(__always) static var halfCount: Int { 2 }
  @inline(__always) static var hasMinimum: Bool { true }
  @inline(__always) static var range: CodeRange { .unsigned(groupCount: 8) }
  @inline(__always) static var zeroPointShift: Int32 { 0 }
  @inline(__always) static var headerByteCount: Int { 64 + 8 * 32 }
  @inline(__always) static var unitByteCount: Int { 128 }
  @inline(__always)
  static func codes(_ unit: UnsafeRawPointer, _ four: Int, _ octet: Int) -> __m256i {
    crumbs(unit, four, octet)
  }
  @inline(__always)
  static func scales(_ block: UnsafeRawPointer, _ index: Int, _ octet: Int) -> UnitScales {
    let (scale, factors) = (halfScale(block, octet), block + (64 + 32 * index + 8 * octet))
    let minimum = negatedMinimum(block, octet)
    return UnitScales(
      avx_mul(scale, avx_load_low_nibbles(factors)),
      scale1: avx_mul(scale, avx_load_low_nibbles(factors + 16)),
      minimum0: avx_mul(minimum, avx_load_high_nibbles(factors)),
      minimum1: avx_mul(minimum, avx_load_high_nibbles(factors + 16)))
  }
}
