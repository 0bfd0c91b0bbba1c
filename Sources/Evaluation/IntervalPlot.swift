internal import Foundation

/// Figures with their intervals as dots with whiskers on one scale, a row each, as SVG.
public struct IntervalPlot: Hashable, Sendable {
  /// A row: what is measured, and of which group it is.
  public struct Row: Hashable, Sendable {
    /// The name on the left.
    public var label: String
    /// The figure; a row without one stays empty.
    public var estimate: Estimate
    /// How many values it is made of.
    public var count: Int
    /// Rows of one group stand together under its name; empty for none.
    public var group: String

    /// Makes a row.
    public init(label: String, estimate: Estimate, count: Int, group: String = "") {
      self.label = label
      self.estimate = estimate
      self.count = count
      self.group = group
    }
  }

  /// What stands above it; also names its file.
  public var title: String
  /// What the scale measures.
  public var axis: String
  /// The ends of the scale; nil fits the data.
  public var range: ClosedRange<Double>?
  /// A value to draw a line at, such as no difference.
  public var mark: Double?
  /// The rows from top to bottom.
  public var rows: [Row]

  /// Makes a plot.
  public init(
    title: String, axis: String, range: ClosedRange<Double>? = nil, mark: Double? = nil,
    rows: [Row]
  ) {
    self.title = title
    self.axis = axis
    self.range = range
    self.mark = mark
    self.rows = rows
  }

  private static let width = 800.0
  private static let left = 250.0
  private static let right = 200.0
  private static let rowHeight = 22.0

  /// The picture.
  public var svg: String {
    let scale = Scale(
      range: range, values: rows.flatMap(\.estimate.ends) + [mark].compactMap { $0 })
    var body: [String] = []
    var y = 58.0
    var group = ""
    for row in rows {
      if row.group != group {
        group = row.group
        body.append(text(12, y + 8, group, anchor: "start", weight: "bold"))
        y += Self.rowHeight
      }
      body += draw(row, y, scale)
      y += Self.rowHeight
    }
    let height = y + 52
    let size = "width=\"\(spelled(Self.width))\" height=\"\(spelled(height))\""
    let box = "viewBox=\"0 0 \(spelled(Self.width)) \(spelled(height))\""
    let name = MarkupText.escaped(title)
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" \(size) \(box) role=\"img\" "
        + "font-family=\"sans-serif\" font-size=\"12\">",
      "<title>\(name)</title>",
      "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>",
      text(12, 24, title, anchor: "start", weight: "bold", size: 14),
    ]
    lines += frame(scale, bottom: y)
    lines += body
    lines.append(text((Self.left + Self.width - Self.right) / 2, y + 38, axis))
    return (lines + ["</svg>"]).joined(separator: "\n") + "\n"
  }

  private func draw(_ row: Row, _ y: Double, _ scale: Scale) -> [String] {
    var lines = [text(Self.left - 12, y + 8, shortened(row.label), anchor: "end")]
    guard let value = row.estimate.value else { return lines }
    let middle = y + 4
    if let low = row.estimate.low, let high = row.estimate.high {
      let (from, to) = (x(low, scale), x(high, scale))
      lines.append(line(from, middle, to, middle, "#1f5f99", 2))
      for end in [from, to] { lines.append(line(end, middle - 4, end, middle + 4, "#1f5f99", 2)) }
    }
    lines.append(
      "<circle cx=\"\(spelled(x(value, scale)))\" cy=\"\(spelled(middle))\" r=\"4\" "
        + "fill=\"#1f5f99\"/>")
    let figure = ReportTable.Cell.figure(row.estimate, count: row.count, digits: scale.digits)
    lines.append(
      text(Self.width - Self.right + 10, y + 8, figure.words, anchor: "start", size: 11))
    return lines
  }

  private func frame(_ scale: Scale, bottom: Double) -> [String] {
    var lines: [String] = []
    for tick in scale.ticks {
      let place = x(tick, scale)
      lines.append(line(place, 44, place, bottom, "#dddddd", 1))
      lines.append(text(place, bottom + 16, String(format: "%.\(scale.tickDigits)f", tick)))
    }
    if let mark { lines.append(line(x(mark, scale), 44, x(mark, scale), bottom, "#555555", 1)) }
    lines.append(line(Self.left, bottom, Self.width - Self.right, bottom, "#555555", 1))
    return lines
  }

  private func x(_ value: Double, _ scale: Scale) -> Double {
    let share = (value - scale.low) / (scale.high - scale.low)
    return Self.left + min(max(share, 0), 1) * (Self.width - Self.right - Self.left)
  }

  private func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ colour: String, _ width: Int
  ) -> String {
    "<line x1=\"\(spelled(x1))\" y1=\"\(spelled(y1))\" x2=\"\(spelled(x2))\" "
      + "y2=\"\(spelled(y2))\" stroke=\"\(colour)\" stroke-width=\"\(width)\"/>"
  }

  private func text(
    _ x: Double, _ y: Double, _ words: String, anchor: String = "middle",
    weight: String = "normal", size: Int = 12
  ) -> String {
    "<text x=\"\(spelled(x))\" y=\"\(spelled(y))\" text-anchor=\"\(anchor)\" "
      + "font-weight=\"\(weight)\" font-size=\"\(size)\" fill=\"#222222\">"
      + "\(MarkupText.escaped(words))</text>"
  }

  private func shortened(_ label: String) -> String {
    label.count > 36 ? String(label.prefix(35)) + "…" : label
  }

  private func spelled(_ value: Double) -> String {
    let text = String(format: "%.1f", value)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

extension Estimate {
  fileprivate var ends: [Double] { [value, low, high].compactMap { $0 } }
}

/// A scale with round numbers on it.
struct Scale: Hashable {
  let low: Double
  let high: Double
  let ticks: [Double]
  let tickDigits: Int

  /// Digits for figures on this scale.
  var digits: Int { high - low > 20 ? 1 : 2 }

  /// The scale over `range`, or over what the values need, widened to round numbers.
  init(range: ClosedRange<Double>?, values: [Double]) {
    let least = range?.lowerBound ?? values.min() ?? 0
    let greatest = range?.upperBound ?? values.max() ?? 1
    let span = greatest > least ? greatest - least : 1
    // Steps of 1, 2 or 5 times a power of ten, five or so of them.
    let power = pow(10, (log10(span / 5)).rounded(.down))
    let step = [1, 2, 5, 10].map { $0 * power }.first { span / $0 <= 6 } ?? 10 * power
    let first = (least / step + 1e-9).rounded(.down)
    let last = (max(greatest, least + span) / step - 1e-9).rounded(.up)
    low = range?.lowerBound ?? first * step
    high = range?.upperBound ?? last * step
    ticks = (Int(first)...Int(max(first, last))).map { Double($0) * step }
      .filter { [low, high] in $0 >= low - 1e-9 && $0 <= high + 1e-9 }
    tickDigits = max(0, Int((-log10(step)).rounded(.up)))
  }
}
