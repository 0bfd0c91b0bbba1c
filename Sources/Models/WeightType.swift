internal import GGUF
internal import Kernels

/// Names how most weights of a file are stored.
enum WeightType {
  /// The name that `general.file_type` stands for, else that of the type which most numbers have;
  /// nil for a file without tensors.
  static func name(of file: GGUFFile) -> String? {
    if let code = try? file.metadata.optionalInteger("general.file_type"), let name = names[code] {
      return name
    }
    var counts: [ElementType: Int] = [:]
    for tensor in file.tensors { counts[tensor.elementType, default: 0] += tensor.elementCount }
    return counts.max { ($0.value, $0.key.rawValue) < ($1.value, $1.key.rawValue) }?.key.name
  }

  /// The codes of `general.file_type`.
  ///
  /// - Source: the GGUF specification, "general.file_type", and llama.cpp's `llama_ftype`.
  private static let names: [Int: String] = [
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K",
    11: "Q3_K_S", 12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S",
    17: "Q5_K_M", 18: "Q6_K", 21: "Q2_K_S", 25: "IQ4_NL", 30: "IQ4_XS", 32: "BF16",
  ]
}
