/// Spreads requests over time so that neither limit a minute is passed: two buckets that fill
/// evenly and hold what six seconds bring, so that a start after a pause is no burst.
struct RequestPace {
  private struct Bucket {
    let perSecond: Double
    var level: Double

    init(perMinute: Double) {
      perSecond = perMinute / 60
      level = max(1, perMinute / 60 * 6)
    }

    var capacity: Double { max(1, perSecond * 6) }
  }

  private var requests: Bucket?
  private var tokens: Bucket?
  private var last: ContinuousClock.Instant?

  init(requestsPerMinute: Double?, tokensPerMinute: Double?) {
    requests = requestsPerMinute.map(Bucket.init)
    tokens = tokensPerMinute.map(Bucket.init)
  }

  /// Seconds that a request has to wait; 0 takes its share and lets it go.
  mutating func secondsUntilTurn(
    at now: ContinuousClock.Instant, tokenCount: Double
  ) -> Double {
    let passed = last.map { (now - $0) / .seconds(1) } ?? 0
    last = now
    let waits = [
      Self.refill(&requests, passed, 1), Self.refill(&tokens, passed, tokenCount),
    ]
    let wait = waits.max() ?? 0
    if wait <= 0 {
      requests?.level -= 1
      tokens?.level -= tokenCount
    }
    return wait
  }

  /// Seconds until `cost` may be taken. What costs more than the bucket holds is let go when the
  /// bucket is full, and leaves a debt.
  private static func refill(_ bucket: inout Bucket?, _ passed: Double, _ cost: Double) -> Double {
    guard var full = bucket else { return 0 }
    full.level = min(full.capacity, full.level + passed * full.perSecond)
    bucket = full
    return max(0, (min(cost, full.capacity) - full.level) / full.perSecond)
  }
}
