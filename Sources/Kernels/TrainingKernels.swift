/// Loops of training that need exponentials, which plain Swift does four at a time.
public struct TrainingKernels: Sendable {
  /// `e` to the power of `scale * x - shift` in place of each x; returns the sum.
  public let exponentials:
    @Sendable (_ numbers: UnsafeMutablePointer<Float>, _ count: Int, _ scale: Float, _ shift: Float)
      -> Float
  /// `target = silu(gate) * up`.
  public let gate: @Sendable (GateCall) -> Void
  /// From the gradient of `silu(gate) * up` in `target`, that of gate in its place and that of up.
  public let gateBackward:
    @Sendable (_ call: GateCall, _ upGradient: UnsafeMutablePointer<Float>) -> Void

  /// A table of the given kernels.
  public init(
    exponentials:
      @escaping @Sendable (UnsafeMutablePointer<Float>, Int, Float, Float) -> Float,
    gate: @escaping @Sendable (GateCall) -> Void,
    gateBackward: @escaping @Sendable (GateCall, UnsafeMutablePointer<Float>) -> Void
  ) {
    self.exponentials = exponentials
    self.gate = gate
    self.gateBackward = gateBackward
  }

  /// Vectors of one row of a feed-forward part.
  public struct GateCall {
    /// Before the gate's nonlinearity.
    public let gate: UnsafePointer<Float>
    /// What it is multiplied with.
    public let up: UnsafePointer<Float>
    /// The product, or its gradient.
    public let target: UnsafeMutablePointer<Float>
    /// Numbers in each.
    public let count: Int

    /// A call with every part named.
    public init(
      gate: UnsafePointer<Float>, up: UnsafePointer<Float>,
      target: UnsafeMutablePointer<Float>, count: Int
    ) {
      self.gate = gate
      self.up = up
      self.target = target
      self.count = count
    }
  }
}
