/// A tile of a quantised matrix with its codes spread out to bytes and its scales to floats, made
/// once and then met by every token of a batch.
///
/// Codes `[unit][group of four columns, 8][16 rows][4]`, then for each unit the float vectors of
/// its scales and minima, `[unit][TileFormat.scaleVectorCount][16]`.
public struct Panel {
  /// Float vectors that a unit can have at most.
  static let widestScales = 4

  /// Bytes of the panel of one tile, whatever its format.
  public static func byteCount(columnCount: Int) -> Int {
    let unitCount = columnCount / TileFormat.unitColumnCount
    return unitCount * (512 + widestScales * 64)
  }

  /// Where the codes of unit `unit` begin.
  @inline(__always)
  public static func codes(
    _ panel: UnsafeMutableRawPointer, unit: Int
  ) -> UnsafeMutableRawPointer {
    panel + 512 * unit
  }

  /// Where the float vectors of the first unit begin.
  @inline(__always)
  public static func scales(
    _ panel: UnsafeMutableRawPointer, unitCount: Int
  ) -> UnsafeMutablePointer<Float> {
    (panel + 512 * unitCount).assumingMemoryBound(to: Float.self)
  }
}

/// Spreads tiles to panels without vector instructions: the plain twin of what each instruction
/// set does.
public struct PanelUnpacker {
  let format: TileFormat

  /// An unpacker for tiles of `format`.
  public init(_ format: TileFormat) {
    self.format = format
  }

  /// Spreads the tile at `tile` into `panel`.
  public func unpack(
    tile: UnsafeRawPointer, columnCount: Int, into panel: UnsafeMutableRawPointer
  ) {
    let unitCount = columnCount / TileFormat.unitColumnCount
    let scales = Panel.scales(panel, unitCount: unitCount)
    for unit in 0..<unitCount {
      let (block, inBlock) = unit.quotientAndRemainder(dividingBy: format.blockUnitCount)
      let start = tile + block * format.blockByteCount
      let codes = start + (format.headerByteCount + inBlock * format.unitByteCount)
      let target = Panel.codes(panel, unit: unit).assumingMemoryBound(to: UInt8.self)
      for index in 0..<512 {
        target[index] = code(codes, group: index / 64, byte: index % 64)
      }
      for row in 0..<TileFormat.rowCount {
        writeScales(start, inBlock, row, scales + unit * format.scaleVectorCount * 16)
      }
    }
  }

  /// The code of byte `byte` (row and column) in group `group`.
  private func code(_ unit: UnsafeRawPointer, group: Int, byte: Int) -> UInt8 {
    func at(_ offset: Int) -> UInt8 { unit.load(fromByteOffset: offset, as: UInt8.self) }
    func nibble(_ start: Int) -> UInt8 {
      (at(start + 64 * (group % 4) + byte) >> (group < 4 ? 0 : 4)) & 15
    }
    func crumb(_ start: Int) -> UInt8 {
      (at(start + 64 * (group / 4) + byte) >> UInt8(2 * (group % 4))) & 3
    }
    func bit() -> UInt8 { (at(8 * group + byte / 8) >> UInt8(byte % 8)) & 1 }
    return switch format.codes {
    case .bytes: at(64 * group + byte)
    case .nibbles: nibble(0)
    case .codebook: TileFormat.codebook[Int(nibble(0))]
    case .bitsAndNibbles: nibble(64) | bit() << 4
    case .crumbsAndNibbles: nibble(128) | crumb(0) << 4
    case .crumbs: crumb(0)
    case .bitsAndCrumbs: crumb(64) | bit() << 2
    }
  }

  private func writeScales(
    _ block: UnsafeRawPointer, _ unit: Int, _ row: Int, _ target: UnsafeMutablePointer<Float>
  ) {
    func half(_ offset: Int) -> Float {
      HalfPrecision.float(block.load(fromByteOffset: offset + 2 * row, as: UInt16.self))
    }
    func byte(_ place: Int) -> UInt8 {
      let offset =
        format.blockScaleByteCount + unit * format.unitScaleByteCount + 16 * place + row
      return block.load(fromByteOffset: offset, as: UInt8.self)
    }
    let scale = half(0)
    let minimum = format.hasMinimum ? half(32) : 0
    switch format.unitScales {
    case .none:
      target[row] = scale
      if format.hasMinimum { target[16 + row] = minimum }
    case .signed:
      target[row] = scale * Float(Int8(bitPattern: byte(0)))
    case .signedHalves:
      target[row] = scale * Float(Int8(bitPattern: byte(0)))
      target[16 + row] = scale * Float(Int8(bitPattern: byte(1)))
    case .pair:
      target[row] = scale * Float(byte(0))
      target[16 + row] = -minimum * Float(byte(1))
    case .nibbleHalves:
      for half in 0..<2 {
        target[16 * half + row] = scale * Float(byte(half) & 15)
        target[16 * (2 + half) + row] = -minimum * Float(byte(half) >> 4)
      }
    }
  }
}
