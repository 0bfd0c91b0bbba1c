#if canImport(Glibc)
  internal import Glibc
#endif

/// The angles by which each position turns the pairs of a head.
///
/// - Source: Su et al., "RoFormer", 2021, equation 34; the pairs are neighbours, as GGUF files of
///   this architecture have them.
public struct RotaryTable: Sendable {
  /// Radians per position of each pair.
  private let frequencies: [Double]

  /// The angles of a model; `factors` divide the frequency of each pair and are 1 in most models.
  public init(_ c: LlamaConfiguration, factors: [Float]) {
    frequencies = (0..<c.rotatedSize / 2).map { pair in
      pow(c.rotaryBase, -2 * Double(pair) / Double(c.rotatedSize))
        / (c.rotaryScale * Double(factors[pair]))
    }
  }

  /// Floats that one position's angles take.
  public var size: Int { 4 * frequencies.count }

  /// Writes the angles of a position as `RotateCall` wants them: the cosine of each number, then
  /// the sine, negative for the first of a pair.
  public func write(position: Int, into target: UnsafeMutablePointer<Float>) {
    let sines = target + 2 * frequencies.count
    for (pair, frequency) in frequencies.enumerated() {
      // Double throughout: at position 100,000 a float angle is off by a hundredth.
      let angle = Double(position) * frequency
      let (cosine, sine) = (Float(cos(angle)), Float(sin(angle)))
      target[2 * pair] = cosine
      target[2 * pair + 1] = cosine
      sines[2 * pair] = -sine
      sines[2 * pair + 1] = sine
    }
  }
}
