internal import Tokenization

// The form of examples in files: one JSON object a line, targets as [start, end].
extension TrainingExample: Codable {
  private enum CodingKeys: String, CodingKey {
    case id, trunk, branches
    case trunkTargets = "trunk_targets"
  }

  /// Reads an example; without `trunk_targets` the trunk has none.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      id: try values.decode(String.self, forKey: .id),
      trunk: try values.decode([TokenID].self, forKey: .trunk),
      trunkTargets: try values.decodeIfPresent(TargetRange.self, forKey: .trunkTargets)?.range
        ?? 0..<0,
      branches: try values.decode([Branch].self, forKey: .branches))
  }

  /// Writes the example as it is read.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(id, forKey: .id)
    try values.encode(trunk, forKey: .trunk)
    try values.encode(TargetRange(range: trunkTargets), forKey: .trunkTargets)
    try values.encode(branches, forKey: .branches)
  }
}

extension TrainingExample.Branch: Codable {
  private enum CodingKeys: String, CodingKey { case tokens, targets }

  /// Reads a branch.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      tokens: try values.decode([TokenID].self, forKey: .tokens),
      targets: try values.decode(TargetRange.self, forKey: .targets).range)
  }

  /// Writes the branch as it is read.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(tokens, forKey: .tokens)
    try values.encode(TargetRange(range: targets), forKey: .targets)
  }
}

/// A range as two numbers; a file may say anything, and a range with its ends the wrong way round
/// must not trap.
private struct TargetRange: Codable {
  let range: Range<Int>

  init(range: Range<Int>) { self.range = range }

  init(from decoder: any Decoder) throws {
    let ends = try [Int](from: decoder)
    guard ends.count == 2, ends[0] <= ends[1] else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "targets are two ends, in order"))
    }
    range = ends[0]..<ends[1]
  }

  func encode(to encoder: any Encoder) throws {
    try [range.lowerBound, range.upperBound].encode(to: encoder)
  }
}

extension [TrainingExample] {
  /// A digest of all tokens and targets, to know a set of examples again.
  ///
  /// - Source: FNV-1a, 64 bits.
  public var digest: String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func add(_ number: Int) {
      for shift in stride(from: 0, to: 64, by: 8) {
        hash =
          (hash ^ (UInt64(bitPattern: Int64(number)) >> UInt64(shift) & 0xFF)) &* 0x100_0000_01B3
      }
    }
    func add(_ tokens: [TokenID], _ targets: Range<Int>) {
      add(tokens.count)
      for token in tokens { add(Int(token)) }
      add(targets.lowerBound)
      add(targets.upperBound)
    }
    for example in self {
      add(example.trunk, example.trunkTargets)
      add(example.branches.count)
      for branch in example.branches { add(branch.tokens, branch.targets) }
    }
    return String(hash, radix: 16)
  }
}
