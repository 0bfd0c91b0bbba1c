internal import CIntrinsicsAVX2
internal import Kernels

/// Work on single vectors.
enum VectorMath {
  @Sendable static func normalize(_ call: NormalizeCall) {
    var squares = avx_zero_f32()
    forEachVector(call.count) { index, lanes in
      let x = avx_load_first(call.input + index, lanes, 0)
      squares = avx_fma(x, x, squares)
    }
    let mean = avx_reduce_add(squares) / Float(call.count)
    let scale = avx_set_f32(1 / (mean + call.epsilon).squareRoot())
    forEachVector(call.count) { index, lanes in
      let x = avx_load_first(call.input + index, lanes, 0)
      let weight = avx_load_first(call.weight + index, lanes, 0)
      avx_store_first(call.output + index, avx_mul(avx_mul(x, scale), weight), lanes)
    }
  }

  @Sendable static func gate(
    _ gate: UnsafeMutablePointer<Float>, _ up: UnsafePointer<Float>, _ count: Int
  ) {
    let (zero, one) = (avx_zero_f32(), avx_set_f32(1))
    forEachVector(count) { index, lanes in
      let x = avx_load_first(gate + index, lanes, 0)
      let sigmoid = avx_div(x, avx_add(one, exponential(avx_sub(zero, x))))
      let y = avx_load_first(up + index, lanes, 0)
      avx_store_first(gate + index, avx_mul(sigmoid, y), lanes)
    }
  }

  @Sendable static func rotate(_ call: RotateCall) {
    let (cosines, sines) = (call.angles, call.angles + call.rotatedSize)
    for head in 0..<call.headCount {
      let vector = call.vectors + head &* call.headSize
      forEachVector(call.rotatedSize) { index, lanes in
        let x = avx_load_first(vector + index, lanes, 0)
        let cosine = avx_load_first(cosines + index, lanes, 0)
        let sine = avx_load_first(sines + index, lanes, 0)
        let turned = avx_fma(avx_swap_pairs(x), sine, avx_mul(x, cosine))
        avx_store_first(vector + index, turned, lanes)
      }
    }
  }

  @Sendable static func weigh(_ logits: UnsafePointer<Float>, _ count: Int) -> LogitSums {
    var maxima = avx_set_f32(-.infinity)
    forEachVector(count) { index, lanes in
      maxima = avx_max(maxima, avx_load_first(logits + index, lanes, -.infinity))
    }
    let largest = avx_reduce_max(maxima)
    let (offset, floor) = (avx_set_f32(largest), avx_set_f32(-LogitSums.furthest))
    var (sum, weighted) = (avx_zero_f32(), avx_zero_f32())
    forEachVector(count) { index, lanes in
      let x = avx_load_first(logits + index, lanes, -.infinity)
      let difference = avx_max(avx_sub(x, offset), floor)
      let share = exponential(difference)
      sum = avx_add(sum, share)
      weighted = avx_fma(share, difference, weighted)
    }
    return LogitSums(
      largest: largest, sum: avx_reduce_add(sum), weighted: avx_reduce_add(weighted))
  }

  /// Calls `body` with the start and the number of lanes of each vector of eight.
  @inline(__always)
  private static func forEachVector(_ count: Int, _ body: (Int, Int32) -> Void) {
    var index = 0
    while index < count {
      body(index, Int32(truncatingIfNeeded: min(8, count &- index)))
      index &+= 8
    }
  }

  /// `e` to the power of each lane, to about one unit in the last place; 0 below -104, infinity
  /// above 88.7.
  ///
  /// `2^n * e^r` with `n` the nearest whole number to `x / ln 2` and the rest `r` by a polynomial.
  ///
  /// - Source: the coefficients are those of the Cephes library's `expf`.
  @inline(__always)
  static func exponential(_ value: __m256) -> __m256 {
    let x = avx_min(avx_max(value, avx_set_f32(-104)), avx_set_f32(89))
    let n = avx_round_f32(avx_mul(x, avx_set_f32(1.442_695_04)))
    let upper = avx_fma(n, avx_set_f32(-0.693_359_375), x)
    let r = avx_fma(n, avx_set_f32(2.121_944_4e-4), upper)
    var sum = avx_set_f32(1.987_569_1e-4)
    sum = avx_fma(sum, r, avx_set_f32(1.398_199_9e-3))
    sum = avx_fma(sum, r, avx_set_f32(8.333_452e-3))
    sum = avx_fma(sum, r, avx_set_f32(4.166_579_5e-2))
    sum = avx_fma(sum, r, avx_set_f32(0.166_666_65))
    sum = avx_fma(sum, r, avx_set_f32(0.5))
    sum = avx_fma(sum, avx_mul(r, r), avx_add(r, avx_set_f32(1)))
    return avx_scale_by_power(sum, n)
  }
}
