internal import CIntrinsicsAVX2
internal import Kernels

/// Makes activations ready for products.
enum VectorActivations {
  @Sendable static func prepare(_ call: PrepareCall) {
    switch call.layout.form {
    case .floats: interleave(call)
    case .codes:
      let group = CodeGroup(call.storage, call.layout, first: call.first, width: call.width)
      for token in 0..<call.width {
        encode(call.source + token * call.stride, group, token)
      }
    }
  }

  private static func interleave(_ call: PrepareCall) {
    let columnCount = call.layout.columnCount
    let width = call.width
    let target = call.storage.assumingMemoryBound(to: Float.self) + call.first * columnCount
    for token in 0..<width {
      let source = call.source + token * call.stride
      for column in 0..<columnCount {
        target[column &* width &+ token] = source[column]
      }
    }
  }

  /// Rounds a vector to codes in -127...127, each 32 with a scale of their own.
  private static func encode(_ source: UnsafePointer<Float>, _ group: CodeGroup, _ token: Int) {
    let width = group.width
    var numbers = source
    // One word of four codes at a time is written, since tokens stand side by side.
    withUnsafeTemporaryAllocation(byteCount: 32, alignment: 32) { buffer in
      guard let words = buffer.baseAddress else { return }
      for unit in 0..<group.unitCount {
        let (a, b) = (avx_load_f32(numbers), avx_load_f32(numbers + 8))
        let (c, d) = (avx_load_f32(numbers + 16), avx_load_f32(numbers + 24))
        numbers += 32
        let largest = avx_reduce_max(
          avx_max(avx_max(avx_abs(a), avx_abs(b)), avx_max(avx_abs(c), avx_abs(d))))
        let scale = largest / 127
        let inverse = avx_set_f32(largest > 0 ? 127 / largest : 0)
        let (codeA, codeB) = (avx_round(avx_mul(a, inverse)), avx_round(avx_mul(b, inverse)))
        let (codeC, codeD) = (avx_round(avx_mul(c, inverse)), avx_round(avx_mul(d, inverse)))
        avx_store_i8(words, codeA, codeB, codeC, codeD)
        let codes = group.codes + (8 &* unit &* width &+ token)
        for four in 0..<8 {
          codes[four &* width] = words.load(fromByteOffset: 4 &* four, as: Int32.self)
        }
        let nearSum = avx_reduce_add_i32(avx_add_i32(codeA, codeB))
        let farSum = avx_reduce_add_i32(avx_add_i32(codeC, codeD))
        let place = unit &* width &+ token
        group.scales[place] = scale
        group.negatedSums[place] = 0 &- (nearSum &+ farSum)
        group.sums[place] = scale * Float(nearSum &+ farSum)
        let half = 2 &* unit &* width &+ token
        group.negatedHalfSums[half] = 0 &- nearSum
        group.negatedHalfSums[half &+ width] = 0 &- farSum
        group.halfSums[half] = scale * Float(nearSum)
        group.halfSums[half &+ width] = scale * Float(farSum)
      }
    }
  }
}
