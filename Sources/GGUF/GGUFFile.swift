// GGUF: reads and writes model files.
//
// Purpose: turn a mapped file into metadata and tensor descriptions, and write such files.
// Invariants: nothing in a file is believed before it is checked against the file's size with
// overflow-checked arithmetic; every fault is a `GGUFError` that names offset, item, expected and
// found; nothing is allocated in proportion to a number that the file merely claims.
// May import Tensors (mapped files) and Kernels (element types); knows no architecture.

public import Tensors

/// A model file of the GGUF format, version 2 or 3, little-endian.
///
/// Opening walks the header only: values and tensor bytes stay in the mapping until asked for.
///
/// - Source: the GGUF specification, "File structure".
public struct GGUFFile: Sendable {
  /// The mapping that lends the bytes.
  public let file: MappedFile
  /// The format's version: 2 or 3.
  public let version: Int
  /// Keys and values, in file order.
  public let metadata: GGUFMetadata
  /// Tensors whose element type is known, in file order.
  public let tensors: [GGUFTensor]
  /// Tensors that can be listed but not read, since their type code is unknown.
  public let unsupportedTensors: [GGUFUnsupportedTensor]
  /// Bytes to whose multiples tensor data is aligned.
  public let alignment: Int
  /// Where tensor data begins, in bytes from the start of the file.
  public let dataOffset: Int

  private let indices: [String: Int]

  /// Opens the file at `path` and checks its whole header.
  ///
  /// - Throws: `GGUFError` when the file cannot be mapped, is no GGUF file of a supported version
  ///   and byte order, or contradicts itself or its own size.
  public init(path: String) throws(GGUFError) {
    let file: MappedFile
    do {
      file = try MappedFile(path: path)
    } catch {
      throw GGUFError(path: path, reason: .unreadable(error))
    }
    try self.init(file)
  }

  /// Reads the header of a file that is mapped already.
  ///
  /// - Throws: `GGUFError` as `init(path:)` does, but for `unreadable`.
  public init(_ file: MappedFile) throws(GGUFError) {
    let header = try unsafe file.withUnsafeBytes { bytes throws(GGUFError) in
      do throws(GGUFError.Reason) {
        return try unsafe Header(bytes, file: file)
      } catch {
        throw GGUFError(path: file.path, reason: error)
      }
    }
    self.file = file
    version = header.version
    metadata = header.metadata
    tensors = header.tensors
    unsupportedTensors = header.unsupportedTensors
    alignment = header.alignment
    dataOffset = header.dataOffset
    indices = Dictionary(
      uniqueKeysWithValues: header.tensors.enumerated().map { ($1.name, $0) })
  }

  /// The tensor called `name`, or nil where there is none that can be read.
  public func tensor(named name: String) -> GGUFTensor? {
    indices[name].map { tensors[$0] }
  }

  /// The tensor called `name`.
  ///
  /// - Throws: `GGUFError` with `missingTensor`, or with `unsupportedElementType` where the file
  ///   holds it in a type that this program cannot read.
  public func requiredTensor(named name: String) throws(GGUFError) -> GGUFTensor {
    if let tensor = tensor(named: name) { return tensor }
    if let tensor = unsupportedTensors.first(where: { $0.name == name }) {
      let reason = GGUFError.Reason.unsupportedElementType(
        tensor: name, offset: tensor.offset, code: tensor.typeCode)
      throw GGUFError(path: file.path, reason: reason)
    }
    throw GGUFError(path: file.path, reason: .missingTensor(name: name))
  }

  /// Lends the bytes of a tensor of this file to `body`; the pointer must not outlive the call.
  public func withBytes<Result, Failure: Error>(
    of tensor: GGUFTensor, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(
      tensor.byteRange.lowerBound >= 0 && tensor.byteRange.upperBound <= file.byteCount,
      "the tensor belongs to another file")
    return try unsafe file.withUnsafeBytes { bytes throws(Failure) in
      try unsafe body(UnsafeRawBufferPointer(rebasing: bytes[tensor.byteRange]))
    }
  }
}
