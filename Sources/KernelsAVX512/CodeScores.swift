internal import CIntrinsics

/// A few tiles of keys as codes that meet the same numbers of each query.
protocol TileStrip {
  /// Codes of four numbers of the tiles' positions.
  associatedtype Codes
  /// Scales of the tiles' positions.
  associatedtype Scales
  /// Tiles in the strip.
  static var count: Int { get }
  init()
  /// Loads from tiles that begin `apart` bytes from each other.
  static func loadCodes(_ source: UnsafeRawPointer, apart: Int) -> Codes
  static func loadScales(_ source: UnsafeRawPointer, apart: Int) -> Scales
  /// Starts the whole-number sums.
  mutating func begin(_ high: __m512i, _ low: __m512i)
  /// Adds products with a query's high and low bytes, broadcast.
  mutating func add(_ codes: Codes, _ high: __m512i, _ low: __m512i)
  /// Adds the whole-number sums times the positions' scales to the totals.
  mutating func finish(_ scales: Scales)
  /// Writes the totals times a number.
  func write(_ target: UnsafeMutablePointer<Float>, times factor: __m512)
}

/// One tile.
struct OneTile: TileStrip {
  static var count: Int { 1 }
  private var high: __m512i
  private var low: __m512i
  private var total: __m512

  @inline(__always) init() {
    high = asc_zero()
    low = asc_zero()
    total = asc_zero_f32()
  }

  @inline(__always)
  static func loadCodes(_ source: UnsafeRawPointer, apart: Int) -> __m512i { asc_load(source) }

  @inline(__always)
  static func loadScales(_ source: UnsafeRawPointer, apart: Int) -> __m512 {
    asc_load_f16(source)
  }

  @inline(__always) mutating func begin(_ high: __m512i, _ low: __m512i) {
    self.high = high
    self.low = low
  }

  @inline(__always) mutating func add(_ codes: __m512i, _ high: __m512i, _ low: __m512i) {
    self.high = asc_dot(self.high, codes, high)
    self.low = asc_dot(self.low, codes, low)
  }

  @inline(__always) mutating func finish(_ scales: __m512) {
    total = asc_fma(asc_to_f32(asc_add_i32(asc_shift_left(high, 8), low)), scales, total)
  }

  @inline(__always) func write(_ target: UnsafeMutablePointer<Float>, times factor: __m512) {
    asc_store_f32(target, asc_mul(total, factor))
  }
}

/// Two strips side by side.
struct BesideTiles<Half: TileStrip>: TileStrip {
  typealias Codes = (near: Half.Codes, far: Half.Codes)
  typealias Scales = (near: Half.Scales, far: Half.Scales)
  @inline(__always) static var count: Int { 2 * Half.count }
  private var near: Half
  private var far: Half

  @inline(__always) init() {
    near = Half()
    far = Half()
  }

  @inline(__always)
  static func loadCodes(_ source: UnsafeRawPointer, apart: Int) -> Codes {
    (
      Half.loadCodes(source, apart: apart),
      Half.loadCodes(source + Half.count &* apart, apart: apart)
    )
  }

  @inline(__always)
  static func loadScales(_ source: UnsafeRawPointer, apart: Int) -> Scales {
    (
      Half.loadScales(source, apart: apart),
      Half.loadScales(source + Half.count &* apart, apart: apart)
    )
  }

  @inline(__always) mutating func begin(_ high: __m512i, _ low: __m512i) {
    near.begin(high, low)
    far.begin(high, low)
  }

  @inline(__always) mutating func add(_ codes: Codes, _ high: __m512i, _ low: __m512i) {
    near.add(codes.near, high, low)
    far.add(codes.far, high, low)
  }

  @inline(__always) mutating func finish(_ scales: Scales) {
    near.finish(scales.near)
    far.finish(scales.far)
  }

  @inline(__always) func write(_ target: UnsafeMutablePointer<Float>, times factor: __m512) {
    near.write(target, times: factor)
    far.write(target + 16 &* Half.count, times: factor)
  }
}

typealias TwoTiles = BesideTiles<OneTile>
typealias FourTiles = BesideTiles<TwoTiles>

/// The scores of a few queries against a strip of tiles, held in registers; put together like
/// `TokenGroup`. A query's high and its low word stand side by side, query after query.
protocol CodeScores {
  associatedtype Line: TileStrip
  /// Queries.
  static var count: Int { get }
  init()
  mutating func begin(_ sums: UnsafePointer<Int32>)
  mutating func add(_ codes: Line.Codes, _ words: UnsafePointer<Int32>)
  mutating func finish(_ scales: Line.Scales)
  /// Writes each query's scores, times its number of `factors`, `apart` floats from query to query.
  func write(
    _ target: UnsafeMutablePointer<Float>, apart: Int, _ factors: UnsafePointer<Float>)
}

/// One query.
struct OneScored<Line: TileStrip>: CodeScores {
  @inline(__always) static var count: Int { 1 }
  private var line: Line

  @inline(__always) init() { line = Line() }

  @inline(__always) mutating func begin(_ sums: UnsafePointer<Int32>) {
    line.begin(asc_broadcast_i32(sums), asc_broadcast_i32(sums + 1))
  }

  @inline(__always) mutating func add(_ codes: Line.Codes, _ words: UnsafePointer<Int32>) {
    line.add(codes, asc_broadcast_i32(words), asc_broadcast_i32(words + 1))
  }

  @inline(__always) mutating func finish(_ scales: Line.Scales) { line.finish(scales) }

  @inline(__always)
  func write(
    _ target: UnsafeMutablePointer<Float>, apart: Int, _ factors: UnsafePointer<Float>
  ) {
    line.write(target, times: asc_broadcast_f32(factors))
  }
}

/// The queries of two groups.
struct BothScored<Near: CodeScores, Far: CodeScores>: CodeScores where Near.Line == Far.Line {
  typealias Line = Near.Line
  @inline(__always) static var count: Int { Near.count + Far.count }
  private var near: Near
  private var far: Far

  @inline(__always) init() {
    near = Near()
    far = Far()
  }

  @inline(__always) mutating func begin(_ sums: UnsafePointer<Int32>) {
    near.begin(sums)
    far.begin(sums + 2 &* Near.count)
  }

  @inline(__always) mutating func add(_ codes: Line.Codes, _ words: UnsafePointer<Int32>) {
    near.add(codes, words)
    far.add(codes, words + 2 &* Near.count)
  }

  @inline(__always) mutating func finish(_ scales: Line.Scales) {
    near.finish(scales)
    far.finish(scales)
  }

  @inline(__always)
  func write(
    _ target: UnsafeMutablePointer<Float>, apart: Int, _ factors: UnsafePointer<Float>
  ) {
    near.write(target, apart: apart, factors)
    far.write(target + Near.count &* apart, apart: apart, factors + Near.count)
  }
}

typealias TwoScored<Line: TileStrip> = BothScored<OneScored<Line>, OneScored<Line>>
typealias ThreeScored<Line: TileStrip> = BothScored<TwoScored<Line>, OneScored<Line>>
typealias FourScored<Line: TileStrip> = BothScored<TwoScored<Line>, TwoScored<Line>>
typealias SixScored<Line: TileStrip> = BothScored<FourScored<Line>, TwoScored<Line>>
