// The kernels for processors with AVX-512 and its VNNI extension, in Swift with intrinsics.
//
// This target alone is compiled for those processors, so nothing of it may run before
// `AVX512Kernels.table` has asked what the processor can do, and no generic of the standard library
// may be specialised here: the linker could keep that copy for the whole program.
internal import CIntrinsics
public import Kernels

/// The table of the AVX-512 kernels.
public enum AVX512Kernels {
  /// The kernels, or nil on a processor that lacks the instructions.
  public static let table: KernelTable? =
    asclepius_cpu_has_avx512_vnni() == 0
    ? nil
    : KernelTable(
      name: "AVX-512 VNNI", prepare: VectorActivations.prepare, multiply: multiply,
      normalize: VectorMath.normalize, gate: VectorMath.gate, rotate: VectorMath.rotate,
      remember: VectorAttention.remember, attend: VectorAttention.attend,
      weigh: VectorMath.weigh, productPeak: ProductPeak.run)

  /// The loops of training, or nil on a processor that lacks the instructions.
  public static let training: TrainingKernels? =
    asclepius_cpu_has_avx512_vnni() == 0 ? nil : VectorTraining.kernels

  @Sendable private static func multiply(_ call: MultiplyCall) {
    switch call.matrix.elementType {
    case .f32: FloatProducts<VectorF32>.multiply(call)
    case .f16: FloatProducts<VectorF16>.multiply(call)
    case .bf16: FloatProducts<VectorBF16>.multiply(call)
    case .q4_0: CodeProducts<VectorQ4_0>.multiply(call)
    case .q4_1: CodeProducts<VectorQ4_1>.multiply(call)
    case .q5_0: CodeProducts<VectorQ5_0>.multiply(call)
    case .q5_1: CodeProducts<VectorQ5_1>.multiply(call)
    case .q8_0: CodeProducts<VectorQ8_0>.multiply(call)
    case .q2_K: CodeProducts<VectorQ2K>.multiply(call)
    case .q3_K: CodeProducts<VectorQ3K>.multiply(call)
    case .q4_K: CodeProducts<VectorQ4K>.multiply(call)
    case .q5_K: CodeProducts<VectorQ5K>.multiply(call)
    case .q6_K: CodeProducts<VectorQ6K>.multiply(call)
    case .iq4_NL: CodeProducts<VectorIQ4NL>.multiply(call)
    case .iq4_XS: CodeProducts<VectorIQ4XS>.multiply(call)
    }
  }
}
