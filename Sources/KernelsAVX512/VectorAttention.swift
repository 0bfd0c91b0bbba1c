internal import CIntrinsics
internal import Kernels

/// Attention of queries that share a key/value head.
///
/// Page by page with a running softmax, so that keys and values are read once for all queries. Keys
/// lie with sixteen positions side by side: a score needs no sum across lanes. Many queries meet a
/// page whose numbers were made floats once, twelve at a time. Positions that a query may not see
/// get weight zero, which leaves its sums as they are, and each sum is formed in the order of the
/// positions, so a query's result does not depend on the queries beside it.
enum VectorAttention {
  /// From this many queries on, a page is made floats first.
  private static var spreadingWidth: Int { 7 }

  private static var positions: Int { AttendedPage.positions }

  @Sendable static func attend(_ call: AttendCall) {
    switch call.layout.type {
    case .f16: attendToHalves(call)
    case .q8_0: CodeAttention.attend(call)
    }
  }

  @Sendable static func remember(_ call: RememberCall) {
    switch call.layout.type {
    case .f16: rememberHalves(call)
    case .q8_0: HeadCodes.remember(call)
    }
  }

  private static func attendToHalves(_ call: AttendCall) {
    let memory = Memory(call)
    turn(call, memory.queries)
    AttendedPage.forEach(call) { page in
      let place = Place(page: page, memory: memory)
      if call.width < spreadingWidth {
        place.attend(VectorF16.self, call.keys[page.index], call.values[page.index])
      } else {
        spread(call.keys[page.index], to: memory.keys, vectorCount: 4 &* call.headSize)
        spread(
          call.values[page.index], to: memory.values,
          vectorCount: (page.count &* call.headSize &+ 15) / 16)
        place.attend(VectorF32.self, memory.keys, memory.values)
      }
    }
  }

  private static func rememberHalves(_ call: RememberCall) {
    let values = call.values + 2 &* call.place &* call.headSize
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

  /// A page and the memory of its call.
  private struct Place {
    let page: AttendedPage
    let memory: Memory
    var call: AttendCall { page.call }

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
        place.page.weigh(query &+ index, place.memory.scores + index &* positions)
      }
      let size = place.call.headSize
      let sums = place.page.part.sums + query &* size
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
      while 16 &* tile < place.page.count {
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
      for _ in 0..<place.page.count {
        let line = Sums.Line.load(Format.self, values, apart: 16 &* Format.byteCount)
        sums.add(line, weights, apart: positions)
        values += size &* Format.byteCount
        weights += 1
      }
      sums.write(target + number, apart: size, lanes)
    }
  }
}
