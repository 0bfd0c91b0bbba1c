/// What a key/value cache stores of each number; the raw value is the one that `--kv` takes.
public enum KeyValueType: String, CaseIterable, Sendable {
  /// Half precision.
  case f16
  /// Codes of 8 bits with a half-precision scale for every 32 numbers of a head, as in `q8_0` rows:
  /// little more than half the bytes.
  case q8_0
}

/// How the keys and the values of one head lie in a page of 64 positions.
///
/// Both are four *tiles* of sixteen positions, which begin one after another. In half precision a
/// tile of keys is `[number][16 positions]` and a tile of values `[16 positions][number]`. As codes,
/// a tile of keys is `[group of four numbers][16 positions][4]` of unsigned codes, 128 standing for
/// zero, a tile of values `[16 positions][number]` of signed codes; behind the codes of either come
/// their scales, `[block of 32 numbers][16 positions]` in half precision.
public struct KeyValueLayout: Sendable, Equatable {
  /// What is stored of each number.
  public let type: KeyValueType
  /// Numbers in a head.
  public let headSize: Int

  /// The layout of heads of `headSize` numbers.
  public init(_ type: KeyValueType, headSize: Int) {
    self.type = type
    self.headSize = headSize
  }

  /// Positions in a tile.
  public static let tilePositionCount = 16
  /// Tiles of a page.
  public static let tileCount = AttendCall.pagePositionCount / tilePositionCount
  /// Numbers that share a scale.
  public static let blockNumberCount = 32

  /// Scales that a position has, where codes have any.
  public var blockCount: Int { (headSize + Self.blockNumberCount - 1) / Self.blockNumberCount }
  /// Groups of four numbers; the last one may hold fewer.
  public var groupCount: Int { (headSize + 3) / 4 }

  /// Bytes of a tile of keys before its scales.
  public var keyCodeByteCount: Int { 64 * groupCount }
  /// Bytes of a tile of values before its scales.
  public var valueCodeByteCount: Int { Self.tilePositionCount * headSize }

  /// Bytes of a tile of keys.
  public var keyTileByteCount: Int {
    switch type {
    case .f16: 2 * Self.tilePositionCount * headSize
    case .q8_0: keyCodeByteCount + scaleByteCount
    }
  }
  /// Bytes of a tile of values.
  public var valueTileByteCount: Int {
    switch type {
    case .f16: 2 * Self.tilePositionCount * headSize
    case .q8_0: valueCodeByteCount + scaleByteCount
    }
  }

  /// Bytes of the scales of a tile of codes.
  private var scaleByteCount: Int { 2 * Self.tilePositionCount * blockCount }

  /// Bytes of all keys of the page, behind which its values begin.
  public var keyByteCount: Int { Self.tileCount * keyTileByteCount }
  /// Bytes of the keys and the values.
  public var byteCount: Int { keyByteCount + Self.tileCount * valueTileByteCount }

  /// Neighbouring rows of a tile, each a few bytes of every position, position after position.
  public struct Run: Sendable, Equatable {
    /// Bytes that a row has of each position.
    public let positionByteCount: Int
    /// Rows.
    public let count: Int
  }

  /// A tile of keys, from its first byte to its last.
  public var keyRuns: [Run] {
    switch type {
    case .f16: [Run(positionByteCount: 2, count: headSize)]
    case .q8_0: [Run(positionByteCount: 4, count: groupCount), scaleRun]
    }
  }

  /// A tile of values, from its first byte to its last.
  public var valueRuns: [Run] {
    switch type {
    case .f16: [Run(positionByteCount: 2 * headSize, count: 1)]
    case .q8_0: [Run(positionByteCount: headSize, count: 1), scaleRun]
    }
  }

  private var scaleRun: Run { Run(positionByteCount: 2, count: blockCount) }
}

/// A query's numbers as whole ones of 16 bits, for products with codes.
public enum WholeQuery {
  /// What a query's largest number becomes: 127 * 256, so that each is `256 * high + low` of two
  /// signed bytes.
  public static let largest: Float = 32_512
}
