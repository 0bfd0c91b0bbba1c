internal import CIntrinsics

/// Byte products and nothing else: what no product of matrices can surpass.
enum ProductPeak {
  /// Products that a turn makes: twelve vectors of 64.
  private static var turnProductCount: Int { 12 * 64 }

  @Sendable static func run(_ turnCount: Int) -> Int {
    // Set from the argument, so that nothing is known when this is compiled.
    let bytes = asc_and_bytes(asc_to_i32(asc_set_f32(Float(turnCount))), 15)
    var (a, b, c, d) = (bytes, bytes, bytes, bytes)
    var (e, f, g, h) = (bytes, bytes, bytes, bytes)
    var (i, j, k, l) = (bytes, bytes, bytes, bytes)
    for _ in 0..<turnCount {
      a = asc_dot(a, bytes, bytes)
      b = asc_dot(b, bytes, bytes)
      c = asc_dot(c, bytes, bytes)
      d = asc_dot(d, bytes, bytes)
      e = asc_dot(e, bytes, bytes)
      f = asc_dot(f, bytes, bytes)
      g = asc_dot(g, bytes, bytes)
      h = asc_dot(h, bytes, bytes)
      i = asc_dot(i, bytes, bytes)
      j = asc_dot(j, bytes, bytes)
      k = asc_dot(k, bytes, bytes)
      l = asc_dot(l, bytes, bytes)
    }
    // The sums are used, so that none is left out.
    let sums = asc_or(
      asc_or(asc_or(a, b), asc_or(c, d)),
      asc_or(asc_or(asc_or(e, f), asc_or(g, h)), asc_or(asc_or(i, j), asc_or(k, l))))
    return asc_reduce_add_i32(sums) == Int32.min ? 0 : turnCount &* turnProductCount
  }
}
