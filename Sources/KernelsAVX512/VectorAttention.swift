internal import CIntrinsics
internal import Kernels

/// Attention of queries that share a key/value head.
///
/// Page by page with a running softmax, so that keys and values are read once for all queries. Keys
/// lie with sixteen positions side by side: a score needs no sum across lanes. Many queries meet a
/// page whose numbers were made floats once, twelve at a time. Positions that a query may not see
/// get weight zero, which leaves its sums as they are, and each sum is formed in the order of the
/// positions, so a query's result does not depend on the queries beside it.
///
/// - Source: the running softmax is algorithm 1 of Milakov and Gimelshein, "Online normalizer
///   calculation for softmax", 2018.
enum VectorAttention {
  /// From this many queries on, a page is made floats first.
  private static var spreadingWidth: Int { 7 }

  private static var positions: Int { AttendCall.pagePositionCount }

  @Sendable static func attend(_ call: AttendCall) {
    let memory = Memory(call)
    turn(call, memory.queries)
    let pagesPerSegment = AttendCall.segmentPositionCount / positions
    let visibleCount = call.visibleCount
    for segment in call.segments {
      let part = call.part(segment)
      for query in 0..<call.width {
        part.largest[query] = -Float.infinity
        part.totals[query] = 0
      }
      for index in 0..<call.width &* call.headSize { part.sums[index] = 0 }
      for page in segment &* pagesPerSegment..<(segment &+ 1) &* pagesPerSegment {
        let first = page &* positions
        guard first < visibleCount else { break }
        let place = Place(
          call: call, memory: memory, part: part, first: first,
          count: min(positions, visibleCount &- first))
        if call.width < spreadingWidth {
          place.attend(VectorF16.self, call.keys[page], call.values[page])
        } else {
          spread(call.keys[page], to: memory.keys, vectorCount: 4 &* call.headSize)
          spread(
            call.values[page], to: memory.values,
            vectorCount: (place.count &* call.headSize &+ 15) / 16)
          place.attend(VectorF32.self, memory.keys, memory.values)
        }
      }
    }
  }

  @Sendable static func remember(_ call: RememberCall) {
    let byteCount = RememberCall.byteCount(headSize: call.headSize)
    let values = call.page + (byteCount &+ 2 &* call.place &* call.headSize)
    let keys = (call.page + ((call.place / 16) &* call.headSize &* 32 &+ 2 &* (call.place % 16)))
    withUnsafeTemporaryAllocation(byteCount: 32, alignment: 32) { buffer in
      guard let halves = buffer.baseAddress else { return }
      var number = 0
      while number < call.headSize {
        let count = min(16, call.headSize &- number)
        let lanes = Int32(truncatingIfNeeded: count)
        asc_store_f16(halves, asc_load_first(call.key + number, lanes, 0))
        for index in 0..<count {
          keys.storeBytes(
            of: halves.load(fromByteOffset: 2 &* index, as: UInt16.self),
            toByteOffset: 32 &* (number &+ index), as: UInt16.self)
        }
        asc_store_f16(halves, asc_load_first(call.value + number, lanes, 0))
        (values + 2 &* number).copyMemory(from: halves, byteCount: 2 &* count)
        number &+= 16
      }
    }
  }

  /// The scratch of a call.
  private struct Memory {
    /// The queries by groups, `[number][query]` in each.
    let queries: UnsafeMutablePointer<Float>
    /// Scores, then weights, of a group of queries, `(query, 64)`.
    let scores: UnsafeMutablePointer<Float>
    /// A page's keys as floats.
    let keys: UnsafeMutablePointer<Float>
    /// A page's values as floats.
    let values: UnsafeMutablePointer<Float>

    init(_ call: AttendCall) {
      scores = call.scratch.assumingMemoryBound(to: Float.self)
      keys = scores + 16 &* positions
      values = keys + positions &* call.headSize
      queries = values + (positions &* call.headSize &+ 64)
    }
  }

  /// Queries taken together when `rest` are left.
  @inline(__always)
  private static func groupWidth(_ rest: Int) -> Int {
    rest >= 12 ? 12 : rest >= 6 ? 6 : rest >= 4 ? 4 : rest
  }

  private static func turn(_ call: AttendCall, _ target: UnsafeMutablePointer<Float>) {
    let size = call.headSize
    var first = 0
    while first < call.width {
      let width = groupWidth(call.width &- first)
      for query in 0..<width {
        let source = call.queries + (first &+ query) &* size
        let group = target + (first &* size &+ query)
        for number in 0..<size { group[number &* width] = source[number] }
      }
      first &+= width
    }
  }

  private static func spread(
    _ source: UnsafeRawPointer, to target: UnsafeMutablePointer<Float>, vectorCount: Int
  ) {
    for index in 0..<vectorCount {
      asc_store_f32(target + 16 &* index, asc_load_f16(source + 32 &* index))
    }
  }

  /// A page of a segment, met by all queries of a call.
  private struct Place {
    let call: AttendCall
    let memory: Memory
    let part: AttendCall.Part
    /// The page's first position.
    let first: Int
    /// Positions of the page that any query sees.
    let count: Int

    @inline(__always)
    func attend<Format: FloatFormat>(
      _: Format.Type, _ keys: UnsafeRawPointer, _ values: UnsafeRawPointer
    ) {
      let page = Page<Format>(place: self, keys: keys, values: values)
      var query = 0
      while query < call.width {
        let width = VectorAttention.groupWidth(call.width &- query)
        switch width {
        case 12: page.meet(TwelveQueries<Pair>.self, TwelveQueries<Single>.self, query)
        case 6: page.meet(SixQueries<Pair>.self, SixQueries<Single>.self, query)
        case 4: page.meet(FourQueries<Pair>.self, FourQueries<Single>.self, query)
        case 3: page.meet(ThreeQueries<Quad>.self, ThreeQueries<Single>.self, query)
        case 2: page.meet(TwoQueries<Quad>.self, TwoQueries<Single>.self, query)
        default: page.meet(OneQuery<Quad>.self, OneQuery<Single>.self, query)
        }
        query &+= width
      }
    }
  }

  /// A page's keys and values as `Format` has them.
  private struct Page<Format: FloatFormat> {
    let place: Place
    let keys: UnsafeRawPointer
    let values: UnsafeRawPointer

    /// Adds the page to the sums of the queries from `query` on; `Narrow` takes the last numbers of
    /// a head that are no whole strip.
    @inline(__always)
    func meet<Wide: QuerySums, Narrow: QuerySums>(
      _: Wide.Type, _: Narrow.Type, _ query: Int
    ) {
      score(Wide.self, query)
      for index in 0..<Wide.count {
        VectorAttention.weigh(place, query &+ index, place.memory.scores + index &* positions)
      }
      let size = place.call.headSize
      let sums = place.part.sums + query &* size
      var number = 0
      while number &+ 16 &* Wide.Line.count <= size {
        mix(Wide.self, sums, number, 16)
        number &+= 16 &* Wide.Line.count
      }
      while number < size {
        mix(Narrow.self, sums, number, Int32(truncatingIfNeeded: min(16, size &- number)))
        number &+= 16
      }
    }

    /// Scores of the page's positions, `(query, 64)`.
    @inline(__always)
    private func score<Sums: QuerySums>(_: Sums.Type, _ query: Int) {
      let size = place.call.headSize
      let tileByteCount = 16 &* size &* Format.byteCount
      var tile = 0
      while 16 &* tile < place.count {
        var sums = Sums()
        var keys = keys + tile &* tileByteCount
        var numbers = UnsafePointer(place.memory.queries + query &* size)
        for _ in 0..<size {
          let line = Sums.Line.load(Format.self, keys, apart: tileByteCount)
          sums.add(line, numbers, apart: 1)
          keys += 16 &* Format.byteCount
          numbers += Sums.count
        }
        sums.write(place.memory.scores + 16 &* tile, apart: positions, 16)
        tile &+= Sums.Line.count
      }
    }

    /// Adds the page's values, each times its weight, to the sums from `number` on.
    @inline(__always)
    private func mix<Sums: QuerySums>(
      _: Sums.Type, _ target: UnsafeMutablePointer<Float>, _ number: Int, _ lanes: Int32
    ) {
      let size = place.call.headSize
      var sums = Sums()
      sums.read(target + number, apart: size, lanes)
      var values = values + number &* Format.byteCount
      var weights = UnsafePointer(place.memory.scores)
      for _ in 0..<place.count {
        let line = Sums.Line.load(Format.self, values, apart: 16 &* Format.byteCount)
        sums.add(line, weights, apart: positions)
        values += size &* Format.byteCount
        weights += 1
      }
      sums.write(target + number, apart: size, lanes)
    }
  }

  /// Turns a query's scores into weights and takes the earlier sums down to the new largest score.
  private static func weigh(
    _ place: Place, _ query: Int, _ scores: UnsafeMutablePointer<Float>
  ) {
    let count = place.count
    let seen = min(count, place.call.visible[query] &- place.first)
    guard seen > 0 else {
      for position in 0..<count { scores[position] = 0 }
      return
    }
    let (largest, total) = (place.part.largest + query, place.part.totals + query)
    let newLargest = max(largest.pointee, best(scores, seen))
    let sum = exponentials(scores, seen, (count &+ 15) / 16, asc_set_f32(newLargest))
    if newLargest > largest.pointee {
      // The first page that a query sees finds sums of nothing.
      if largest.pointee > -Float.infinity {
        let shrink = exponential(largest.pointee - newLargest)
        total.pointee *= shrink
        scaleRow(place.part.sums + query &* place.call.headSize, place.call.headSize, shrink)
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
