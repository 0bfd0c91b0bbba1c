/// The most that a header may claim, whatever its file's size.
///
/// All are far above what model files hold; they keep a hostile file from costing more time or
/// memory than it has bytes.
public enum GGUFLimits {
  /// Key-value pairs in a file.
  public static let keyCount = 65_536
  /// Tensors in a file.
  public static let tensorCount = 131_072
  /// Bytes of a key; the specification's own bound.
  public static let keyByteCount = 65_535
  /// Bytes of a tensor's name; the specification allows 64, some writers use more.
  public static let tensorNameByteCount = 1_024
  /// Bytes of one string value: the largest known are whole tokenizer files of some 20 MB.
  public static let stringByteCount = 1 << 28
  /// Elements of one array.
  public static let arrayCount = 1 << 28
  /// Arrays within arrays.
  public static let arrayDepth = 4
  /// Dimensions of a tensor; the specification's own bound.
  public static let dimensionCount = 4
  /// The largest alignment of tensor data, in bytes.
  public static let alignment = 1 << 20
}
