/// A figure with its interval.
public struct Estimate: Hashable, Sendable {
  /// The figure; nil where it is not defined for the data.
  public var value: Double?
  /// The interval's lower end; nil where there is no interval.
  public var low: Double?
  /// The interval's upper end; nil where there is no interval.
  public var high: Double?
  /// The resamples for which the figure was not defined; they are left out of the interval.
  public var undefinedResampleCount: Int

  /// Makes an estimate.
  public init(value: Double?, low: Double?, high: Double?, undefinedResampleCount: Int = 0) {
    self.value = value
    self.low = low
    self.high = high
    self.undefinedResampleCount = undefinedResampleCount
  }
}

/// The percentile bootstrap over items: as many items are drawn again with replacement, and the
/// interval holds the middle share of what comes of that.
///
/// - Source: Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13.
public struct Bootstrap: Hashable, Sendable {
  /// How often items are drawn.
  public var resampleCount: Int
  /// Where the random numbers start; the same seed gives the same interval.
  public var seed: UInt64
  /// The share that the interval holds, between 0 and 1.
  public var confidence: Double

  /// Makes a bootstrap.
  public init(resampleCount: Int = 2000, seed: UInt64 = 1, confidence: Double = 0.95) {
    self.resampleCount = resampleCount
    self.seed = seed
    self.confidence = confidence
  }

  /// Draws items and hands over how many of each group were drawn, once for each resample.
  func resample(groupOfItem: [Int32], groupCount: Int, _ body: ([Double]) -> Void) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<max(0, resampleCount) {
      var counts = [Double](repeating: 0, count: groupCount)
      for _ in groupOfItem.indices {
        counts[Int(groupOfItem[random.index(below: groupOfItem.count)])] += 1
      }
      body(counts)
    }
  }

  /// The figure with the interval of its resampled values, of which some may be undefined.
  func estimate(_ value: Double?, resampled: [Double?]) -> Estimate {
    let defined = resampled.compactMap(\.self).sorted()
    let undefinedCount = resampled.count - defined.count
    // An interval from a minority of the resamples would say more than is known.
    guard value != nil, !defined.isEmpty, undefinedCount * 2 <= resampled.count else {
      return Estimate(value: value, low: nil, high: nil, undefinedResampleCount: undefinedCount)
    }
    let tail = (1 - confidence) / 2
    return Estimate(
      value: value, low: Self.quantile(tail, of: defined),
      high: Self.quantile(1 - tail, of: defined), undefinedResampleCount: undefinedCount)
  }

  /// The mean of the values that are there, with its interval over all items.
  public func mean(_ values: [Double?]) -> Estimate {
    func mean(_ counts: [Double]) -> Double? {
      var (sum, total) = (0.0, 0.0)
      for (value, count) in zip(values, counts) {
        guard let value else { continue }
        sum += count * value
        total += count
      }
      return total > 0 ? sum / total : nil
    }
    var resampled: [Double?] = []
    resample(groupOfItem: values.indices.map(Int32.init), groupCount: values.count) {
      resampled.append(mean($0))
    }
    return estimate(mean(values.map { _ in 1 }), resampled: resampled)
  }

  /// A quantile of ascending values, linear between neighbours.
  ///
  /// - Source: Hyndman and Fan, "Sample quantiles in statistical packages" (1996), definition 7.
  static func quantile(_ share: Double, of sorted: [Double]) -> Double? {
    guard let last = sorted.indices.last else { return nil }
    let place = min(max(share, 0), 1) * Double(last)
    let below = min(Int(place), last)
    let above = min(below + 1, last)
    return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
  }
}

/// Random numbers that depend on the seed alone.
///
/// - Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
public struct SplitMix64: RandomNumberGenerator, Hashable, Sendable {
  private var state: UInt64

  /// A source that starts at `seed`.
  public init(seed: UInt64) {
    state = seed
  }

  /// 64 random bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number from 0 to `count - 1`. Spelled out here, since the standard library may change how it
  /// draws; the bias is below `count` in 2 to the 64th.
  mutating func index(below count: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(count)).high)
  }

  /// A random order of `0..<count`.
  mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in order.indices.reversed() where last > 0 {
      order.swapAt(last, index(below: last + 1))
    }
    return order
  }
}
