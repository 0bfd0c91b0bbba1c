public import Kernels

#if arch(x86_64)
  internal import KernelsAMX
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
