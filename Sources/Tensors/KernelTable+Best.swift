public import Kernels

#if arch(x86_64)
  internal import KernelsAVX512
#endif

extension KernelTable {
  /// The fastest kernels that this processor can run.
  public static let best: KernelTable = {
    #if arch(x86_64)
      if let table = AVX512Kernels.table { return table }
    #endif
    return ScalarKernels.table
  }()
}
