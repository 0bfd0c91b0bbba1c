public import Kernels

/// Where a tensor lies in a file, its shape and its type.
public struct GGUFTensor: Equatable, Sendable {
  /// The tensor's name, such as `blk.0.attn_q.weight`.
  public let name: String
  /// How its numbers are stored.
  public let elementType: ElementType
  /// Extents as the file gives them: the first runs fastest. One to four, each at least 1.
  public let dimensions: [Int]
  /// Where its bytes lie, counted from the start of the file.
  public let byteRange: Range<Int>

  /// Numbers in a row: the first dimension.
  public var columns: Int { dimensions[0] }
  /// The product of all dimensions but the first.
  public var rows: Int { dimensions.dropFirst().reduce(1, *) }
  /// Numbers in the tensor.
  public var elementCount: Int { dimensions.reduce(1, *) }
}

/// A tensor that can be listed but not read, since this program does not know its type.
public struct GGUFUnsupportedTensor: Equatable, Sendable {
  /// The tensor's name.
  public let name: String
  /// The code of its type in the file.
  public let typeCode: UInt32
  /// Extents as the file gives them: the first runs fastest.
  public let dimensions: [Int]
  /// Where its bytes begin, counted from the start of the file.
  public let offset: Int

  /// Numbers in the tensor.
  public var elementCount: Int { dimensions.reduce(1, *) }
}
