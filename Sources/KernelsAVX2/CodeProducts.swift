internal import CIntrinsicsAVX2
internal import Kernels

/// Products of tiles with activations as codes.
///
/// A batch of a few tokens (decoding) meets the packed tiles directly: the weights are read once
/// from memory and spread in registers. A larger batch (reading a prompt) spreads a tile to a panel
/// that stays in the second-level cache while all tokens pass, one octet after the other, since the
/// sums of six tokens and eight rows fill the registers. Both form each token's sums in the same
/// order, so a token's result does not depend on the batch that it was computed in.
enum CodeProducts<Format: VectorFormat> {
  /// Up to this many tokens the tiles are met directly.
  @inline(__always) static var directTokenCount: Int { 8 }

  static func multiply(_ call: MultiplyCall) {
    let tileByteCount =
      call.layout.columnCount / (Format.blockUnitCount * 32) * Format.blockByteCount
    let isDirect = call.layout.tokenCount <= directTokenCount
    for tile in call.tiles {
      let start = call.matrix.base + tile * tileByteCount
      if !isDirect { unpack(start, call.layout.columnCount, call.scratch) }
      call.layout.forEachGroup { first, width in
        let group = CodeGroup(call.activations, call.layout, first: first, width: width)
        let place = Place(
          output: call.output + (first * call.stride + 16 * tile), stride: call.stride,
          rowCount: min(16, call.matrix.rowCount - 16 * tile))
        if isDirect {
          multiplyDirectly(start, group, place)
        } else {
          multiplyPanel(call.scratch, group, place)
        }
      }
    }
  }

  /// Where a group's results for a tile go.
  private struct Place {
    let output: UnsafeMutablePointer<Float>
    let stride: Int
    let rowCount: Int

    @inline(__always)
    func store(_ group: some TokenGroup, octet: Int) {
      group.store(output + 8 * octet, stride, rowCount - 8 * octet)
    }
  }

  // MARK: Directly

  private static func multiplyDirectly(
    _ tile: UnsafeRawPointer, _ activations: CodeGroup, _ place: Place
  ) {
    switch activations.width {
    case 6: direct(Six.self, tile, activations, place)
    case 4: direct(Four.self, tile, activations, place)
    case 2: direct(Two.self, tile, activations, place)
    default: direct(One.self, tile, activations, place)
    }
  }

  @inline(__always)
  private static func direct<Group: TokenGroup>(
    _: Group.Type, _ tile: UnsafeRawPointer, _ activations: CodeGroup, _ place: Place
  ) {
    var (near, far) = (Group(), Group())
    var block = tile
    var planes = Planes<Format, Group>(activations)
    for _ in 0..<activations.unitCount / Format.blockUnitCount {
      var unit = block + Format.headerByteCount
      for index in 0..<Format.blockUnitCount {
        planes.add(
          StoredCodes<Format>(unit: unit, octet: 0), Format.scales(block, index, 0), to: &near)
        planes.add(
          StoredCodes<Format>(unit: unit, octet: 1), Format.scales(block, index, 1), to: &far)
        planes.advance()
        unit += Format.unitByteCount
      }
      block += Format.blockByteCount
    }
    place.store(near, octet: 0)
    place.store(far, octet: 1)
  }

  // MARK: By panels

  private static func multiplyPanel(
    _ panel: UnsafeMutableRawPointer, _ activations: CodeGroup, _ place: Place
  ) {
    for octet in 0..<2 {
      switch activations.width {
      case 6: place.store(sums(Six.self, panel, activations, octet), octet: octet)
      case 4: place.store(sums(Four.self, panel, activations, octet), octet: octet)
      case 2: place.store(sums(Two.self, panel, activations, octet), octet: octet)
      default: place.store(sums(One.self, panel, activations, octet), octet: octet)
      }
    }
  }

  @inline(__always) private static var scaleVectorCount: Int {
    Format.halfCount * (Format.hasMinimum ? 2 : 1)
  }

  @inline(__always)
  private static func sums<Group: TokenGroup>(
    _: Group.Type, _ panel: UnsafeMutableRawPointer, _ activations: CodeGroup, _ octet: Int
  ) -> Group {
    let unitCount = activations.unitCount
    var group = Group()
    var codes = UnsafeRawPointer(panel) + 32 * octet
    var floats = UnsafePointer(Panel.scales(panel, unitCount: unitCount)) + 8 * octet
    var planes = Planes<Format, Group>(activations)
    for _ in 0..<unitCount {
      planes.add(PanelCodes(start: codes), panelScales(floats), to: &group)
      planes.advance()
      codes += 512
      floats += scaleVectorCount * 16
    }
    return group
  }

  @inline(__always)
  private static func panelScales(_ floats: UnsafePointer<Float>) -> UnitScales {
    let halves = Format.halfCount
    return UnitScales(
      avx_load_f32(floats),
      scale1: halves == 2 ? avx_load_f32(floats + 16) : nil,
      minimum0: Format.hasMinimum ? avx_load_f32(floats + 16 * halves) : nil,
      minimum1: Format.hasMinimum && halves == 2 ? avx_load_f32(floats + 48) : nil)
  }

  private static func unpack(
    _ tile: UnsafeRawPointer, _ columnCount: Int, _ panel: UnsafeMutableRawPointer
  ) {
    let unitCount = columnCount / 32
    var target = panel
    var floats = Panel.scales(panel, unitCount: unitCount)
    var block = tile
    for _ in 0..<unitCount / Format.blockUnitCount {
      for index in 0..<Format.blockUnitCount {
        let unit = block + (Format.headerByteCount + index * Format.unitByteCount)
        for octet in 0..<2 {
          for four in 0..<8 {
            avx_store(target + (64 * four + 32 * octet), Format.codes(unit, four, octet))
          }
          store(Format.scales(block, index, octet), floats + 8 * octet)
        }
        target += 512
        floats += scaleVectorCount * 16
      }
      block += Format.blockByteCount
    }
  }

  @inline(__always)
  private static func store(_ scales: UnitScales, _ floats: UnsafeMutablePointer<Float>) {
    let halves = Format.halfCount
    avx_store_f32(floats, scales.scale0)
    if halves == 2 { avx_store_f32(floats + 16, scales.scale1) }
    if Format.hasMinimum {
      avx_store_f32(floats + 16 * halves, scales.minimum0)
      if halves == 2 { avx_store_f32(floats + 48, scales.minimum1) }
    }
  }
}
