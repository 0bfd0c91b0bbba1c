internal import CIntrinsics
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
  ///
  /// A scale per 32 loses a fifth of what a scale per 256 does, and 256 is what other programs take
  /// for K-quants.
  private static func encode(_ source: UnsafePointer<Float>, _ group: CodeGroup, _ token: Int) {
    let width = group.width
    var numbers = source
    // One word of four codes at a time is written, since tokens stand side by side.
    withUnsafeTemporaryAllocation(byteCount: 32, alignment: 16) { buffer in
      guard let words = buffer.baseAddress else { return }
      for unit in 0..<group.unitCount {
        let (near, far) = (asc_load_f32(numbers), asc_load_f32(numbers + 16))
        numbers += 32
        let largest = asc_reduce_max(asc_max(asc_abs(near), asc_abs(far)))
        let scale = largest / 127
        let inverse = asc_set_f32(largest > 0 ? 127 / largest : 0)
        let nearCodes = asc_round(asc_mul(near, inverse))
        let farCodes = asc_round(asc_mul(far, inverse))
        asc_store_i8(words, nearCodes)
        asc_store_i8(words + 16, farCodes)
        let codes = group.codes + (8 &* unit &* width &+ token)
        for four in 0..<8 {
          codes[four &* width] = words.load(fromByteOffset: 4 &* four, as: Int32.self)
        }
        let (nearSum, farSum) = (asc_reduce_add_i32(nearCodes), asc_reduce_add_i32(farCodes))
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
