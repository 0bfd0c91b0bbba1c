public import Kernels

#if arch(x86_64)
  internal import KernelsAMX
  internal import KernelsAVX512
#endif

extension BrainKernels {
  /// The kernels that this processor has, or nil.
  public static let available: BrainKernels? = {
    #if arch(x86_64)
      AMXKernels.table
    #else
      nil
    #endif
  }()
}

extension TrainingKernels {
  /// The kernels that this processor has, or nil.
  public static let available: TrainingKernels? = {
    #if arch(x86_64)
      AVX512Kernels.training
    #else
      nil
    #endif
  }()
}
