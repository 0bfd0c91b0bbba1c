/// Why a model could not be converted.
public enum ConversionError: Error, Equatable, Sendable {
  /// A tensor holds numbers that are infinite, not a number, or too large for the type.
  case numberOutOfRange(tensor: String, type: String)
  /// The type is none that this program writes.
  case unknownType(name: String, known: [String])
  /// A file that a folder needs is not there.
  case missingFile(path: String)
  /// A file is not what it should be; `fault` says where and how.
  case malformed(path: String, fault: String)
  /// A file or a model has something that is not supported.
  case unsupported(item: String, expected: String, found: String)
  /// A tensor that the architecture needs is not there.
  case missingTensor(name: String)
  /// A tensor of another shape than its architecture has.
  case wrongShape(tensor: String, expected: [Int], found: [Int])
}

extension ConversionError: CustomStringConvertible {
  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .numberOutOfRange(let tensor, let type):
      "the tensor \(tensor) holds numbers that \(type) cannot store (infinite, not a number, or "
        + "above 65504); the file is damaged, or --type F32 or BF16 keeps them"
    case .unknownType(let name, let known):
      "there is no type \(name); choose one of \(known.joined(separator: ", "))"
    case .missingFile(let path):
      "\(path): there is no such file; the folder must be complete, as it was published"
    case .malformed(let path, let fault): "\(path): \(fault); fetch the file again"
    case .unsupported(let item, let expected, let found):
      "\(item) is \(found), but only \(expected) is supported"
    case .missingTensor(let name): "the tensor \(name) is missing; the folder is incomplete"
    case .wrongShape(let tensor, let expected, let found):
      "the tensor \(tensor) has the shape \(found), but the configuration says \(expected)"
    }
  }
}
