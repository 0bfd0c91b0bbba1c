#if canImport(Glibc)
  internal import Glibc
#endif

/// Queries that share a key/value head, against some segments of its positions.
///
/// Attention over many positions is put together from *segments* of 256. Each gives a part: the sum
/// of its values, each times `e^(score - largest)`, that largest score, and the sum of the weights;
/// `merge` puts a query's parts together, in order. The cut is the same however the work is shared
/// out, so a query's result does not depend on that either.
public struct AttendCall {
  /// Positions in a page of the key/value cache.
  public static let pagePositionCount = 64
  /// Positions in a segment, whole pages.
  public static let segmentPositionCount = 256
  /// The most queries of a call.
  public static let widest = 48

  /// Scaled queries, `(width, headSize)`.
  public let queries: UnsafePointer<Float>
  /// Queries, `1...widest`.
  public let width: Int
  /// How the pages hold keys and values.
  public let layout: KeyValueLayout
  /// Positions that each query sees, from the first; at least one.
  public let visible: UnsafePointer<Int>
  /// Start of the head's keys in each page.
  public let keys: UnsafePointer<UnsafeRawPointer>
  /// Start of the head's values in each page.
  public let values: UnsafePointer<UnsafeRawPointer>
  /// The segments to read, the sequence's first being 0.
  public let segments: Range<Int>
  /// The result: a part for each segment, `Part.floatCount` floats each.
  public let parts: UnsafeMutablePointer<Float>
  /// Room for `scratchByteCount` bytes, aligned to 64.
  public let scratch: UnsafeMutableRawPointer

  /// A call with every part named.
  public init(
    queries: UnsafePointer<Float>, width: Int, layout: KeyValueLayout,
    visible: UnsafePointer<Int>,
    keys: UnsafePointer<UnsafeRawPointer>, values: UnsafePointer<UnsafeRawPointer>,
    segments: Range<Int>, parts: UnsafeMutablePointer<Float>, scratch: UnsafeMutableRawPointer
  ) {
    self.queries = queries
    self.width = width
    self.layout = layout
    self.visible = visible
    self.keys = keys
    self.values = values
    self.segments = segments
    self.parts = parts
    self.scratch = scratch
  }

  /// Numbers in a head.
  public var headSize: Int { layout.headSize }

  /// What a segment gives for the queries of a call.
  public struct Part {
    /// Sums of values times weights, `(width, headSize)`.
    public let sums: UnsafeMutablePointer<Float>
    /// Each query's largest score; minus infinity where it sees nothing of the segment.
    public let largest: UnsafeMutablePointer<Float>
    /// Each query's sum of weights.
    public let totals: UnsafeMutablePointer<Float>

    init(_ base: UnsafeMutablePointer<Float>, width: Int, headSize: Int) {
      sums = base
      largest = base + width * headSize
      totals = largest + width
    }

    /// Floats of a part.
    public static func floatCount(width: Int, headSize: Int) -> Int { width * (headSize + 2) }
  }

  /// The part of `segment`, which is one of `segments`.
  @inline(__always)
  public func part(_ segment: Int) -> Part {
    let size = Part.floatCount(width: width, headSize: headSize)
    return Part(
      parts + (segment - segments.lowerBound) * size, width: width, headSize: headSize)
  }

  /// Positions from the first that any query sees.
  public var visibleCount: Int {
    var count = 0
    for query in 0..<width { count = max(count, visible[query]) }
    return count
  }

  /// Scratch of a call: the queries turned or as whole numbers, scores of a few and their products
  /// with the values' scales, a page's keys and values as floats.
  public static func scratchByteCount(headSize: Int) -> Int {
    4
      * (widest * (headSize + 16) + 32 * pagePositionCount
        + 2 * (pagePositionCount * headSize + 64))
  }

  /// The attention of query `query`, from its parts of the segments from the first on.
  ///
  /// - Parameters:
  ///   - parts: `segmentCount` parts of `width` queries each.
  ///   - output: `headSize` floats.
  public static func merge(
    _ parts: UnsafeMutablePointer<Float>, segmentCount: Int, width: Int, headSize: Int,
    query: Int, into output: UnsafeMutablePointer<Float>
  ) {
    let size = Part.floatCount(width: width, headSize: headSize)
    func part(_ segment: Int) -> Part {
      Part(parts + segment * size, width: width, headSize: headSize)
    }
    var largest = -Float.infinity
    for segment in 0..<segmentCount { largest = max(largest, part(segment).largest[query]) }
    var total: Float = 0
    for segment in 0..<segmentCount {
      total += part(segment).totals[query] * exp(part(segment).largest[query] - largest)
    }
    for number in 0..<headSize { output[number] = 0 }
    for segment in 0..<segmentCount {
      let part = part(segment)
      let factor = exp(part.largest[query] - largest) / total
      let sums = part.sums + query * headSize
      for number in 0..<headSize { output[number] += sums[number] * factor }
    }
  }
}
