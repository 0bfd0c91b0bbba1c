internal import CIntrinsics
internal import Kernels

/// The codes of a unit as bytes: eight vectors, one for each group of four columns.
struct UnitCodes {
  var g0, g1, g2, g3, g4, g5, g6, g7: __m512i
}

/// The scales of a unit: one or two vectors, then the minima. Those that a format lacks stay unset
/// and cost nothing, since no kernel of that format reads them.
struct UnitScales {
  var scale0, scale1, minimum0, minimum1: __m512

  @inline(__always)
  init(_ scale0: __m512, scale1: __m512? = nil, minimum0: __m512? = nil, minimum1: __m512? = nil) {
    self.scale0 = scale0
    self.scale1 = scale1 ?? scale0
    self.minimum0 = minimum0 ?? scale0
    self.minimum1 = minimum1 ?? scale0
  }
}

/// A tile format as the vector kernels read it; the twin of `TileFormat` with everything known at
/// compile time.
protocol VectorFormat {
  static var elementType: ElementType { get }
  /// 1 or 2.
  static var halfCount: Int { get }
  static var hasMinimum: Bool { get }
  /// 0 where no zero point is subtracted.
  static var zeroPointShift: Int32 { get }
  static var blockUnitCount: Int { get }
  static var headerByteCount: Int { get }
  static var unitByteCount: Int { get }
  /// Spreads a unit's codes to bytes.
  static func codes(_ unit: UnsafeRawPointer) -> UnitCodes
  /// Reads the scales of unit `index` of the block at `block`.
  static func scales(_ block: UnsafeRawPointer, _ index: Int) -> UnitScales
}

extension VectorFormat {
  @inline(__always) static var blockByteCount: Int {
    headerByteCount + blockUnitCount * unitByteCount
  }
}

// MARK: Parts

@inline(__always)
private func low(_ v: __m512i) -> __m512i { asc_and_bytes(v, 15) }

@inline(__always)
private func high(_ v: __m512i) -> __m512i { asc_and_bytes(asc_shift_right_4(v), 15) }

@inline(__always)
private func nibbles(_ unit: UnsafeRawPointer) -> UnitCodes {
  let (a, b) = (asc_load(unit), asc_load(unit + 64))
  let (c, d) = (asc_load(unit + 128), asc_load(unit + 192))
  return UnitCodes(
    g0: low(a), g1: low(b), g2: low(c), g3: low(d),
    g4: high(a), g5: high(b), g6: high(c), g7: high(d))
}

/// Sets `bit` in the codes whose bit in the eight masks at `masks` is set.
@inline(__always)
private func setBits(_ codes: UnitCodes, _ masks: UnsafeRawPointer, _ bit: Int32) -> UnitCodes {
  let mask = masks.assumingMemoryBound(to: UInt64.self)
  return UnitCodes(
    g0: asc_set_masked(codes.g0, mask, bit), g1: asc_set_masked(codes.g1, mask + 1, bit),
    g2: asc_set_masked(codes.g2, mask + 2, bit), g3: asc_set_masked(codes.g3, mask + 3, bit),
    g4: asc_set_masked(codes.g4, mask + 4, bit), g5: asc_set_masked(codes.g5, mask + 5, bit),
    g6: asc_set_masked(codes.g6, mask + 6, bit), g7: asc_set_masked(codes.g7, mask + 7, bit))
}

@inline(__always)
private func crumbs(_ unit: UnsafeRawPointer) -> UnitCodes {
  let (a, b) = (asc_load(unit), asc_load(unit + 64))
  return UnitCodes(
    g0: asc_and_bytes(a, 3), g1: asc_and_bytes(asc_shift_right_2(a), 3),
    g2: asc_and_bytes(asc_shift_right_4(a), 3), g3: asc_and_bytes(asc_shift_right_6(a), 3),
    g4: asc_and_bytes(b, 3), g5: asc_and_bytes(asc_shift_right_2(b), 3),
    g6: asc_and_bytes(asc_shift_right_4(b), 3), g7: asc_and_bytes(asc_shift_right_6(b), 3))
}

@inline(__always)
private func halfScale(_ block: UnsafeRawPointer, _ index: Int = 0) -> __m512 {
  asc_load_f16(block + 32 * index)
}

// MARK: Blocks of one unit

protocol OneUnitFormat: VectorFormat {}

extension OneUnitFormat {
  @inline(__always) static var halfCount: Int { 1 }
  @inline(__always) static var blockUnitCount: Int { 1 }
  @inline(__always) static var headerByteCount: Int { hasMinimum ? 64 : 32 }
  @inline(__always) static func scales(_ block: UnsafeRawPointer, _ index: Int) -> UnitScales {
    hasMinimum
      ? UnitScales(halfScale(block), minimum0: halfScale(block, 1))
      : UnitScales(halfScale(block))
  }
}

enum VectorQ4_0: OneUnitFormat {
  @inline(__always) static var elementType: ElementType { .q4_0 }
  @inline(__always) static var hasMinimum: Bool { false }
  @inline(__always) static var zeroPointShift: Int32 { 3 }
  @inline(__always) static var unitByteCount: Int { 256 }
  @inline(__always) static func codes(_ unit: UnsafeRawPointer) -> UnitCodes { nibbles(unit) }
}

enum VectorQ4_1: OneUnitFormat {
  @inline(__always) static var elementType: ElementType { .q4_1 }
  @inline(__always) static var hasMinimum: Bool { true }
  @inline(__always) static var zeroPointShift: Int32 { 0 }
  @inline(__always) static var unitByteCount: Int { 256 }
  @inline(__always) static func codes(_ unit: UnsafeRawPointer) -> UnitCodes { nibbles(unit) }
}

enum VectorQ5_0: OneUnitFormat {
  @inline(__always) static var elementType: ElementType { .q5_0 }
  @inline(__always) static var hasMinimum: Bool { false }
  @inline(__always) static var zeroPointShift: Int32 { 4 }
  @inline(__always) static var unitByteCount: Int { 320 }
  @inline(__always) static func codes(_ unit: UnsafeRawPointer) -> UnitCodes {
    setBits(nibbles(unit + 64), unit, 16)
  }
}

enum VectorQ5_1: OneUnitFormat {
  @inline(__always) static var elementType: ElementType { .q5_1 }
  @inline(__always) static var hasMinimum: Bool { true }
  @inline(__always) static var zeroPointShift: Int32 { 0 }
  @inline(__always) static var unitByteCount: Int { 320 }
  @inline(__always) static func codes(_ unit: UnsafeRawPointer) -> UnitCodes {
    setBits(nibbles(unit + 64), unit, 16)
  }
}

enum VectorQ8_0: OneUnitFormat {
  @inline(__always) static var elementType: ElementType { .q8_0 }
  @inline(__always) static var hasMinimum: Bool { false }
  @inline(__always) static var zeroPointShift: Int32 { 7 }
  @inline(__always) static var unitByteCount: Int { 512 }
  @inline(__always) static func codes(_ unit: UnsafeRawPointer) -> UnitCodes {
    UnitCodes(
      g0: asc_load(unit), g1: asc_load(unit + 64), g2: asc_load(unit + 128),
      g3: asc_load(unit + 192), g4: asc_load(unit + 256), g5: asc_load(unit + 320),
      g6: asc_load(unit + 384), g7: asc_load(unit + 448))
  }
}

/// The codes of the IQ4 types, looked up.
@inline(__always)
private func codebook(_ unit: UnsafeRawPointer) -> UnitCodes {
  let codes = nibbles(unit)
  return withUnsafeBytes(of: TileFormat.codebook) { bytes in
    guard let table = bytes.baseAddress else { return codes }
    return UnitCodes(
      g0: asc_lookup(table, codes.g0), g1: asc_lookup(table, codes.g1),
      g2: asc_lookup(table, codes.g2), g3: asc_lookup(table, codes.g3),
      g4: asc_lookup(table, codes.g4), g5: asc_lookup(table, codes.g5),
      g6: asc_lookup(table, codes.g6), g7: asc_lookup(table, codes.g7))
  }
}

enum VectorIQ4NL: OneUnitFormat {
  @inline(__always) static var elementType: ElementType { .iq4_NL }
  @inline(__always) static var hasMinimum: Bool { false }
  @inline(__always) static var zeroPointShift: Int32 { 7 }
  @inline(__always) static var unitByteCount: Int { 256 }
  @inline(__always) static func codes(_ unit: UnsafeRawPointer) -> UnitCodes { codebook(unit) }
}

// MARK: Blocks of eight units

protocol EightUnitFormat: VectorFormat {}

extension EightUnitFormat {
  @inline(__always) static var blockUnitCount: Int { 8 }
}

enum VectorIQ4XS: EightUnitFormat {
  @inline(__always) static var elementType: ElementType { .iq4_XS }
  @inline(__always) static var halfCount: Int { 1 }
  @inline(__always) static var hasMinimum: Bool { false }
  @inline(__always) static var zeroPointShift: Int32 { 7 }
  @inline(__always) static var headerByteCount: Int { 32 + 8 * 16 }
  @inline(__always) static var unitByteCount: Int { 256 }
  @inline(__always) static func codes(_ unit: UnsafeRawPointer) -> UnitCodes { codebook(unit) }
  @inline(__always) static func scales(_ block: UnsafeRawPointer, _ index: Int) -> UnitScales {
    UnitScales(asc_mul(halfScale(block), asc_load_i8(block + (32 + 16 * index))))
  }
}

/// Q4_K and Q5_K: a scale and a minimum for each unit.
protocol PairFormat: EightUnitFormat {}

extension PairFormat {
  @inline(__always) static var halfCount: Int { 1 }
  @inline(__always) static var hasMinimum: Bool { true }
  @inline(__always) static var zeroPointShift: Int32 { 0 }
  @inline(__always) static var headerByteCount: Int { 64 + 8 * 32 }
  @inline(__always) static func scales(_ block: UnsafeRawPointer, _ index: Int) -> UnitScales {
    let factors = block + (64 + 32 * index)
    let minimum = asc_sub(asc_zero_f32(), halfScale(block, 1))
    return UnitScales(
      asc_mul(halfScale(block), asc_load_u8(factors)),
      minimum0: asc_mul(minimum, asc_load_u8(factors + 16)))
  }
}

enum VectorQ4K: PairFormat {
  @inline(__always) static var elementType: ElementType { .q4_K }
  @inline(__always) static var unitByteCount: Int { 256 }
  @inline(__always) static func codes(_ unit: UnsafeRawPointer) -> UnitCodes { nibbles(unit) }
}

enum VectorQ5K: PairFormat {
  @inline(__always) static var elementType: ElementType { .q5_K }
  @inline(__always) static var unitByteCount: Int { 320 }
  @inline(__always) static func codes(_ unit: UnsafeRawPointer) -> UnitCodes {
    setBits(nibbles(unit + 64), unit, 16)
  }
}

/// Q3_K and Q6_K: a signed factor for each half.
protocol SignedHalvesFormat: EightUnitFormat {}

extension SignedHalvesFormat {
  @inline(__always) static var halfCount: Int { 2 }
  @inline(__always) static var hasMinimum: Bool { false }
  @inline(__always) static var headerByteCount: Int { 32 + 8 * 32 }
  @inline(__always) static func scales(_ block: UnsafeRawPointer, _ index: Int) -> UnitScales {
    let (scale, factors) = (halfScale(block), block + (32 + 32 * index))
    return UnitScales(
      asc_mul(scale, asc_load_i8(factors)), scale1: asc_mul(scale, asc_load_i8(factors + 16)))
  }
}

enum VectorQ3K: SignedHalvesFormat {
  @inline(__always) static var elementType: ElementType { .q3_K }
  @inline(__always) static var zeroPointShift: Int32 { 2 }
  @inline(__always) static var unitByteCount: Int { 192 }
  @inline(__always) static func codes(_ unit: UnsafeRawPointer) -> UnitCodes {
    setBits(crumbs(unit + 64), unit, 4)
  }
}

enum VectorQ6K: SignedHalvesFormat {
  @inline(__always) static var elementType: ElementType { .q6_K }
  @inline(__always) static var zeroPointShift: Int32 { 5 }
  @inline(__always) static var unitByteCount: Int { 384 }
  @inline(__always) static func codes(_ unit: UnsafeRawPointer) -> UnitCodes {
    let (near, far) = (nibbles(unit + 128), crumbs(unit))
    return UnitCodes(
      g0: raise(near.g0, far.g0), g1: raise(near.g1, far.g1),
      g2: raise(near.g2, far.g2), g3: raise(near.g3, far.g3),
      g4: raise(near.g4, far.g4), g5: raise(near.g5, far.g5),
      g6: raise(near.g6, far.g6), g7: raise(near.g7, far.g7))
  }

  /// A nibble with two bits above it. The crumbs are below 4, so the shift crosses no byte.
  @inline(__always)
  private static func raise(_ nibble: __m512i, _ crumb: __m512i) -> __m512i {
    asc_or(nibble, asc_shift_left_4(crumb))
  }
}

enum VectorQ2K: EightUnitFormat {
  @inline(__always) static var elementType: ElementType { .q2_K }
  @inline(__always) static var halfCount: Int { 2 }
  @inline(__always) static var hasMinimum: Bool { true }
  @inline(__always) static var zeroPointShift: Int32 { 0 }
  @inline(__always) static var headerByteCount: Int { 64 + 8 * 32 }
  @inline(__always) static var unitByteCount: Int { 128 }
  @inline(__always) static func codes(_ unit: UnsafeRawPointer) -> UnitCodes { crumbs(unit) }
  @inline(__always) static func scales(_ block: UnsafeRawPointer, _ index: Int) -> UnitScales {
    let (scale, factors) = (halfScale(block), block + (64 + 32 * index))
    let minimum = asc_sub(asc_zero_f32(), halfScale(block, 1))
    return UnitScales(
      asc_mul(scale, asc_load_low_nibbles(factors)),
      scale1: asc_mul(scale, asc_load_low_nibbles(factors + 16)),
      minimum0: asc_mul(minimum, asc_load_high_nibbles(factors)),
      minimum1: asc_mul(minimum, asc_load_high_nibbles(factors + 16)))
  }
}
