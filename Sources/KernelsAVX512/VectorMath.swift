internal import CIntrinsics
internal import Kernels

/// Work on single vectors.
enum VectorMath {
  @Sendable static func normalize(_ call: NormalizeCall) {
    var squares = asc_zero_f32()
    forEachVector(call.count) { index, lanes in
      let x = asc_load_first(call.input + index, lanes, 0)
      squares = asc_fma(x, x, squares)
    }
    let mean = asc_reduce_add(squares) / Float(call.count)
    let scale = asc_set_f32(1 / (mean + call.epsilon).squareRoot())
    forEachVector(call.count) { index, lanes in
      let x = asc_load_first(call.input + index, lanes, 0)
      let weight = asc_load_first(call.weight + index, lanes, 0)
      asc_store_first(call.output + index, asc_mul(asc_mul(x, scale), weight), lanes)
    }
  }

  @Sendable static func gate(
    _ gate: UnsafeMutablePointer<Float>, _ up: UnsafePointer<Float>, _ count: Int
  ) {
    let (zero, one) = (asc_zero_f32(), asc_set_f32(1))
    forEachVector(count) { index, lanes in
      let x = asc_load_first(gate + index, lanes, 0)
      let sigmoid = asc_div(x, asc_add(one, exponential(asc_sub(zero, x))))
      let y = asc_load_first(up + index, lanes, 0)
      asc_store_first(gate + index, asc_mul(sigmoid, y), lanes)
    }
  }

  @Sendable static func rotate(_ call: RotateCall) {
    let (cosines, sines) = (call.angles, call.angles + call.rotatedSize)
    for head in 0..<call.headCount {
      let vector = call.vectors + head &* call.headSize
      forEachVector(call.rotatedSize) { index, lanes in
        let x = asc_load_first(vector + index, lanes, 0)
        let cosine = asc_load_first(cosines + index, lanes, 0)
        let sine = asc_load_first(sines + index, lanes, 0)
        let turned = asc_fma(asc_swap_pairs(x), sine, asc_mul(x, cosine))
        asc_store_first(vector + index, turned, lanes)
      }
    }
  }

  @Sendable static func weigh(_ logits: UnsafePointer<Float>, _ count: Int) -> LogitSums {
    var maxima = asc_set_f32(-.infinity)
    forEachVector(count) { index, lanes in
      maxima = asc_max(maxima, asc_load_first(logits + index, lanes, -.infinity))
    }
    let largest = asc_reduce_max(maxima)
    let (offset, floor) = (asc_set_f32(largest), asc_set_f32(-LogitSums.furthest))
    var (sum, weighted) = (asc_zero_f32(), asc_zero_f32())
    forEachVector(count) { index, lanes in
      let x = asc_load_first(logits + index, lanes, -.infinity)
      let difference = asc_max(asc_sub(x, offset), floor)
      let share = exponential(difference)
      sum = asc_add(sum, share)
      weighted = asc_fma(share, difference, weighted)
    }
    return LogitSums(
      largest: largest, sum: asc_reduce_add(sum), weighted: asc_reduce_add(weighted))
  }

  /// Calls `body` with the start and the number of lanes of each vector of sixteen.
  @inline(__always)
  private static func forEachVector(_ count: Int, _ body: (Int, Int32) -> Void) {
    var index = 0
    while index < count {
      body(index, Int32(truncatingIfNeeded: min(16, count &- index)))
      index &+= 16
    }
  }

  /// `e` to the power of each lane, to about one unit in the last place; 0 below -104, infinity
  /// above 88.7.
  ///
  /// `2^n * e^r` with `n` the nearest whole number to `x / ln 2` and the rest `r` by a polynomial.
  ///
  /// - Source: the coefficients are those of the Cephes library's `expf`.
  @inline(__always)
  static func exponential(_ value: __m512) -> __m512 {
    let x = asc_min(asc_max(value, asc_set_f32(-104)), asc_set_f32(89))
    let n = asc_round_f32(asc_mul(x, asc_set_f32(1.442_695_04)))
    let upper = asc_fma(n, asc_set_f32(-0.693_359_375), x)
    let r = asc_fma(n, asc_set_f32(2.121_944_4e-4), upper)
    var sum = asc_set_f32(1.987_569_1e-4)
    sum = asc_fma(sum, r, asc_set_f32(1.398_199_9e-3))
    sum = asc_fma(sum, r, asc_set_f32(8.333_452e-3))
    sum = asc_fma(sum, r, asc_set_f32(4.166_579_5e-2))
    sum = asc_fma(sum, r, asc_set_f32(0.166_666_65))
    sum = asc_fma(sum, r, asc_set_f32(0.5))
    sum = asc_fma(sum, asc_mul(r, r), asc_add(r, asc_set_f32(1)))
    return asc_scale_by_power(sum, n)
  }
}
