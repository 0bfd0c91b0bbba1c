/// A run's losses as a picture: every step, a running mean, and the looks at the validation
/// examples.
public struct LossCurve: Sendable {
  private let history: TrainingHistory
  private let stepCount: Int
  private static let (width, height, margin) = (720.0, 400.0, 56.0)

  /// The curve of `history`, of a run planned for `stepCount` steps.
  public init(_ history: TrainingHistory, stepCount: Int) {
    self.history = history
    self.stepCount = max(stepCount, 1)
  }

  /// The picture, as text in the SVG format.
  public var svg: String {
    let losses = history.steps.map(\.loss).filter(\.isFinite)
    let all = losses + history.validations.map(\.loss).filter(\.isFinite)
    let (low, high) = (all.min() ?? 0, all.max() ?? 1)
    let scale = Scale(low: low, high: high > low ? high : low + 1, stepCount: stepCount)
    let steps = history.steps.enumerated().map { (Double($0 + 1), $1.loss) }
    let looks = history.validations.map { (Double($0.step), $0.loss) }
    let dots = looks.map {
      "<circle cx=\"\(scale.x($0.0))\" cy=\"\(scale.y($0.1))\" r=\"3\" fill=\"#b00020\"/>\n"
    }.joined()
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(Int(Self.width))" \
      height="\(Int(Self.height))" font-family="sans-serif" font-size="12">
      <rect width="100%" height="100%" fill="white"/>
      \(axes(scale))
      \(line(steps, scale, "#9ab3d5", 1))
      \(line(smooth(steps), scale, "#1f4e9c", 2))
      \(line(looks, scale, "#b00020", 1.5))
      \(dots)<text x="\(Self.margin)" y="24">loss in nats a token: \
      <tspan fill="#1f4e9c">training (each step, running mean)</tspan>, \
      <tspan fill="#b00020">validation</tspan></text>
      </svg>

      """
  }

  private struct Scale {
    let low: Double
    let high: Double
    let stepCount: Int

    func x(_ step: Double) -> String {
      number(margin + step / Double(stepCount) * (width - 1.5 * margin))
    }

    func y(_ loss: Double) -> String {
      number(height - margin - (loss - low) / (high - low) * (height - 2 * margin))
    }

    private func number(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
  }

  private func axes(_ scale: Scale) -> String {
    var parts: [String] = []
    for part in 0...4 {
      let loss = scale.low + (scale.high - scale.low) * Double(part) / 4
      let step = Double(stepCount) * Double(part) / 4
      parts.append(
        "<line x1=\"\(scale.x(0))\" x2=\"\(scale.x(Double(stepCount)))\" y1=\"\(scale.y(loss))\" "
          + "y2=\"\(scale.y(loss))\" stroke=\"#dddddd\"/>"
          + "<text x=\"8\" y=\"\(scale.y(loss))\">\((loss * 100).rounded() / 100)</text>"
          + "<text x=\"\(scale.x(step))\" y=\"\(Self.height - Self.margin / 2)\" "
          + "text-anchor=\"middle\">\(Int(step))</text>")
    }
    return parts.joined(separator: "\n")
  }

  private func line(
    _ points: [(Double, Double)], _ scale: Scale, _ color: String, _ width: Double
  ) -> String {
    let text = points.filter { $0.1.isFinite }
      .map { "\(scale.x($0.0)),\(scale.y($0.1))" }.joined(separator: " ")
    return
      "<polyline points=\"\(text)\" fill=\"none\" stroke=\"\(color)\" stroke-width=\"\(width)\"/>"
  }

  /// The mean of each point and up to 15 before it.
  private func smooth(_ points: [(Double, Double)]) -> [(Double, Double)] {
    points.indices.map { index in
      let near = points[max(0, index - 15)...index]
      return (points[index].0, near.reduce(0) { $0 + $1.1 } / Double(near.count))
    }
  }
}
