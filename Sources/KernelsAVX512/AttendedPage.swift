internal import CIntrinsics
internal import Kernels

/// A page of a segment, met by all queries of a call with a running softmax.
///
/// - Source: the running softmax is algorithm 1 of Milakov and Gimelshein, "Online normalizer
///   calculation for softmax", 2018.
struct AttendedPage {
  let call: AttendCall
  let part: AttendCall.Part
  /// Its place in the sequence.
  let index: Int
  /// Positions of the page that any query sees.
  let count: Int

  @inline(__always) static var positions: Int { AttendCall.pagePositionCount }

  /// The page's first position.
  var first: Int { index &* Self.positions }

  /// Calls `body` with each page that any query sees, after clearing the sums of its segment.
  @inline(__always)
  static func forEach(_ call: AttendCall, _ body: (AttendedPage) -> Void) {
    let pagesPerSegment = AttendCall.segmentPositionCount / positions
    let visibleCount = call.visibleCount
    for segment in call.segments {
      let part = call.part(segment)
      for query in 0..<call.width {
        part.largest[query] = -Float.infinity
        part.totals[query] = 0
      }
      for index in 0..<call.width &* call.headSize { part.sums[index] = 0 }
      for index in segment &* pagesPerSegment..<(segment &+ 1) &* pagesPerSegment {
        let rest = visibleCount &- index &* positions
        guard rest > 0 else { break }
        body(AttendedPage(call: call, part: part, index: index, count: min(positions, rest)))
      }
    }
  }

  /// Turns a query's scores into weights and takes the earlier sums down to the new largest score.
  func weigh(_ query: Int, _ scores: UnsafeMutablePointer<Float>) {
    let seen = min(count, call.visible[query] &- first)
    guard seen > 0 else {
      for position in 0..<count { scores[position] = 0 }
      return
    }
    let (largest, total) = (part.largest + query, part.totals + query)
    let newLargest = max(largest.pointee, Self.best(scores, seen))
    let sum = Self.exponentials(scores, seen, (count &+ 15) / 16, asc_set_f32(newLargest))
    if newLargest > largest.pointee {
      // The first page that a query sees finds sums of nothing.
      if largest.pointee > -Float.infinity {
        let shrink = Self.exponential(largest.pointee - newLargest)
        total.pointee *= shrink
        Self.scaleRow(part.sums + query &* call.headSize, call.headSize, shrink)
      }
      largest.pointee = newLargest
    }
    total.pointee += asc_reduce_add(sum)
  }

  /// The largest of the first `seen` scores.
  @inline(__always)
  private static func best(_ scores: UnsafePointer<Float>, _ seen: Int) -> Float {
    if seen == positions {
      return asc_reduce_max(
        asc_max(
          asc_max(asc_load_f32(scores), asc_load_f32(scores + 16)),
          asc_max(asc_load_f32(scores + 32), asc_load_f32(scores + 48))))
    }
    var best = asc_set_f32(-Float.infinity)
    var index = 0
    while index < seen {
      let lanes = Int32(truncatingIfNeeded: min(16, seen &- index))
      best = asc_max(best, asc_load_first(scores + index, lanes, -Float.infinity))
      index &+= 16
    }
    return asc_reduce_max(best)
  }

  /// Turns scores into weights, those past `seen` into zero, and returns their sums by lanes.
  @inline(__always)
  private static func exponentials(
    _ scores: UnsafeMutablePointer<Float>, _ seen: Int, _ vectorCount: Int, _ top: __m512
  ) -> __m512 {
    var sum = asc_zero_f32()
    for index in 0..<vectorCount {
      let vector = scores + 16 &* index
      var weights = VectorMath.exponential(asc_sub(asc_load_f32(vector), top))
      let rest = seen &- 16 &* index
      if rest < 16 {
        weights = asc_keep_first(weights, Int32(truncatingIfNeeded: max(0, rest)), 0)
      }
      asc_store_f32(vector, weights)
      sum = asc_add(sum, weights)
    }
    return sum
  }

  @inline(__always)
  private static func scaleRow(_ row: UnsafeMutablePointer<Float>, _ count: Int, _ scale: Float) {
    let factor = asc_set_f32(scale)
    var index = 0
    while index &+ 16 <= count {
      asc_store_f32(row + index, asc_mul(asc_load_f32(row + index), factor))
      index &+= 16
    }
    if index < count {
      let lanes = Int32(truncatingIfNeeded: count &- index)
      asc_store_first(row + index, asc_mul(asc_load_first(row + index, lanes, 0), factor), lanes)
    }
  }

  @inline(__always)
  private static func exponential(_ value: Float) -> Float {
    asc_first(VectorMath.exponential(asc_set_f32(value)))
  }
}
