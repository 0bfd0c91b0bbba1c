/// How sixteen rows of a quantised matrix lie in memory once they are packed for computing.
///
/// A *tile* is sixteen rows. Along the columns it is cut into *blocks* (as many columns as a block
/// of the element type) and these into *units* of 32 columns. A block begins with its scales, row
/// beside row, then come its units in the order in which a product reads them; so a product walks
/// through a tile's bytes once, front to back. In a unit the codes of four neighbouring columns of
/// all sixteen rows stand together (64 codes), because that is what one `vpdpbusd` multiplies.
///
/// A number of the matrix is `scale * (code - zeroPoint) + minimum`, where a unit has one scale
/// (and minimum) per row, or two, one for each half of 16 columns.
public struct TileFormat: Sendable, Equatable {
  /// Rows in a tile: 32-bit lanes of a 512-bit vector.
  public static let rowCount = 16
  /// Columns in a unit: numbers in the smallest block of any quantised type.
  public static let unitColumnCount = 32

  /// How the codes of a unit are stored. A nibble is 4 bits, a crumb 2.
  public enum Codes: Sendable {
    /// 512 bytes: group of four columns `g` of 8, row, column.
    case bytes
    /// 256 bytes: byte `(n, row, column)` of `n` in 0..<4 holds group n low and group n + 4 high.
    case nibbles
    /// Nibbles that index the 16 values of the IQ4 types.
    case codebook
    /// 64 bytes, one bit a code worth 16, then nibbles.
    case bitsAndNibbles
    /// 128 bytes of crumbs worth 16, then nibbles.
    case crumbsAndNibbles
    /// 128 bytes: byte `(n, row, column)` of `n` in 0..<2 holds groups 4n ... 4n + 3.
    case crumbs
    /// 64 bytes, one bit a code worth 4, then crumbs.
    case bitsAndCrumbs
  }

  /// What a unit has beside the block's own scale, each as one byte for each of the sixteen rows.
  public enum UnitScales: Sendable {
    /// Nothing: the block is one unit.
    case none
    /// A signed factor for each half (Q3_K, Q6_K).
    case signedHalves
    /// A signed factor (IQ4_XS).
    case signed
    /// An unsigned factor of the scale, then one of the minimum (Q4_K, Q5_K).
    case pair
    /// For each half, the factor of the scale in the low nibble, of the minimum in the high (Q2_K).
    case nibbleHalves
  }

  /// The type whose blocks were packed.
  public let elementType: ElementType
  /// How the codes of a unit are stored.
  public let codes: Codes
  /// What a unit has beside its block's scale.
  public let unitScales: UnitScales
  /// Whether each block has a second half-precision number a row, the minimum's scale.
  public let hasMinimum: Bool
  /// Binary logarithm of what is subtracted from a code, or nil where nothing is.
  public let zeroPointShift: Int32?

  /// The format of a quantised type, or nil for one that stores plain floats.
  public init?(_ elementType: ElementType) {
    self.elementType = elementType
    switch elementType {
    case .f32, .f16, .bf16: return nil
    case .q4_0: (codes, unitScales, hasMinimum, zeroPointShift) = (.nibbles, .none, false, 3)
    case .q4_1: (codes, unitScales, hasMinimum, zeroPointShift) = (.nibbles, .none, true, nil)
    case .q5_0:
      (codes, unitScales, hasMinimum, zeroPointShift) = (.bitsAndNibbles, .none, false, 4)
    case .q5_1:
      (codes, unitScales, hasMinimum, zeroPointShift) = (.bitsAndNibbles, .none, true, nil)
    case .q8_0: (codes, unitScales, hasMinimum, zeroPointShift) = (.bytes, .none, false, 7)
    case .q2_K:
      (codes, unitScales, hasMinimum, zeroPointShift) = (.crumbs, .nibbleHalves, true, nil)
    case .q3_K:
      (codes, unitScales, hasMinimum, zeroPointShift) = (.bitsAndCrumbs, .signedHalves, false, 2)
    case .q4_K: (codes, unitScales, hasMinimum, zeroPointShift) = (.nibbles, .pair, true, nil)
    case .q5_K:
      (codes, unitScales, hasMinimum, zeroPointShift) = (.bitsAndNibbles, .pair, true, nil)
    case .q6_K:
      (codes, unitScales, hasMinimum, zeroPointShift) =
        (.crumbsAndNibbles, .signedHalves, false, 5)
    case .iq4_NL: (codes, unitScales, hasMinimum, zeroPointShift) = (.codebook, .none, false, 7)
    case .iq4_XS: (codes, unitScales, hasMinimum, zeroPointShift) = (.codebook, .signed, false, 7)
    }
  }

  /// The 16 values of the IQ4 types, each plus 128.
  ///
  /// - Source: ggml's `kvalues_iq4nl`.
  public static let codebook: InlineArray<16, UInt8> = [
    1, 24, 45, 63, 79, 93, 106, 118, 129, 141, 153, 166, 181, 197, 217, 241,
  ]

  /// Units in a block: 1 or 8.
  public var blockUnitCount: Int { elementType.blockElementCount / Self.unitColumnCount }

  /// Scales that a unit has for each row: 1, or 2 where each half has its own.
  public var halfCount: Int {
    switch unitScales {
    case .signedHalves, .nibbleHalves: 2
    case .none, .signed, .pair: 1
    }
  }

  /// Bytes of the half-precision scales at the start of a block.
  public var blockScaleByteCount: Int { (hasMinimum ? 2 : 1) * 2 * Self.rowCount }

  /// Bytes of the scales that a unit adds; those of all units follow the block's own.
  public var unitScaleByteCount: Int {
    switch unitScales {
    case .none: 0
    case .signed: Self.rowCount
    case .pair, .signedHalves, .nibbleHalves: 2 * Self.rowCount
    }
  }

  /// Bytes of a unit's codes.
  public var unitByteCount: Int {
    switch codes {
    case .bytes: 512
    case .nibbles, .codebook: 256
    case .bitsAndNibbles: 64 + 256
    case .crumbsAndNibbles: 128 + 256
    case .crumbs: 128
    case .bitsAndCrumbs: 64 + 128
    }
  }

  /// Bytes of the scales of a block, its units' included.
  public var headerByteCount: Int { blockScaleByteCount + blockUnitCount * unitScaleByteCount }

  /// Bytes of a block of sixteen rows.
  public var blockByteCount: Int { headerByteCount + blockUnitCount * unitByteCount }

  /// Float vectors of sixteen that the scales of a unit make: one or two scales, then the minima.
  public var scaleVectorCount: Int { halfCount * (hasMinimum ? 2 : 1) }
}
