/// Products of matrices whose numbers are rounded to bfloat16 and added up as floats, by tiles of
/// sixteen lines: the fast way of training on processors that have it.
public struct BrainKernels: Sendable {
  /// The instruction set, as `doctor` shows it.
  public let name: String
  /// Rounds some blocks of a factor and puts them in the order of products.
  public let pack: @Sendable (BrainPackCall) -> Void
  /// Multiplies packed factors.
  public let multiply: @Sendable (BrainMultiplyCall) -> Void

  /// A table of the given kernels.
  public init(
    name: String, pack: @escaping @Sendable (BrainPackCall) -> Void,
    multiply: @escaping @Sendable (BrainMultiplyCall) -> Void
  ) {
    self.name = name
    self.pack = pack
    self.multiply = multiply
  }

  /// Lines of a tile: rows of the left factor, columns of the right.
  public static let lineCount = 16
  /// Numbers of a line in a tile.
  public static let depthCount = 32
  /// Bytes of a tile.
  public static let tileByteCount = 1024
  /// Floats that a product needs for itself.
  public static let scratchCount = 1024

  /// Blocks of `lineCount` lines.
  public static func blockCount(lines: Int) -> Int { (lines + lineCount - 1) / lineCount }

  /// Tiles of a block.
  public static func tileCount(depth: Int) -> Int { (depth + depthCount - 1) / depthCount }

  /// Bytes of a packed factor.
  public static func byteCount(lines: Int, depth: Int) -> Int {
    blockCount(lines: lines) * tileCount(depth: depth) * tileByteCount
  }
}

/// A factor of which some blocks are to be packed: tiles `[block][depth / 32]`; a left tile is
/// `[line][depth]`, a right one `[depth / 2][line][2]`. What is missing at the ends is zero.
public struct BrainPackCall {
  /// The factor.
  public let source: UnsafePointer<Float>
  /// Floats from one row of `source` to the next.
  public let stride: Int
  /// Whether the rows of `source` are lines; else its columns are.
  public let rowsAreLines: Bool
  /// Whether the factor is the left one.
  public let isLeft: Bool
  /// Lines of the whole factor.
  public let lineCount: Int
  /// Numbers of a line.
  public let depth: Int
  /// Blocks to pack.
  public let blocks: Range<Int>
  /// The packed factor, all of it.
  public let target: UnsafeMutableRawPointer

  /// A call with every part named.
  public init(
    source: UnsafePointer<Float>, stride: Int, rowsAreLines: Bool, isLeft: Bool,
    size: (lineCount: Int, depth: Int), blocks: Range<Int>, target: UnsafeMutableRawPointer
  ) {
    self.source = source
    self.stride = stride
    self.rowsAreLines = rowsAreLines
    self.isLeft = isLeft
    (lineCount, depth) = size
    self.blocks = blocks
    self.target = target
  }
}

/// A product of packed factors: `result = alpha * left * right + beta * result`.
public struct BrainMultiplyCall {
  /// The left factor, packed, and its blocks to take.
  public let left: (base: UnsafeRawPointer, blocks: Range<Int>)
  /// The right factor, packed, and its blocks to take.
  public let right: (base: UnsafeRawPointer, blocks: Range<Int>)
  /// Rows, columns and depth of the whole product.
  public let shape: (rows: Int, columns: Int, depth: Int)
  /// The result, all of it.
  public let result: UnsafeMutablePointer<Float>
  /// Floats from one row of the result to the next.
  public let stride: Int
  /// Factors of the product and of what is in the result; with 0 the result is not read.
  public let scales: (alpha: Float, beta: Float)
  /// Memory of this worker alone, `scratchCount` floats.
  public let scratch: UnsafeMutablePointer<Float>
  /// Tiles of a block of the right factor, which may go on deeper than the product.
  public let rightTileCount: Int

  /// A call with every part named.
  public init(
    left: (base: UnsafeRawPointer, blocks: Range<Int>),
    right: (base: UnsafeRawPointer, blocks: Range<Int>),
    shape: (rows: Int, columns: Int, depth: Int),
    into result: UnsafeMutablePointer<Float>, stride: Int, scales: (alpha: Float, beta: Float),
    scratch: UnsafeMutablePointer<Float>, rightTileCount: Int? = nil
  ) {
    self.left = left
    self.right = right
    self.shape = shape
    self.result = result
    self.stride = stride
    self.scales = scales
    self.scratch = scratch
    self.rightTileCount = rightTileCount ?? BrainKernels.tileCount(depth: shape.depth)
  }
}
