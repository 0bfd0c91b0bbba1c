internal import CIntrinsics

/// The running sums of a few tokens against one tile of sixteen rows, held in registers.
///
/// A group of any width is put together from smaller ones (`Join`), so that each kernel is written
/// once and the compiler lays the sums of every width out in registers by name. Pointers point to
/// the group's first token; the tokens of a group stand side by side.
protocol TokenGroup {
  /// Tokens in the group.
  static var count: Int { get }
  init()
  /// Starts the whole-number sums at zero.
  mutating func begin()
  /// Starts the whole-number sums at `negatedSums << shift`, which takes the zero point of the
  /// codes out of every product to come.
  mutating func begin(_ negatedSums: UnsafePointer<Int32>, shift: Int32)
  /// Adds the products of 4 codes a row with 4 activations a token.
  mutating func dot(_ codes: __m512i, _ activations: UnsafePointer<Int32>)
  /// Adds the whole-number sums, times each row's and each token's scale, to the totals.
  mutating func scale(_ rows: __m512, _ tokens: UnsafePointer<Float>)
  /// Adds each row's number times each token's to the totals.
  mutating func add(_ rows: __m512, _ tokens: UnsafePointer<Float>)
  /// Writes the totals of the first `rowCount` rows, `stride` floats from token to token.
  func store(_ output: UnsafeMutablePointer<Float>, _ stride: Int, _ rowCount: Int)
}

/// One token.
struct One: TokenGroup {
  static var count: Int { 1 }
  private var whole: __m512i
  private var total: __m512

  @inline(__always) init() {
    whole = asc_zero()
    total = asc_zero_f32()
  }

  @inline(__always) mutating func begin() { whole = asc_zero() }

  @inline(__always) mutating func begin(_ negatedSums: UnsafePointer<Int32>, shift: Int32) {
    whole = asc_shift_left(asc_broadcast_i32(negatedSums), shift)
  }

  @inline(__always) mutating func dot(_ codes: __m512i, _ activations: UnsafePointer<Int32>) {
    whole = asc_dot(whole, codes, asc_broadcast_i32(activations))
  }

  @inline(__always) mutating func scale(_ rows: __m512, _ tokens: UnsafePointer<Float>) {
    total = asc_fma(asc_mul(asc_to_f32(whole), rows), asc_broadcast_f32(tokens), total)
  }

  @inline(__always) mutating func add(_ rows: __m512, _ tokens: UnsafePointer<Float>) {
    total = asc_fma(rows, asc_broadcast_f32(tokens), total)
  }

  @inline(__always) mutating func replaceTotal(_ value: __m512) { total = value }

  @inline(__always)
  func store(_ output: UnsafeMutablePointer<Float>, _ stride: Int, _ rowCount: Int) {
    if rowCount >= 16 {
      asc_store_f32(output, total)
    } else {
      asc_store_first(output, total, Int32(rowCount))
    }
  }
}

/// The tokens of two groups, side by side.
struct Join<Near: TokenGroup, Far: TokenGroup>: TokenGroup {
  @inline(__always) static var count: Int { Near.count + Far.count }
  var near: Near
  var far: Far

  @inline(__always) init() {
    near = Near()
    far = Far()
  }

  @inline(__always) mutating func begin() {
    near.begin()
    far.begin()
  }

  @inline(__always) mutating func begin(_ negatedSums: UnsafePointer<Int32>, shift: Int32) {
    near.begin(negatedSums, shift: shift)
    far.begin(negatedSums + Near.count, shift: shift)
  }

  @inline(__always) mutating func dot(_ codes: __m512i, _ activations: UnsafePointer<Int32>) {
    near.dot(codes, activations)
    far.dot(codes, activations + Near.count)
  }

  @inline(__always) mutating func scale(_ rows: __m512, _ tokens: UnsafePointer<Float>) {
    near.scale(rows, tokens)
    far.scale(rows, tokens + Near.count)
  }

  @inline(__always) mutating func add(_ rows: __m512, _ tokens: UnsafePointer<Float>) {
    near.add(rows, tokens)
    far.add(rows, tokens + Near.count)
  }

  @inline(__always)
  func store(_ output: UnsafeMutablePointer<Float>, _ stride: Int, _ rowCount: Int) {
    near.store(output, stride, rowCount)
    far.store(output + Near.count * stride, stride, rowCount)
  }
}

typealias Two = Join<One, One>
typealias Four = Join<Two, Two>
typealias Six = Join<Four, Two>
