/// Small decision trees whose leaves add up to a probability; read from a table that a recipe fits.
///
/// - Source: Friedman, Greedy function approximation: a gradient boosting machine (2001).
struct DecisionTrees: Sendable {
  /// What is likely enough to be acted upon, 0 to 1.
  private(set) var threshold: Double
  private var offset: Double
  private var nodes: [Node] = []
  private var roots: [Int] = []

  /// An inner node asks whether a feature is at most a limit; a leaf has feature -1.
  private struct Node {
    var feature: Int
    var limit: Double
    var low: Int
    var high: Int
    var value: Double
  }

  /// Reads lines "offset threshold", then a tree a line: its nodes in order, each "feature limit
  /// low high" with the places of its branches, or "-1 value" for a leaf.
  init(lines: [Substring.UTF8View.SubSequence]) {
    let head = lines.first.map(Self.numbers) ?? []
    offset = head.count > 0 ? head[0] : 0
    threshold = head.count > 1 ? head[1] : 1
    for line in lines.dropFirst() {
      let numbers = Self.numbers(line)
      let base = nodes.count
      roots.append(base)
      var place = 0
      while place + 1 < numbers.count {
        let feature = Int(numbers[place])
        if feature < 0 {
          nodes.append(Node(feature: -1, limit: 0, low: 0, high: 0, value: numbers[place + 1]))
          place += 2
        } else {
          guard place + 3 < numbers.count else { break }
          nodes.append(
            Node(
              feature: feature, limit: numbers[place + 1], low: base + Int(numbers[place + 2]),
              high: base + Int(numbers[place + 3]), value: 0))
          place += 4
        }
      }
    }
  }

  private static func numbers(_ line: Substring.UTF8View.SubSequence) -> [Double] {
    line.split(separator: 32).map { Double(String(decoding: $0, as: UTF8.self)) ?? 0 }
  }

  /// How likely it is, 0 to 1, by all trees.
  func probability(_ features: [Double]) -> Double {
    var sum = offset
    for root in roots {
      var place = root
      while nodes[place].feature >= 0 {
        place =
          features[nodes[place].feature] <= nodes[place].limit
          ? nodes[place].low : nodes[place].high
      }
      sum += nodes[place].value
    }
    return 1 / (1 + exponential(-sum))
  }

  /// The models of a table: each begins with a line "= name".
  static func all(in table: [UInt8]) -> [String: DecisionTrees] {
    var models: [String: DecisionTrees] = [:]
    var name: String?
    var lines: [Substring.UTF8View.SubSequence] = []
    let text = Substring(decoding: table, as: UTF8.self)
    for line in text.utf8.split(separator: 10) where line.first != 35 {
      if line.first == 61 {
        if let name { models[name] = DecisionTrees(lines: lines) }
        name = String(decoding: line.dropFirst(2), as: UTF8.self)
        lines = []
      } else {
        lines.append(line)
      }
    }
    if let name { models[name] = DecisionTrees(lines: lines) }
    return models
  }
}
