internal import CIntrinsicsAVX2
internal import Kernels

/// A page of keys and values as eight-bit codes.
struct CodePage {
  let layout: KeyValueLayout
  let keys: UnsafeRawPointer
  let values: UnsafeRawPointer
  /// Positions to read.
  let count: Int

  /// Makes floats of it: keys `[tile][number][16 positions]`, values `[position][number]`.
  func spread(keys: UnsafeMutablePointer<Float>, values: UnsafeMutablePointer<Float>) {
    var tile = 0
    while 16 &* tile < count {
      spreadKeys(tile, keys + 16 &* tile &* layout.headSize)
      for lane in 0..<min(16, count &- 16 &* tile) {
        spreadValue(tile, lane, values + (16 &* tile &+ lane) &* layout.headSize)
      }
      tile &+= 1
    }
  }

  private func spreadKeys(_ tile: Int, _ target: UnsafeMutablePointer<Float>) {
    let codes = keys + tile &* layout.keyTileByteCount
    let scales = codes + layout.keyCodeByteCount
    for number in 0..<layout.headSize {
      for octet in 0..<2 {
        let code = avx_load_word_byte(
          codes + (number / 4 &* 64 &+ 32 &* octet), Int32(truncatingIfNeeded: number % 4))
        let scale = avx_load_f16(scales + (number / 32 &* 32 &+ 16 &* octet))
        avx_store_f32(target + (16 &* number &+ 8 &* octet), avx_mul(code, scale))
      }
    }
  }

  private func spreadValue(_ tile: Int, _ lane: Int, _ target: UnsafeMutablePointer<Float>) {
    let start = values + tile &* layout.valueTileByteCount
    let scales = start + layout.valueCodeByteCount
    let codes = start + lane &* layout.headSize
    var number = 0
    while number < layout.headSize {
      let scale = HalfPrecision.float(
        scales.load(fromByteOffset: number / 32 &* 32 &+ 2 &* lane, as: UInt16.self))
      // What is written past a row's end the next row overwrites.
      avx_store_f32(target + number, avx_mul(avx_load_i8(codes + number), avx_set_f32(scale)))
      number &+= 8
    }
  }
}
