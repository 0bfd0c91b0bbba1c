internal import GGUF
internal import Kernels

/// Which type each tensor of a model is stored in: the more an error in a matrix costs, the more bits
/// it gets.
///
/// The choices are llama-quantize's, so that a file type means the same here as there.
///
/// - Source: llama.cpp, `llama_tensor_get_type_impl` and `tensor_type_fallback`, version of 2026.
struct TensorMix {
  let fileType: GGUFFileType
  /// Transformer blocks.
  let blockCount: Int
  /// Query heads that share a key/value head.
  let groupSize: Int
  /// Whether the token embedding serves as the output as well.
  let isTied: Bool

  /// The mix of a model with `metadata` and tensors of those names.
  init(_ fileType: GGUFFileType, metadata: GGUFMetadata, names: [String]) throws(GGUFError) {
    self.fileType = fileType
    let architecture = try metadata.string("general.architecture")
    func number(_ key: String) throws(GGUFError) -> Int? {
      // Some architectures have a number for each block; the first stands for all.
      let key = "\(architecture).\(key)"
      if metadata.type(of: key) == .array { return try metadata.integers(key).first }
      return try metadata.optionalInteger(key)
    }
    // Far above any model; a damaged file's number must not overflow.
    blockCount = min(max(try number("block_count") ?? 0, 0), 1 << 16)
    let headCount = try number("attention.head_count") ?? 1
    let sharedCount = try number("attention.head_count_kv") ?? headCount
    groupSize = sharedCount > 0 ? headCount / sharedCount : 1
    isTied = !names.contains("output.weight")
  }

  /// The type for a tensor called `name` with `dimensions` that is stored as `current`: that one
  /// for vectors and norms.
  func type(of name: String, dimensions: [Int], current: ElementType) -> ElementType {
    guard dimensions.dropFirst().contains(where: { $0 > 1 }), name.hasSuffix("weight"),
      !name.contains("_norm.weight"),
      !name.contains("ffn_gate_inp.weight")
    else { return current }
    let base = fileType.elementType
    guard base.blockElementCount > 1 else { return base }
    return fitting(preferred(name, columns: dimensions[0], base), columns: dimensions[0])
  }

  private func preferred(_ name: String, columns: Int, _ base: ElementType) -> ElementType {
    if name == "output.weight" || (isTied && name == "token_embd.weight") {
      return base == .q8_0 || columns % base.blockElementCount != 0 ? .q8_0 : .q6_K
    }
    let block = Self.block(of: name)
    if ["attn_v.weight", "attn_qkv.weight", "attn_kv_b.weight"].contains(where: name.contains) {
      return value(base, block)
    }
    if name.contains("attn_output.weight") { return attentionOutput(base) }
    if name.contains("ffn_down") { return down(base, block) }
    return base
  }

  /// Values are small, and all query heads of a group share them.
  private func value(_ base: ElementType, _ block: Int) -> ElementType {
    var type = base
    switch fileType {
    case .q2_K: type = groupSize >= 4 ? .q4_K : .q3_K
    case .q2_K_S: type = groupSize >= 4 ? .q4_K : base
    case .q3_K_M: type = block < 2 ? .q5_K : .q4_K
    case .q3_K_L: type = .q5_K
    case .iq4_NL, .iq4_XS: type = groupSize >= 4 ? .q5_K : base
    case .q4_K_M, .q5_K_M: type = deservesMore(block) ? .q6_K : base
    case .q4_K_S: type = block < 4 ? .q5_K : base
    default: break
    }
    // The model of 70 billion parameters: eight query heads to a value head.
    if blockCount == 80, groupSize > 1, type == .q3_K || type == .q4_K { type = .q5_K }
    return type
  }

  private func attentionOutput(_ base: ElementType) -> ElementType {
    switch fileType {
    case .q2_K: .q3_K
    case .q3_K_M: .q4_K
    case .q3_K_L: .q5_K
    default: base
    }
  }

  private func down(_ base: ElementType, _ block: Int) -> ElementType {
    let isEarly = block < blockCount / 8
    switch fileType {
    case .q2_K: return .q3_K
    case .q2_K_S: return isEarly ? .q4_K : base
    case .q3_K_M: return block < blockCount / 16 ? .q5_K : .q4_K
    case .q3_K_L: return .q5_K
    case .q4_K_M, .q5_K_M: return deservesMore(block) ? .q6_K : base
    case .iq4_NL, .iq4_XS, .q4_K_S: return isEarly ? .q5_K : base
    default: return base
    }
  }

  /// The first and the last eighth of the blocks, and every third between them.
  private func deservesMore(_ block: Int) -> Bool {
    let eighth = blockCount / 8
    return block < eighth || block >= 7 * blockCount / 8 || (block - eighth) % 3 == 2
  }

  /// Rows that are no whole number of blocks take a type with smaller ones.
  private func fitting(_ type: ElementType, columns: Int) -> ElementType {
    if columns % type.blockElementCount == 0 { return type }
    let smaller: ElementType
    switch type {
    case .iq4_XS: smaller = .iq4_NL
    case .q2_K, .q3_K: smaller = .q4_0
    case .q4_K: smaller = .q5_0
    case .q5_K: smaller = .q5_1
    case .q6_K: smaller = .q8_0
    default: smaller = .f16
    }
    return columns % smaller.blockElementCount == 0 ? smaller : .f16
  }

  /// The number in `blk.7.…`; 0 where there is none.
  private static func block(of name: String) -> Int {
    guard name.hasPrefix("blk.") else { return 0 }
    return Int(name.dropFirst(4).prefix { $0 != "." }) ?? 0
  }
}
