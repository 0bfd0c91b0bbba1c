extension DatasetStatistics.Lengths {
  /// How many texts lie in each of several ranges of the same width.
  public struct Histogram: Hashable, Sendable {
    /// The smallest length of the first range.
    public var start: Int
    /// Lengths in a range.
    public var width: Int
    /// Texts in each range.
    public var counts: [Int]
  }

  /// The lengths in at most `binCount` ranges, whose width is 1, 2 or 5 times a power of ten, so that
  /// their bounds read well.
  public func histogram(binCount: Int) -> Histogram {
    let width = Self.widths.first { longest / $0 - shortest / $0 < binCount } ?? max(1, longest)
    let first = shortest / width
    var counts = Array(repeating: 0, count: sorted.isEmpty ? 0 : longest / width - first + 1)
    for length in sorted { counts[length / width - first] += 1 }
    return Histogram(start: first * width, width: width, counts: counts)
  }

  private static let widths = (0...12).flatMap { power in
    [1, 2, 5].map { factor in (0..<power).reduce(factor) { product, _ in product * 10 } }
  }
}
