/// The kernels of one instruction set, chosen once at start from what the processor can do.
///
/// A table of functions rather than generics: the choice is made at run time, and a call does so
/// much work that an indirect jump does not show.
public struct KernelTable: Sendable {
  /// The instruction set, as `doctor` shows it.
  public let name: String
  /// Makes activations ready for products; see `ActivationLayout`.
  public let prepare: @Sendable (PrepareCall) -> Void
  /// Multiplies tiles of a matrix with activations.
  public let multiply: @Sendable (MultiplyCall) -> Void
  /// Scales a vector to unit mean square, times a weight.
  public let normalize: @Sendable (NormalizeCall) -> Void
  /// `silu(gate) * up` for each element, into `gate`.
  public let gate:
    @Sendable (
      _ gate: UnsafeMutablePointer<Float>, _ up: UnsafePointer<Float>, _ count: Int
    ) -> Void
  /// Turns neighbouring pairs of a vector by the angles of its position.
  public let rotate: @Sendable (RotateCall) -> Void
  /// Writes a token's key and value of one head into a page of the cache.
  public let remember: @Sendable (RememberCall) -> Void
  /// Attention of a few queries over the pages of one key/value head.
  public let attend: @Sendable (AttendCall) -> Void
  /// The sums that turn logits into probabilities.
  public let weigh: @Sendable (_ logits: UnsafePointer<Float>, _ count: Int) -> LogitSums
  /// Makes byte products in registers and nothing else, for a number of turns, and returns how many
  /// products that were: the limit of `multiply`. Nil where it is not known.
  public let productPeak: (@Sendable (_ turnCount: Int) -> Int)?

  /// A table of the given kernels.
  public init(
    name: String,
    prepare: @escaping @Sendable (PrepareCall) -> Void,
    multiply: @escaping @Sendable (MultiplyCall) -> Void,
    normalize: @escaping @Sendable (NormalizeCall) -> Void,
    gate:
      @escaping @Sendable (UnsafeMutablePointer<Float>, UnsafePointer<Float>, Int) -> Void,
    rotate: @escaping @Sendable (RotateCall) -> Void,
    remember: @escaping @Sendable (RememberCall) -> Void,
    attend: @escaping @Sendable (AttendCall) -> Void,
    weigh: @escaping @Sendable (UnsafePointer<Float>, Int) -> LogitSums,
    productPeak: (@Sendable (Int) -> Int)? = nil
  ) {
    self.name = name
    self.prepare = prepare
    self.multiply = multiply
    self.normalize = normalize
    self.gate = gate
    self.rotate = rotate
    self.remember = remember
    self.attend = attend
    self.weigh = weigh
    self.productPeak = productPeak
  }
}

/// What turns logits into probabilities: that of a logit `x` is `e^(x - largest) / sum`.
public struct LogitSums: Equatable, Sendable {
  /// The largest logit.
  public let largest: Float
  /// Sum of `e^(x - largest)` over all logits `x`.
  public let sum: Float
  /// Sum of `e^(x - largest) * (x - largest)`, for the entropy.
  public let weighted: Float

  /// Sums that were computed.
  public init(largest: Float, sum: Float, weighted: Float) {
    self.largest = largest
    self.sum = sum
    self.weighted = weighted
  }

  /// Logits this far below the largest are taken as this far: they add nothing to the sums.
  public static let furthest: Float = 200
}

/// Activations to make ready: one group of tokens.
public struct PrepareCall {
  /// Vectors `(width, columnCount)`, token after token.
  public let source: UnsafePointer<Float>
  /// Floats from one token's vector to the next one's.
  public let stride: Int
  /// The batch's layout.
  public let layout: ActivationLayout
  /// The batch's storage, `layout.byteCount` bytes.
  public let storage: UnsafeMutableRawPointer
  /// The group's first token in the batch; its width is `ActivationLayout.groupWidth`.
  public let first: Int

  /// A call for the group that begins with token `first`; `source` is that token's vector.
  public init(
    source: UnsafePointer<Float>, stride: Int, layout: ActivationLayout,
    storage: UnsafeMutableRawPointer, first: Int
  ) {
    self.source = source
    self.stride = stride
    self.layout = layout
    self.storage = storage
    self.first = first
  }

  /// Tokens in the group.
  public var width: Int { ActivationLayout.groupWidth(layout.tokenCount - first) }
}

/// A matrix packed into tiles of sixteen rows, lent for a call.
public struct TileMatrix {
  /// The first tile.
  public let base: UnsafeRawPointer
  /// How the numbers are stored; quantised types as `TileFormat` says, floats as
  /// `[tile][column][16 rows]`.
  public let elementType: ElementType
  /// Rows of the matrix; the last tile's other rows are zero.
  public let rowCount: Int
  /// Columns of the matrix.
  public let columnCount: Int

  /// A view of packed rows at `base`.
  public init(base: UnsafeRawPointer, elementType: ElementType, rowCount: Int, columnCount: Int) {
    self.base = base
    self.elementType = elementType
    self.rowCount = rowCount
    self.columnCount = columnCount
  }

  /// Tiles of the matrix.
  public var tileCount: Int { (rowCount + TileFormat.rowCount - 1) / TileFormat.rowCount }

  /// Bytes of one tile of `columnCount` columns.
  public static func tileByteCount(_ elementType: ElementType, columnCount: Int) -> Int {
    guard let format = TileFormat(elementType) else {
      return elementType.blockByteCount * columnCount * TileFormat.rowCount
    }
    return columnCount / elementType.blockElementCount * format.blockByteCount
  }

  /// What a product with this matrix wants of its activations.
  public var activationForm: ActivationLayout.Form {
    TileFormat(elementType) == nil ? .floats : .codes
  }
}

/// A product of some tiles of a matrix with a batch of activations.
public struct MultiplyCall {
  /// The matrix, `(rowCount, columnCount)`.
  public let matrix: TileMatrix
  /// The tiles to compute.
  public let tiles: Range<Int>
  /// How the activations lie; its columns are the matrix's.
  public let layout: ActivationLayout
  /// The activations.
  public let activations: UnsafeMutableRawPointer
  /// Result `(tokenCount, rowCount)` with `stride` floats from token to token.
  public let output: UnsafeMutablePointer<Float>
  /// Floats from one token's result to the next one's.
  public let stride: Int
  /// Memory of this worker alone, `scratchByteCount` bytes.
  public let scratch: UnsafeMutableRawPointer

  /// A product with every part named.
  public init(
    matrix: TileMatrix, tiles: Range<Int>, layout: ActivationLayout,
    activations: UnsafeMutableRawPointer, output: UnsafeMutablePointer<Float>, stride: Int,
    scratch: UnsafeMutableRawPointer
  ) {
    self.matrix = matrix
    self.tiles = tiles
    self.layout = layout
    self.activations = activations
    self.output = output
    self.stride = stride
    self.scratch = scratch
  }

  /// Scratch that a product with `columnCount` columns needs: two tiles unpacked to bytes, with up
  /// to four float vectors of scales a unit.
  public static func scratchByteCount(columnCount: Int) -> Int {
    2 * Panel.byteCount(columnCount: columnCount)
  }
}

/// A vector to normalise.
public struct NormalizeCall {
  /// The vector, `count` floats.
  public let input: UnsafePointer<Float>
  /// The weight of each element.
  public let weight: UnsafePointer<Float>
  /// The result; may be the input.
  public let output: UnsafeMutablePointer<Float>
  /// Elements.
  public let count: Int
  /// Added to the mean square.
  public let epsilon: Float

  /// A call with every part named.
  public init(
    input: UnsafePointer<Float>, weight: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>, count: Int, epsilon: Float
  ) {
    self.input = input
    self.weight = weight
    self.output = output
    self.count = count
    self.epsilon = epsilon
  }
}

/// The heads of one token to turn.
public struct RotateCall {
  /// Heads side by side, `(headCount, headSize)`; turned in place.
  public let vectors: UnsafeMutablePointer<Float>
  /// Heads.
  public let headCount: Int
  /// Numbers in a head.
  public let headSize: Int
  /// Numbers of a head that are turned, from the first; even.
  public let rotatedSize: Int
  /// `cos` of each number's angle, then `sin` with the sign that the number's partner takes:
  /// `2 * rotatedSize` floats.
  public let angles: UnsafePointer<Float>

  /// A call with every part named.
  public init(
    vectors: UnsafeMutablePointer<Float>, headCount: Int, headSize: Int, rotatedSize: Int,
    angles: UnsafePointer<Float>
  ) {
    self.vectors = vectors
    self.headCount = headCount
    self.headSize = headSize
    self.rotatedSize = rotatedSize
    self.angles = angles
  }
}

/// A token's key and value of one head, to be kept in a page.
public struct RememberCall {
  /// The key, `headSize` floats.
  public let key: UnsafePointer<Float>
  /// The value, `headSize` floats.
  public let value: UnsafePointer<Float>
  /// How the page holds them.
  public let layout: KeyValueLayout
  /// The token's place in the page, in `0..<AttendCall.pagePositionCount`.
  public let place: Int
  /// The head's keys in the page, then its values.
  public let page: UnsafeMutableRawPointer

  /// A call with every part named.
  public init(
    key: UnsafePointer<Float>, value: UnsafePointer<Float>, layout: KeyValueLayout, place: Int,
    page: UnsafeMutableRawPointer
  ) {
    self.key = key
    self.value = value
    self.layout = layout
    self.place = place
    self.page = page
  }

  /// Numbers in a head.
  public var headSize: Int { layout.headSize }

  /// Where the page's values begin.
  @inline(__always)
  public var values: UnsafeMutableRawPointer { page + layout.keyByteCount }
}
