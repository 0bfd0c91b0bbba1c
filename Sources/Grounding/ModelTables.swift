/// What was fitted to a model's traces: the heads to watch and the trees that read what they tell.
///
/// Heads are numbered by training, not by design, so a table holds for the models it was fitted
/// with: those that have their shape.
public struct ModelTables: Sendable {
  /// Layers, query heads and numbers in a token's state, as the tables write them.
  let shape: String
  /// Layer and query head of each watched head, in the order of the features.
  public let heads: [(layer: Int, head: Int)]
  let trees: [String: DecisionTrees]

  /// The table for models with so many layers, query heads and numbers in a token's state; nil
  /// where none was fitted.
  public static func fitted(layerCount: Int, headCount: Int, embeddingSize: Int) -> ModelTables? {
    Lexicon.shared.modelTables["\(layerCount) \(headCount) \(embeddingSize)"]
  }

  /// Reads the tables of a text: each begins with a line "@ layers heads size" and a line with its
  /// heads as "layer.head"; its trees follow as `DecisionTrees` has them.
  static func all(in table: [UInt8]) -> [String: ModelTables] {
    var tables: [String: ModelTables] = [:]
    for part in table.split(separator: 64).dropFirst() {
      let lines = part.split(separator: 10, maxSplits: 2)
      guard lines.count >= 2 else { continue }
      let shape = String(decoding: lines[0].dropFirst(), as: UTF8.self)
      let heads = String(decoding: lines[1], as: UTF8.self).split(separator: " ").compactMap {
        name -> (layer: Int, head: Int)? in
        let numbers = name.split(separator: ".").compactMap { Int($0) }
        return numbers.count == 2 ? (numbers[0], numbers[1]) : nil
      }
      let trees = lines.count > 2 ? DecisionTrees.all(in: Array(lines[2])) : [:]
      tables[shape] = ModelTables(shape: shape, heads: heads, trees: trees)
    }
    return tables
  }
}

/// What a model adds to the rules: its trace of the answer at hand, and what was fitted to it.
public struct ModelLayer: Sendable {
  /// What the model did at each token.
  public var trace: ModelTrace
  /// What was fitted to traces of such a model; without it the trace is not used.
  public var tables: ModelTables?

  /// Joins a trace and tables.
  public init(_ trace: ModelTrace, _ tables: ModelTables?) {
    self.trace = trace
    self.tables = tables
  }

  /// Whether the trees can read the trace: it has tokens, and each tells of all heads and sentences.
  func fits(_ note: NoteIndex) -> Bool {
    guard let tables, !trace.tokens.isEmpty else { return false }
    return trace.tokens.allSatisfy { token in
      token.lookedAt.count == tables.heads.count
        && token.lookedAt.allSatisfy { $0.count == note.sentences.count }
    }
  }
}
