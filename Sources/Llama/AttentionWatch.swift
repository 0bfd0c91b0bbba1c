/// What of a model's attention is to be told: the shares that some heads give to some stretches of a
/// text, at the places whose logits are computed.
///
/// A head's shares over all positions that it sees add up to 1. They say what was read, not why.
public struct AttentionWatch: Equatable, Sendable {
  /// One query head of one layer, both counted from 0.
  public struct Head: Hashable, Sendable {
    /// The layer.
    public var layer: Int
    /// The query head in it.
    public var head: Int

    /// Names a head.
    public init(layer: Int, head: Int) {
      self.layer = layer
      self.head = head
    }
  }

  /// The heads that are watched.
  public let heads: [Head]
  /// Positions from the text's first token on; what a row cannot see yet has no share.
  public let ranges: [Range<Int>]

  /// Watches `heads` over `ranges`.
  public init(heads: [Head], ranges: [Range<Int>]) {
    self.heads = heads
    self.ranges = ranges
  }

  /// Shares that one row gives, `(heads, ranges)`.
  public var shareCount: Int { heads.count * ranges.count }

  /// Every head of a model, for choosing among them.
  public static func allHeads(of configuration: LlamaConfiguration) -> [Head] {
    (0..<configuration.layerCount).flatMap { layer in
      (0..<configuration.headCount).map { Head(layer: layer, head: $0) }
    }
  }

  /// Shares `(heads, ranges)`, a row for each head.
  public func byHead(_ shares: [Float]) -> [[Float]] {
    heads.indices.map { Array(shares[$0 * ranges.count..<($0 + 1) * ranges.count]) }
  }
}
