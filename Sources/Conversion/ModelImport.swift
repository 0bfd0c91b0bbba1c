public import GGUF
internal import Kernels
public import Tensors

/// Turns a Hugging Face folder of a model into a GGUF file: `config.json`, `*.safetensors` and the
/// tokenizer's files. Models of the `llama` architecture, that is LLaMA, Mistral and their like.
///
/// - Source: llama.cpp, `convert_hf_to_gguf.py`, version of 2026.
public struct ModelImport {
  private let metadata: GGUFMetadata
  private let tensors: [(source: RowSource, elementType: ElementType)]
  /// The type that is written.
  public let fileType: GGUFFileType

  /// Reads everything but the numbers.
  ///
  /// - Parameters:
  ///   - folder: The folder's path.
  ///   - fileType: The type to write; nil takes that of the folder's matrices.
  /// - Throws: `ConversionError`, or `GGUFError` where the result would be no readable file.
  public init(folder: String, as fileType: GGUFFileType?) throws {
    let config = try FolderFile.object(folder + "/config.json")
    let model = try LlamaFolderConfiguration(config)
    let checkpoint = try CheckpointFolder(folder: folder, name: "model")
    let sources = try Self.sources(checkpoint, model)
    let type = fileType ?? Self.fileType(of: checkpoint)
    var metadata = model.metadata(name: Self.name(of: folder))
    try FolderVocabulary(folder: folder, config: config, pieceCount: model.shape.vocabularySize)
      .describe(in: &metadata)
    metadata.describeWeights(as: type)
    let mix = try TensorMix(type, metadata: metadata, names: sources.map(\.name))
    tensors = sources.map { source in
      let type = mix.type(of: source.name, dimensions: source.dimensions, current: .f32)
      return (source, type)
    }
    self.metadata = metadata
    self.fileType = type
  }

  /// Writes the file to `path`, which stays untouched where anything fails.
  ///
  /// - Parameters:
  ///   - pool: Who shares the work.
  ///   - progress: Called with the share done, 0 to 1; throws to stop.
  /// - Throws: `ConversionError.numberOutOfRange`, `GGUFError` with `unwritable`, and what
  ///   `progress` throws.
  public func write(
    to path: String, pool: WorkerPool, progress: @escaping (Double) throws -> Void = { _ in }
  ) throws {
    try TensorFile(metadata: metadata, tensors: tensors)
      .write(to: path, pool: pool, progress: progress)
  }

  private static func sources(
    _ checkpoint: CheckpointFolder, _ model: LlamaFolderConfiguration
  ) throws(ConversionError) -> [RowSource] {
    var sources: [String: RowSource] = [:]
    for name in checkpoint.names where !name.hasSuffix(".rotary_emb.inv_freq") {
      let (module, suffix) = splitLast(name)
      guard let target = LlamaTensorNames.target(ofModule: module, model.shape),
        let tensor = checkpoint.tensor(named: name), isRead(suffix, of: target.name)
      else {
        throw .unsupported(
          item: "the tensor \(name)", expected: "a tensor of LLaMA or Mistral",
          found: "none of theirs")
      }
      let shape = LlamaTensorNames.shape(of: target.name, model.shape)
      let rowCount = shape?.rows ?? model.shape.embeddingSize
      let expected =
        suffix == "weight" ? shape.map { [$0.rows, $0.columns] } ?? [rowCount] : [rowCount]
      guard tensor.shape == expected else {
        throw .wrongShape(tensor: name, expected: expected, found: tensor.shape)
      }
      let newName = "\(target.name).\(suffix)"
      sources[newName] = try checkpoint.rows(
        named: name, as: newName, order: target.order.place(rowCount))
    }
    if let factors = model.rotaryFactors {
      sources["rope_freqs.weight"] = RowSource(name: "rope_freqs.weight", factors)
    }
    return try inOrder(sources, layerCount: model.shape.layerCount)
  }

  /// Only what the engine reads: weights, and what is added to queries, keys and values.
  private static func isRead(_ suffix: String, of name: String) -> Bool {
    suffix == "weight"
      || (suffix == "bias" && ["attn_q", "attn_k", "attn_v"].contains { name.hasSuffix($0) })
  }

  private static let blockParts = [
    "attn_norm", "attn_q", "attn_k", "attn_v", "attn_output", "ffn_norm", "ffn_gate", "ffn_up",
    "ffn_down",
  ]

  /// The tensors in the order in which a model reads them.
  private static func inOrder(
    _ sources: [String: RowSource], layerCount: Int
  ) throws(ConversionError) -> [RowSource] {
    var ordered: [RowSource] = []
    func take(_ name: String, isNeeded: Bool = true) throws(ConversionError) {
      if let source = sources[name] { return ordered.append(source) }
      if isNeeded { throw .missingTensor(name: name) }
    }
    try take("rope_freqs.weight", isNeeded: false)
    try take("token_embd.weight")
    for block in 0..<layerCount {
      for part in blockParts {
        try take("blk.\(block).\(part).weight")
        try take("blk.\(block).\(part).bias", isNeeded: false)
      }
    }
    try take("output_norm.weight")
    try take("output.weight", isNeeded: false)
    return ordered
  }

  private static func splitLast(_ name: String) -> (String, String) {
    guard let dot = name.lastIndex(of: ".") else { return (name, "") }
    return (String(name[..<dot]), String(name[name.index(after: dot)...]))
  }

  private static func fileType(of checkpoint: CheckpointFolder) -> GGUFFileType {
    switch checkpoint.tensor(named: "model.embed_tokens.weight")?.elementType {
    case .f32: .f32
    case .bf16: .bf16
    default: .f16
    }
  }

  /// The folder's own name.
  private static func name(of folder: String) -> String {
    folder.split(separator: "/").last.map(String.init) ?? folder
  }
}

/// A file that is written from rows.
struct TensorFile {
  let metadata: GGUFMetadata
  let tensors: [(source: RowSource, elementType: ElementType)]

  /// Writes the file; it appears whole or not at all.
  func write(
    to path: String, pool: WorkerPool, progress: @escaping (Double) throws -> Void
  ) throws {
    let shapes = tensors.map {
      GGUFTensorShape(
        name: $0.source.name, elementType: $0.elementType, dimensions: $0.source.dimensions)
    }
    let total = tensors.reduce(0) { $0 + $1.source.columnCount * $1.source.rowCount }
    let meter = ElementMeter(total: total, progress)
    var rest = tensors[...]
    try GGUFWriter(metadata: metadata, tensors: shapes).write(to: path) { _, output in
      guard let (source, type) = rest.popFirst() else { return }
      try TensorWriter(pool: pool, progress: meter.add).write(source, as: type, to: &output)
    }
  }
}

extension RowSource {
  /// A vector of numbers in memory.
  init(name: String, _ numbers: [Float]) {
    self.init(name: name, dimensions: [numbers.count]) { _, target in
      for (index, number) in numbers.enumerated() { target[index] = number }
    }
  }
}
