/// Packs blocks of sixteen rows into tiles; see `TileFormat` for where each byte goes.
///
/// Works on 32-bit words of four codes, since four neighbouring columns stay together: packing is
/// copying words, at most with a mask and a shift. `x86-64` and `arm64` are little-endian; GGUF
/// files are as well.
struct TilePacker {
  let format: TileFormat

  /// Packs one block of each of sixteen rows.
  ///
  /// - Parameters:
  ///   - rows: The rows' blocks as the file has them.
  ///   - target: `format.blockByteCount` bytes.
  func pack(rows: InlineArray<16, UnsafeRawPointer>, into target: UnsafeMutableRawPointer) {
    for row in 0..<TileFormat.rowCount {
      packRow(rows[row], row, target)
    }
  }

  private func packRow(_ source: UnsafeRawPointer, _ row: Int, _ target: UnsafeMutableRawPointer) {
    switch format.elementType {
    case .f32, .f16, .bf16: preconditionFailure("floats are not packed as codes")
    case .q4_0, .iq4_NL:
      copyScale(source, row, target)
      storeNibbles(from: source + 2, row, unit(0, target))
    case .q4_1:
      copyScale(source, row, target)
      copyScale(source + 2, row, target + 32)
      storeNibbles(from: source + 4, row, unit(0, target))
    case .q5_0:
      copyScale(source, row, target)
      storeBits(word(source, 2), row, unit(0, target))
      storeNibbles(from: source + 6, row, unit(0, target) + 64)
    case .q5_1:
      copyScale(source, row, target)
      copyScale(source + 2, row, target + 32)
      storeBits(word(source, 4), row, unit(0, target))
      storeNibbles(from: source + 8, row, unit(0, target) + 64)
    case .q8_0:
      copyScale(source, row, target)
      for group in 0..<8 {
        store(word(source, 2 + 4 * group) ^ 0x8080_8080, unit(0, target), group, row)
      }
    case .q2_K: packQ2(source, row, target)
    case .q3_K: packQ3(source, row, target)
    case .q4_K, .q5_K: packQ4OrQ5(source, row, target)
    case .q6_K: packQ6(source, row, target)
    case .iq4_XS: packIQ4XS(source, row, target)
    }
  }

  // MARK: Parts

  private func unit(_ index: Int, _ target: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    target + (format.headerByteCount + index * format.unitByteCount)
  }

  private func word(_ source: UnsafeRawPointer, _ offset: Int) -> UInt32 {
    source.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
  }

  /// Stores four codes as vector `vector`, row `row` of a unit.
  private func store(
    _ codes: UInt32, _ unit: UnsafeMutableRawPointer, _ vector: Int, _ row: Int
  ) {
    unit.storeBytes(of: codes, toByteOffset: 64 * vector + 4 * row, as: UInt32.self)
  }

  private func copyScale(
    _ source: UnsafeRawPointer, _ row: Int, _ target: UnsafeMutableRawPointer
  ) {
    let bits = source.loadUnaligned(as: UInt16.self)
    target.storeBytes(of: bits, toByteOffset: 2 * row, as: UInt16.self)
  }

  /// Copies 16 bytes in which byte c holds column c low and column c + 16 high: already the order
  /// of the tile, but for the rows in between.
  private func storeNibbles(
    from source: UnsafeRawPointer, _ row: Int, _ unit: UnsafeMutableRawPointer
  ) {
    for vector in 0..<4 {
      store(word(source, 4 * vector), unit, vector, row)
    }
  }

  /// Stores 32 bits, bit c for column c, as the 4-bit fields of eight 64-bit masks.
  private func storeBits(_ bits: UInt32, _ row: Int, _ target: UnsafeMutableRawPointer) {
    for group in 0..<8 {
      let field = UInt8(truncatingIfNeeded: bits >> UInt32(4 * group)) & 15
      let offset = 8 * group + row / 2
      let old = target.load(fromByteOffset: offset, as: UInt8.self)
      // Two rows share a byte; the even one comes first and clears it.
      let new = row.isMultiple(of: 2) ? field : (old & 15) | (field << 4)
      target.storeBytes(of: new, toByteOffset: offset, as: UInt8.self)
    }
  }

  /// Stores the crumbs of a unit given as eight words, each byte's low two bits a code.
  private func storeCrumbs(
    _ crumbs: (Int) -> UInt32, _ row: Int, _ target: UnsafeMutableRawPointer
  ) {
    for vector in 0..<2 {
      var packed: UInt32 = 0
      for field in 0..<4 {
        packed |= (crumbs(4 * vector + field) & 0x0303_0303) << UInt32(2 * field)
      }
      store(packed, target, vector, row)
    }
  }

  private func storeUnitScale(
    _ value: UInt8, _ unit: Int, _ place: Int, _ row: Int, _ target: UnsafeMutableRawPointer
  ) {
    let offset =
      format.blockScaleByteCount + unit * format.unitScaleByteCount
      + place * TileFormat.rowCount + row
    target.storeBytes(of: value, toByteOffset: offset, as: UInt8.self)
  }

  // MARK: Types with blocks of 256

  /// - Source: ggml's `block_q2_K`: scales[16], qs[64], d, dmin.
  private func packQ2(_ source: UnsafeRawPointer, _ row: Int, _ target: UnsafeMutableRawPointer) {
    copyScale(source + 80, row, target)
    copyScale(source + 82, row, target + 32)
    for index in 0..<8 {
      for half in 0..<2 {
        let byte = source.load(fromByteOffset: 2 * index + half, as: UInt8.self)
        storeUnitScale(byte, index, half, row, target)
      }
      let codes = source + (16 + 32 * (index / 4))
      let shift = UInt32(2 * (index % 4))
      storeCrumbs({ word(codes, 4 * $0) >> shift }, row, unit(index, target))
    }
  }

  /// - Source: ggml's `block_q3_K`: hmask[32], qs[64], scales[12], d.
  private func packQ3(_ source: UnsafeRawPointer, _ row: Int, _ target: UnsafeMutableRawPointer) {
    copyScale(source + 108, row, target)
    for index in 0..<8 {
      for half in 0..<2 {
        let scale = KQuantScales.threeBit(source + 96, 2 * index + half)
        storeUnitScale(UInt8(bitPattern: scale), index, half, row, target)
      }
      storeBits(column(index, of: source), row, unit(index, target))
      let codes = source + (32 + 32 * (index / 4))
      let shift = UInt32(2 * (index % 4))
      storeCrumbs({ word(codes, 4 * $0) >> shift }, row, unit(index, target) + 64)
    }
  }

  /// Bit `index` of each of 32 bytes, as one word.
  private func column(_ index: Int, of source: UnsafeRawPointer) -> UInt32 {
    var bits: UInt32 = 0
    for byte in 0..<32 {
      let value = source.load(fromByteOffset: byte, as: UInt8.self)
      bits |= UInt32((value >> UInt8(index)) & 1) << UInt32(byte)
    }
    return bits
  }

  /// - Source: ggml's `block_q4_K`: d, dmin, scales[12], qs[128]; `block_q5_K` has qh[32] before
  ///   qs.
  private func packQ4OrQ5(
    _ source: UnsafeRawPointer, _ row: Int, _ target: UnsafeMutableRawPointer
  ) {
    copyScale(source, row, target)
    copyScale(source + 2, row, target + 32)
    let hasBits = format.codes == .bitsAndNibbles
    let codes = source + (hasBits ? 48 : 16)
    for index in 0..<8 {
      let (scale, minimum) = KQuantScales.sixBit(source + 4, index)
      storeUnitScale(scale, index, 0, row, target)
      storeUnitScale(minimum, index, 1, row, target)
      var nibbles = unit(index, target)
      if hasBits {
        storeBits(column(index, of: source + 16), row, nibbles)
        nibbles += 64
      }
      storeSplitNibbles(
        codes + 32 * (index / 2), high: !index.isMultiple(of: 2), row, nibbles)
    }
  }

  /// Stores one nibble of each of 32 bytes: byte c holds column c.
  private func storeSplitNibbles(
    _ source: UnsafeRawPointer, high: Bool, _ row: Int, _ target: UnsafeMutableRawPointer
  ) {
    for vector in 0..<4 {
      let (near, far) = (word(source, 4 * vector), word(source, 4 * vector + 16))
      let packed =
        high
        ? ((near >> 4) & 0x0F0F_0F0F) | (far & 0xF0F0_F0F0)
        : (near & 0x0F0F_0F0F) | ((far & 0x0F0F_0F0F) << 4)
      store(packed, target, vector, row)
    }
  }

  /// - Source: ggml's `block_q6_K`: ql[128], qh[64], scales[16], d.
  private func packQ6(_ source: UnsafeRawPointer, _ row: Int, _ target: UnsafeMutableRawPointer) {
    copyScale(source + 208, row, target)
    for index in 0..<8 {
      for half in 0..<2 {
        let byte = source.load(fromByteOffset: 192 + 2 * index + half, as: UInt8.self)
        storeUnitScale(byte, index, half, row, target)
      }
      let (part, inPart) = (index / 4, index % 4)
      let crumbs = source + (128 + 32 * part)
      storeCrumbs({ word(crumbs, 4 * $0) >> UInt32(2 * inPart) }, row, unit(index, target))
      storeSplitNibbles(
        source + (64 * part + 32 * (inPart % 2)), high: inPart >= 2, row,
        unit(index, target) + 128)
    }
  }

  /// - Source: ggml's `block_iq4_xs`: d, scales_h, scales_l[4], qs[128].
  private func packIQ4XS(
    _ source: UnsafeRawPointer, _ row: Int, _ target: UnsafeMutableRawPointer
  ) {
    copyScale(source, row, target)
    for index in 0..<8 {
      let scale = KQuantScales.iq4(source, index)
      storeUnitScale(UInt8(bitPattern: scale), index, 0, row, target)
      storeNibbles(from: source + (8 + 16 * index), row, unit(index, target))
    }
  }
}

/// Packs the rows of a matrix, sixteen at a time.
public struct TilePacking {
  /// How the rows are stored in the file.
  public let elementType: ElementType
  /// Numbers in a row.
  public let columnCount: Int
  /// Bytes of a row in the file.
  public let rowByteCount: Int

  /// A packing of rows of `columnCount` numbers, or nil where a row is no whole number of blocks.
  /// Quantised rows must be whole units of 32 columns, as every block is.
  public init?(_ elementType: ElementType, columnCount: Int) {
    guard columnCount > 0, let bytes = elementType.byteCount(elementCount: columnCount) else {
      return nil
    }
    self.elementType = elementType
    self.columnCount = columnCount
    self.rowByteCount = bytes
  }

  /// Bytes of a packed tile.
  public var tileByteCount: Int {
    TileMatrix.tileByteCount(elementType, columnCount: columnCount)
  }

  /// Packs up to sixteen rows that stand one after another at `source`; missing rows become zero.
  ///
  /// - Parameters:
  ///   - source: `rowCount` rows as the file has them.
  ///   - rowCount: 1 to 16.
  ///   - target: `tileByteCount` bytes.
  public func pack(
    _ source: UnsafeRawPointer, rowCount: Int, into target: UnsafeMutableRawPointer
  ) {
    precondition((1...TileFormat.rowCount).contains(rowCount), "a tile has 1 to 16 rows")
    guard let format = TileFormat(elementType) else {
      return packFloats(source, rowCount: rowCount, into: target)
    }
    let packer = TilePacker(format: format)
    // All-zero blocks stand for zero in every format, since their scales are zero.
    withUnsafeTemporaryAllocation(byteCount: 256, alignment: 16) { zeros in
      guard let zero = zeros.baseAddress else { return }
      zero.initializeMemory(as: UInt8.self, repeating: 0, count: 256)
      for block in 0..<columnCount / elementType.blockElementCount {
        let rows = InlineArray<16, UnsafeRawPointer> { row in
          row < rowCount
            ? source + (row * rowByteCount + block * elementType.blockByteCount)
            : UnsafeRawPointer(zero)
        }
        packer.pack(rows: rows, into: target + block * format.blockByteCount)
      }
    }
  }

  private func packFloats(
    _ source: UnsafeRawPointer, rowCount: Int, into target: UnsafeMutableRawPointer
  ) {
    let byteCount = elementType.blockByteCount
    for column in 0..<columnCount {
      for row in 0..<TileFormat.rowCount {
        let place = target + (column * TileFormat.rowCount + row) * byteCount
        let number = source + row * rowByteCount + column * byteCount
        switch (byteCount, row < rowCount) {
        case (4, true): place.storeBytes(of: number.loadUnaligned(as: UInt32.self), as: UInt32.self)
        case (4, false): place.storeBytes(of: 0, as: UInt32.self)
        case (_, true): place.storeBytes(of: number.loadUnaligned(as: UInt16.self), as: UInt16.self)
        case (_, false): place.storeBytes(of: 0, as: UInt16.self)
        }
      }
    }
  }
}
