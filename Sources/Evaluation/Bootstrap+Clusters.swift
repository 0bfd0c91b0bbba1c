/// Bootstrap over clusters: questions on one note are no independent draws, so whole patients are
/// drawn with all that belongs to them.
///
/// - Source: Davison and Hinkley, "Bootstrap Methods and their Application" (1997), section 3.8.
extension Bootstrap {
  /// A statistic of clusters with its interval.
  ///
  /// - Parameter statistic: Given how often each cluster counts, the figure, or nil where it is not
  ///   defined.
  public func estimate(
    clusterCount: Int, _ statistic: (_ times: [Double]) -> Double?
  ) -> Estimate {
    var resampled: [Double?] = []
    resample(groupOfItem: (0..<clusterCount).map(Int32.init), groupCount: clusterCount) {
      resampled.append(statistic($0))
    }
    let value = statistic([Double](repeating: 1, count: clusterCount))
    return estimate(value, resampled: resampled)
  }

  /// The mean of the values that are there, with the interval of clusters drawn again.
  ///
  /// - Parameter clusters: The cluster of each value.
  public func mean(_ values: [Double?], clusters: [String]) -> Estimate {
    let sums = ClusterSums(values, clusters)
    return estimate(clusterCount: sums.count, sums.mean)
  }

  /// A quotient of sums, such as the loss of a corpus by its tokens, with the interval of parts
  /// drawn again.
  ///
  /// - Parameter parts: Numerator and denominator of each part.
  public func quotient(
    _ parts: [(numerator: Double, denominator: Double)],
    _ transform: (Double) -> Double = { $0 }
  ) -> Estimate {
    let sums = ClusterSums(sums: parts.map(\.numerator), counts: parts.map(\.denominator))
    return estimate(clusterCount: parts.count) { sums.mean($0).map(transform) }
  }
}

/// Sums and counts of values by cluster: all that a mean depends on.
struct ClusterSums: Hashable, Sendable {
  private(set) var sums: [Double]
  private(set) var counts: [Double]

  /// The number of clusters.
  var count: Int { sums.count }

  init(sums: [Double], counts: [Double]) {
    self.sums = sums
    self.counts = counts
  }

  /// Clusters without any value are left out: nothing was drawn from them.
  init(_ values: [Double?], _ clusters: [String]) {
    sums = []
    counts = []
    var indices: [String: Int] = [:]
    for (value, cluster) in zip(values, clusters) {
      guard let value else { continue }
      let index = indices[cluster] ?? sums.count
      if index == sums.count {
        indices[cluster] = index
        sums.append(0)
        counts.append(0)
      }
      sums[index] += value
      counts[index] += 1
    }
  }

  /// Adds a value to a cluster.
  mutating func add(_ value: Double, to cluster: Int) {
    sums[cluster] += value
    counts[cluster] += 1
  }

  /// The mean where cluster `i` counts `times[i]` times; nil where nothing counts.
  func mean(_ times: [Double]) -> Double? {
    var (sum, total) = (0.0, 0.0)
    for index in sums.indices {
      sum += times[index] * sums[index]
      total += times[index] * counts[index]
    }
    return total > 0 ? sum / total : nil
  }
}
