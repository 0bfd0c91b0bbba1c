internal import CIntrinsics
internal import Kernels

/// Makes queries whole numbers for `CodeAttention`.
enum QueryCodes {
  /// Writes query `first + index` of a call, of a group of `width` queries that begins with `first`.
  static func write(
    _ call: AttendCall, _ first: Int, _ width: Int, _ index: Int, _ memory: CodeAttention.Memory
  ) {
    let layout = call.layout
    let size = layout.headSize
    let source = call.queries + (first &+ index) &* size
    let largest = HeadCodes.largest(source, size)
    memory.factors[first &+ index] = largest / WholeQuery.largest
    let scale = asc_set_f32(largest > 0 ? WholeQuery.largest / largest : 0)
    let words = memory.words + 2 &* (first &* layout.groupCount &+ index)
    let sums = memory.sums + 2 &* (first &* layout.blockCount &+ index)
    for block in 0..<layout.blockCount {
      sums[2 &* block &* width] = 0
      sums[2 &* block &* width &+ 1] = 0
    }
    withUnsafeTemporaryAllocation(byteCount: 32, alignment: 32) { buffer in
      guard let bytes = buffer.baseAddress else { return }
      var number = 0
      while number < size {
        let lanes = Int32(truncatingIfNeeded: min(16, size &- number))
        let whole = asc_round(asc_mul(asc_load_first(source + number, lanes, 0), scale))
        let high = asc_shift_right_signed_8(asc_add_i32(whole, asc_set_i32(128)))
        let low = asc_sub_i32(whole, asc_shift_left(high, 8))
        let sum = sums + 2 &* (number / 32) &* width
        sum[0] &-= 128 &* asc_reduce_add_i32(high)
        sum[1] &-= 128 &* asc_reduce_add_i32(low)
        asc_store_i8(bytes, high)
        asc_store_i8(bytes + 16, low)
        for group in 0..<min(4, layout.groupCount &- number / 4) {
          let target = words + 2 &* (number / 4 &+ group) &* width
          target[0] = bytes.load(fromByteOffset: 4 &* group, as: Int32.self)
          target[1] = bytes.load(fromByteOffset: 16 &+ 4 &* group, as: Int32.self)
        }
        number &+= 16
      }
    }
  }
}

/// Keys and values as codes.
enum HeadCodes {
  /// The largest of some numbers without their signs.
  @inline(__always)
  static func largest(_ source: UnsafePointer<Float>, _ count: Int) -> Float {
    var largest = asc_zero_f32()
    var number = 0
    while number < count {
      let lanes = Int32(truncatingIfNeeded: min(16, count &- number))
      largest = asc_max(largest, asc_abs(asc_load_first(source + number, lanes, 0)))
      number &+= 16
    }
    return asc_reduce_max(largest)
  }

  static func remember(_ call: RememberCall) {
    let layout = call.layout
    let (tile, lane) = (call.place / 16, call.place % 16)
    let keys = call.page + tile &* layout.keyTileByteCount
    let values = call.values + tile &* layout.valueTileByteCount
    encode(call.key, layout, lane, keys + layout.keyCodeByteCount) { bytes, number, count in
      // Unsigned, and the missing numbers of the last four zero.
      for group in 0..<(count &+ 3) / 4 {
        let word = bytes.load(fromByteOffset: 4 &* group, as: UInt32.self) ^ 0x8080_8080
        keys.storeBytes(
          of: word, toByteOffset: 64 &* (number / 4 &+ group) &+ 4 &* lane, as: UInt32.self)
      }
    }
    encode(call.value, layout, lane, values + layout.valueCodeByteCount) { bytes, number, count in
      (values + (lane &* layout.headSize &+ number)).copyMemory(from: bytes, byteCount: count)
    }
  }

  /// Rounds a head's numbers, writes the scale of each block and gives `body` sixteen codes at a
  /// time, the number that they begin with, and how many of them there are.
  @inline(__always)
  private static func encode(
    _ source: UnsafePointer<Float>, _ layout: KeyValueLayout, _ lane: Int,
    _ scales: UnsafeMutableRawPointer,
    _ body: (_ codes: UnsafeMutableRawPointer, _ number: Int, _ count: Int) -> Void
  ) {
    withUnsafeTemporaryAllocation(byteCount: 16, alignment: 16) { buffer in
      guard let bytes = buffer.baseAddress else { return }
      for block in 0..<layout.blockCount {
        let end = min(32 &* block &+ 32, layout.headSize)
        var number = 32 &* block
        let largest = largest(source + number, end &- number)
        let scale = largest / 127
        scales.storeBytes(
          of: HalfPrecision.bits(scale), toByteOffset: 2 &* (16 &* block &+ lane),
          as: UInt16.self)
        let inverse = asc_set_f32(scale > 0 ? 1 / scale : 0)
        while number < end {
          let count = min(16, end &- number)
          let lanes = Int32(truncatingIfNeeded: count)
          asc_store_i8(
            bytes, asc_round(asc_mul(asc_load_first(source + number, lanes, 0), inverse)))
          body(bytes, number, count)
          number &+= 16
        }
      }
    }
  }
}
