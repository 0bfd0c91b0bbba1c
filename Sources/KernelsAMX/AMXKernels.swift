// Products by the tile registers of processors that have them, in Swift with intrinsics.
//
// This target alone is compiled for those processors, so nothing of it may run before
// `AMXKernels.table` has asked what the processor can do, and no generic of the standard library may
// be specialised here: the linker could keep that copy for the whole program.
internal import CIntrinsicsAMX
public import Kernels

/// The table of the AMX kernels.
public enum AMXKernels {
  /// The kernels, or nil on a processor or under a kernel that lacks the tiles.
  public static let table: BrainKernels? =
    asclepius_cpu_has_amx_bf16() == 0
    ? nil : BrainKernels(name: "AMX bfloat16", pack: pack, multiply: multiply)

  @Sendable private static func pack(_ call: BrainPackCall) {
    let tileCount = BrainKernels.tileCount(depth: call.depth)
    var block = call.blocks.lowerBound
    while block < call.blocks.upperBound {
      var target = call.target + block &* tileCount &* BrainKernels.tileByteCount
      var depth = 0
      while depth < call.depth {
        if call.rowsAreLines {
          packRows(call, firstLine: 16 &* block, depth, target)
        } else {
          packColumns(call, firstLine: 16 &* block, depth, target)
        }
        target += BrainKernels.tileByteCount
        depth &+= 32
      }
      block &+= 1
    }
  }

  /// A tile of a factor whose rows are lines: pairs lie side by side.
  @inline(__always)
  private static func packRows(
    _ call: BrainPackCall, firstLine: Int, _ depth: Int, _ target: UnsafeMutableRawPointer
  ) {
    let lanes = Int32(truncatingIfNeeded: call.depth &- depth)
    var index = 0
    while index < 16 {
      let line = firstLine &+ index
      let isThere = line < call.lineCount
      let source = call.source + (isThere ? line &* call.stride &+ depth : 0)
      let pairs = asc_pairs_along(source, isThere ? lanes : 0)
      if call.isLeft {
        asc_store_row(target + 64 &* index, pairs)
      } else {
        asc_store_column(target + 4 &* index, pairs)
      }
      index &+= 1
    }
  }

  /// A tile of a factor whose columns are lines: pairs lie one above the other.
  @inline(__always)
  private static func packColumns(
    _ call: BrainPackCall, firstLine: Int, _ depth: Int, _ target: UnsafeMutableRawPointer
  ) {
    let lanes = Int32(truncatingIfNeeded: call.lineCount &- firstLine)
    var index = 0
    while index < 16 {
      let row = depth &+ 2 &* index
      let source = call.source + (row < call.depth ? row &* call.stride &+ firstLine : 0)
      let pairs = asc_pairs_across(
        source, row &+ 1 < call.depth ? source + call.stride : nil, row < call.depth ? lanes : 0)
      if call.isLeft {
        asc_store_column(target + 4 &* index, pairs)
      } else {
        asc_store_row(target + 64 &* index, pairs)
      }
      index &+= 1
    }
  }

  /// Tiles of a right block that are used before the next left block: a pair of blocks of that many
  /// stays in the first-level cache.
  private static let depthTileCount = 18

  @Sendable private static func multiply(_ call: BrainMultiplyCall) {
    let tileCount = BrainKernels.tileCount(depth: call.shape.depth)
    let partCount = (tileCount &+ depthTileCount &- 1) / depthTileCount
    let size = (tileCount &+ partCount &- 1) / partCount
    asc_tiles_configure()
    var right = call.right.blocks.lowerBound
    while right < call.right.blocks.upperBound {
      var first = 0
      while first < tileCount {
        let last = first &+ size < tileCount ? first &+ size : tileCount
        var left = call.left.blocks.lowerBound
        while left < call.left.blocks.upperBound {
          multiply(call, left: left, right: right, tileCount, (first, last))
          left &+= 2
        }
        first = last
      }
      right &+= 2
    }
    asc_tiles_release()
  }

  /// Two by two blocks over some of the depth.
  @inline(__always)
  private static func multiply(
    _ call: BrainMultiplyCall, left: Int, right: Int, _ tileCount: Int,
    _ tiles: (first: Int, last: Int)
  ) {
    let byteCount = BrainKernels.tileByteCount
    let hasLower = left &+ 1 < call.left.blocks.upperBound
    let hasFarther = right &+ 1 < call.right.blocks.upperBound
    let blockByteCount = tileCount &* byteCount
    let rightByteCount = call.rightTileCount &* byteCount
    let upper = call.left.base + left &* blockByteCount
    let lower = upper + (hasLower ? blockByteCount : 0)
    let near = call.right.base + right &* rightByteCount
    let far = near + (hasFarther ? rightByteCount : 0)
    asc_tiles_clear()
    var offset = tiles.first &* byteCount
    while offset < tiles.last &* byteCount {
      asc_tiles_step(upper + offset, lower + offset, near + offset, far + offset)
      offset &+= byteCount
    }
    asc_tiles_store(call.scratch)
    let beta = tiles.first == 0 ? call.scales.beta : 1
    store(call, call.scratch, left, right, beta)
    if hasFarther { store(call, call.scratch + 256, left, right &+ 1, beta) }
    if hasLower { store(call, call.scratch + 512, left &+ 1, right, beta) }
    if hasLower, hasFarther { store(call, call.scratch + 768, left &+ 1, right &+ 1, beta) }
  }

  @inline(__always)
  private static func store(
    _ call: BrainMultiplyCall, _ sums: UnsafeMutablePointer<Float>, _ left: Int, _ right: Int,
    _ beta: Float
  ) {
    let (row, column) = (16 &* left, 16 &* right)
    let rowCount = call.shape.rows &- row < 16 ? call.shape.rows &- row : 16
    let lanes = Int32(truncatingIfNeeded: call.shape.columns &- column)
    var index = 0
    while index < rowCount {
      let target = call.result + ((row &+ index) &* call.stride &+ column)
      asc_blend(target, sums + 16 &* index, call.scales.alpha, beta, lanes)
      index &+= 1
    }
  }
}
