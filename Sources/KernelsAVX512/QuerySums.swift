internal import CIntrinsics

/// A few vectors that meet the same number of each query.
protocol Strip {
  /// Vectors in the strip.
  static var count: Int { get }
  init()
  /// Loads vectors that begin `apart` bytes from each other.
  static func load<Format: FloatFormat>(
    _: Format.Type, _ source: UnsafeRawPointer, apart: Int
  ) -> Self
  /// Adds `vectors` times a number, broadcast.
  mutating func add(_ vectors: Self, _ number: __m512)
  /// Reads floats; `lanes` of them where the strip is one vector.
  mutating func read(_ source: UnsafePointer<Float>, _ lanes: Int32)
  func write(_ target: UnsafeMutablePointer<Float>, _ lanes: Int32)
}

/// One vector.
struct Single: Strip {
  static var count: Int { 1 }
  private var vector: __m512

  @inline(__always) init() { vector = asc_zero_f32() }

  @inline(__always) static func load<Format: FloatFormat>(
    _: Format.Type, _ source: UnsafeRawPointer, apart: Int
  ) -> Self {
    var strip = Self()
    strip.vector = Format.load(source)
    return strip
  }

  @inline(__always) mutating func add(_ vectors: Self, _ number: __m512) {
    vector = asc_fma(vectors.vector, number, vector)
  }

  @inline(__always) mutating func read(_ source: UnsafePointer<Float>, _ lanes: Int32) {
    vector = lanes == 16 ? asc_load_f32(source) : asc_load_first(source, lanes, 0)
  }

  @inline(__always) func write(_ target: UnsafeMutablePointer<Float>, _ lanes: Int32) {
    if lanes == 16 {
      asc_store_f32(target, vector)
    } else {
      asc_store_first(target, vector, lanes)
    }
  }
}

/// Two strips side by side, always of whole vectors.
struct Beside<Half: Strip>: Strip {
  @inline(__always) static var count: Int { 2 * Half.count }
  private var near: Half
  private var far: Half

  @inline(__always) init() {
    near = Half()
    far = Half()
  }

  @inline(__always) static func load<Format: FloatFormat>(
    _ format: Format.Type, _ source: UnsafeRawPointer, apart: Int
  ) -> Self {
    var strip = Self()
    strip.near = Half.load(format, source, apart: apart)
    strip.far = Half.load(format, source + Half.count &* apart, apart: apart)
    return strip
  }

  @inline(__always) mutating func add(_ vectors: Self, _ number: __m512) {
    near.add(vectors.near, number)
    far.add(vectors.far, number)
  }

  @inline(__always) mutating func read(_ source: UnsafePointer<Float>, _ lanes: Int32) {
    near.read(source, 16)
    far.read(source + 16 &* Half.count, 16)
  }

  @inline(__always) func write(_ target: UnsafeMutablePointer<Float>, _ lanes: Int32) {
    near.write(target, 16)
    far.write(target + 16 &* Half.count, 16)
  }
}

typealias Pair = Beside<Single>
typealias Quad = Beside<Pair>

/// The running sums of a few queries, a strip each, held in registers; put together like
/// `TokenGroup`.
protocol QuerySums {
  associatedtype Line: Strip
  /// Queries.
  static var count: Int { get }
  init()
  /// Adds `line` times the number of each query; the queries' numbers are `apart` floats apart.
  mutating func add(_ line: Line, _ numbers: UnsafePointer<Float>, apart: Int)
  mutating func read(_ source: UnsafePointer<Float>, apart: Int, _ lanes: Int32)
  func write(_ target: UnsafeMutablePointer<Float>, apart: Int, _ lanes: Int32)
}

/// One query.
struct OneQuery<Line: Strip>: QuerySums {
  @inline(__always) static var count: Int { 1 }
  private var sums: Line

  @inline(__always) init() { sums = Line() }

  @inline(__always)
  mutating func add(_ line: Line, _ numbers: UnsafePointer<Float>, apart: Int) {
    sums.add(line, asc_broadcast_f32(numbers))
  }

  @inline(__always)
  mutating func read(_ source: UnsafePointer<Float>, apart: Int, _ lanes: Int32) {
    sums.read(source, lanes)
  }

  @inline(__always)
  func write(_ target: UnsafeMutablePointer<Float>, apart: Int, _ lanes: Int32) {
    sums.write(target, lanes)
  }
}

/// The queries of two groups.
struct Both<Near: QuerySums, Far: QuerySums>: QuerySums where Near.Line == Far.Line {
  @inline(__always) static var count: Int { Near.count + Far.count }
  private var near: Near
  private var far: Far

  @inline(__always) init() {
    near = Near()
    far = Far()
  }

  @inline(__always)
  mutating func add(_ line: Near.Line, _ numbers: UnsafePointer<Float>, apart: Int) {
    near.add(line, numbers, apart: apart)
    far.add(line, numbers + Near.count &* apart, apart: apart)
  }

  @inline(__always)
  mutating func read(_ source: UnsafePointer<Float>, apart: Int, _ lanes: Int32) {
    near.read(source, apart: apart, lanes)
    far.read(source + Near.count &* apart, apart: apart, lanes)
  }

  @inline(__always)
  func write(_ target: UnsafeMutablePointer<Float>, apart: Int, _ lanes: Int32) {
    near.write(target, apart: apart, lanes)
    far.write(target + Near.count &* apart, apart: apart, lanes)
  }
}

typealias TwoQueries<Line: Strip> = Both<OneQuery<Line>, OneQuery<Line>>
typealias ThreeQueries<Line: Strip> = Both<TwoQueries<Line>, OneQuery<Line>>
typealias FourQueries<Line: Strip> = Both<TwoQueries<Line>, TwoQueries<Line>>
typealias SixQueries<Line: Strip> = Both<FourQueries<Line>, TwoQueries<Line>>
typealias TwelveQueries<Line: Strip> = Both<SixQueries<Line>, SixQueries<Line>>
