#if canImport(Glibc)
  internal import Glibc
#endif

// Attention without vector instructions: plain two-pass softmax, not the vector kernels' running
// one. Scores are those of the vector kernels to the bit, except over codes with AVX2, which rounds
// no query.
extension ScalarKernels {
  @Sendable static func remember(_ call: RememberCall) {
    let (tile, lane) = call.place.quotientAndRemainder(
      dividingBy: KeyValueLayout.tilePositionCount)
    let keys = call.page + tile * call.layout.keyTileByteCount
    let values = call.values + tile * call.layout.valueTileByteCount
    switch call.layout.type {
    case .f16:
      for number in 0..<call.headSize {
        keys.storeBytes(
          of: HalfPrecision.bits(call.key[number]), toByteOffset: 2 * (number * 16 + lane),
          as: UInt16.self)
        values.storeBytes(
          of: HalfPrecision.bits(call.value[number]),
          toByteOffset: 2 * (lane * call.headSize + number), as: UInt16.self)
      }
    case .q8_0:
      let layout = call.layout
      encode(call.key, layout, lane, scales: keys + layout.keyCodeByteCount) { number, code in
        keys.storeBytes(
          of: UInt8(code + 128), toByteOffset: number / 4 * 64 + lane * 4 + number % 4,
          as: UInt8.self)
      }
      encode(call.value, layout, lane, scales: values + layout.valueCodeByteCount) {
        number, code in
        values.storeBytes(
          of: Int8(code), toByteOffset: lane * layout.headSize + number, as: Int8.self)
      }
    }
  }

  /// Rounds a head's numbers to codes in -127...127, each 32 of a common scale.
  private static func encode(
    _ source: UnsafePointer<Float>, _ layout: KeyValueLayout, _ lane: Int,
    scales: UnsafeMutableRawPointer, _ store: (_ number: Int, _ code: Int32) -> Void
  ) {
    for block in 0..<layout.blockCount {
      let numbers = 32 * block..<min(32 * block + 32, layout.headSize)
      var largest: Float = 0
      for number in numbers { largest = max(largest, abs(source[number])) }
      // As in ggml: the number is multiplied by one over the scale, not divided by it.
      let scale = largest / 127
      let inverse = scale > 0 ? 1 / scale : 0
      scales.storeBytes(
        of: HalfPrecision.bits(scale), toByteOffset: 2 * (16 * block + lane),
        as: UInt16.self)
      for number in numbers {
        let scaled = (source[number] * inverse).rounded(.toNearestOrEven)
        // Not a number: a damaged model. It must not trap; the engine reports it by its logits.
        store(number, scaled.isFinite ? Int32(max(-127, min(127, scaled))) : 0)
      }
    }
  }

  @Sendable static func attend(_ call: AttendCall) {
    for segment in call.segments {
      let first = segment * AttendCall.segmentPositionCount
      for query in 0..<call.width {
        let last = min(call.visible[query], first + AttendCall.segmentPositionCount)
        attend(call, query, first..<max(first, last), call.part(segment))
      }
    }
  }

  private static func attend(
    _ call: AttendCall, _ query: Int, _ positions: Range<Int>, _ part: AttendCall.Part
  ) {
    let vector = call.queries + query * call.headSize
    let score = scoring(vector, call.layout)
    let places = positions.map { Place(call, position: $0) }
    let scores = places.map(score)
    let largest = scores.max() ?? -Float.infinity
    let weights = scores.map { exp($0 - largest) }
    part.largest[query] = largest
    part.totals[query] = weights.reduce(0, +)
    for number in 0..<call.headSize {
      var sum: Float = 0
      for (place, weight) in zip(places, weights) {
        let (value, scale) = place.value(number)
        sum.addProduct(weight * scale, value)
      }
      part.sums[query * call.headSize + number] = sum
    }
  }

  /// What gives the score of a place for the query at `vector`.
  private static func scoring(
    _ vector: UnsafePointer<Float>, _ layout: KeyValueLayout
  ) -> (Place) -> Float {
    switch layout.type {
    case .f16:
      return { place in
        (0..<layout.headSize).reduce(into: Float(0)) {
          $0.addProduct(place.key($1), vector[$1])
        }
      }
    case .q8_0:
      let largest = (0..<layout.headSize).reduce(Float(0)) { max($0, abs(vector[$1])) }
      let inverse = largest > 0 ? WholeQuery.largest / largest : 0
      let wholes = (0..<layout.headSize).map { number -> Int32 in
        let whole = (vector[number] * inverse).rounded(.toNearestOrEven)
        return whole.isFinite ? Int32(whole) : 0
      }
      return { place in
        (0..<layout.blockCount).reduce(into: Float(0)) { total, block in
          let numbers = 32 * block..<min(32 * block + 32, layout.headSize)
          let sum = numbers.reduce(Int32(0)) { $0 + wholes[$1] * place.keyCode($1) }
          total.addProduct(Float(sum), place.keyScale(block))
        } * (largest / WholeQuery.largest)
      }
    }
  }

  /// One position's key and value.
  private struct Place {
    private let layout: KeyValueLayout
    private let keys: UnsafeRawPointer
    private let values: UnsafeRawPointer
    private let lane: Int

    init(_ call: AttendCall, position: Int) {
      let (page, inPage) = position.quotientAndRemainder(dividingBy: AttendCall.pagePositionCount)
      let tile = inPage / KeyValueLayout.tilePositionCount
      layout = call.layout
      keys = call.keys[page] + tile * layout.keyTileByteCount
      values = call.values[page] + tile * layout.valueTileByteCount
      lane = inPage % KeyValueLayout.tilePositionCount
    }

    private func half(_ base: UnsafeRawPointer, _ offset: Int) -> Float {
      HalfPrecision.float(base.load(fromByteOffset: offset, as: UInt16.self))
    }

    func key(_ number: Int) -> Float { half(keys, 2 * (number * 16 + lane)) }

    func keyCode(_ number: Int) -> Int32 {
      let offset = number / 4 * 64 + lane * 4 + number % 4
      return Int32(keys.load(fromByteOffset: offset, as: UInt8.self)) - 128
    }

    func keyScale(_ block: Int) -> Float {
      half(keys, layout.keyCodeByteCount + 2 * (16 * block + lane))
    }

    /// A number of the value, and what it is to be multiplied with.
    func value(_ number: Int) -> (Float, scale: Float) {
      let index = lane * layout.headSize + number
      switch layout.type {
      case .f16: return (half(values, 2 * index), 1)
      case .q8_0:
        let code = Float(values.load(fromByteOffset: index, as: Int8.self))
        return (code, half(values, layout.valueCodeByteCount + 2 * (16 * (number / 32) + lane)))
      }
    }
  }
}
