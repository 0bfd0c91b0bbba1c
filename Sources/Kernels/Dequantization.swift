/// Blocks as the file has them, back to floats: the plain reading of each format, against which
/// everything faster is checked. Used at run time only for single rows (token embeddings).
///
/// - Source: ggml's `dequantize_row_*`.
public enum Dequantization {
  /// Writes the floats of a row.
  ///
  /// - Parameters:
  ///   - elementType: How the row is stored.
  ///   - source: The row's bytes, as `elementType.byteCount(elementCount: count)` says.
  ///   - count: Numbers in the row, a multiple of the type's block.
  ///   - target: Room for `count` floats.
  public static func row(
    _ elementType: ElementType, _ source: UnsafeRawPointer, count: Int,
    into target: UnsafeMutablePointer<Float>
  ) {
    precondition(count % elementType.blockElementCount == 0, "a row is whole blocks")
    for block in 0..<count / elementType.blockElementCount {
      let bytes = source + block * elementType.blockByteCount
      let floats = target + block * elementType.blockElementCount
      self.block(elementType, bytes, floats)
    }
  }

  /// Writes the floats of one block.
  private static func block(
    _ elementType: ElementType, _ source: UnsafeRawPointer, _ target: UnsafeMutablePointer<Float>
  ) {
    switch elementType {
    case .f32: target[0] = source.loadUnaligned(as: Float.self)
    case .f16: target[0] = half(source, 0)
    case .bf16:
      target[0] = Float(bitPattern: UInt32(source.loadUnaligned(as: UInt16.self)) << 16)
    case .q4_0: nibbles(source + 2, target) { half(source, 0) * Float($0 - 8) }
    case .q4_1: nibbles(source + 4, target) { half(source, 0) * Float($0) + half(source, 2) }
    case .iq4_NL: nibbles(source + 2, target) { half(source, 0) * iq4($0) }
    case .q5_0:
      let bits = source.loadUnaligned(fromByteOffset: 2, as: UInt32.self)
      fiveBits(source + 6, bits, target) { half(source, 0) * Float($0 - 16) }
    case .q5_1:
      let bits = source.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
      fiveBits(source + 8, bits, target) { half(source, 0) * Float($0) + half(source, 2) }
    case .q8_0:
      for column in 0..<32 {
        target[column] = half(source, 0) * Float(byte(source, 2 + column, as: Int8.self))
      }
    case .q2_K: q2(source, target)
    case .q3_K: q3(source, target)
    case .q4_K: q4OrQ5(source, codes: source + 16, bits: nil, target)
    case .q5_K: q4OrQ5(source, codes: source + 48, bits: source + 16, target)
    case .q6_K: q6(source, target)
    case .iq4_XS:
      for unit in 0..<8 {
        let scale = half(source, 0) * Float(KQuantScales.iq4(source, unit))
        nibbles(source + (8 + 16 * unit), target + 32 * unit) { scale * iq4($0) }
      }
    }
  }

  // MARK: Parts

  private static func half(_ source: UnsafeRawPointer, _ offset: Int) -> Float {
    Float(HalfPrecision.float(source.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
  }

  private static func byte<T: BitwiseCopyable>(
    _ source: UnsafeRawPointer, _ offset: Int, as type: T.Type
  ) -> T {
    source.load(fromByteOffset: offset, as: type)
  }

  private static func iq4(_ code: Int) -> Float {
    Float(Int(TileFormat.codebook[code]) - 128)
  }

  /// 32 numbers from 16 bytes: byte c holds column c low and column c + 16 high.
  private static func nibbles(
    _ source: UnsafeRawPointer, _ target: UnsafeMutablePointer<Float>, _ value: (Int) -> Float
  ) {
    for column in 0..<16 {
      let code = Int(byte(source, column, as: UInt8.self))
      target[column] = value(code & 15)
      target[column + 16] = value(code >> 4)
    }
  }

  private static func fiveBits(
    _ source: UnsafeRawPointer, _ bits: UInt32, _ target: UnsafeMutablePointer<Float>,
    _ value: (Int) -> Float
  ) {
    for column in 0..<16 {
      let code = Int(byte(source, column, as: UInt8.self))
      let (near, far) = (Int(bits >> UInt32(column)) & 1, Int(bits >> UInt32(column + 16)) & 1)
      target[column] = value((code & 15) | (near << 4))
      target[column + 16] = value((code >> 4) | (far << 4))
    }
  }

  private static func q2(_ source: UnsafeRawPointer, _ target: UnsafeMutablePointer<Float>) {
    let (scale, minimum) = (half(source, 80), half(source, 82))
    for column in 0..<256 {
      let (unit, inUnit) = (column / 32, column % 32)
      let factors = Int(byte(source, column / 16, as: UInt8.self))
      let packed = byte(source, 16 + 32 * (unit / 4) + inUnit, as: UInt8.self)
      let code = Int(packed >> UInt8(2 * (unit % 4))) & 3
      target[column] =
        scale * Float(factors & 15) * Float(code) - minimum * Float(factors >> 4)
    }
  }

  private static func q3(_ source: UnsafeRawPointer, _ target: UnsafeMutablePointer<Float>) {
    let scale = half(source, 108)
    for column in 0..<256 {
      let (unit, inUnit) = (column / 32, column % 32)
      let packed = byte(source, 32 + 32 * (unit / 4) + inUnit, as: UInt8.self)
      let high = (byte(source, inUnit, as: UInt8.self) >> UInt8(unit)) & 1
      let code = Int((packed >> UInt8(2 * (unit % 4))) & 3) - (high == 1 ? 0 : 4)
      let factor = KQuantScales.threeBit(source + 96, column / 16)
      target[column] = scale * Float(factor) * Float(code)
    }
  }

  private static func q4OrQ5(
    _ source: UnsafeRawPointer, codes: UnsafeRawPointer, bits: UnsafeRawPointer?,
    _ target: UnsafeMutablePointer<Float>
  ) {
    for column in 0..<256 {
      let (unit, inUnit) = (column / 32, column % 32)
      let packed = byte(codes, 32 * (unit / 2) + inUnit, as: UInt8.self)
      var code = Int(unit.isMultiple(of: 2) ? packed & 15 : packed >> 4)
      if let bits {
        code |= Int((byte(bits, inUnit, as: UInt8.self) >> UInt8(unit)) & 1) << 4
      }
      let (scale, minimum) = KQuantScales.sixBit(source + 4, unit)
      target[column] =
        half(source, 0) * Float(scale) * Float(code) - half(source, 2) * Float(minimum)
    }
  }

  private static func q6(_ source: UnsafeRawPointer, _ target: UnsafeMutablePointer<Float>) {
    for column in 0..<256 {
      let (part, unit, inUnit) = (column / 128, column / 32 % 4, column % 32)
      let packed = byte(source, 64 * part + 32 * (unit % 2) + inUnit, as: UInt8.self)
      let nibble = Int(unit < 2 ? packed & 15 : packed >> 4)
      let crumbs = byte(source, 128 + 32 * part + inUnit, as: UInt8.self)
      let code = nibble | (Int(crumbs >> UInt8(2 * unit)) & 3) << 4
      let factor = byte(source, 192 + column / 16, as: Int8.self)
      target[column] = half(source, 208) * Float(factor) * Float(code - 32)
    }
  }
}
