internal import Tokenization

/// The tokens of a pass, one row each, and which rows each row sees.
struct PassLayout {
  /// Rows that see each other causally, and before them the rows of `prefix`.
  struct Segment {
    let rows: Range<Int>
    let prefix: Range<Int>
    /// The segment that the prefix is, where it has rows.
    let prefixSegment: Int?
  }

  /// A token to be predicted from the state of a row.
  struct Target {
    let row: Int
    let token: TokenID
  }

  private(set) var tokens: [TokenID] = []
  /// Where each token stands in its own text.
  private(set) var positions: [Int] = []
  private(set) var segments: [Segment] = []
  private(set) var targets: [Target] = []

  /// The rows of `examples`, which see nothing of each other.
  init(_ examples: [TrainingExample]) {
    for example in examples { append(example) }
  }

  private mutating func append(_ example: TrainingExample) {
    let trunk = tokens.count..<tokens.count + example.trunk.count
    add(example.trunk, example.trunkTargets, after: trunk.lowerBound..<trunk.lowerBound)
    let trunkSegment = trunk.isEmpty ? nil : segments.count - 1
    for branch in example.branches {
      add(branch.tokens, branch.targets, after: trunk, trunkSegment)
    }
  }

  private mutating func add(
    _ text: [TokenID], _ wanted: Range<Int>, after prefix: Range<Int>,
    _ prefixSegment: Int? = nil
  ) {
    guard !text.isEmpty else { return }
    let start = tokens.count
    tokens += text
    positions += (0..<text.count).map { prefix.count + $0 }
    segments.append(
      Segment(
        rows: start..<start + text.count, prefix: prefix, prefixSegment: prefixSegment))
    for index in wanted {
      let row = index > 0 ? start + index - 1 : prefix.upperBound - 1
      targets.append(Target(row: row, token: text[index]))
    }
  }
}

extension TrainingExample {
  /// Tokens that a pass computes.
  public var tokenCount: Int { branches.reduce(trunk.count) { $0 + $1.tokens.count } }

  /// Tokens that count in the loss.
  public var targetCount: Int { branches.reduce(trunkTargets.count) { $0 + $1.targets.count } }

  /// Tokens of its longest text.
  public var longestTextTokenCount: Int {
    trunk.count + (branches.map(\.tokens.count).max() ?? 0)
  }

  /// Checks that the example can be trained on.
  ///
  /// - Parameters:
  ///   - vocabularySize: Tokens that the model knows.
  ///   - contextLength: Tokens that a text may have.
  /// - Throws: `TrainingError.badExample`.
  public func check(vocabularySize: Int, contextLength: Int) throws(TrainingError) {
    func require(_ condition: Bool, _ problem: @autoclosure () -> String) throws(TrainingError) {
      if !condition { throw .badExample(id: id, problem: problem()) }
    }
    func requireTargets(
      _ targets: Range<Int>, _ count: Int, hasPrefix: Bool
    ) throws(TrainingError) {
      try require(
        targets.isEmpty
          || (targets.lowerBound >= (hasPrefix ? 0 : 1) && targets.upperBound <= count),
        "its targets \(targets) are not within its \(count) tokens, or nothing stands before the "
          + "first")
    }
    let known = 0..<vocabularySize
    let all = [trunk] + branches.map(\.tokens)
    try require(
      all.allSatisfy { $0.allSatisfy { known.contains(Int($0)) } },
      "a token is outside the vocabulary of \(vocabularySize)")
    try requireTargets(trunkTargets, trunk.count, hasPrefix: false)
    for branch in branches {
      try requireTargets(branch.targets, branch.tokens.count, hasPrefix: !trunk.isEmpty)
    }
    try require(targetCount > 0, "no token of it counts in the loss")
    try require(
      longestTextTokenCount <= contextLength,
      "a text of it has \(longestTextTokenCount) tokens, but \(contextLength) fit")
  }
}
