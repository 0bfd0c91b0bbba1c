internal import CIntrinsics
internal import Kernels

/// Products of tiles with activations as codes.
///
/// A batch of a few tokens (decoding) meets the packed tiles directly: the weights are read once
/// from memory and spread in registers. A larger batch (reading a prompt) spreads two tiles to a
/// panel that stays in the second-level cache while all tokens pass. Both form each token's sums in
/// the same order, so a token's result does not depend on the batch that it was computed in.
enum CodeProducts<Format: VectorFormat> {
  /// Up to this many tokens the tiles are met directly.
  @inline(__always) static var directTokenCount: Int { 8 }

  static func multiply(_ call: MultiplyCall) {
    if call.layout.tokenCount <= directTokenCount {
      multiplyDirectly(call)
    } else {
      multiplyByPanels(call)
    }
  }

  // MARK: Directly

  private static func multiplyDirectly(_ call: MultiplyCall) {
    let tileByteCount =
      call.layout.columnCount / (Format.blockUnitCount * 32) * Format.blockByteCount
    for tile in call.tiles {
      let start = call.matrix.base + tile * tileByteCount
      let rowCount = min(16, call.matrix.rowCount - 16 * tile)
      call.layout.forEachGroup { first, width in
        let group = CodeGroup(call.activations, call.layout, first: first, width: width)
        let output = call.output + (first * call.stride + 16 * tile)
        switch width {
        case 6: direct(Six.self, start, group).store(output, call.stride, rowCount)
        case 4: direct(Four.self, start, group).store(output, call.stride, rowCount)
        case 2: direct(Two.self, start, group).store(output, call.stride, rowCount)
        default: direct(One.self, start, group).store(output, call.stride, rowCount)
        }
      }
    }
  }

  @inline(__always)
  private static func direct<Group: TokenGroup>(
    _: Group.Type, _ tile: UnsafeRawPointer, _ activations: CodeGroup
  ) -> Group {
    var group = Group()
    var block = tile
    var planes = Planes<Format, Group>(activations)
    for _ in 0..<activations.unitCount / Format.blockUnitCount {
      var unit = block + Format.headerByteCount
      for index in 0..<Format.blockUnitCount {
        let codes = Format.codes(unit)
        let scales = Format.scales(block, index)
        planes.add(codes, scales, to: &group)
        unit += Format.unitByteCount
      }
      block += Format.blockByteCount
    }
    return group
  }

  // MARK: By panels

  private static func multiplyByPanels(_ call: MultiplyCall) {
    let tileByteCount =
      call.layout.columnCount / (Format.blockUnitCount * 32) * Format.blockByteCount
    let near = call.scratch
    let far = call.scratch + Panel.byteCount(columnCount: call.layout.columnCount)
    var tile = call.tiles.lowerBound
    while tile < call.tiles.upperBound {
      // A last tile without a partner is computed beside itself; one in hundreds.
      let partner = min(tile + 1, call.tiles.upperBound - 1)
      unpack(call.matrix.base + tile * tileByteCount, call.layout.columnCount, near)
      unpack(call.matrix.base + partner * tileByteCount, call.layout.columnCount, far)
      call.layout.forEachGroup { first, width in
        let group = CodeGroup(call.activations, call.layout, first: first, width: width)
        let place = Place(call: call, first: first, tile: tile, partner: partner)
        switch width {
        case 6: panels(Six.self, near, far, group, place)
        case 4: panels(Four.self, near, far, group, place)
        case 2: panels(Two.self, near, far, group, place)
        default: panels(One.self, near, far, group, place)
        }
      }
      tile += 2
    }
  }

  private struct Place {
    let call: MultiplyCall
    let first: Int
    let tile: Int
    let partner: Int

    @inline(__always)
    func store<Group: TokenGroup>(_ group: Group, _ tile: Int) {
      group.store(
        call.output + (first * call.stride + 16 * tile), call.stride,
        min(16, call.matrix.rowCount - 16 * tile))
    }
  }

  @inline(__always)
  private static func panels<Group: TokenGroup>(
    _: Group.Type, _ nearPanel: UnsafeMutableRawPointer, _ farPanel: UnsafeMutableRawPointer,
    _ activations: CodeGroup, _ place: Place
  ) {
    let unitCount = activations.unitCount
    var (near, far) = (Group(), Group())
    var (nearCodes, farCodes) = (UnsafeRawPointer(nearPanel), UnsafeRawPointer(farPanel))
    var nearScales = UnsafePointer(Panel.scales(nearPanel, unitCount: unitCount))
    var farScales = UnsafePointer(Panel.scales(farPanel, unitCount: unitCount))
    var planes = Planes<Format, Group>(activations)
    for _ in 0..<unitCount {
      planes.add(nearCodes, farCodes, nearScales, farScales, to: &near, &far)
      nearCodes += 512
      farCodes += 512
      nearScales += Planes<Format, Group>.scaleVectorCount * 16
      farScales += Planes<Format, Group>.scaleVectorCount * 16
    }
    place.store(near, place.tile)
    if place.partner != place.tile { place.store(far, place.partner) }
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
        let codes = Format.codes(block + (Format.headerByteCount + index * Format.unitByteCount))
        asc_store(target, codes.g0)
        asc_store(target + 64, codes.g1)
        asc_store(target + 128, codes.g2)
        asc_store(target + 192, codes.g3)
        asc_store(target + 256, codes.g4)
        asc_store(target + 320, codes.g5)
        asc_store(target + 384, codes.g6)
        asc_store(target + 448, codes.g7)
        target += 512
        let scales = Format.scales(block, index)
        asc_store_f32(floats, scales.scale0)
        floats += 16
        if Format.halfCount == 2 {
          asc_store_f32(floats, scales.scale1)
          floats += 16
        }
        if Format.hasMinimum {
          asc_store_f32(floats, scales.minimum0)
          floats += 16
          if Format.halfCount == 2 {
            asc_store_f32(floats, scales.minimum1)
            floats += 16
          }
        }
      }
      block += Format.blockByteCount
    }
  }
}

/// Walks through the planes of a group of activations, unit by unit.
struct Planes<Format: VectorFormat, Group: TokenGroup> {
  private var codes: UnsafePointer<Int32>
  private var scales: UnsafePointer<Float>
  private var negatedSums: UnsafePointer<Int32>
  private var sums: UnsafePointer<Float>

  @inline(__always) static var scaleVectorCount: Int {
    Format.halfCount * (Format.hasMinimum ? 2 : 1)
  }

  @inline(__always)
  init(_ group: CodeGroup) {
    codes = UnsafePointer(group.codes)
    scales = UnsafePointer(group.scales)
    if Format.halfCount == 2 {
      negatedSums = UnsafePointer(group.negatedHalfSums)
      sums = UnsafePointer(group.halfSums)
    } else {
      negatedSums = UnsafePointer(group.negatedSums)
      sums = UnsafePointer(group.sums)
    }
  }

  /// Adds a unit whose codes are in registers.
  @inline(__always)
  mutating func add(_ unit: UnitCodes, _ rows: UnitScales, to group: inout Group) {
    let width = Group.count
    begin(&group, 0)
    group.dot(unit.g0, codes)
    group.dot(unit.g1, codes + width)
    group.dot(unit.g2, codes + 2 * width)
    group.dot(unit.g3, codes + 3 * width)
    if Format.halfCount == 2 {
      finish(&group, rows.scale0, rows.minimum0, 0)
      begin(&group, 1)
    }
    group.dot(unit.g4, codes + 4 * width)
    group.dot(unit.g5, codes + 5 * width)
    group.dot(unit.g6, codes + 6 * width)
    group.dot(unit.g7, codes + 7 * width)
    if Format.halfCount == 2 {
      finish(&group, rows.scale1, rows.minimum1, 1)
    } else {
      finish(&group, rows.scale0, rows.minimum0, 0)
    }
    advance()
  }

  /// Adds a unit of two tiles whose codes are in panels.
  @inline(__always)
  mutating func add(
    _ nearCodes: UnsafeRawPointer, _ farCodes: UnsafeRawPointer,
    _ nearRows: UnsafePointer<Float>, _ farRows: UnsafePointer<Float>,
    to near: inout Group, _ far: inout Group
  ) {
    for half in 0..<Format.halfCount {
      begin(&near, half)
      begin(&far, half)
      let length = 8 / Format.halfCount
      for four in length * half..<length * (half + 1) {
        near.dot(asc_load(nearCodes + 64 * four), codes + four * Group.count)
        far.dot(asc_load(farCodes + 64 * four), codes + four * Group.count)
      }
      let minimum = 16 * (Format.halfCount + half)
      finish(
        &near, asc_load_f32(nearRows + 16 * half),
        Format.hasMinimum ? asc_load_f32(nearRows + minimum) : asc_zero_f32(), half)
      finish(
        &far, asc_load_f32(farRows + 16 * half),
        Format.hasMinimum ? asc_load_f32(farRows + minimum) : asc_zero_f32(), half)
    }
    advance()
  }

  @inline(__always)
  private func begin(_ group: inout Group, _ half: Int) {
    if Format.zeroPointShift > 0 {
      group.begin(negatedSums + half * Group.count, shift: Format.zeroPointShift)
    } else {
      group.begin()
    }
  }

  @inline(__always)
  private func finish(
    _ group: inout Group, _ scale: __m512, _ minimum: __m512, _ half: Int
  ) {
    group.scale(scale, scales)
    if Format.hasMinimum {
      group.add(minimum, sums + half * Group.count)
    }
  }

  @inline(__always)
  private mutating func advance() {
    codes += 8 * Group.count
    scales += Group.count
    negatedSums += Format.halfCount * Group.count
    sums += Format.halfCount * Group.count
  }
}
