public import Tensors

/// What is wrong with a model file, and where.
public struct GGUFError: Error, Equatable, Sendable {
  /// The fault; offsets are bytes from the start of the file.
  public enum Reason: Error, Equatable, Sendable {
    /// The file could not be mapped.
    case unreadable(MappedFileError)
    /// The first four bytes are not `GGUF`.
    case notGGUF(found: [UInt8])
    /// The version is neither 2 nor 3.
    case unsupportedVersion(found: UInt32)
    /// The file is written for big-endian machines.
    case bigEndian
    /// The file ends inside an item.
    case truncated(offset: Int, item: String, expected: UInt64, found: Int)
    /// A number is above one of `GGUFLimits`.
    case aboveLimit(offset: Int, item: String, limit: Int, found: UInt64)
    /// An item is not what the format allows.
    case malformed(offset: Int, item: String, expected: String, found: String)
    /// A key that is needed is not there.
    case missingKey(key: String, expected: String)
    /// A key's value has another type, or is outside the range of what was asked for.
    case wrongValue(key: String, offset: Int?, expected: String, found: String)
    /// A tensor that is needed is not there.
    case missingTensor(name: String)
    /// A tensor's type is none that this program reads.
    case unsupportedElementType(tensor: String, offset: Int, code: UInt32)
    /// A file could not be written.
    case unwritable(step: String, code: Int32)
    /// What was to be written is no well-formed file.
    case invalidContent(item: String, expected: String, found: String)
  }

  /// The file; empty for values that come from no file.
  public let path: String
  /// The fault.
  public let reason: Reason

  /// Names the fault `reason` of the file at `path`.
  public init(path: String, reason: Reason) {
    self.path = path
    self.reason = reason
  }
}
