// Conversion: model files from other files.
//
// Purpose: write a model's numbers in another type (quantise), add an adapter to a model for good
// (merge), and turn Hugging Face folders into GGUF (import).
// Invariants: an output appears whole or not at all; rows are converted slab by slab, so memory does
// not grow with the model; a damaged or hostile input is an error that names file, item and reason.
// May import GGUF, Tensors, Kernels, Tokenization, and of Clinical the JSON reader alone; prints
// nothing, knows no engine.

internal import Kernels

/// Floats to blocks, the way back from `Dequantization`.
///
/// Each block is fitted so that its weighted error is small; the weights and the candidates tried
/// are those of ggml, so that files are as good as its own. Numbers must be finite and within the
/// reach of half precision, which scales are stored in.
///
/// - Source: ggml's `quantize_row_*_ref`, version of 2026.
enum BlockWriter {
  /// Writes a row.
  ///
  /// - Parameters:
  ///   - elementType: How it is to be stored.
  ///   - source: `count` floats.
  ///   - count: Numbers in the row, a multiple of the type's block.
  ///   - target: Room for `elementType.byteCount(elementCount: count)` bytes.
  static func row(
    _ elementType: ElementType, _ source: UnsafePointer<Float>, count: Int,
    into target: UnsafeMutableRawPointer
  ) {
    precondition(count % elementType.blockElementCount == 0, "a row is whole blocks")
    switch elementType {
    case .f32: target.copyMemory(from: source, byteCount: 4 * count)
    case .f16, .bf16: halves(elementType, source, count: count, into: target)
    case .q8_0: Q8Rounding.row(source, count: count, into: target)
    default:
      for block in 0..<count / elementType.blockElementCount {
        self.block(
          elementType, source + block * elementType.blockElementCount,
          target + block * elementType.blockByteCount)
      }
    }
  }

  private static func block(
    _ elementType: ElementType, _ source: UnsafePointer<Float>, _ target: UnsafeMutableRawPointer
  ) {
    switch elementType {
    case .q4_0: centred(source, target, levelCount: 16)
    case .q5_0: centred(source, target, levelCount: 32)
    case .q4_1: spanned(source, target, levelCount: 16)
    case .q5_1: spanned(source, target, levelCount: 32)
    case .q2_K: q2(source, target)
    case .q3_K: q3(source, target)
    case .q4_K: q4OrQ5(source, target, levelCount: 16)
    case .q5_K: q4OrQ5(source, target, levelCount: 32)
    case .q6_K: q6(source, target)
    case .iq4_NL: iq4NL(source, target)
    case .iq4_XS: iq4XS(source, target)
    case .f32, .f16, .bf16, .q8_0: preconditionFailure("written by rows")
    }
  }

  private static func halves(
    _ elementType: ElementType, _ source: UnsafePointer<Float>, count: Int,
    into target: UnsafeMutableRawPointer
  ) {
    for index in 0..<count {
      let bits: UInt16
      if elementType == .f16 {
        bits = HalfPrecision.bits(source[index])
      } else {
        let pattern = source[index].bitPattern
        bits = UInt16(truncatingIfNeeded: (pattern &+ 0x7FFF &+ (pattern >> 16 & 1)) >> 16)
      }
      target.storeBytes(of: bits, toByteOffset: 2 * index, as: UInt16.self)
    }
  }
}

/// The types with 32 numbers in a block and one scale for all of them.
extension BlockWriter {
  /// The number furthest from zero gets the lowest code, since there is one more below zero than
  /// above.
  private static func centred(
    _ source: UnsafePointer<Float>, _ target: UnsafeMutableRawPointer, levelCount: Int
  ) {
    var furthest: Float = 0
    for index in 0..<32 where abs(source[index]) > abs(furthest) { furthest = source[index] }
    let middle = Float(levelCount / 2)
    let scale = furthest / -middle
    let inverse = scale == 0 ? 0 : 1 / scale
    store(scale, target, 0)
    let top = Float(levelCount - 1)
    pack(target + 2, hasFifthBit: levelCount == 32) { index in
      code(source[index] * inverse + middle + 0.5, top)
    }
  }

  /// The smallest number gets code 0, the largest the highest.
  private static func spanned(
    _ source: UnsafePointer<Float>, _ target: UnsafeMutableRawPointer, levelCount: Int
  ) {
    var (least, most) = (source[0], source[0])
    for index in 1..<32 { (least, most) = (min(least, source[index]), max(most, source[index])) }
    let top = Float(levelCount - 1)
    let scale = (most - least) / top
    let inverse = scale == 0 ? 0 : 1 / scale
    store(scale, target, 0)
    store(least, target, 2)
    pack(target + 4, hasFifthBit: levelCount == 32) { index in
      code((source[index] - least) * inverse + 0.5, top)
    }
  }

  /// The whole part of `value` within 0...top.
  private static func code(_ value: Float, _ top: Float) -> UInt8 {
    value >= 0 ? UInt8(min(value, top)) : 0
  }

  /// Byte c of 16 holds code c low and code c + 16 high; fifth bits go first, four bytes of them.
  private static func pack(
    _ target: UnsafeMutableRawPointer, hasFifthBit: Bool, _ code: (Int) -> UInt8
  ) {
    var fifth: UInt32 = 0
    let nibbles = target + (hasFifthBit ? 4 : 0)
    for column in 0..<16 {
      let (near, far) = (code(column), code(column + 16))
      nibbles.storeBytes(of: near & 15 | far << 4, toByteOffset: column, as: UInt8.self)
      fifth |= UInt32(near >> 4) << UInt32(column) | UInt32(far >> 4) << UInt32(column + 16)
    }
    if hasFifthBit { target.storeBytes(of: fifth, as: UInt32.self) }
  }

  /// Stores a scale in half precision and gives it back as it will be read.
  @discardableResult
  static func store(_ scale: Float, _ target: UnsafeMutableRawPointer, _ offset: Int) -> Float {
    let bits = HalfPrecision.bits(scale)
    target.storeBytes(of: bits, toByteOffset: offset, as: UInt16.self)
    return HalfPrecision.float(bits)
  }
}
