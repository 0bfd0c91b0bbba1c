/// Finds scales for the units of a block: 16 or 32 numbers that share one.
///
/// A unit is read as one or two vectors of sixteen, which the compiler spreads over whatever
/// vectors the processor has.
struct UnitFit {
  typealias Lanes = SIMD16<Float>

  /// Sixteen numbers each, one or two of them.
  let parts: UnsafePointer<Lanes>
  let partCount: Int

  /// A unit of `count` numbers, 16 or 32, that are aligned to 64 bytes.
  init(_ numbers: UnsafePointer<Float>, count: Int) {
    parts = UnsafeRawPointer(numbers).assumingMemoryBound(to: Lanes.self)
    partCount = count / 16
  }

  /// What a number counts in a fit.
  enum Weight {
    case size
    case sizeAndMean
  }

  /// How far a fit is off.
  enum Distance {
    case absolute
    case squared
  }

  /// Which scales are tried: `levels + first`, `levels + first + 0.1` and so on over the span.
  struct Trials {
    let first: Float
    let count: Int
  }

  /// The nearest whole numbers, ties to even, for sizes below 2^22.
  static func rounded(_ numbers: Lanes) -> Lanes {
    (numbers + 12_582_912) - 12_582_912
  }
}

extension UnitFit {
  /// Scale and minimum so that `scale * code - minimum` is near each number, codes 0...top; neither
  /// is below zero.
  func affine(
    top: Float, weight: Weight, distance: Distance, trials: Trials
  ) -> (scale: Float, minimum: Float) {
    let (least, most) = (min(smallest, 0), largest)
    guard most > least else { return (0, -least) }
    let weighted = WeightedUnit(self, weight)
    var best = (scale: (most - least) / top, start: least)
    var leastError = weighted.error(
      weighted.codes(from: least, 1 / best.scale, top), best.scale, best.start, distance)
    for trial in 0...trials.count {
      // What is found so far is where the next trial starts from.
      let span = most - best.start
      guard span > 0 else { break }
      let inverse = (top + trials.first + 0.1 * Float(trial)) / span
      let codes = weighted.codes(from: best.start, inverse, top)
      guard let (scale, start) = weighted.line(codes) else { continue }
      let error = weighted.error(codes, scale, start, distance)
      if error < leastError { (leastError, best) = (error, (scale, start)) }
    }
    return (best.scale, -best.start)
  }

  private var smallest: Float { (0..<partCount).reduce(.infinity) { min($0, parts[$1].min()) } }

  private var largest: Float { (0..<partCount).reduce(-.infinity) { max($0, parts[$1].max()) } }

  /// The root of the mean square.
  fileprivate var rootMeanSquare: Float {
    let squares = (0..<partCount).reduce(0 as Float) { $0 + (parts[$1] * parts[$1]).sum() }
    return (squares / Float(16 * partCount)).squareRoot()
  }
}

/// A unit whose numbers count differently, and what straight lines through its codes are worth.
private struct WeightedUnit {
  typealias Lanes = UnitFit.Lanes

  /// The second of each pair is zero, and counts nothing, where a unit has sixteen numbers.
  private let numbers: (Lanes, Lanes)
  private let weights: (Lanes, Lanes)
  private let weightSum: Float
  private let numberSum: Float

  init(_ unit: UnitFit, _ weight: UnitFit.Weight) {
    let base = weight == .sizeAndMean ? unit.rootMeanSquare : 0
    let isWide = unit.partCount == 2
    numbers = (unit.parts[0], isWide ? unit.parts[1] : Lanes())
    weights = (
      UnitFit.size(numbers.0) + base, isWide ? UnitFit.size(numbers.1) + base : Lanes()
    )
    weightSum = (weights.0 + weights.1).sum()
    numberSum = (weights.0 * numbers.0 + weights.1 * numbers.1).sum()
  }

  func codes(from start: Float, _ inverse: Float, _ top: Float) -> (Lanes, Lanes) {
    func codes(_ numbers: Lanes) -> Lanes {
      UnitFit.atLeast(0, UnitFit.atMost(top, UnitFit.rounded((numbers - start) * inverse)))
    }
    return (codes(numbers.0), codes(numbers.1))
  }

  /// Least squares for scale and start; where the start comes out above zero, for the scale alone.
  /// Nil where all codes are the same.
  func line(_ codes: (Lanes, Lanes)) -> (scale: Float, start: Float)? {
    let weighted = (codes.0 * weights.0, codes.1 * weights.1)
    let codeSum = (weighted.0 + weighted.1).sum()
    let squareSum = (weighted.0 * codes.0 + weighted.1 * codes.1).sum()
    let productSum = (weighted.0 * numbers.0 + weighted.1 * numbers.1).sum()
    let determinant = weightSum * squareSum - codeSum * codeSum
    guard determinant > 0 else { return nil }
    let start = (squareSum * numberSum - codeSum * productSum) / determinant
    if start > 0 { return (productSum / squareSum, 0) }
    return ((weightSum * productSum - numberSum * codeSum) / determinant, start)
  }

  func error(
    _ codes: (Lanes, Lanes), _ scale: Float, _ start: Float, _ distance: UnitFit.Distance
  ) -> Float {
    let near = codes.0 * scale + start - numbers.0
    let far = codes.1 * scale + start - numbers.1
    switch distance {
    case .absolute:
      return (weights.0 * UnitFit.size(near) + weights.1 * UnitFit.size(far)).sum()
    case .squared: return (weights.0 * near * near + weights.1 * far * far).sum()
    }
  }
}

/// Lane by lane without branches; the standard library's own forms go number by number.
extension UnitFit {
  private typealias Bits = SIMD16<UInt32>

  /// The numbers without their signs.
  fileprivate static func size(_ numbers: Lanes) -> Lanes {
    unsafeBitCast(unsafeBitCast(numbers, to: Bits.self) & 0x7FFF_FFFF, to: Lanes.self)
  }

  /// `then` where the mask holds, else `other`.
  fileprivate static func choose(
    _ mask: SIMDMask<SIMD16<Int32>>, _ then: Lanes, _ other: Lanes
  ) -> Lanes {
    let bits = unsafeBitCast(mask, to: Bits.self)
    return unsafeBitCast(
      (bits & unsafeBitCast(then, to: Bits.self)) | (~bits & unsafeBitCast(other, to: Bits.self)),
      to: Lanes.self)
  }

  /// Numbers above `limit` become `limit`.
  fileprivate static func atMost(_ limit: Float, _ numbers: Lanes) -> Lanes {
    choose(numbers .> Lanes(repeating: limit), Lanes(repeating: limit), numbers)
  }

  /// Numbers below `limit` become `limit`.
  fileprivate static func atLeast(_ limit: Float, _ numbers: Lanes) -> Lanes {
    choose(numbers .< Lanes(repeating: limit), Lanes(repeating: limit), numbers)
  }
}

extension UnitFit {
  /// The number furthest from zero, the first of them.
  var furthest: Float {
    var found: Float = 0
    for part in 0..<partCount {
      for lane in 0..<16 where abs(parts[part][lane]) > abs(found) { found = parts[part][lane] }
    }
    return found
  }

  /// Below this a unit counts as all zeros.
  static let least: Float = 1e-15

  /// A scale so that `scale * code` is near each number, codes `-half ..< half`; large numbers
  /// count more. Nil where all are zero.
  func symmetric(half: Float) -> Float? {
    let furthest = furthest
    guard abs(furthest) >= Self.least else { return nil }
    return bestScale([0] + Array(-9 ... -1) + Array(1...9)) { trial, numbers in
      let inverse = -(half + 0.1 * Float(trial)) / furthest
      return Self.atLeast(-half, Self.atMost(half - 1, Self.rounded(numbers * inverse)))
    }
  }

  /// A scale so that `scale * values[code]` is near each number. Nil where all are zero.
  func codebook(_ codebook: Codebook) -> Float? {
    let furthest = furthest
    guard abs(furthest) >= Self.least else { return nil }
    // The first is the other way round: the furthest number as the highest value.
    return bestScale([0] + Array(-7...7), isMirroredFirst: true) { trial, numbers in
      codebook.nearest(numbers * ((Float(trial) + codebook.lowest) / furthest))
    }
  }

  /// The scale of the trial whose codes, times the scale that suits them best, are nearest.
  private func bestScale(
    _ trials: [Int], isMirroredFirst: Bool = false, _ codes: (Int, Lanes) -> Lanes
  ) -> Float {
    var best: (scale: Float, gain: Float)?
    for trial in trials {
      let sign: Float = isMirroredFirst && best == nil ? -1 : 1
      let (products, squares) = sums { codes(trial, sign * $0) }
      guard squares > 0 else { continue }
      let scale = products / squares
      let gain = products * products
      if let found = best, gain <= found.gain * squares { continue }
      best = (scale, gain / squares)
    }
    return best?.scale ?? 0
  }

  /// The weighted sums of number times code and code times code; a number's weight is its square.
  private func sums(_ codes: (Lanes) -> Lanes) -> (products: Float, squares: Float) {
    var (products, squares): (Float, Float) = (0, 0)
    for part in 0..<partCount {
      let numbers = parts[part]
      let found = codes(numbers)
      let weighted = numbers * numbers * found
      products += (weighted * numbers).sum()
      squares += (weighted * found).sum()
    }
    return (products, squares)
  }

  /// As `symmetric(half:)`, for few codes: from the nearest ones, each is moved where that makes the
  /// whole fit better, in up to five rounds.
  func descending(half: Float) -> Float? {
    let furthest = furthest
    guard abs(furthest) >= Self.least else { return nil }
    func code(_ value: Float) -> Float {
      max(-half, min(half - 1, value.rounded(.toNearestOrEven)))
    }
    let numbers = parts[0]
    var codes = Lanes()
    var (products, squares): (Float, Float) = (0, 0)
    for lane in 0..<16 {
      codes[lane] = code(numbers[lane] * (-half / furthest))
      let weight = numbers[lane] * numbers[lane]
      products += weight * numbers[lane] * codes[lane]
      squares += weight * codes[lane] * codes[lane]
    }
    for _ in 0..<5 {
      var hasChanged = false
      for lane in 0..<16 {
        let (number, old) = (numbers[lane], codes[lane])
        let weight = number * number
        var otherProducts = products - weight * number * old
        guard otherProducts > 0 else { continue }
        var otherSquares = squares - weight * old * old
        let new = code(number * otherSquares / otherProducts)
        guard new != old else { continue }
        otherProducts += weight * number * new
        otherSquares += weight * new * new
        guard otherSquares > 0,
          otherProducts * otherProducts * squares > products * products * otherSquares
        else { continue }
        codes[lane] = new
        (products, squares, hasChanged) = (otherProducts, otherSquares, true)
      }
      if !hasChanged { break }
    }
    return squares > 0 ? products / squares : 0
  }
}

/// The sixteen values that codes of the IQ4 types stand for.
struct Codebook {
  private let values: [Float]
  /// Between two neighbours, where the upper one begins to be nearer.
  private let middles: [Float]

  /// - Parameter values: Sixteen, rising.
  init(_ values: [Float]) {
    self.values = values
    middles = zip(values, values.dropFirst()).map { ($0 + $1) / 2 }
  }

  var lowest: Float { values[0] }

  /// The value nearest to each number.
  func nearest(_ numbers: UnitFit.Lanes) -> UnitFit.Lanes {
    var found = UnitFit.Lanes(repeating: values[0])
    for (index, middle) in middles.enumerated() {
      let step = UnitFit.Lanes(repeating: values[index + 1])
      let isAbove = numbers .>= UnitFit.Lanes(repeating: middle)
      found = UnitFit.choose(isAbove, step, found)
    }
    return found
  }

  /// The code of the value nearest to `number`.
  func code(of number: Float) -> UInt8 {
    UInt8(middles.count { number >= $0 })
  }
}
