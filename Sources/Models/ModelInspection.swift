internal import GGUF
internal import Kernels
internal import Tensors

/// What a model file says of itself. Its JSON is what `model inspect --json` prints.
///
/// Texts come from the file as they are: whoever shows them removes control characters.
public struct ModelInspection: Equatable, Sendable, Encodable {
  /// Tensors of one type.
  public struct TensorType: Equatable, Sendable, Encodable {
    /// The type's name, or `type 39` for one that cannot be read.
    public let name: String
    /// Tensors of the type.
    public let tensorCount: Int
    /// Bytes of all of them; nil where the type is unknown.
    public let byteCount: Int?

    enum CodingKeys: String, CodingKey {
      case name
      case tensorCount = "tensor_count"
      case byteCount = "byte_count"
    }
  }

  /// One key of the metadata.
  public struct Key: Equatable, Sendable, Encodable {
    /// The key.
    public let key: String
    /// The value's type, such as `uint32` or `array of string`.
    public let type: String
    /// The value as text; for arrays the number of elements. At most 200 characters.
    public let value: String
  }

  /// Where the file lies.
  public let path: String
  /// Bytes of the file.
  public let byteCount: Int
  /// The version of the file format.
  public let formatVersion: Int
  /// What the file calls the model.
  public let name: String?
  /// The architecture, such as `llama`.
  public let architecture: String?
  /// How most weights are stored, such as `Q4_1`.
  public let type: String?
  /// Numbers in all tensors.
  public let parameterCount: Int
  /// Tokens that the model was made for.
  public let contextLength: Int?
  /// Numbers of a token's state.
  public let embeddingLength: Int?
  /// Layers.
  public let blockCount: Int?
  /// Query heads of a layer.
  public let headCount: Int?
  /// Key and value heads of a layer.
  public let keyValueHeadCount: Int?
  /// Tokens in the vocabulary.
  public let vocabularyCount: Int?
  /// The tokenizer's model and pre-tokenizer, such as `gpt2/smollm`.
  public let tokenizer: String?
  /// All tensors, those of unknown types too.
  public let tensorCount: Int
  /// The types of tensors, most bytes first.
  public let tensorTypes: [TensorType]
  /// The metadata, in file order.
  public let keys: [Key]

  enum CodingKeys: String, CodingKey {
    case path, name, architecture, type, tokenizer, keys
    case byteCount = "byte_count"
    case formatVersion = "format_version"
    case parameterCount = "parameter_count"
    case contextLength = "context_length"
    case embeddingLength = "embedding_length"
    case blockCount = "block_count"
    case headCount = "head_count"
    case keyValueHeadCount = "key_value_head_count"
    case vocabularyCount = "vocabulary_count"
    case tensorCount = "tensor_count"
    case tensorTypes = "tensor_types"
  }
}

extension ModelInspection {
  /// Inspects the file at `path`. Keys of an odd type count as missing: this is where a damaged
  /// file can be looked at.
  ///
  /// - Throws: `GGUFError` where the file is no readable GGUF file.
  public init(path: String) throws {
    let file = try GGUFFile(path: path)
    let metadata = file.metadata
    let architecture = metadata.text("general.architecture")
    func integer(_ suffix: String) -> Int? {
      architecture.flatMap { metadata[$0 + "." + suffix]?.integer }
    }
    self.path = path
    byteCount = file.file.byteCount
    formatVersion = file.version
    name = metadata.text("general.name")
    self.architecture = architecture
    type = WeightType.name(of: file)
    parameterCount =
      file.tensors.reduce(0) { $0 &+ $1.elementCount }
      &+ file.unsupportedTensors.reduce(0) { $0 &+ $1.elementCount }
    contextLength = integer("context_length")
    embeddingLength = integer("embedding_length")
    blockCount = integer("block_count")
    headCount = integer("attention.head_count")
    keyValueHeadCount = integer("attention.head_count_kv")
    vocabularyCount = metadata.elementCount("tokenizer.ggml.tokens") ?? integer("vocab_size")
    let tokenizer = [metadata.text("tokenizer.ggml.model"), metadata.text("tokenizer.ggml.pre")]
      .compactMap { $0 }
    self.tokenizer = tokenizer.isEmpty ? nil : tokenizer.joined(separator: "/")
    tensorCount = file.tensors.count + file.unsupportedTensors.count
    tensorTypes = TensorType.all(of: file)
    keys = metadata.keys.compactMap { key in
      metadata[key].map { Key(key: key, type: $0.typeText, value: String($0.text.prefix(200))) }
    }
  }
}

extension ModelInspection.TensorType {
  fileprivate static func all(of file: GGUFFile) -> [Self] {
    let known = Dictionary(grouping: file.tensors, by: \.elementType).map { type, tensors in
      Self(
        name: type.name, tensorCount: tensors.count,
        byteCount: tensors.reduce(0) { $0 + $1.byteRange.count })
    }
    let unknown = Dictionary(grouping: file.unsupportedTensors, by: \.typeCode).map {
      Self(name: "type \($0)", tensorCount: $1.count, byteCount: nil)
    }
    return (known + unknown).sorted {
      ($1.byteCount ?? 0, $0.name) < ($0.byteCount ?? 0, $1.name)
    }
  }
}

extension GGUFMetadata {
  fileprivate func text(_ key: String) -> String? {
    if case .string(let text) = self[key] { text } else { nil }
  }

  fileprivate func elementCount(_ key: String) -> Int? {
    if case .array(let array) = self[key] { array.count } else { nil }
  }
}

extension GGUFValue {
  fileprivate var typeText: String {
    if case .array(let array) = self { "array of \(array.elementType)" } else { "\(type)" }
  }

  fileprivate var text: String {
    switch self {
    case .string(let text): text
    case .array(let array): "\(array.count) elements"
    case .bool(let value): "\(value)"
    case .float32(let value): "\(value)"
    case .float64(let value): "\(value)"
    case .uint64(let value): "\(value)"
    default: integer.map { "\($0)" } ?? ""
    }
  }
}
