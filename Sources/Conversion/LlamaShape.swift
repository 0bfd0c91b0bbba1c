internal import GGUF
internal import Tensors

/// The sizes of a model of the `llama` architecture.
struct LlamaShape: Equatable {
  let layerCount: Int
  let embeddingSize: Int
  let feedForwardSize: Int
  let headCount: Int
  let keyValueHeadCount: Int
  let headSize: Int
  let vocabularySize: Int
  /// False where the token embedding serves as the output as well.
  let hasOwnOutput: Bool

  /// The sizes in a `config.json`.
  ///
  /// - Throws: `ConversionError.malformed` for numbers that are missing or contradict each other.
  init(_ config: JSONFields) throws(ConversionError) {
    layerCount = try config.integer("num_hidden_layers", atMost: 1 << 10)
    embeddingSize = try config.integer("hidden_size", atMost: 1 << 17)
    feedForwardSize = try config.integer("intermediate_size", atMost: 1 << 19)
    headCount = try config.integer("num_attention_heads", atMost: 1 << 12)
    keyValueHeadCount =
      config["num_key_value_heads"] == nil
      ? headCount : try config.integer("num_key_value_heads", atMost: 1 << 12)
    headSize =
      config["head_dim"] == nil
      ? embeddingSize / headCount : try config.integer("head_dim", atMost: 1 << 12)
    vocabularySize = try config.integer("vocab_size", atMost: 1 << 22)
    hasOwnOutput = try !(config.optionalBool("tie_word_embeddings") ?? false)
    guard isConsistent else {
      throw .malformed(path: config.path, fault: "the numbers of heads contradict each other")
    }
  }

  /// The sizes in a model file.
  ///
  /// - Throws: `GGUFError` for keys that are missing; `ConversionError` for another architecture or
  ///   numbers that contradict each other.
  init(_ file: GGUFFile) throws {
    let architecture = try file.metadata.string("general.architecture")
    guard architecture == "llama" else {
      throw ConversionError.unsupported(
        item: "the architecture of \(file.file.path)", expected: "llama", found: architecture)
    }
    func number(_ key: String, _ fallback: Int? = nil) throws -> Int {
      let value = try file.metadata.optionalInteger("llama." + key) ?? fallback
      let found = try value ?? file.metadata.integer("llama." + key)
      guard (1...1 << 22).contains(found) else {
        throw ConversionError.malformed(
          path: file.file.path, fault: "llama.\(key) is \(found)")
      }
      return found
    }
    layerCount = try number("block_count")
    embeddingSize = try number("embedding_length")
    feedForwardSize = try number("feed_forward_length")
    headCount = try number("attention.head_count")
    keyValueHeadCount = try number("attention.head_count_kv", headCount)
    headSize = try number("attention.key_length", embeddingSize / headCount)
    vocabularySize = try file.requiredTensor(named: "token_embd.weight").rows
    hasOwnOutput = file.tensor(named: "output.weight") != nil
    guard isConsistent else {
      throw ConversionError.malformed(
        path: file.file.path, fault: "the numbers of heads contradict each other")
    }
  }

  private var isConsistent: Bool {
    headCount.isMultiple(of: keyValueHeadCount) && headSize > 0 && headSize.isMultiple(of: 2)
  }
}

/// The names of tensors in a Hugging Face folder and in a GGUF file.
enum LlamaTensorNames {
  /// What a matrix's rows are to be, so that the position turns neighbours instead of halves.
  enum RowOrder {
    case kept
    /// Of so many heads each: first, middle, second, middle + 1, ...
    case interleaved(headCount: Int)
  }

  struct Target: Equatable {
    let name: String
    let order: RowOrder

    static func == (left: Self, right: Self) -> Bool { left.name == right.name }
  }

  private static let blockParts = [
    "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
  ]

  private static let others = [
    "model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output",
  ]

  /// The module that is called `name` there, such as `model.layers.3.mlp.up_proj`; nil for one that
  /// the architecture does not have.
  static func target(
    ofModule name: String, _ c: LlamaShape
  ) -> Target? {
    if let other = others[name] { return Target(name: other, order: .kept) }
    let prefix = "model.layers."
    guard name.hasPrefix(prefix) else { return nil }
    let rest = name.dropFirst(prefix.count)
    let digits = rest.prefix { $0 != "." }
    guard let block = Int(digits), (0..<c.layerCount).contains(block), digits == "\(block)",
      let part = blockParts[String(rest.dropFirst(digits.count + 1))]
    else { return nil }
    let order: RowOrder =
      switch part {
      case "attn_q": .interleaved(headCount: c.headCount)
      case "attn_k": .interleaved(headCount: c.keyValueHeadCount)
      default: .kept
      }
    return Target(name: "blk.\(block).\(part)", order: order)
  }

  /// The shape `(rows, columns)` that a matrix has; nil for what is a vector.
  static func shape(of name: String, _ c: LlamaShape) -> (rows: Int, columns: Int)? {
    let part = name.split(separator: ".").last.map(String.init) ?? name
    let (query, keyValue) = (c.headCount * c.headSize, c.keyValueHeadCount * c.headSize)
    switch part {
    case "token_embd", "output": return (c.vocabularySize, c.embeddingSize)
    case "attn_q": return (query, c.embeddingSize)
    case "attn_k", "attn_v": return (keyValue, c.embeddingSize)
    case "attn_output": return (c.embeddingSize, query)
    case "ffn_gate", "ffn_up": return (c.feedForwardSize, c.embeddingSize)
    case "ffn_down": return (c.embeddingSize, c.feedForwardSize)
    default: return nil
    }
  }
}

extension LlamaTensorNames.RowOrder {
  /// The row that stands in a place, of `rowCount`.
  func place(_ rowCount: Int) -> (Int) -> Int {
    switch self {
    case .kept: { $0 }
    case .interleaved(let headCount):
      {
        let headSize = rowCount / headCount
        let (head, inHead) = ($0 / headSize, $0 % headSize)
        return head * headSize + inHead % 2 * (headSize / 2) + inHead / 2
      }
    }
  }
}
