/// How the numbers of a tensor are stored, with the codes that GGUF files use.
///
/// A quantised type stores blocks: `blockElementCount` numbers in `blockByteCount` bytes.
///
/// - Source: ggml's `enum ggml_type` and block layouts, as listed in the GGUF specification.
public enum ElementType: UInt32, CaseIterable, Sendable {
  case f32 = 0
  case f16 = 1
  case q4_0 = 2
  case q4_1 = 3
  case q5_0 = 6
  case q5_1 = 7
  case q8_0 = 8
  case q2_K = 10
  case q3_K = 11
  case q4_K = 12
  case q5_K = 13
  case q6_K = 14
  case iq4_NL = 20
  case iq4_XS = 23
  case bf16 = 30

  /// Numbers in one block; a row's length must be a multiple of it.
  public var blockElementCount: Int {
    switch self {
    case .f32, .f16, .bf16: 1
    case .q4_0, .q4_1, .q5_0, .q5_1, .q8_0, .iq4_NL: 32
    case .q2_K, .q3_K, .q4_K, .q5_K, .q6_K, .iq4_XS: 256
    }
  }

  /// Bytes of one block.
  public var blockByteCount: Int {
    switch self {
    case .f32: 4
    case .f16, .bf16: 2
    case .q4_0, .iq4_NL: 18
    case .q4_1: 20
    case .q5_0: 22
    case .q5_1: 24
    case .q8_0: 34
    case .q2_K: 84
    case .q3_K: 110
    case .q4_K: 144
    case .q5_K: 176
    case .q6_K: 210
    case .iq4_XS: 136
    }
  }

  /// The name that the field uses, such as `Q4_K`.
  public var name: String {
    switch self {
    case .f32: "F32"
    case .f16: "F16"
    case .bf16: "BF16"
    case .q4_0: "Q4_0"
    case .q4_1: "Q4_1"
    case .q5_0: "Q5_0"
    case .q5_1: "Q5_1"
    case .q8_0: "Q8_0"
    case .q2_K: "Q2_K"
    case .q3_K: "Q3_K"
    case .q4_K: "Q4_K"
    case .q5_K: "Q5_K"
    case .q6_K: "Q6_K"
    case .iq4_NL: "IQ4_NL"
    case .iq4_XS: "IQ4_XS"
    }
  }

  /// Bytes of a row of `elementCount` numbers, or nil where the row is no whole number of blocks or
  /// the product overflows.
  public func byteCount(elementCount: Int) -> Int? {
    guard elementCount >= 0, elementCount % blockElementCount == 0 else { return nil }
    let (bytes, overflow) = (elementCount / blockElementCount)
      .multipliedReportingOverflow(by: blockByteCount)
    return overflow ? nil : bytes
  }
}
