/// Where the numbers of a batch of activations lie once they are ready for a product.
///
/// Tokens are computed in groups of 6, 4, 2 or 1, as many as one register tile takes; the last
/// tokens of a batch make the smaller groups. Inside a group tokens stand side by side, so that a
/// kernel walks through a group's bytes in order. How a batch is cut changes no result: each
/// token's sums are formed in the same order in every group width.
public struct ActivationLayout: Sendable, Equatable {
  /// Numbers in one token's vector: the columns of the matrix it meets.
  public let columnCount: Int
  /// Tokens in the batch.
  public let tokenCount: Int
  /// What the products want: eight-bit codes or plain floats.
  public let form: Form

  /// What is stored of each number.
  public enum Form: Sendable {
    /// Codes of 8 bits with a scale and sums for every 32 columns.
    case codes
    /// Floats as they are.
    case floats
  }

  /// A layout for `tokenCount` vectors of `columnCount` numbers.
  public init(columnCount: Int, tokenCount: Int, form: Form) {
    self.columnCount = columnCount
    self.tokenCount = tokenCount
    self.form = form
  }

  /// 32-bit words that a unit of 32 columns takes for each token: 8 of codes, the scale, the
  /// negated sum and the scaled sum of the unit and of each half.
  static let wordsPerUnit = 15

  /// 32-bit words that one token takes.
  public var wordsPerToken: Int {
    switch form {
    case .codes: columnCount / TileFormat.unitColumnCount * Self.wordsPerUnit
    case .floats: columnCount
    }
  }

  /// Bytes of the whole batch.
  public var byteCount: Int { wordsPerToken * tokenCount * 4 }

  /// The widest group.
  public static let widestGroup = 6

  /// Calls `body` with the first token and the width of each group, in order.
  @inline(__always)
  public func forEachGroup(_ body: (_ first: Int, _ width: Int) -> Void) {
    var first = 0
    while first < tokenCount {
      let width = Self.groupWidth(tokenCount - first)
      body(first, width)
      first += width
    }
  }

  /// Width of the next group when `rest` tokens are left.
  @inline(__always)
  public static func groupWidth(_ rest: Int) -> Int {
    rest >= 6 ? 6 : rest >= 4 ? 4 : rest >= 2 ? 2 : 1
  }
}

/// One group of activations as codes, each plane `[unit][...][token]`.
public struct CodeGroup {
  /// Tokens in the group.
  public let width: Int
  /// Units of 32 columns.
  public let unitCount: Int
  let base: UnsafeMutablePointer<Int32>

  /// The group that begins with token `first` of a batch laid out as `layout` at `storage`.
  public init(
    _ storage: UnsafeMutableRawPointer, _ layout: ActivationLayout, first: Int, width: Int
  ) {
    self.width = width
    self.unitCount = layout.columnCount / TileFormat.unitColumnCount
    self.base =
      storage.assumingMemoryBound(to: Int32.self) + first * layout.wordsPerToken
  }

  private func plane(_ words: Int) -> UnsafeMutablePointer<Int32> {
    base + words * unitCount * width
  }

  private func floats(_ words: Int) -> UnsafeMutablePointer<Float> {
    UnsafeMutableRawPointer(plane(words)).assumingMemoryBound(to: Float.self)
  }

  /// Codes, `[unit][group of four columns, 8][token]`, four signed bytes a word.
  public var codes: UnsafeMutablePointer<Int32> { base }
  /// What a code is worth, `[unit][token]`.
  public var scales: UnsafeMutablePointer<Float> { floats(8) }
  /// Minus the sum of a unit's codes, `[unit][token]`.
  public var negatedSums: UnsafeMutablePointer<Int32> { plane(9) }
  /// The sum of a unit's numbers, `[unit][token]`.
  public var sums: UnsafeMutablePointer<Float> { floats(10) }
  /// Minus the sums of the halves' codes, `[unit][half][token]`.
  public var negatedHalfSums: UnsafeMutablePointer<Int32> { plane(11) }
  /// The sums of the halves' numbers, `[unit][half][token]`.
  public var halfSums: UnsafeMutablePointer<Float> { floats(13) }
}
