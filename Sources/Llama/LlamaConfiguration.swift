public import GGUF

/// The shape of a model and its fixed numbers, all from the file; nothing about a model is a
/// constant in code.
public struct LlamaConfiguration: Equatable, Sendable {
  /// Transformer blocks.
  public let layerCount: Int
  /// Numbers in a token's state.
  public let embeddingSize: Int
  /// Numbers in the feed-forward part's inner state.
  public let feedForwardSize: Int
  /// Query heads.
  public let headCount: Int
  /// Key/value heads; a group of `headCount / keyValueHeadCount` query heads shares one.
  public let keyValueHeadCount: Int
  /// Numbers in a head.
  public let headSize: Int
  /// Numbers of a head that the position turns, from the first; even.
  public let rotatedSize: Int
  /// Base of the rotary embedding's wavelengths.
  public let rotaryBase: Double
  /// Positions are divided by this (linear scaling); 1 leaves them alone.
  public let rotaryScale: Double
  /// Added to the mean square in normalisation.
  public let epsilon: Float
  /// Tokens that the model was made for.
  public let contextLength: Int
  /// Tokens of the vocabulary.
  public let vocabularySize: Int

  /// Query heads that share a key/value head.
  public var groupSize: Int { headCount / keyValueHeadCount }
  /// Numbers of all query heads of a token.
  public var querySize: Int { headCount * headSize }
  /// Numbers of all keys, or all values, of a token.
  public var keyValueSize: Int { keyValueHeadCount * headSize }
}

extension LlamaConfiguration {
  /// The largest value taken for each number from a file, so that no product of a few of them
  /// overflows and no claim alone makes a large allocation. Far above any known model.
  static let limits: [String: Int] = [
    "block_count": 1 << 10, "embedding_length": 1 << 17, "feed_forward_length": 1 << 19,
    "attention.head_count": 1 << 12, "attention.head_count_kv": 1 << 12,
    "attention.key_length": 1 << 12, "rope.dimension_count": 1 << 12,
    "context_length": 1 << 24, "vocab_size": 1 << 22,
  ]

  /// Reads the configuration of a model file.
  ///
  /// - Throws: `GGUFError` for a key that is missing or of the wrong type; `LlamaError` for another
  ///   architecture, a number out of range, or a feature that this decoder lacks.
  public init(_ file: GGUFFile) throws {
    let architecture = try file.metadata.string("general.architecture")
    guard architecture == "llama" else {
      throw LlamaError.unsupported(
        key: "general.architecture", expected: "llama", found: architecture)
    }
    let reader = NumberReader(file: file, architecture: architecture)
    layerCount = try reader.number("block_count")
    embeddingSize = try reader.number("embedding_length")
    feedForwardSize = try reader.number("feed_forward_length")
    headCount = try reader.number("attention.head_count")
    keyValueHeadCount = try reader.number("attention.head_count_kv", default: headCount)
    headSize = try reader.number("attention.key_length", default: embeddingSize / headCount)
    rotatedSize = try reader.number("rope.dimension_count", default: headSize)
    contextLength = try reader.number("context_length")
    vocabularySize = try file.requiredTensor(named: "token_embd.weight").rows
    rotaryBase = Double(try reader.optionalFloat("rope.freq_base") ?? 10_000)
    rotaryScale = try reader.rotaryScale()
    epsilon = try file.metadata.float("llama.attention.layer_norm_rms_epsilon")
    try check(reader)
  }

  /// Checks what the numbers must be to each other.
  private func check(_ reader: NumberReader) throws {
    try reader.require("attention.head_count_kv", "a divisor of \(headCount)", keyValueHeadCount) {
      headCount.isMultiple(of: $0)
    }
    try reader.require("attention.key_length", "1 or more", headSize) { $0 >= 1 }
    try reader.require("rope.dimension_count", "an even number up to \(headSize)", rotatedSize) {
      $0.isMultiple(of: 2) && $0 <= headSize
    }
    let valueSize = try reader.number("attention.value_length", default: headSize)
    try reader.require("attention.value_length", "\(headSize), as key_length", valueSize) {
      $0 == headSize
    }
    let expertCount = try reader.optionalNumber("expert_count") ?? 0
    try reader.require("expert_count", "0 (no mixture of experts)", expertCount) { $0 == 0 }
    guard rotaryBase > 0, rotaryBase.isFinite else {
      throw LlamaError.unsupported(
        key: "llama.rope.freq_base", expected: "a number above 0", found: "\(rotaryBase)")
    }
    guard epsilon >= 0, epsilon.isFinite else {
      throw LlamaError.unsupported(
        key: "llama.attention.layer_norm_rms_epsilon", expected: "a number from 0",
        found: "\(epsilon)")
    }
  }
}

/// Reads the numbers of one architecture with their limits.
private struct NumberReader {
  let file: GGUFFile
  let architecture: String

  func optionalNumber(_ name: String) throws -> Int? {
    guard let value = try file.metadata.optionalInteger("\(architecture).\(name)") else {
      return nil
    }
    return value
  }

  func number(_ name: String, default fallback: Int? = nil) throws -> Int {
    let value: Int
    if let fallback {
      value = try optionalNumber(name) ?? fallback
    } else {
      value = try file.metadata.integer("\(architecture).\(name)")
    }
    let limit = LlamaConfiguration.limits[name] ?? 1 << 12
    try require(name, "1 to \(limit)", value) { (1...limit).contains($0) }
    return value
  }

  func optionalFloat(_ name: String) throws -> Float? {
    try file.metadata.optionalFloat("\(architecture).\(name)")
  }

  func require(_ name: String, _ expected: String, _ value: Int, _ test: (Int) -> Bool) throws {
    guard test(value) else {
      throw LlamaError.unsupported(
        key: "\(architecture).\(name)", expected: expected, found: "\(value)")
    }
  }

  /// The divisor of positions: `rope.scaling.*`, or the older `rope.scale_linear`.
  func rotaryScale() throws -> Double {
    let type = try file.metadata.optionalString("\(architecture).rope.scaling.type")
    let factor =
      try optionalFloat("rope.scaling.factor") ?? optionalFloat("rope.scale_linear") ?? 1
    guard factor > 0, factor.isFinite else {
      throw LlamaError.unsupported(
        key: "\(architecture).rope.scaling.factor", expected: "a number above 0",
        found: "\(factor)")
    }
    switch type {
    case "none": return 1
    case nil, "linear": return Double(factor)
    case let other?:
      throw LlamaError.unsupported(
        key: "\(architecture).rope.scaling.type", expected: "none or linear", found: other)
    }
  }
}
