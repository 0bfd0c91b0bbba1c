internal import CIntrinsicsAVX2
internal import Kernels

/// Where the codes of an octet in a unit come from.
protocol CodeSource {
  /// The codes of group `four` of eight as bytes.
  func codes(_ four: Int) -> __m256i
}

/// Codes as the tile stores them.
struct StoredCodes<Format: VectorFormat>: CodeSource {
  let unit: UnsafeRawPointer
  let octet: Int

  @inline(__always) func codes(_ four: Int) -> __m256i { Format.codes(unit, four, octet) }
}

/// Codes that were spread to a panel.
struct PanelCodes: CodeSource {
  let start: UnsafeRawPointer

  @inline(__always) func codes(_ four: Int) -> __m256i { avx_load(start + 64 * four) }
}

/// Walks through the planes of a group of activations, unit by unit.
struct Planes<Format: VectorFormat, Group: TokenGroup> {
  private var codes: UnsafePointer<Int32>
  private var scales: UnsafePointer<Float>
  private var negatedSums: UnsafePointer<Int32>
  private var sums: UnsafePointer<Float>

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

  /// Adds the unit to the sums of an octet.
  @inline(__always)
  func add(_ source: some CodeSource, _ rows: UnitScales, to group: inout Group) {
    begin(&group, half: 0)
    dotFour(source, 0, &group)
    if Format.halfCount == 2 {
      finish(&group, rows.scale0, rows.minimum0, half: 0)
      begin(&group, half: 1)
    }
    dotFour(source, 4, &group)
    if Format.halfCount == 2 {
      finish(&group, rows.scale1, rows.minimum1, half: 1)
    } else {
      finish(&group, rows.scale0, rows.minimum0, half: 0)
    }
  }

  /// Goes on to the next unit.
  @inline(__always)
  mutating func advance() {
    codes += 8 * Group.count
    scales += Group.count
    negatedSums += Format.halfCount * Group.count
    sums += Format.halfCount * Group.count
  }

  @inline(__always)
  private func begin(_ group: inout Group, half: Int) {
    if Format.zeroPointShift > 0 {
      group.begin(negatedSums + half * Group.count, shift: Format.zeroPointShift)
    } else {
      group.begin()
    }
  }

  /// Adds four groups of columns. Written out, since no loop with so long a body is unrolled.
  @inline(__always)
  private func dotFour(_ source: some CodeSource, _ first: Int, _ group: inout Group) {
    dot(source, first, &group)
    dot(source, first + 1, &group)
    dot(source, first + 2, &group)
    dot(source, first + 3, &group)
  }

  @inline(__always)
  private func dot(_ source: some CodeSource, _ four: Int, _ group: inout Group) {
    let rows = source.codes(four)
    let tokens = codes + four * Group.count
    switch Format.range {
    case .signed:
      group.addSigned(rows, avx_abs_i8(rows), tokens)
    case .unsigned(let groupCount):
      let length = min(groupCount, 8 / Format.halfCount)
      if four % length == 0 {
        group.beginPairs(rows, tokens)
      } else {
        group.addPairs(rows, tokens)
      }
      if (four + 1) % length == 0 { group.endPairs() }
    }
  }

  @inline(__always)
  private func finish(_ group: inout Group, _ scale: __m256, _ minimum: __m256, half: Int) {
    group.scale(scale, scales)
    if Format.hasMinimum {
      group.add(minimum, sums + half * Group.count)
    }
  }
}
