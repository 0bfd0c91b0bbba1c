public import GGUF
public import Kernels
public import Tensors

/// Writes a model file in another type.
public struct ModelQuantization {
  /// What becomes of a tensor.
  public struct Step: Equatable, Sendable {
    /// The tensor as it is.
    public let tensor: GGUFTensor
    /// The type that it will have.
    public let elementType: ElementType
  }

  /// The file that is read.
  public let file: GGUFFile
  /// The type that is written; nil leaves every tensor as it is.
  let fileType: GGUFFileType?
  /// All tensors in file order.
  public let steps: [Step]

  /// Plans what is written.
  ///
  /// - Throws: `GGUFError` where a tensor is stored in a type that cannot be read, or the file says
  ///   nothing of its architecture.
  public init(_ file: GGUFFile, as fileType: GGUFFileType) throws {
    try self.init(file, as: Optional(fileType))
  }

  init(_ file: GGUFFile, as fileType: GGUFFileType?) throws {
    if let tensor = file.unsupportedTensors.first {
      _ = try file.requiredTensor(named: tensor.name)
    }
    self.file = file
    self.fileType = fileType
    let mix = try fileType.map {
      try TensorMix($0, metadata: file.metadata, names: file.tensors.map(\.name))
    }
    steps = file.tensors.map { tensor in
      let type = mix?.type(
        of: tensor.name, dimensions: tensor.dimensions, current: tensor.elementType)
      return Step(tensor: tensor, elementType: type ?? tensor.elementType)
    }
  }

  /// Whether numbers that were rounded once are rounded again, which costs more than rounding the
  /// original would.
  public var roundsAgain: Bool {
    steps.contains {
      $0.tensor.elementType.blockElementCount > 1 && $0.elementType != $0.tensor.elementType
    }
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
    try write(to: path, pool: pool, progress: progress) { _ in nil }
  }

  /// Writes the file with the rows that `changed` gives in place of a tensor's own.
  func write(
    to path: String, pool: WorkerPool, progress: @escaping (Double) throws -> Void,
    changed: (GGUFTensor) -> RowSource?
  ) throws {
    var metadata = file.metadata
    metadata.describeWeights(as: fileType)
    let shapes = steps.map {
      GGUFTensorShape(
        name: $0.tensor.name, elementType: $0.elementType, dimensions: $0.tensor.dimensions)
    }
    let writer = try GGUFWriter(metadata: metadata, tensors: shapes)
    let meter = ElementMeter(total: steps.reduce(0) { $0 + $1.tensor.elementCount }, progress)
    var rest = steps[...]
    try writer.write(to: path) { _, output in
      guard let step = rest.popFirst() else { return }
      let source = changed(step.tensor)
      if source == nil, step.elementType == step.tensor.elementType {
        try file.withBytes(of: step.tensor) { try output.write($0) }
        try meter.add(step.tensor.elementCount)
      } else {
        try TensorWriter(pool: pool, progress: meter.add)
          .write(
            source ?? RowSource(file, step.tensor), as: step.elementType, to: &output)
      }
      file.file.release(step.tensor.byteRange)
    }
  }
}

/// Turns numbers written into a share of all.
final class ElementMeter {
  private let total: Int
  private let report: (Double) throws -> Void
  private var done = 0

  init(total: Int, _ report: @escaping (Double) throws -> Void) {
    self.total = total
    self.report = report
  }

  func add(_ elementCount: Int) throws {
    done += elementCount
    try report(Double(done) / Double(max(total, 1)))
  }
}

extension GGUFMetadata {
  /// Says how the weights are stored; a file is whole, whatever parts it was made from.
  mutating func describeWeights(as fileType: GGUFFileType?) {
    if let fileType { self["general.file_type"] = .uint32(UInt32(fileType.rawValue)) }
    self["general.quantization_version"] = .uint32(2)
    for key in ["split.no", "split.count", "split.tensors.count"] { self[key] = nil }
  }
}
