internal import CIntrinsics
internal import Kernels

/// Loops of training, sixteen numbers at a time.
enum VectorTraining {
  static let kernels = TrainingKernels(
    exponentials: exponentials, gate: gate, gateBackward: gateBackward)

  @Sendable private static func exponentials(
    _ numbers: UnsafeMutablePointer<Float>, _ count: Int, _ scale: Float, _ shift: Float
  ) -> Float {
    let (factor, offset) = (asc_set_f32(scale), asc_set_f32(-shift))
    var sum = asc_zero_f32()
    var index = 0
    while index &+ 16 <= count {
      let x = asc_load_f32(numbers + index)
      let power = VectorMath.exponential(asc_fma(x, factor, offset))
      asc_store_f32(numbers + index, power)
      sum = asc_add(sum, power)
      index &+= 16
    }
    if index < count {
      let lanes = Int32(truncatingIfNeeded: count &- index)
      let x = asc_load_first(numbers + index, lanes, 0)
      let power = asc_keep_first(VectorMath.exponential(asc_fma(x, factor, offset)), lanes, 0)
      asc_store_first(numbers + index, power, lanes)
      sum = asc_add(sum, power)
    }
    return asc_reduce_add(sum)
  }

  @inline(__always)
  private static func sigmoid(_ x: __m512) -> __m512 {
    let one = asc_set_f32(1)
    return asc_div(one, asc_add(one, VectorMath.exponential(asc_sub(asc_zero_f32(), x))))
  }

  @Sendable private static func gate(_ call: TrainingKernels.GateCall) {
    var index = 0
    while index < call.count {
      let lanes = Int32(truncatingIfNeeded: min(16, call.count &- index))
      let x = asc_load_first(call.gate + index, lanes, 0)
      let up = asc_load_first(call.up + index, lanes, 0)
      asc_store_first(call.target + index, asc_mul(asc_mul(x, sigmoid(x)), up), lanes)
      index &+= 16
    }
  }

  @Sendable private static func gateBackward(
    _ call: TrainingKernels.GateCall, _ upGradient: UnsafeMutablePointer<Float>
  ) {
    let one = asc_set_f32(1)
    var index = 0
    while index < call.count {
      let lanes = Int32(truncatingIfNeeded: min(16, call.count &- index))
      let x = asc_load_first(call.gate + index, lanes, 0)
      let up = asc_load_first(call.up + index, lanes, 0)
      let gradient = asc_load_first(call.target + index, lanes, 0)
      let share = sigmoid(x)
      let silu = asc_mul(x, share)
      let slope = asc_fma(silu, asc_sub(one, share), share)
      asc_store_first(upGradient + index, asc_mul(gradient, silu), lanes)
      asc_store_first(call.target + index, asc_mul(asc_mul(gradient, up), slope), lanes)
      index &+= 16
    }
  }
}
