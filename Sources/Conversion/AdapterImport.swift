internal import Clinical
public import GGUF
internal import Kernels
public import Tensors

/// Turns a PEFT folder of a low-rank adapter into a GGUF file in llama.cpp's layout:
/// `adapter_config.json` and `adapter_model.safetensors`.
///
/// - Source: llama.cpp, `convert_lora_to_gguf.py`, version of 2026; peft, `LoraConfig`.
public struct AdapterImport {
  private let metadata: GGUFMetadata
  private let tensors: [(source: RowSource, elementType: ElementType)]

  /// Whether `folder` holds an adapter.
  public static func isAdapter(_ folder: String) -> Bool {
    FolderFile.exists(folder + "/adapter_config.json")
  }

  /// The folder of the model that the adapter in `folder` was made for, as far as it says; a name
  /// on a hub is none.
  ///
  /// - Throws: `ConversionError`.
  public static func baseFolder(of folder: String) throws -> String? {
    let config = try FolderFile.object(folder + "/adapter_config.json")
    guard let base = try config.optionalString("base_model_name_or_path") else { return nil }
    return FolderFile.exists(base + "/config.json") ? base : nil
  }

  /// Reads everything but the numbers.
  ///
  /// - Parameters:
  ///   - folder: The adapter's folder.
  ///   - model: The model that it is for.
  ///   - fileType: F32, F16, BF16 or Q8_0.
  /// - Throws: `ConversionError`; `AdapterError` where the adapter is none for this model.
  public init(folder: String, for model: GGUFFile, as fileType: GGUFFileType) throws {
    try self.init(folder: folder, LlamaShape(model), fileType)
  }

  /// As above, for a model in a Hugging Face folder.
  public init(folder: String, forFolder model: String, as fileType: GGUFFileType) throws {
    let config = try FolderFile.object(model + "/config.json")
    try self.init(folder: folder, LlamaFolderConfiguration(config).shape, fileType)
  }

  private init(folder: String, _ shape: LlamaShape, _ fileType: GGUFFileType) throws {
    guard [.f32, .f16, .bf16, .q8_0].contains(fileType) else {
      throw ConversionError.unsupported(
        item: "the type of an adapter", expected: "F32, F16, BF16 or Q8_0", found: fileType.name)
    }
    let settings = try PeftSettings(FolderFile.object(folder + "/adapter_config.json"))
    let checkpoint = try CheckpointFolder(folder: folder, name: "adapter_model")
    let sources = try AdapterSources(checkpoint, shape, settings).sources
    tensors = sources.map { source in
      let fits = source.columnCount.isMultiple(of: fileType.elementType.blockElementCount)
      let isVector = source.dimensions.count == 1
      return (source, isVector ? .f32 : fits ? fileType.elementType : .f16)
    }
    var metadata = GGUFMetadata()
    metadata["general.architecture"] = .string("llama")
    metadata["general.type"] = .string("adapter")
    metadata["general.name"] = .string(
      folder.split(separator: "/").last.map(String.init) ?? folder)
    metadata["adapter.type"] = .string("lora")
    metadata["adapter.lora.alpha"] = .float32(settings.fileAlpha)
    metadata.describeWeights(as: fileType)
    self.metadata = metadata
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
}

/// What `adapter_config.json` says that changes numbers.
private struct PeftSettings {
  private let alpha: Double
  private let rank: Int
  /// Products are divided by the root of the rank instead of the rank.
  private let isRankStabilised: Bool
  /// Modules with an alpha of their own, by the end of their names.
  private let alphas: JSONFields?

  init(_ config: JSONFields) throws(ConversionError) {
    func refuse(_ item: String, _ found: String) -> ConversionError {
      .unsupported(item: "\(item) in \(config.path)", expected: "plain LoRA", found: found)
    }
    let type = try config.optionalString("peft_type") ?? "LORA"
    guard type == "LORA" else { throw refuse("peft_type", type) }
    for name in ["use_dora", "fan_in_fan_out", "lora_bias"] {
      if try config.optionalBool(name) ?? false { throw refuse(name, "true") }
    }
    if config["alora_invocation_tokens"] != nil {
      throw refuse("alora_invocation_tokens", "an adapter that begins within a text")
    }
    rank = try config.integer("r", atMost: AdapterFile.largestRank)
    alpha = try config.required("lora_alpha", try config.optionalNumber("lora_alpha"))
    guard alpha.isFinite, alpha > 0 else {
      throw .malformed(path: config.path, fault: "lora_alpha is \(alpha), but must be above 0")
    }
    isRankStabilised = try config.optionalBool("use_rslora") ?? false
    alphas = try config.optionalFields("alpha_pattern")
  }

  /// The alpha of the whole file: a pair's product counts this divided by its rank.
  var fileAlpha: Float {
    Float(isRankStabilised ? alpha * Double(rank).squareRoot() : alpha)
  }

  /// What the numbers of a module's B are multiplied with, so that with the file's alpha its product
  /// counts what it should.
  func factor(ofModule name: String, rank: Int) throws(ConversionError) -> Float {
    var own = alpha
    for member in alphas?.object.members ?? []
    where name == member.name || name.hasSuffix("." + member.name) {
      own = try alphas?.optionalNumber(member.name) ?? alpha
    }
    let wanted = own / (isRankStabilised ? Double(rank).squareRoot() : Double(rank))
    let factor = Float(wanted / (Double(fileAlpha) / Double(rank)))
    return abs(factor - 1) < 1e-6 ? 1 : factor
  }
}

/// Finds the pairs of an adapter and gives them the names, the order and the direction that they have
/// in a GGUF file.
private struct AdapterSources {
  private(set) var sources: [RowSource] = []
  private let checkpoint: CheckpointFolder
  private let shape: LlamaShape
  private let settings: PeftSettings

  private static let halves = [
    ".lora_A.weight": ".lora_B.weight", ".lora_embedding_A": ".lora_embedding_B",
  ]

  init(
    _ checkpoint: CheckpointFolder, _ shape: LlamaShape, _ settings: PeftSettings
  ) throws {
    self.checkpoint = checkpoint
    self.shape = shape
    self.settings = settings
    for name in checkpoint.names {
      if let (a, b) = Self.halves.first(where: { name.hasSuffix($0.key) }) {
        try add(module: String(name.dropLast(a.count)), a, b)
      } else if let (a, b) = Self.halves.first(where: { name.hasSuffix($0.value) }) {
        guard checkpoint.tensor(named: name.dropLast(b.count) + a) != nil else {
          throw AdapterError.missingHalf(name: name.dropLast(b.count) + a)
        }
      } else {
        throw AdapterError.unexpectedTensor(name: name)
      }
    }
    guard !sources.isEmpty else { throw AdapterError.empty }
  }

  private mutating func add(module: String, _ aSuffix: String, _ bSuffix: String) throws {
    let prefix = "base_model.model."
    let name = module.hasPrefix(prefix) ? String(module.dropFirst(prefix.count)) : module
    guard let target = LlamaTensorNames.target(ofModule: name, shape),
      let matrix = LlamaTensorNames.shape(of: target.name, shape),
      target.name != "output" || shape.hasOwnOutput
    else { throw AdapterError.unknownMatrix(name: name) }
    guard let a = checkpoint.tensor(named: module + aSuffix) else {
      throw AdapterError.missingHalf(name: module + aSuffix)
    }
    guard let b = checkpoint.tensor(named: module + bSuffix) else {
      throw AdapterError.missingHalf(name: module + bSuffix)
    }
    let isEmbedding = target.name + ".weight" == AdapterFile.embeddingName
    let (aSize, bSize) =
      isEmbedding ? (matrix.rows, matrix.columns) : (matrix.columns, matrix.rows)
    guard let rank = a.shape.first, rank > 0, a.shape == [rank, aSize] else {
      throw ConversionError.wrongShape(tensor: a.name, expected: [aSize], found: a.shape)
    }
    guard b.shape == [bSize, rank] else {
      throw ConversionError.wrongShape(tensor: b.name, expected: [bSize, rank], found: b.shape)
    }
    guard let first = try checkpoint.rows(named: a.name, as: "\(target.name).weight.lora_a"),
      let second = try checkpoint.rows(
        named: b.name, as: "\(target.name).weight.lora_b", order: target.order.place(bSize))
    else { return }
    sources.append(isEmbedding ? first.transposed() : first)
    let factor = try settings.factor(ofModule: name, rank: rank)
    sources.append(factor == 1 ? second : second.scaled(by: factor))
  }
}

extension RowSource {
  /// The numbers times `factor`.
  fileprivate func scaled(by factor: Float) -> RowSource {
    RowSource(name: name, dimensions: dimensions) { [self] rows, target in
      read(rows, target)
      for index in 0..<rows.count * columnCount { target[index] *= factor }
    }
  }

  /// The matrix with rows and columns exchanged; all of it is in memory.
  fileprivate func transposed() -> RowSource {
    let (rows, columns) = (rowCount, columnCount)
    let numbers = [Float](unsafeUninitializedCapacity: rows * columns) { buffer, initialized in
      if let target = buffer.baseAddress { read(0..<rows, target) }
      initialized = rows * columns
    }
    return RowSource(name: name, dimensions: [rows, columns]) { wanted, target in
      for (index, row) in wanted.enumerated() {
        for column in 0..<rows { target[index * rows + column] = numbers[column * columns + row] }
      }
    }
  }
}
