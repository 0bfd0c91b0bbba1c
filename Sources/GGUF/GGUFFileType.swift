public import Kernels

/// What `general.file_type` says of a file: the type of most weights, and for some types which mix
/// of better ones the more sensitive matrices have. Raw values are the file's codes.
///
/// - Source: the GGUF specification, "general.file_type", and llama.cpp's `llama_ftype`.
public enum GGUFFileType: Int, CaseIterable, Sendable {
  case f32 = 0
  case f16 = 1
  case q4_0 = 2
  case q4_1 = 3
  case q8_0 = 7
  case q5_0 = 8
  case q5_1 = 9
  case q2_K = 10
  case q3_K_S = 11
  case q3_K_M = 12
  case q3_K_L = 13
  case q4_K_S = 14
  case q4_K_M = 15
  case q5_K_S = 16
  case q5_K_M = 17
  case q6_K = 18
  case q2_K_S = 21
  case iq4_NL = 25
  case iq4_XS = 30
  case bf16 = 32

  /// The name that the field uses, such as `Q4_K_M`.
  public var name: String {
    switch self {
    case .q3_K_S: "Q3_K_S"
    case .q3_K_M: "Q3_K_M"
    case .q3_K_L: "Q3_K_L"
    case .q4_K_S: "Q4_K_S"
    case .q4_K_M: "Q4_K_M"
    case .q5_K_S: "Q5_K_S"
    case .q5_K_M: "Q5_K_M"
    case .q2_K_S: "Q2_K_S"
    default: elementType.name
    }
  }

  /// The type of most weights.
  public var elementType: ElementType {
    switch self {
    case .f32: .f32
    case .f16: .f16
    case .bf16: .bf16
    case .q4_0: .q4_0
    case .q4_1: .q4_1
    case .q5_0: .q5_0
    case .q5_1: .q5_1
    case .q8_0: .q8_0
    case .q2_K, .q2_K_S: .q2_K
    case .q3_K_S, .q3_K_M, .q3_K_L: .q3_K
    case .q4_K_S, .q4_K_M: .q4_K
    case .q5_K_S, .q5_K_M: .q5_K
    case .q6_K: .q6_K
    case .iq4_NL: .iq4_NL
    case .iq4_XS: .iq4_XS
    }
  }
}
