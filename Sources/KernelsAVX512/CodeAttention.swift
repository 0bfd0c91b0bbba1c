internal import CIntrinsics
internal import Kernels

/// Attention over keys and values as eight-bit codes.
///
/// Scores are products of bytes: a query's numbers are made whole ones of 16 bits, whose high and
/// low bytes meet the same codes. Values meet each weight times their scale, as floats; many
/// queries meet a page whose values were made floats once. What `VectorAttention` says of order and
/// neighbours holds here too.
enum CodeAttention {
  private static var positions: Int { AttendedPage.positions }
  private static var tilePositions: Int { KeyValueLayout.tilePositionCount }

  /// From this many queries on, a page's values are made floats first.
  private static var spreadingWidth: Int { 7 }

  /// Queries taken together when `rest` are left.
  @inline(__always)
  private static func groupWidth(_ rest: Int) -> Int { rest >= 6 ? 6 : rest >= 4 ? 4 : rest }

  static func attend(_ call: AttendCall) {
    let memory = Memory(call)
    var first = 0
    while first < call.width {
      let width = groupWidth(call.width &- first)
      for index in 0..<width { QueryCodes.write(call, first, width, index, memory) }
      first &+= width
    }
    AttendedPage.forEach(call) { page in
      let values = call.values[page.index]
      if call.width < spreadingWidth {
        let layout = call.layout
        Place<VectorI8>(
          page: page, memory: memory, values: values,
          tileByteCount: layout.valueTileByteCount
        ).attend()
      } else {
        spread(page, values, to: memory.values)
        Place<VectorF32>(
          page: page, memory: memory, values: UnsafeRawPointer(memory.values),
          tileByteCount: 4 &* tilePositions &* call.headSize
        ).attend()
      }
    }
  }

  /// The codes of a page's values as floats, position after position.
  private static func spread(
    _ page: AttendedPage, _ values: UnsafeRawPointer, to target: UnsafeMutablePointer<Float>
  ) {
    let size = page.call.headSize
    let tileByteCount = page.call.layout.valueTileByteCount
    for position in 0..<page.count {
      let source =
        values + ((position / 16) &* tileByteCount &+ (position % 16) &* size)
      var number = 0
      while number < size {
        // What is written past a row's end the next row overwrites.
        asc_store_f32(target + (position &* size &+ number), asc_load_i8(source + number))
        number &+= 16
      }
    }
  }

  /// The scratch of a call.
  struct Memory {
    /// Scores, then weights, of a group of queries, `(query, 64)`.
    let scores: UnsafeMutablePointer<Float>
    /// The weights times the values' scales of a block, `(query, 64)`.
    let scaled: UnsafeMutablePointer<Float>
    /// A page's values as floats.
    let values: UnsafeMutablePointer<Float>
    /// What each query's whole numbers are worth.
    let factors: UnsafeMutablePointer<Float>
    /// The queries' whole numbers, by groups: `[four numbers][query][high, low]`.
    let words: UnsafeMutablePointer<Int32>
    /// 128 times the sum of each query's bytes, negated: `[block][query][high, low]` by groups.
    let sums: UnsafeMutablePointer<Int32>

    init(_ call: AttendCall) {
      scores = call.scratch.assumingMemoryBound(to: Float.self)
      scaled = scores + 16 &* positions
      values = scaled + 16 &* positions
      factors = values + (positions &* call.headSize &+ 64)
      let rest = UnsafeMutableRawPointer(factors + AttendCall.widest)
      words = rest.assumingMemoryBound(to: Int32.self)
      sums = words + 2 &* AttendCall.widest &* call.layout.groupCount
    }
  }

  /// A page and its values as `Format` has them.
  private struct Place<Format: FloatFormat> {
    let page: AttendedPage
    let memory: Memory
    let values: UnsafeRawPointer
    /// Bytes from one tile of values to the next.
    let tileByteCount: Int

    @inline(__always)
    func attend() {
      var query = 0
      while query < page.call.width {
        let width = CodeAttention.groupWidth(page.call.width &- query)
        switch width {
        case 6:
          score(SixScored<OneTile>.self, query)
          mix(SixQueries<Pair>.self, SixQueries<Single>.self, query)
        case 4:
          score(FourScored<TwoTiles>.self, query)
          mix(FourQueries<Pair>.self, FourQueries<Single>.self, query)
        case 3:
          score(ThreeScored<TwoTiles>.self, query)
          mix(ThreeQueries<Pair>.self, ThreeQueries<Single>.self, query)
        case 2:
          score(TwoScored<FourTiles>.self, query)
          mix(TwoQueries<Pair>.self, TwoQueries<Single>.self, query)
        default:
          score(OneScored<FourTiles>.self, query)
          mix(OneQuery<Pair>.self, OneQuery<Single>.self, query)
        }
        query &+= width
      }
    }

    /// Scores of the page's positions, `(query, 64)`.
    @inline(__always)
    private func score<Sums: CodeScores>(_: Sums.Type, _ query: Int) {
      let layout = page.call.layout
      let apart = layout.keyTileByteCount
      let (groupCount, blockCount) = (layout.groupCount, layout.blockCount)
      let keys = page.call.keys[page.index]
      var tile = 0
      while 16 &* tile < page.count {
        var scores = Sums()
        var codes = keys + tile &* apart
        var scales = codes + layout.keyCodeByteCount
        var words = UnsafePointer(memory.words + 2 &* query &* groupCount)
        var sums = UnsafePointer(memory.sums + 2 &* query &* blockCount)
        var rest = groupCount
        while rest > 0 {
          scores.begin(sums)
          for _ in 0..<min(8, rest) {
            scores.add(Sums.Line.loadCodes(codes, apart: apart), words)
            codes += 64
            words += 2 &* Sums.count
          }
          scores.finish(Sums.Line.loadScales(scales, apart: apart))
          scales += 32
          sums += 2 &* Sums.count
          rest &-= 8
        }
        scores.write(memory.scores + 16 &* tile, apart: positions, memory.factors + query)
        tile &+= Sums.Line.count
      }
    }

    /// Adds the page's values, each times its weight, to the sums of the queries from `query` on;
    /// `Narrow` takes a block of fewer than 32 numbers.
    @inline(__always)
    private func mix<Wide: QuerySums, Narrow: QuerySums>(
      _: Wide.Type, _: Narrow.Type, _ query: Int
    ) {
      for index in 0..<Wide.count {
        page.weigh(query &+ index, memory.scores + index &* positions)
      }
      let size = page.call.headSize
      let target = page.part.sums + query &* size
      for block in 0..<page.call.layout.blockCount {
        scaleWeights(block, queryCount: Wide.count)
        var number = 32 &* block
        if number &+ 32 <= size {
          add(Wide.self, target, number, 16)
        } else {
          while number < size {
            add(Narrow.self, target, number, Int32(truncatingIfNeeded: min(16, size &- number)))
            number &+= 16
          }
        }
      }
    }

    /// The weights times the values' scales of a block.
    @inline(__always)
    private func scaleWeights(_ block: Int, queryCount: Int) {
      let layout = page.call.layout
      var scales =
        page.call.values[page.index] + (layout.valueCodeByteCount &+ 32 &* block)
      var position = 0
      while position < page.count {
        let vector = asc_load_f16(scales)
        for index in 0..<queryCount {
          let place = index &* positions &+ position
          asc_store_f32(
            memory.scaled + place, asc_mul(asc_load_f32(memory.scores + place), vector))
        }
        scales += layout.valueTileByteCount
        position &+= tilePositions
      }
    }

    @inline(__always)
    private func add<Sums: QuerySums>(
      _: Sums.Type, _ target: UnsafeMutablePointer<Float>, _ number: Int, _ lanes: Int32
    ) {
      let size = page.call.headSize
      var sums = Sums()
      sums.read(target + number, apart: size, lanes)
      var tile = values + number &* Format.byteCount
      var weights = UnsafePointer(memory.scaled)
      var rest = page.count
      while rest > 0 {
        var row = tile
        for _ in 0..<min(tilePositions, rest) {
          let line = Sums.Line.load(Format.self, row, apart: 16 &* Format.byteCount)
          sums.add(line, weights, apart: positions)
          row += size &* Format.byteCount
          weights += 1
        }
        tile += tileByteCount
        rest &-= tilePositions
      }
      sums.write(target + number, apart: size, lanes)
    }
  }
}

/// Signed bytes.
enum VectorI8: FloatFormat {
  @inline(__always) static var byteCount: Int { 1 }
  @inline(__always) static func load(_ source: UnsafeRawPointer) -> __m512 { asc_load_i8(source) }
}
