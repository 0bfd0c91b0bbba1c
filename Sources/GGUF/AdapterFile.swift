internal import Kernels

/// A low-rank adapter in llama.cpp's layout: for a matrix `NAME` of the model the file holds
/// `NAME.lora_a` and `NAME.lora_b`, and a product `y = W x` becomes
/// `y = W x + alpha / rank * B (A x)`.
///
/// Knows no model: whoever applies the pairs checks them against the matrices they belong to.
///
/// - Source: llama.cpp, `convert_lora_to_gguf.py` and `llama_adapter_lora_init`; Hu et al., "LoRA",
///   2021, equation 3.
public struct AdapterFile: Sendable {
  /// What is added to one matrix.
  public struct Pair: Equatable, Sendable {
    /// The matrix's name, such as `blk.0.attn_q.weight`.
    public let name: String
    /// A, `(rank, columns)`; of the token embedding `(vocabularySize, rank)`.
    public let a: GGUFTensor
    /// B, `(rows, rank)`.
    public let b: GGUFTensor

    /// Numbers between the two.
    public var rank: Int { b.columns }
  }

  /// The name of the one matrix whose rows are looked up, so that its A lies the other way.
  public static let embeddingName = "token_embd.weight"

  /// The file.
  public let file: GGUFFile
  /// The architecture of the models that it is for.
  public let architecture: String
  /// Divided by a pair's rank, what its product counts; 0 counts it once.
  public let alpha: Float
  /// The pairs, in the order of their first halves.
  public let pairs: [Pair]
  /// Tensors without effect: norms, which llama.cpp leaves out as well.
  public let ignoredTensors: [String]
  /// SHA-256 of the model file that it was trained on, in lower-case hexadecimal, where it says so.
  public let baseModelDigest: String?

  /// Opens the file at `path`.
  ///
  /// - Throws: `GGUFError` where it is no readable GGUF file or a key has an odd type;
  ///   `AdapterError` where it is no low-rank adapter, or its tensors make no pairs.
  public init(path: String) throws {
    let file = try GGUFFile(path: path)
    self.file = file
    let metadata = file.metadata
    func require(_ key: String, _ expected: String) throws {
      let found = try metadata.optionalString(key) ?? ""
      guard found == expected else {
        throw AdapterError.unsupported(key: key, expected: expected, found: found)
      }
    }
    try require("general.type", "adapter")
    try require("adapter.type", "lora")
    if metadata.type(of: Self.invocationKey) != nil {
      throw AdapterError.unsupported(
        key: Self.invocationKey, expected: "", found: "an adapter that begins within a text")
    }
    architecture = try metadata.string("general.architecture")
    alpha = try metadata.optionalFloat("adapter.lora.alpha") ?? 0
    guard alpha.isFinite else {
      throw AdapterError.unsupported(
        key: "adapter.lora.alpha", expected: "a number", found: "\(alpha)")
    }
    (pairs, ignoredTensors) = try Self.pairs(of: file)
    baseModelDigest = try metadata.optionalString(Self.baseModelDigestKey)?.lowercased()
  }

  /// The key of `baseModelDigest`; no other program writes or reads it.
  public static let baseModelDigestKey = "training.base_model_sha256"

  /// Far above any useful rank: no matrix gains from more than its own size.
  public static let largestRank = 4096

  private static let invocationKey = "adapter.alora.invocation_tokens"

  /// What the product of `pair` is multiplied with.
  public func scale(of pair: Pair) -> Float {
    alpha == 0 ? 1 : alpha / Float(pair.rank)
  }

  private static func pairs(of file: GGUFFile) throws -> ([Pair], [String]) {
    if let tensor = file.unsupportedTensors.first {
      _ = try file.requiredTensor(named: tensor.name)
    }
    var pairs: [Pair] = []
    var ignored: [String] = []
    for tensor in file.tensors {
      if let name = tensor.name.dropping(suffix: ".lora_a") {
        guard let b = file.tensor(named: name + ".lora_b") else {
          throw AdapterError.missingHalf(name: name + ".lora_b")
        }
        pairs.append(try pair(name, tensor, b))
      } else if let name = tensor.name.dropping(suffix: ".lora_b") {
        guard file.tensor(named: name + ".lora_a") != nil else {
          throw AdapterError.missingHalf(name: name + ".lora_a")
        }
      } else if tensor.name.hasSuffix("_norm.weight") {
        ignored.append(tensor.name)
      } else {
        throw AdapterError.unexpectedTensor(name: tensor.name)
      }
    }
    guard !pairs.isEmpty else { throw AdapterError.empty }
    return (pairs, ignored)
  }

  private static func pair(_ name: String, _ a: GGUFTensor, _ b: GGUFTensor) throws -> Pair {
    for tensor in [a, b] where tensor.dimensions.count > 2 {
      throw AdapterError.wrongShape(
        tensor: tensor.name, expected: "one or two dimensions", found: tensor.dimensions)
    }
    guard b.columns <= largestRank else {
      throw AdapterError.wrongShape(
        tensor: b.name, expected: "a rank of at most \(largestRank)", found: b.dimensions)
    }
    let pair = Pair(name: name, a: a, b: b)
    let rank = name == embeddingName ? a.columns : a.rows
    guard rank == pair.rank else {
      throw AdapterError.wrongShape(
        tensor: a.name, expected: "the rank of \(b.name), \(pair.rank)", found: a.dimensions)
    }
    return pair
  }
}

extension AdapterFile.Pair {
  /// Checks that the pair fits a matrix `(rows, columns)`; for the token embedding rows are tokens.
  ///
  /// - Throws: `AdapterError.wrongShape`.
  public func require(columns: Int, rows: Int) throws(AdapterError) {
    let isEmbedding = name == AdapterFile.embeddingName
    let (aSize, bRows) = isEmbedding ? (rows, columns) : (columns, rows)
    guard (isEmbedding ? a.rows : a.columns) == aSize else {
      throw .wrongShape(
        tensor: a.name, expected: isEmbedding ? "\(rank) x \(rows)" : "\(columns) x \(rank)",
        found: a.dimensions)
    }
    guard b.rows == bRows else {
      throw .wrongShape(tensor: b.name, expected: "\(rank) x \(bRows)", found: b.dimensions)
    }
  }
}

extension GGUFFile {
  /// All numbers of a tensor of this file as floats, row after row.
  public func floats(of tensor: GGUFTensor) -> [Float] {
    unsafe withBytes(of: tensor) { bytes in
      unsafe [Float](unsafeUninitializedCapacity: tensor.elementCount) { buffer, initialized in
        if let source = bytes.baseAddress, let target = buffer.baseAddress {
          unsafe Dequantization.row(
            tensor.elementType, source, count: tensor.elementCount, into: target)
        }
        initialized = tensor.elementCount
      }
    }
  }
}

extension String {
  fileprivate func dropping(suffix: String) -> String? {
    hasSuffix(suffix) && count > suffix.count ? String(dropLast(suffix.count)) : nil
  }
}
