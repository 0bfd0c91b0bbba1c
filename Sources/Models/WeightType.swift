internal import GGUF
internal import Kernels

/// Names how most weights of a file are stored.
enum WeightType {
  /// The name that `general.file_type` stands for, else that of the type which most numbers have;
  /// nil for a file without tensors.
  static func name(of file: GGUFFile) -> String? {
    if let code = try? file.metadata.optionalInteger("general.file_type"),
      let type = GGUFFileType(rawValue: code)
    {
      return type.name
    }
    var counts: [ElementType: Int] = [:]
    for tensor in file.tensors { counts[tensor.elementType, default: 0] += tensor.elementCount }
    return counts.max { ($0.value, $0.key.rawValue) < ($1.value, $1.key.rawValue) }?.key.name
  }
}
