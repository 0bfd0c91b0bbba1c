/// The rows of a rating table with equal rows laid together and counted.
///
/// Scores are few, so ten thousand items by three raters have at most a hundred different rows. Every
/// statistic is a function of how often each row occurs, and a resample of items is nothing but
/// other counts.
struct RatingPatterns: Sendable {
  let raterCount: Int
  /// The categories: all scores that occur and those of the scale, ascending.
  let values: [Int]
  /// Indices into `values`, `(patterns, raters)`; -1 where the score is missing.
  let cells: [Int32]
  /// How many scores each pattern has.
  let scoreCounts: [Int]
  /// The pattern of each item.
  let patternOfItem: [Int32]
  /// How many items have each pattern.
  let counts: [Double]

  var patternCount: Int { scoreCounts.count }

  init(_ table: RatingTable, scale: ClosedRange<Int>?) {
    let occurring = Set(table.scores.joined().compactMap(\.self))
    let values = occurring.union(scale.map(Array.init) ?? []).sorted()
    let category = Dictionary(uniqueKeysWithValues: zip(values, Int32(0)...))
    var patternIndices: [[Int32]: Int] = [:]
    var patterns: [[Int32]] = []
    var patternOfItem: [Int32] = []
    for row in table.scores {
      let pattern = row.map { score in score.flatMap { category[$0] } ?? -1 }
      let index = patternIndices[pattern] ?? patterns.count
      if index == patterns.count {
        patternIndices[pattern] = index
        patterns.append(pattern)
      }
      patternOfItem.append(Int32(index))
    }
    var counts = [Double](repeating: 0, count: patterns.count)
    for pattern in patternOfItem { counts[Int(pattern)] += 1 }
    raterCount = table.raters.count
    self.values = values
    cells = Array(patterns.joined())
    scoreCounts = patterns.map { pattern in pattern.count { $0 >= 0 } }
    self.patternOfItem = patternOfItem
    self.counts = counts
  }

  /// The categories that the raters chose in a pattern; missing ones are left out.
  func categories(_ pattern: Int) -> some Sequence<Int> {
    cells[(pattern * raterCount)..<((pattern + 1) * raterCount)].lazy
      .filter { $0 >= 0 }.map { Int($0) }
  }

  /// The category that a rater chose in a pattern.
  func category(_ pattern: Int, _ rater: Int) -> Int? {
    let cell = cells[pattern * raterCount + rater]
    return cell >= 0 ? Int(cell) : nil
  }

  /// How often each pair of scores by two raters occurs, over the items that both scored.
  func crossTable(_ first: Int, _ second: Int) -> (table: CrossTable, cellOfPattern: [Int32]) {
    let pairs = (0..<patternCount).map { pattern -> CrossTable.Cell? in
      guard let x = category(pattern, first), let y = category(pattern, second) else { return nil }
      return .init(x: x, y: y)
    }
    let cells = Set(pairs.compactMap(\.self)).sorted()
    let index = Dictionary(uniqueKeysWithValues: zip(cells, Int32(0)...))
    let steps = values.map(Double.init)
    return (
      CrossTable(xValues: steps, yValues: steps, cells: cells),
      pairs.map { pair in pair.flatMap { index[$0] } ?? -1 }
    )
  }
}
