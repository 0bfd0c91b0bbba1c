import Clinical

/// The losses of a training run drawn with characters: `.` for training, `o` for validation.
struct LossPlot {
  /// The rows, top first; none where there is no room or nothing to draw.
  let lines: [String]

  /// Columns of the labels and the axis.
  private static let labelColumns = 7
  private static let smallest = (columns: 24, rows: 4)

  /// Draws `losses` over the whole plan of the run, so that the curve grows to the right.
  init(_ losses: LossHistory, columns: Int, rows: Int) {
    let values = (losses.training + losses.validation).map(\.loss)
    guard let low = values.min(), let high = values.max(), rows >= Self.smallest.rows,
      columns >= Self.smallest.columns
    else {
      lines = []
      return
    }
    let size = (columns: columns - Self.labelColumns - 1, rows: rows - 1)
    let range = high > low ? high - low : 1
    var cells = Array(repeating: Array(repeating: " ", count: size.columns), count: size.rows)
    func column(_ step: Int) -> Int {
      let total = max(1, losses.stepCount)
      return Int(Double(min(max(0, step), total)) * Double(size.columns - 1) / Double(total))
    }
    func row(_ loss: Double) -> Int {
      Int(((high - loss) / range * Double(size.rows - 1)).rounded())
    }
    for (column, points) in Dictionary(grouping: losses.training, by: { column($0.step) }) {
      let mean = points.reduce(0) { $0 + $1.loss } / Double(points.count)
      cells[row(mean)][column] = "."
    }
    for point in losses.validation { cells[row(point.loss)][column(point.step)] = "o" }
    lines =
      cells.enumerated().map { index, cells in
        let loss = high - range * Double(index) / Double(max(1, size.rows - 1))
        let isLabelled = index == 0 || index == size.rows - 1 || index == size.rows / 2
        let label = isLabelled ? threeDecimals(loss) : ""
        return Self.padded(label) + "|" + cells.joined()
      } + [Self.axis(stepCount: losses.stepCount, columns: size.columns)]
  }

  private static func axis(stepCount: Int, columns: Int) -> String {
    let end = " step \(grouped(stepCount))"
    return padded("") + "+" + String(repeating: "-", count: max(0, columns - end.count)) + end
  }

  private static func padded(_ label: String) -> String {
    String(repeating: " ", count: max(0, labelColumns - 1 - label.count)) + label + " "
  }
}
