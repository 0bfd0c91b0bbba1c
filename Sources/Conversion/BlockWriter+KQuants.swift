internal import Kernels

/// The types with 256 numbers in a block, cut into units that have scales of a few bits.
extension BlockWriter {
  /// 16 units of 16: 2-bit codes, scale and minimum in 4 bits each.
  static func q2(_ source: UnsafePointer<Float>, _ target: UnsafeMutableRawPointer) {
    withUnits(source, unitSize: 16) { units in
      let fits = units.map { unit in
        unit.affine(
          top: 3, weight: .size, distance: .absolute, trials: .init(first: -0.5, count: 15))
      }
      let scales = ratios(fits.map(\.scale), top: 15)
      let minima = ratios(fits.map(\.minimum), top: 15)
      let scale = store(scales.unit, target, 80)
      let minimum = store(minima.unit, target, 82)
      for unit in 0..<16 {
        let byte = scales.codes[unit] | minima.codes[unit] << 4
        target.storeBytes(of: byte, toByteOffset: unit, as: UInt8.self)
      }
      let codes = affineCodes(
        source, unitSize: 16, top: 3, scales: scales.codes.map { scale * Float($0) },
        minima: minima.codes.map { minimum * Float($0) })
      packCrumbs(codes, target + 16)
    }
  }

  /// 8 units of 32: codes of 4 or 5 bits, scale and minimum in 6 bits each.
  static func q4OrQ5(
    _ source: UnsafePointer<Float>, _ target: UnsafeMutableRawPointer, levelCount: Int
  ) {
    let hasFifthBit = levelCount == 32
    let top = Float(levelCount - 1)
    withUnits(source, unitSize: 32) { units in
      let fits = units.map { unit in
        unit.affine(
          top: top, weight: .sizeAndMean, distance: .squared,
          trials: .init(first: hasFifthBit ? -0.5 : -1, count: hasFifthBit ? 15 : 20))
      }
      let scales = ratios(fits.map(\.scale), top: 63)
      let minima = ratios(fits.map(\.minimum), top: 63)
      let scale = store(scales.unit, target, 0)
      let minimum = store(minima.unit, target, 2)
      packSixBits(scales.codes, minima.codes, target + 4)
      let codes = affineCodes(
        source, unitSize: 32, top: top, scales: scales.codes.map { scale * Float($0) },
        minima: minima.codes.map { minimum * Float($0) })
      let nibbles = target + (hasFifthBit ? 48 : 16)
      for column in 0..<128 {
        let (pair, inUnit) = (column / 32, column % 32)
        let (near, far) = (codes[64 * pair + inUnit], codes[64 * pair + 32 + inUnit])
        nibbles.storeBytes(of: near & 15 | far << 4, toByteOffset: column, as: UInt8.self)
      }
      if hasFifthBit { packBits(codes.map { $0 >> 4 }, target + 16) }
    }
  }

  /// 16 units of 16: 3-bit codes around zero, signed scales in 6 bits.
  static func q3(_ source: UnsafePointer<Float>, _ target: UnsafeMutableRawPointer) {
    withUnits(source, unitSize: 16) { units in
      let fits = units.map { $0.descending(half: 4) ?? 0 }
      let factors = signedRatios(fits, half: 32)
      let scale = store(factors.unit, target, 108)
      var packed = [UInt8](repeating: 0, count: 12)
      for (unit, factor) in factors.codes.enumerated() {
        let bits = UInt8(factor + 32)
        packed[unit % 8] |= (bits & 15) << (unit < 8 ? 0 : 4)
        packed[8 + unit % 4] |= (bits >> 4) << UInt8(2 * (unit / 4))
      }
      target.advanced(by: 96).copyMemory(from: packed, byteCount: 12)
      let codes = centredCodes(source, half: 4, scales: factors.codes.map { scale * Float($0) })
      packBits(codes.map { $0 >> 2 }, target)
      packCrumbs(codes.map { $0 & 3 }, target + 32)
    }
  }

  /// 16 units of 16: 6-bit codes around zero, signed scales in 8 bits.
  static func q6(_ source: UnsafePointer<Float>, _ target: UnsafeMutableRawPointer) {
    withUnits(source, unitSize: 16) { units in
      let factors = signedRatios(units.map { $0.symmetric(half: 32) ?? 0 }, half: 128)
      let scale = store(factors.unit, target, 208)
      for (unit, factor) in factors.codes.enumerated() {
        target.storeBytes(of: Int8(factor), toByteOffset: 192 + unit, as: Int8.self)
      }
      let codes = centredCodes(source, half: 32, scales: factors.codes.map { scale * Float($0) })
      for part in 0..<2 {
        let lows = target + 64 * part
        for column in 0..<64 {
          let (near, far) = (codes[128 * part + column], codes[128 * part + 64 + column])
          lows.storeBytes(of: near & 15 | far << 4, toByteOffset: column, as: UInt8.self)
        }
      }
      packCrumbs(codes.map { $0 >> 4 }, target + 128)
    }
  }

  /// Lends the units of a block, moved to where vectors can be read.
  static func withUnits(
    _ source: UnsafePointer<Float>, unitSize: Int, _ body: ([UnitFit]) -> Void
  ) {
    withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 64) { memory in
      guard let base = memory.baseAddress else { return }
      base.copyMemory(from: source, byteCount: 1024)
      let numbers = base.assumingMemoryBound(to: Float.self)
      body((0..<256 / unitSize).map { UnitFit(numbers + $0 * unitSize, count: unitSize) })
    }
  }
}

/// Scales of scales.
extension BlockWriter {
  /// Numbers from zero as codes 0...top of a common unit.
  private static func ratios(_ numbers: [Float], top: Float) -> (codes: [UInt8], unit: Float) {
    let most = numbers.reduce(0, max)
    guard most > 0 else { return ([UInt8](repeating: 0, count: numbers.count), 0) }
    let codes = numbers.map { number in
      let code = (number * (top / most)).rounded(.toNearestOrEven)
      return code >= 0 ? UInt8(min(code, top)) : 0
    }
    return (codes, most / top)
  }

  /// Numbers as codes `-half ..< half` of a common unit; the one furthest from zero becomes -half.
  static func signedRatios(_ numbers: [Float], half: Float) -> (codes: [Int], unit: Float) {
    let furthest = numbers.reduce(0) { abs($1) > abs($0) ? $1 : $0 }
    guard abs(furthest) >= UnitFit.least else {
      return ([Int](repeating: 0, count: numbers.count), 0)
    }
    let inverse = -half / furthest
    let codes = numbers.map { number in
      Int(max(-half, min(half - 1, (number * inverse).rounded(.toNearestOrEven))))
    }
    return (codes, 1 / inverse)
  }

  /// The codes of 256 numbers under the scales as they are stored; 0 where a scale is 0.
  private static func affineCodes(
    _ source: UnsafePointer<Float>, unitSize: Int, top: Float, scales: [Float], minima: [Float]
  ) -> [UInt8] {
    (0..<256).map { index in
      let unit = index / unitSize
      guard scales[unit] != 0 else { return 0 }
      let code = ((source[index] + minima[unit]) / scales[unit]).rounded(.toNearestOrEven)
      return code >= 0 ? UInt8(min(code, top)) : 0
    }
  }

  /// As `affineCodes`, for codes around zero, which are stored with `half` added.
  private static func centredCodes(
    _ source: UnsafePointer<Float>, half: Float, scales: [Float]
  ) -> [UInt8] {
    (0..<256).map { index in
      let scale = scales[index / 16]
      guard scale != 0 else { return UInt8(half) }
      let code = (source[index] / scale).rounded(.toNearestOrEven)
      return UInt8((code >= -half ? min(code, half - 1) : -half) + half)
    }
  }
}

/// Codes to bytes, the way back from what `Dequantization` reads.
extension BlockWriter {
  /// 256 codes of 2 bits: byte c of each 32 holds those of column c of four units of 32.
  private static func packCrumbs(_ codes: [UInt8], _ target: UnsafeMutableRawPointer) {
    for byte in 0..<64 {
      let start = 128 * (byte / 32) + byte % 32
      let packed = (0..<4).reduce(0 as UInt8) { $0 | codes[start + 32 * $1] << UInt8(2 * $1) }
      target.storeBytes(of: packed, toByteOffset: byte, as: UInt8.self)
    }
  }

  /// 256 bits: bit u of byte c is that of column c of unit u of 32.
  private static func packBits(_ bits: [UInt8], _ target: UnsafeMutableRawPointer) {
    for byte in 0..<32 {
      let packed = (0..<8).reduce(0 as UInt8) { $0 | bits[32 * $1 + byte] << UInt8($1) }
      target.storeBytes(of: packed, toByteOffset: byte, as: UInt8.self)
    }
  }

  /// Eight scales and eight minima of 6 bits: the last four of each are split over the first.
  private static func packSixBits(
    _ scales: [UInt8], _ minima: [UInt8], _ target: UnsafeMutableRawPointer
  ) {
    for unit in 0..<4 {
      let bytes = [
        scales[unit] | (scales[unit + 4] >> 4) << 6,
        minima[unit] | (minima[unit + 4] >> 4) << 6,
        scales[unit + 4] & 15 | minima[unit + 4] << 4,
      ]
      for (part, byte) in bytes.enumerated() {
        target.storeBytes(of: byte, toByteOffset: 4 * part + unit, as: UInt8.self)
      }
    }
  }
}

/// The types whose codes are places in a list of values.
extension BlockWriter {
  /// - Source: ggml, `kvalues_iq4nl`.
  static let codebook = Codebook([
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113,
  ])

  /// 32 numbers with one scale.
  static func iq4NL(_ source: UnsafePointer<Float>, _ target: UnsafeMutableRawPointer) {
    withUnsafeTemporaryAllocation(byteCount: 128, alignment: 64) { memory in
      guard let base = memory.baseAddress else { return }
      base.copyMemory(from: source, byteCount: 128)
      let numbers = base.assumingMemoryBound(to: Float.self)
      let scale = store(UnitFit(numbers, count: 32).codebook(codebook) ?? 0, target, 0)
      packPlaces(source, scale, target + 2)
    }
  }

  /// 8 units of 32 with signed scales in 6 bits.
  static func iq4XS(_ source: UnsafePointer<Float>, _ target: UnsafeMutableRawPointer) {
    withUnits(source, unitSize: 32) { units in
      let factors = signedRatios(units.map { $0.codebook(codebook) ?? 0 }, half: 32)
      let scale = store(factors.unit, target, 0)
      var high: UInt16 = 0
      var low: UInt32 = 0
      for (unit, factor) in factors.codes.enumerated() {
        let bits = UInt32(factor + 32)
        low |= (bits & 15) << UInt32(4 * unit)
        high |= UInt16(bits >> 4) << UInt16(2 * unit)
        packPlaces(source + 32 * unit, scale * Float(factor), target + (8 + 16 * unit))
      }
      target.storeBytes(of: high, toByteOffset: 2, as: UInt16.self)
      target.storeBytes(of: low, toByteOffset: 4, as: UInt32.self)
    }
  }

  private static func packPlaces(
    _ source: UnsafePointer<Float>, _ scale: Float, _ target: UnsafeMutableRawPointer
  ) {
    let inverse = scale == 0 ? 0 : 1 / scale
    for column in 0..<16 {
      let near = codebook.code(of: source[column] * inverse)
      let far = codebook.code(of: source[column + 16] * inverse)
      target.storeBytes(of: near | far << 4, toByteOffset: column, as: UInt8.self)
    }
  }
}
