internal import CIntrinsicsAVX2

/// The running sums of a few tokens against one octet of rows, held in registers.
///
/// A group of any width is put together from smaller ones (`Join`), so that each kernel is written
/// once and the compiler lays the sums of every width out in registers by name. Pointers point to
/// the group's first token; the tokens of a group stand side by side.
///
/// There is no instruction here that adds four products to a 32-bit sum. Products of unsigned codes
/// are added up in 16 bits first, for as long as they fit; those of signed codes are taken to
/// 32 bits at once. Whole numbers, so both ways give the same sum.
protocol TokenGroup {
  /// Tokens in the group.
  static var count: Int { get }
  init()
  /// Starts the whole-number sums at zero.
  mutating func begin()
  /// Starts the whole-number sums at `negatedSums << shift`, which takes the zero point of the
  /// codes out of every product to come.
  mutating func begin(_ negatedSums: UnsafePointer<Int32>, shift: Int32)
  /// Starts the 16-bit sums with the products of 4 unsigned codes a row with 4 activations a token.
  mutating func beginPairs(_ codes: __m256i, _ activations: UnsafePointer<Int32>)
  /// Adds such products to the 16-bit sums.
  mutating func addPairs(_ codes: __m256i, _ activations: UnsafePointer<Int32>)
  /// Adds the 16-bit sums to the whole-number sums.
  mutating func endPairs()
  /// Adds the products of 4 signed codes, given with their magnitudes, to the whole-number sums.
  mutating func addSigned(
    _ codes: __m256i, _ magnitudes: __m256i, _ activations: UnsafePointer<Int32>)
  /// Adds the whole-number sums, times each row's and each token's scale, to the totals.
  mutating func scale(_ rows: __m256, _ tokens: UnsafePointer<Float>)
  /// Adds each row's number times each token's to the totals.
  mutating func add(_ rows: __m256, _ tokens: UnsafePointer<Float>)
  /// Writes the totals of the first `rowCount` rows, `stride` floats from token to token; nothing
  /// where `rowCount` is zero or less.
  func store(_ output: UnsafeMutablePointer<Float>, _ stride: Int, _ rowCount: Int)
}

/// One token.
struct One: TokenGroup {
  @inline(__always) static var count: Int { 1 }
  private var pairs: __m256i
  private var whole: __m256i
  private var total: __m256

  @inline(__always) init() {
    pairs = avx_zero()
    whole = avx_zero()
    total = avx_zero_f32()
  }

  @inline(__always) mutating func begin() { whole = avx_zero() }

  @inline(__always) mutating func begin(_ negatedSums: UnsafePointer<Int32>, shift: Int32) {
    whole = avx_shift_left_i32(avx_broadcast_i32(negatedSums), shift)
  }

  @inline(__always)
  mutating func beginPairs(_ codes: __m256i, _ activations: UnsafePointer<Int32>) {
    pairs = avx_dot_pairs(codes, avx_broadcast_i32(activations))
  }

  @inline(__always)
  mutating func addPairs(_ codes: __m256i, _ activations: UnsafePointer<Int32>) {
    pairs = avx_add_i16(pairs, avx_dot_pairs(codes, avx_broadcast_i32(activations)))
  }

  @inline(__always) mutating func endPairs() {
    whole = avx_add_i32(whole, avx_join_pairs(pairs))
  }

  @inline(__always)
  mutating func addSigned(
    _ codes: __m256i, _ magnitudes: __m256i, _ activations: UnsafePointer<Int32>
  ) {
    let signed = avx_take_sign(avx_broadcast_i32(activations), codes)
    whole = avx_add_i32(whole, avx_join_pairs(avx_dot_pairs(magnitudes, signed)))
  }

  @inline(__always) mutating func scale(_ rows: __m256, _ tokens: UnsafePointer<Float>) {
    total = avx_fma(avx_mul(avx_to_f32(whole), rows), avx_broadcast_f32(tokens), total)
  }

  @inline(__always) mutating func add(_ rows: __m256, _ tokens: UnsafePointer<Float>) {
    total = avx_fma(rows, avx_broadcast_f32(tokens), total)
  }

  @inline(__always) mutating func replaceTotal(_ value: __m256) { total = value }

  @inline(__always)
  func store(_ output: UnsafeMutablePointer<Float>, _ stride: Int, _ rowCount: Int) {
    avx_store_first(output, total, Int32(truncatingIfNeeded: rowCount))
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

  @inline(__always)
  mutating func beginPairs(_ codes: __m256i, _ activations: UnsafePointer<Int32>) {
    near.beginPairs(codes, activations)
    far.beginPairs(codes, activations + Near.count)
  }

  @inline(__always)
  mutating func addPairs(_ codes: __m256i, _ activations: UnsafePointer<Int32>) {
    near.addPairs(codes, activations)
    far.addPairs(codes, activations + Near.count)
  }

  @inline(__always) mutating func endPairs() {
    near.endPairs()
    far.endPairs()
  }

  @inline(__always)
  mutating func addSigned(
    _ codes: __m256i, _ magnitudes: __m256i, _ activations: UnsafePointer<Int32>
  ) {
    near.addSigned(codes, magnitudes, activations)
    far.addSigned(codes, magnitudes, activations + Near.count)
  }

  @inline(__always) mutating func scale(_ rows: __m256, _ tokens: UnsafePointer<Float>) {
    near.scale(rows, tokens)
    far.scale(rows, tokens + Near.count)
  }

  @inline(__always) mutating func add(_ rows: __m256, _ tokens: UnsafePointer<Float>) {
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
