import Kernels
import Tensors

/// A random matrix of some type, packed, with a batch of random activations.
final class ProductFixture {
  let elementType: ElementType
  let rowCount: Int
  let columnCount: Int
  let tokenCount: Int
  /// `(rowCount, columnCount)`, as the file would have them.
  let bytes: [UInt8]
  let activations: [Float]
  private let packed: AlignedMemory

  init(
    _ elementType: ElementType, rowCount: Int, columnCount: Int, tokenCount: Int, seed: UInt64
  ) {
    self.elementType = elementType
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.tokenCount = tokenCount
    var random = SeededRandom(seed: seed)
    bytes = Self.blocks(elementType, elementCount: rowCount * columnCount, code: nil, &random)
    activations = (0..<tokenCount * columnCount).map { _ in Float(random.unit() * 4 - 2) }
    packed = Self.pack(bytes, elementType, rowCount, columnCount)
  }

  private init(_ elementType: ElementType, bytes: [UInt8], activations: [Float]) {
    self.elementType = elementType
    (rowCount, columnCount, tokenCount) = (16, 256, activations.count / 256)
    self.bytes = bytes
    self.activations = activations
    packed = Self.pack(bytes, elementType, rowCount, columnCount)
  }

  /// Sixteen rows whose blocks are `code` in every byte but the block's scales, against nine tokens
  /// of `activation` everywhere; floats are random.
  static func uniform(
    _ elementType: ElementType, code: UInt8, activation: Float
  ) -> ProductFixture {
    var random = SeededRandom(seed: 5)
    let bytes = blocks(elementType, elementCount: 16 * 256, code: code, &random)
    let activations = [Float](repeating: activation, count: 9 * 256)
    return ProductFixture(elementType, bytes: bytes, activations: activations)
  }

  /// Blocks with scales of moderate size, the rest random or, where given, `code`.
  private static func blocks(
    _ elementType: ElementType, elementCount: Int, code: UInt8?, _ random: inout SeededRandom
  ) -> [UInt8] {
    let blockCount = elementCount / elementType.blockElementCount
    let scaleOffsets: [Int]
    switch elementType {
    case .f32:
      return (0..<elementCount).flatMap { _ in
        withUnsafeBytes(of: Float(random.unit() - 0.5)) { Array($0) }
      }
    case .f16:
      return (0..<elementCount).flatMap { _ in
        withUnsafeBytes(of: HalfPrecision.bits(Float(random.unit() - 0.5))) { Array($0) }
      }
    case .bf16:
      return (0..<elementCount).flatMap { _ in
        let bits = Float(random.unit() - 0.5).bitPattern
        return withUnsafeBytes(of: UInt16(bits >> 16)) { Array($0) }
      }
    case .q4_0, .q5_0, .q8_0, .iq4_NL, .iq4_XS: scaleOffsets = [0]
    case .q4_1, .q5_1, .q4_K, .q5_K: scaleOffsets = [0, 2]
    case .q2_K: scaleOffsets = [80, 82]
    case .q3_K: scaleOffsets = [108]
    case .q6_K: scaleOffsets = [208]
    }
    return (0..<blockCount).flatMap { _ in
      var block = (0..<elementType.blockByteCount).map { _ in
        code ?? UInt8(truncatingIfNeeded: random.next())
      }
      for offset in scaleOffsets {
        let bits = HalfPrecision.bits(Float(random.unit() - 0.4) * 0.02)
        block[offset] = UInt8(truncatingIfNeeded: bits)
        block[offset + 1] = UInt8(truncatingIfNeeded: bits >> 8)
      }
      return block
    }
  }

  private static func pack(
    _ bytes: [UInt8], _ elementType: ElementType, _ rowCount: Int, _ columnCount: Int
  ) -> AlignedMemory {
    guard let packing = TilePacking(elementType, columnCount: columnCount) else {
      return AlignedMemory(byteCount: 0)
    }
    let tileCount = (rowCount + 15) / 16
    let memory = AlignedMemory(byteCount: tileCount * packing.tileByteCount)
    bytes.withUnsafeBytes { source in
      guard let base = source.baseAddress else { return }
      for tile in 0..<tileCount {
        packing.pack(
          base + 16 * tile * packing.rowByteCount, rowCount: min(16, rowCount - 16 * tile),
          into: memory.base + tile * packing.tileByteCount)
      }
    }
    return memory
  }

  /// The product `(tokenCount, rowCount)` by the kernels of `table`, in a batch of all tokens or of
  /// those in `tokens`.
  func product(_ table: KernelTable, tokens: Range<Int>? = nil) -> [Float] {
    let tokens = tokens ?? 0..<tokenCount
    let matrix = TileMatrix(
      base: UnsafeRawPointer(packed.base), elementType: elementType, rowCount: rowCount,
      columnCount: columnCount)
    let layout = ActivationLayout(
      columnCount: columnCount, tokenCount: tokens.count, form: matrix.activationForm)
    let storage = AlignedMemory(byteCount: layout.byteCount)
    let scratch = AlignedMemory(
      byteCount: MultiplyCall.scratchByteCount(columnCount: columnCount))
    var output = [Float](repeating: .nan, count: tokens.count * rowCount)
    activations.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return }
      layout.forEachGroup { first, _ in
        table.prepare(
          PrepareCall(
            source: base + (tokens.lowerBound + first) * columnCount, stride: columnCount,
            layout: layout, storage: storage.base, first: first))
      }
    }
    output.withUnsafeMutableBufferPointer { target in
      guard let target = target.baseAddress else { return }
      table.multiply(
        MultiplyCall(
          matrix: matrix, tiles: 0..<matrix.tileCount, layout: layout,
          activations: storage.base, output: target, stride: rowCount, scratch: scratch.base))
    }
    return output
  }

  /// The same product in double precision on the dequantised matrix, with the activations rounded
  /// to codes as a product of quantised types rounds them.
  func exactProduct() -> [Double] {
    var weights = [Float](repeating: 0, count: rowCount * columnCount)
    bytes.withUnsafeBytes { source in
      guard let base = source.baseAddress else { return }
      Dequantization.row(elementType, base, count: weights.count, into: &weights)
    }
    let numbers =
      TileFormat(elementType) == nil ? activations.map(Double.init) : roundedActivations()
    return (0..<tokenCount).flatMap { token in
      (0..<rowCount).map { row in
        (0..<columnCount).reduce(0.0) {
          $0 + Double(weights[row * columnCount + $1]) * numbers[token * columnCount + $1]
        }
      }
    }
  }

  private func roundedActivations() -> [Double] {
    stride(from: 0, to: activations.count, by: 32).flatMap { start in
      let unit = activations[start..<start + 32]
      let scale = (unit.map(abs).max() ?? 0) / 127
      return unit.map { scale == 0 ? 0 : Double(($0 / scale).rounded()) * Double(scale) }
    }
  }
}
