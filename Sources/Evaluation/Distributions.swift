internal import Foundation

/// The distribution functions that intervals and p-values need.
enum Distributions {
  /// The share of Student's t beyond `t` on both sides.
  static func tTwoSided(_ t: Double, freedom: Double) -> Double {
    incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5)
  }

  /// The share of the normal distribution beyond `z` on both sides.
  static func normalTwoSided(_ z: Double) -> Double {
    erfc(abs(z) / 2.0.squareRoot())
  }

  /// The value below which the share `share` of the F distribution lies; nil where there is none.
  static func fQuantile(_ share: Double, _ first: Double, _ second: Double) -> Double? {
    guard share > 0, share < 1, first > 0, second > 0 else { return nil }
    func isBelow(_ logarithm: Double) -> Bool {
      let scaled = first * exp(logarithm)
      // Measured from the nearer end, so that neither tail loses its digits.
      let upper = incompleteBeta(second / (second + scaled), second / 2, first / 2)
      return 1 - upper < share
    }
    // The logarithm is halved between bounds outside of which no double makes sense.
    var (low, high) = (-700.0, 700.0)
    for _ in 0..<120 {
      let middle = (low + high) / 2
      if isBelow(middle) { low = middle } else { high = middle }
    }
    return exp((low + high) / 2)
  }

  /// The regularised incomplete beta function I_x(a, b).
  ///
  /// - Source: DLMF 8.17.22 (continued fraction), evaluated by Lentz's method.
  static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    guard x > 0 else { return 0 }
    guard x < 1 else { return 1 }
    let front = exp(
      lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    // The fraction converges quickly on this side of the mean; the other side by symmetry.
    guard x <= (a + 1) / (a + b + 2) else {
      return 1 - front * continuedFraction(1 - x, b, a) / b
    }
    return front * continuedFraction(x, a, b) / a
  }

  private static func continuedFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let tiny = 1e-300
    func away(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
    var c = 1.0
    var d = 1 / away(1 - (a + b) * x / (a + 1))
    var result = d
    for step in 1...5000 {
      let m = Double(step)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      d = 1 / away(1 + even * d)
      c = away(1 + even / c)
      result *= d * c
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 / away(1 + odd * d)
      c = away(1 + odd / c)
      result *= d * c
      if abs(d * c - 1) < 1e-16 { break }
    }
    return result
  }
}
