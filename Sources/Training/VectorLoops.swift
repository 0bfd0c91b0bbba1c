internal import Kernels

#if canImport(Glibc)
  internal import Glibc
#endif

typealias Floats = UnsafeMutablePointer<Float>
typealias ConstFloats = UnsafePointer<Float>

/// Loops over single vectors, plain enough for the compiler to make vector instructions of them.
struct VectorLoops {
  /// Faster ones for this processor.
  let kernels: TrainingKernels?

  /// `e` to the power of `value`, to about one unit in the last place, for values from -87 to 88.
  ///
  /// - Source: the coefficients are those of the Cephes library's `expf`.
  @inline(__always)
  static func exponential(_ value: Float) -> Float {
    let low: Float = value < -87 ? -87 : value
    let x: Float = low > 88 ? 88 : low
    // Adding 1.5 * 2^23 rounds to a whole number, which stands in the low bits then.
    let shifted = x * 1.442_695_04 + 12_582_912
    let n = shifted - 12_582_912
    let r = (x - n * 0.693_359_375) + n * 2.121_944_4e-4
    var sum: Float = 1.987_569_1e-4
    sum = sum * r + 1.398_199_9e-3
    sum = sum * r + 8.333_452e-3
    sum = sum * r + 4.166_579_5e-2
    sum = sum * r + 0.166_666_65
    sum = sum * r + 0.5
    sum = sum * (r * r) + (r + 1)
    return sum * Float(bitPattern: (shifted.bitPattern &+ 127) &<< 23)
  }

  /// The sum of `f(index)` over `0..<count`, in sixteen partial sums.
  @inline(__always)
  private static func sum(_ count: Int, _ f: (Int) -> SIMD8<Float>, _ rest: (Int) -> Float) -> Float
  {
    var (even, odd) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
    var index = 0
    while index &+ 16 <= count {
      even += f(index)
      odd += f(index &+ 8)
      index &+= 16
    }
    var total = (even + odd).sum()
    while index < count {
      total += rest(index)
      index &+= 1
    }
    return total
  }

  @inline(__always)
  private static func eight(_ p: ConstFloats, _ index: Int) -> SIMD8<Float> {
    UnsafeRawPointer(p + index).loadUnaligned(as: SIMD8<Float>.self)
  }

  /// The product of two vectors.
  static func dot(_ a: ConstFloats, _ b: ConstFloats, _ count: Int) -> Float {
    sum(count, { eight(a, $0) * eight(b, $0) }, { a[$0] * b[$0] })
  }

  /// The product of three vectors, number by number.
  static func dot(_ a: ConstFloats, _ b: ConstFloats, _ c: ConstFloats, _ count: Int) -> Float {
    sum(count, { eight(a, $0) * eight(b, $0) * eight(c, $0) }, { a[$0] * b[$0] * c[$0] })
  }

  /// `target += source`.
  static func add(_ source: ConstFloats, to target: Floats, _ count: Int) {
    for index in 0..<count { target[index] += source[index] }
  }

  /// The largest of `count` numbers; nothing below -3e38.
  static func largest(_ p: ConstFloats, _ count: Int) -> Float {
    var best = SIMD8<Float>(repeating: -3e38)
    var index = 0
    while index &+ 8 <= count {
      let next = eight(p, index)
      best.replace(with: next, where: next .> best)
      index &+= 8
    }
    var largest = best.max()
    while index < count {
      if p[index] > largest { largest = p[index] }
      index &+= 1
    }
    return largest
  }

  /// `e` to the power of `scale * x - shift` in place of each x; returns the sum.
  func exponentials(_ p: Floats, _ count: Int, scale: Float, shift: Float) -> Float {
    if let kernels { return kernels.exponentials(p, count, scale, shift) }
    for index in 0..<count { p[index] = Self.exponential(scale * p[index] - shift) }
    return Self.sum(count, { Self.eight(p, $0) }, { p[$0] })
  }

  /// `target = source * weight / rms(source)`; returns `1 / rms`.
  ///
  /// - Source: Zhang and Sennrich, "Root Mean Square Layer Normalization", 2019.
  @discardableResult
  static func normalize(
    _ source: ConstFloats, _ weight: ConstFloats, into target: Floats, _ count: Int,
    _ epsilon: Float
  ) -> Float {
    let inverse = 1 / (dot(source, source, count) / Float(count) + epsilon).squareRoot()
    for index in 0..<count { target[index] = source[index] * inverse * weight[index] }
    return inverse
  }

  /// Adds to `result` the gradient of a normalised vector's input, `gradient` being that of its
  /// output; returns `1 / rms`.
  static func normalizeBackward(
    _ input: ConstFloats, _ weight: ConstFloats, _ gradient: ConstFloats, addTo result: Floats,
    _ size: (count: Int, epsilon: Float)
  ) -> Float {
    let count = size.count
    let inverse = 1 / (dot(input, input, count) / Float(count) + size.epsilon).squareRoot()
    let along = dot(gradient, weight, input, count) * inverse * inverse * inverse / Float(count)
    for index in 0..<count {
      result[index] += inverse * weight[index] * gradient[index] - along * input[index]
    }
    return inverse
  }

  /// `target = silu(gate) * up`.
  ///
  /// - Source: Shazeer, "GLU Variants Improve Transformer", 2020, SwiGLU.
  func gate(_ call: TrainingKernels.GateCall) {
    if let kernels { return kernels.gate(call) }
    for index in 0..<call.count {
      let x = call.gate[index]
      call.target[index] = x / (1 + Self.exponential(-x)) * call.up[index]
    }
  }

  /// From the gradient of `silu(gate) * up` in `target`, that of gate in its place and that of up.
  func gateBackward(_ call: TrainingKernels.GateCall, upGradient: Floats) {
    if let kernels { return kernels.gateBackward(call, upGradient) }
    for index in 0..<call.count {
      let x = call.gate[index]
      let sigmoid = 1 / (1 + Self.exponential(-x))
      let silu = x * sigmoid
      let slope = sigmoid + silu * (1 - sigmoid)
      let gradient = call.target[index]
      upGradient[index] = gradient * silu
      call.target[index] = gradient * call.up[index] * slope
    }
  }

  /// Turns the pairs of each head by a position's angles; `direction` -1 turns back, which is also
  /// the way of the gradient.
  static func rotate(
    _ heads: Floats, headCount: Int, headSize: Int, rotatedSize: Int,
    _ angles: (base: ConstFloats, direction: Float)
  ) {
    let (cosines, sines) = (angles.base, angles.base + rotatedSize)
    for head in 0..<headCount {
      let x = heads + head * headSize
      var index = 0
      while index < rotatedSize {
        let (first, second) = (x[index], x[index + 1])
        let sine = sines[index + 1] * angles.direction
        x[index] = first * cosines[index] - second * sine
        x[index + 1] = second * cosines[index] + first * sine
        index += 2
      }
    }
  }
}
