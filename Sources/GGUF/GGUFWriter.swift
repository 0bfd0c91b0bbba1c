public import Kernels

/// A tensor that is to be written: its name, type and shape.
public struct GGUFTensorShape: Equatable, Sendable {
  /// The tensor's name.
  public let name: String
  /// How its numbers are stored.
  public let elementType: ElementType
  /// Extents: the first runs fastest and is a multiple of the type's block.
  public let dimensions: [Int]

  /// Describes a tensor; the writer checks it.
  public init(name: String, elementType: ElementType, dimensions: [Int]) {
    self.name = name
    self.elementType = elementType
    self.dimensions = dimensions
  }

  /// Describes a tensor that has the name, type and shape of one that was read.
  public init(_ tensor: GGUFTensor) {
    self.init(
      name: tensor.name, elementType: tensor.elementType, dimensions: tensor.dimensions)
  }
}

/// Writes a model file of version 3: the header at once, tensor bytes as they come.
///
/// The file appears whole or not at all: it is written under a temporary name in the same folder,
/// synchronised, then renamed. The alignment is that of `general.alignment`, else 32 bytes.
public struct GGUFWriter: Sendable {
  private let header: [UInt8]
  private let alignment: Int
  private let tensors: [(shape: GGUFTensorShape, byteCount: Int)]

  /// Plans a file of `metadata` and `tensors`.
  ///
  /// - Throws: `GGUFError` with `invalidContent` or `wrongValue` where a key, value, name, shape or
  ///   the alignment is none that a reader would accept.
  public init(metadata: GGUFMetadata, tensors: [GGUFTensorShape]) throws(GGUFError) {
    do throws(GGUFError.Reason) {
      alignment = try Header.alignment(metadata)
    } catch {
      throw GGUFError(path: metadata.path, reason: error)
    }
    try Self.check(metadata)
    try Self.check(tensors)
    var planned: [(shape: GGUFTensorShape, byteCount: Int)] = []
    for shape in tensors { planned.append((shape, try Self.byteCount(of: shape))) }
    self.tensors = planned

    var bytes = Header.magic
    bytes.append(littleEndian: UInt32(3))
    bytes.append(littleEndian: UInt64(tensors.count))
    bytes.append(littleEndian: UInt64(metadata.keys.count))
    metadata.encode(into: &bytes)
    var offset = 0
    for (shape, byteCount) in planned {
      bytes.append(lengthPrefixed: shape.name.utf8)
      bytes.append(littleEndian: UInt32(shape.dimensions.count))
      for extent in shape.dimensions { bytes.append(littleEndian: UInt64(extent)) }
      bytes.append(littleEndian: shape.elementType.rawValue)
      bytes.append(littleEndian: UInt64(offset))
      offset += byteCount.padded(to: alignment)
    }
    header = bytes
  }

  /// Bytes that the file will have.
  public var byteCount: Int {
    tensors.reduce(header.count.padded(to: alignment)) {
      $0 + $1.byteCount.padded(to: alignment)
    }
  }

  /// Writes the file to `path`, replacing what is there.
  ///
  /// - Parameter content: called for each tensor in order; writes all its bytes to the output.
  /// - Throws: `GGUFError` with `unwritable`, or with `invalidContent` where `content` writes more
  ///   or fewer bytes than the tensor has; and whatever `content` throws. `path` is untouched then.
  public func write(
    to path: String, content: (GGUFTensorShape, inout GGUFTensorOutput) throws -> Void
  ) throws {
    let file = try AtomicFile(path: path)
    try file.write(header)
    try file.pad(to: alignment)
    for (shape, byteCount) in tensors {
      var output = GGUFTensorOutput(file: file, name: shape.name, remaining: byteCount)
      try content(shape, &output)
      try output.finish()
      try file.pad(to: alignment)
    }
    try file.commit()
  }
}

/// Takes the bytes of one tensor, in order.
public struct GGUFTensorOutput {
  private let file: AtomicFile
  private let name: String
  /// Bytes that are still to come.
  public private(set) var remaining: Int

  init(file: AtomicFile, name: String, remaining: Int) {
    self.file = file
    self.name = name
    self.remaining = remaining
  }

  /// Appends `bytes`, which are read before the call returns.
  ///
  /// - Throws: `GGUFError` with `unwritable`, or `invalidContent` where there are too many.
  public mutating func write(_ bytes: UnsafeRawBufferPointer) throws(GGUFError) {
    guard bytes.count <= remaining else {
      throw wrongCount("\(bytes.count - remaining) more")
    }
    try unsafe file.write(bytes)
    remaining -= bytes.count
  }

  /// Appends `numbers` as they lie in memory.
  ///
  /// - Throws: as for bytes.
  public mutating func write<Number: BitwiseCopyable>(_ numbers: [Number]) throws(GGUFError) {
    try unsafe numbers.withUnsafeBufferPointer { buffer throws(GGUFError) in
      try unsafe write(UnsafeRawBufferPointer(buffer))
    }
  }

  func finish() throws(GGUFError) {
    if remaining > 0 { throw wrongCount("\(remaining) fewer") }
  }

  private func wrongCount(_ found: String) -> GGUFError {
    GGUFError(
      path: file.path,
      reason: .invalidContent(
        item: "the bytes of tensor \(name)", expected: "as many as its shape has", found: found))
  }
}
