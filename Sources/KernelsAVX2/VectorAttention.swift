internal import CIntrinsicsAVX2
internal import Kernels

/// Attention of up to six queries that share a key/value head.
///
/// Page by page with a running softmax, so that keys and values are read once for all queries.
/// Keys lie with sixteen positions side by side, two octets: a score needs no sum across lanes.
/// Pages of codes are made floats first. Positions that a query may not see get weight zero, which
/// leaves its sums as they are, so a query's result does not depend on the queries beside it.
///
/// - Source: the running softmax is algorithm 1 of Milakov and Gimelshein, "Online normalizer
///   calculation for softmax", 2018.
enum VectorAttention {
  @Sendable static func attend(_ call: AttendCall) {
    for segment in call.segments {
      let part = call.part(segment)
      var first = 0
      while first < call.width {
        let width = ActivationLayout.groupWidth(call.width &- first)
        let block = QueryBlock(call: call, first: first, segment: segment, part: part)
        switch call.layout.type {
        case .f16: attend(VectorF16.self, block, width)
        case .q8_0: attend(VectorF32.self, block, width)
        }
        first &+= width
      }
    }
  }

  private static func attend<Format: FloatFormat>(
    _: Format.Type, _ block: QueryBlock, _ width: Int
  ) {
    switch width {
    case 6: attend(Six.self, Format.self, block)
    case 4: attend(Four.self, Format.self, block)
    case 2: attend(Two.self, Format.self, block)
    default: attend(One.self, Format.self, block)
    }
  }

  /// The queries of a call from `first` on, against one of its segments.
  private struct QueryBlock {
    let layout: KeyValueLayout
    let queries: UnsafePointer<Float>
    let visible: UnsafePointer<Int>
    let keys: UnsafePointer<UnsafeRawPointer>
    let values: UnsafePointer<UnsafeRawPointer>
    let scores: UnsafeMutablePointer<Float>
    /// A page of codes as floats: keys, then values.
    let spread: UnsafeMutablePointer<Float>
    let sums: UnsafeMutablePointer<Float>
    let largest: UnsafeMutablePointer<Float>
    let totals: UnsafeMutablePointer<Float>
    let firstPage: Int

    init(call: AttendCall, first: Int, segment: Int, part: AttendCall.Part) {
      layout = call.layout
      queries = call.queries + first &* call.headSize
      visible = call.visible + first
      keys = call.keys
      values = call.values
      scores = call.scratch.assumingMemoryBound(to: Float.self)
      spread = scores + 16 &* AttendCall.pagePositionCount
      sums = part.sums + first &* call.headSize
      largest = part.largest + first
      totals = part.totals + first
      firstPage = segment &* (AttendCall.segmentPositionCount / AttendCall.pagePositionCount)
    }

    var headSize: Int { layout.headSize }
  }

  @Sendable static func remember(_ call: RememberCall) {
    guard call.layout.type == .f16 else { return ScalarKernels.table.remember(call) }
    let values = call.values + 2 &* call.place &* call.headSize
    let keys = call.page + ((call.place / 16) &* call.headSize &* 32 &+ 2 &* (call.place % 16))
    withUnsafeTemporaryAllocation(byteCount: 16, alignment: 16) { buffer in
      guard let halves = buffer.baseAddress else { return }
      var number = 0
      while number < call.headSize {
        let count = min(8, call.headSize &- number)
        let lanes = Int32(truncatingIfNeeded: count)
        avx_store_f16(halves, avx_load_first(call.key + number, lanes, 0))
        for index in 0..<count {
          keys.storeBytes(
            of: halves.load(fromByteOffset: 2 &* index, as: UInt16.self),
            toByteOffset: 32 &* (number &+ index), as: UInt16.self)
        }
        avx_store_f16(halves, avx_load_first(call.value + number, lanes, 0))
        (values + 2 &* number).copyMemory(from: halves, byteCount: 2 &* count)
        number &+= 8
      }
    }
  }

  private static let positions = AttendCall.pagePositionCount

  private static func attend<Group: QueryGroup, Format: FloatFormat>(
    _: Group.Type, _: Format.Type, _ block: QueryBlock
  ) {
    var last = 0
    for query in 0..<Group.count {
      block.largest[query] = -Float.infinity
      block.totals[query] = 0
      last = max(last, block.visible[query])
    }
    for index in 0..<Group.count &* block.headSize { block.sums[index] = 0 }
    var (page, first) = (block.firstPage, block.firstPage &* positions)
    last = min(last, first &+ AttendCall.segmentPositionCount)
    while first < last {
      let count = min(positions, last &- first)
      let place = pageOfFloats(block, page, count)
      score(Group.self, Format.self, block, place.keys, octetCount: (count &+ 7) / 8)
      for query in 0..<Group.count { weigh(block, query, first, count) }
      mix(Group.self, Format.self, block, place.values, count)
      first &+= positions
      page &+= 1
    }
  }

  /// Keys and values of a page, codes made floats.
  private static func pageOfFloats(
    _ block: QueryBlock, _ page: Int, _ count: Int
  ) -> (keys: UnsafeRawPointer, values: UnsafeRawPointer) {
    switch block.layout.type {
    case .f16: return (block.keys[page], block.values[page])
    case .q8_0:
      let values = block.spread + positions &* block.headSize
      CodePage(
        layout: block.layout, keys: block.keys[page], values: block.values[page], count: count
      )
      .spread(keys: block.spread, values: values)
      return (UnsafeRawPointer(block.spread), UnsafeRawPointer(values))
    }
  }

  /// Scores of the page's positions, `(width, 64)`, into the scratch.
  @inline(__always)
  private static func score<Group: QueryGroup, Format: FloatFormat>(
    _: Group.Type, _: Format.Type, _ block: QueryBlock, _ page: UnsafeRawPointer, octetCount: Int
  ) {
    let width = Format.byteCount
    for octet in 0..<octetCount {
      var sums = Group()
      var keys = page + width &* ((octet >> 1) &* block.headSize &* 16 &+ 8 &* (octet & 1))
      var numbers = block.queries
      for _ in 0..<block.headSize {
        sums.add(Format.load(keys), numbers, apart: block.headSize)
        keys += 16 &* width
        numbers += 1
      }
      sums.write(block.scores + 8 &* octet, apart: positions, 8)
    }
  }

  /// Turns a query's scores into weights and takes the earlier sums down to the new largest score.
  private static func weigh(_ block: QueryBlock, _ query: Int, _ first: Int, _ count: Int) {
    let scores = block.scores + query &* positions
    let (largest, total) = (block.largest + query, block.totals + query)
    let seen = min(count, block.visible[query] &- first)
    guard seen > 0 else {
      for position in 0..<count { scores[position] = 0 }
      return
    }
    var best = avx_set_f32(largest.pointee)
    var index = 0
    while index < seen {
      let lanes = Int32(truncatingIfNeeded: min(8, seen &- index))
      best = avx_max(best, avx_load_first(scores + index, lanes, -Float.infinity))
      index &+= 8
    }
    let newLargest = avx_reduce_max(best)
    let top = avx_set_f32(newLargest)
    var sum = avx_zero_f32()
    index = 0
    while index < (count &+ 7) & ~7 {
      let lanes = Int32(truncatingIfNeeded: max(0, min(8, seen &- index)))
      let weights = avx_keep_first(
        VectorMath.exponential(avx_sub(avx_load_f32(scores + index), top)), lanes, 0)
      avx_store_f32(scores + index, weights)
      sum = avx_add(sum, weights)
      index &+= 8
    }
    if newLargest > largest.pointee {
      let shrink = exponential(largest.pointee - newLargest)
      total.pointee *= shrink
      scaleRow(block.sums + query &* block.headSize, block.headSize, shrink)
      largest.pointee = newLargest
    }
    total.pointee += avx_reduce_add(sum)
  }

  /// Adds the page's values, each times its weight, to the output.
  @inline(__always)
  private static func mix<Group: QueryGroup, Format: FloatFormat>(
    _: Group.Type, _: Format.Type, _ block: QueryBlock, _ page: UnsafeRawPointer, _ count: Int
  ) {
    var number = 0
    while number < block.headSize {
      let lanes = Int32(truncatingIfNeeded: min(8, block.headSize &- number))
      var sums = Group()
      sums.read(block.sums + number, apart: block.headSize, lanes)
      var values = page + Format.byteCount &* number
      var weights = UnsafePointer(block.scores)
      for _ in 0..<count {
        sums.add(Format.load(values), weights, apart: positions)
        values += Format.byteCount &* block.headSize
        weights += 1
      }
      sums.write(block.sums + number, apart: block.headSize, lanes)
      number &+= 8
    }
  }

  @inline(__always)
  private static func scaleRow(_ row: UnsafeMutablePointer<Float>, _ count: Int, _ scale: Float) {
    let factor = avx_set_f32(scale)
    var index = 0
    while index < count {
      let lanes = Int32(truncatingIfNeeded: min(8, count &- index))
      avx_store_first(row + index, avx_mul(avx_load_first(row + index, lanes, 0), factor), lanes)
      index &+= 8
    }
  }

  @inline(__always)
  private static func exponential(_ value: Float) -> Float {
    avx_first(VectorMath.exponential(avx_set_f32(value)))
  }
}

/// The running sums of a block queries, held in registers; put together like `TokenGroup`.
protocol QueryGroup {
  static var count: Int { get }
  init()
  /// Adds `vector` times the number of each query; the queries' numbers are `apart` floats apart.
  mutating func add(_ vector: __m256, _ numbers: UnsafePointer<Float>, apart: Int)
  mutating func read(_ source: UnsafePointer<Float>, apart: Int, _ lanes: Int32)
  func write(_ target: UnsafeMutablePointer<Float>, apart: Int, _ lanes: Int32)
}

extension One: QueryGroup {
  @inline(__always)
  mutating func add(_ vector: __m256, _ numbers: UnsafePointer<Float>, apart: Int) {
    add(vector, numbers)
  }

  @inline(__always)
  mutating func read(_ source: UnsafePointer<Float>, apart: Int, _ lanes: Int32) {
    replaceTotal(avx_load_first(source, lanes, 0))
  }

  @inline(__always)
  func write(_ target: UnsafeMutablePointer<Float>, apart: Int, _ lanes: Int32) {
    store(target, apart, Int(lanes))
  }
}

extension Join: QueryGroup where Near: QueryGroup, Far: QueryGroup {
  @inline(__always)
  mutating func add(_ vector: __m256, _ numbers: UnsafePointer<Float>, apart: Int) {
    near.add(vector, numbers, apart: apart)
    far.add(vector, numbers + Near.count &* apart, apart: apart)
  }

  @inline(__always)
  mutating func read(_ source: UnsafePointer<Float>, apart: Int, _ lanes: Int32) {
    near.read(source, apart: apart, lanes)
    far.read(source + Near.count &* apart, apart: apart, lanes)
  }

  @inline(__always)
  func write(_ target: UnsafeMutablePointer<Float>, apart: Int, _ lanes: Int32) {
    store(target, apart, Int(lanes))
  }
}
