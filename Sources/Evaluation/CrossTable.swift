/// How often pairs of values occur: a sparse contingency table whose counts may change while its
/// cells stay.
struct CrossTable: Sendable {
  /// A pair of values, as indices into `xValues` and `yValues`.
  struct Cell: Hashable, Comparable, Sendable {
    var x: Int
    var y: Int

    static func < (left: Cell, right: Cell) -> Bool {
      (left.x, left.y) < (right.x, right.y)
    }
  }

  /// The distinct values of each side, ascending.
  let xValues: [Double]
  let yValues: [Double]
  /// The pairs that occur, ascending by x, then y.
  let cells: [Cell]

  /// Counts a list of pairs.
  static func counting(_ x: [Double], _ y: [Double]) -> (table: CrossTable, counts: [Double]) {
    let (xValues, yValues) = (Set(x).sorted(), Set(y).sorted())
    let xIndex = Dictionary(uniqueKeysWithValues: zip(xValues, 0...))
    let yIndex = Dictionary(uniqueKeysWithValues: zip(yValues, 0...))
    var found: [Cell: Double] = [:]
    for (x, y) in zip(x, y) {
      guard let x = xIndex[x], let y = yIndex[y] else { continue }
      found[Cell(x: x, y: y), default: 0] += 1
    }
    let cells = found.keys.sorted()
    let table = CrossTable(xValues: xValues, yValues: yValues, cells: cells)
    return (table, cells.map { found[$0] ?? 0 })
  }

  /// The counts of each side's values.
  func margins(_ counts: [Double]) -> (x: [Double], y: [Double]) {
    var x = [Double](repeating: 0, count: xValues.count)
    var y = [Double](repeating: 0, count: yValues.count)
    for (cell, count) in zip(cells, counts) {
      x[cell.x] += count
      y[cell.y] += count
    }
    return (x, y)
  }

  /// Cohen's kappa with quadratic weights: one less the mean squared difference of the two raters
  /// over that of raters with the same distributions who score independently.
  ///
  /// - Source: Cohen, "Weighted kappa" (1968).
  func quadraticKappa(_ counts: [Double]) -> Double? {
    let total = counts.reduce(0, +)
    guard total > 0, let start = xValues.first else { return nil }
    var (sumX, sumY, squares, observed) = (0.0, 0.0, 0.0, 0.0)
    for (cell, count) in zip(cells, counts) {
      let (x, y) = (xValues[cell.x] - start, yValues[cell.y] - start)
      sumX += count * x
      sumY += count * y
      squares += count * (x * x + y * y)
      observed += count * (x - y) * (x - y)
    }
    let expected = squares - 2 * sumX * sumY / total
    // Both raters gave one and the same score throughout: there is nothing to agree about.
    guard expected > 1e-12 * max(1, squares) else { return nil }
    return 1 - observed / expected
  }

  /// Spearman's rank correlation: Pearson's of the mean ranks.
  func spearman(_ counts: [Double]) -> Double? {
    let margins = margins(counts)
    let total = counts.reduce(0, +)
    let (x, y) = (Self.centredRanks(margins.x, total), Self.centredRanks(margins.y, total))
    let spreadX = zip(margins.x, x).reduce(0) { $0 + $1.0 * $1.1 * $1.1 }
    let spreadY = zip(margins.y, y).reduce(0) { $0 + $1.0 * $1.1 * $1.1 }
    guard spreadX > 0, spreadY > 0 else { return nil }
    let common = zip(cells, counts).reduce(0) { $0 + $1.1 * x[$1.0.x] * y[$1.0.y] }
    return min(1, max(-1, common / (spreadX * spreadY).squareRoot()))
  }

  private static func centredRanks(_ counts: [Double], _ total: Double) -> [Double] {
    var below = 0.0
    return counts.map { count in
      defer { below += count }
      return below + (count - total) / 2
    }
  }

  /// Kendall's tau-b.
  func kendall(_ counts: [Double]) -> Double? {
    order(counts).tau
  }

  /// How the pairs of observations are ordered.
  struct PairOrder {
    var concordant: Double
    var discordant: Double
    var pairCount: Double
    var tiedX: Double
    var tiedY: Double

    var tau: Double? {
      let (x, y) = (pairCount - tiedX, pairCount - tiedY)
      guard x > 0, y > 0 else { return nil }
      return min(1, max(-1, (concordant - discordant) / x.squareRoot() / y.squareRoot()))
    }
  }

  /// Counts ordered pairs in one pass over the cells, with a tree of counts over y.
  func order(_ counts: [Double]) -> PairOrder {
    var tree = CountTree(size: yValues.count)
    var (concordant, discordant, passed) = (0.0, 0.0, 0.0)
    var start = 0
    while start < cells.count {
      var end = start
      while end < cells.count, cells[end].x == cells[start].x {
        let y = cells[end].y
        concordant += counts[end] * tree.sum(below: y)
        discordant += counts[end] * (passed - tree.sum(below: y + 1))
        end += 1
      }
      for index in start..<end {
        tree.add(counts[index], at: cells[index].y)
        passed += counts[index]
      }
      start = end
    }
    func pairs(_ counts: [Double]) -> Double { counts.reduce(0) { $0 + $1 * ($1 - 1) / 2 } }
    let margins = margins(counts)
    return PairOrder(
      concordant: concordant, discordant: discordant, pairCount: pairs([passed]),
      tiedX: pairs(margins.x), tiedY: pairs(margins.y))
  }
}

/// Running sums of counts that can change.
///
/// - Source: Fenwick, "A new data structure for cumulative frequency tables" (1994).
private struct CountTree {
  private var sums: [Double]

  init(size: Int) {
    sums = [Double](repeating: 0, count: size + 1)
  }

  mutating func add(_ count: Double, at index: Int) {
    var node = index + 1
    while node < sums.count {
      sums[node] += count
      node += node & -node
    }
  }

  func sum(below index: Int) -> Double {
    var node = index
    var sum = 0.0
    while node > 0 {
      sum += sums[node]
      node -= node & -node
    }
    return sum
  }
}
