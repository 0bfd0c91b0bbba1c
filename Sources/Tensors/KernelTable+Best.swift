public import Kernels

#if canImport(Glibc)
  internal import Glibc
#endif
#if arch(x86_64)
  internal import KernelsAVX2
  internal import KernelsAVX512
#endif

/// The instruction sets that the project has kernels for, the fastest first; the raw value is the
/// one that `ASCLEPIUS_KERNELS` takes.
public enum InstructionSet: String, CaseIterable, Sendable {
  /// AVX-512 with VNNI.
  case avx512
  /// AVX2 with fused multiply-add and half precision.
  case avx2
  /// No vector instructions; on every processor.
  case portable

  /// The kernels, or nil where this processor cannot run them.
  public var table: KernelTable? {
    switch self {
    #if arch(x86_64)
      case .avx512: AVX512Kernels.table
      case .avx2: AVX2Kernels.table
    #else
      case .avx512, .avx2: nil
    #endif
    case .portable: ScalarKernels.table
    }
  }

  /// The set that `request` names, or the fastest that this processor can run where it names none.
  ///
  /// - Parameter request: The value of `ASCLEPIUS_KERNELS`, or nil or empty without one.
  /// - Returns: The set, and a sentence for the user where the request could not be met.
  public static func chosen(_ request: String?) -> (set: InstructionSet, problem: String?) {
    let available = allCases.filter { $0.table != nil }
    let best = available.first ?? .portable
    guard let request, !request.isEmpty else { return (best, nil) }
    if let wanted = InstructionSet(rawValue: request), available.contains(wanted) {
      return (wanted, nil)
    }
    let names = available.map(\.rawValue).joined(separator: ", ")
    let problem =
      "ASCLEPIUS_KERNELS=\(request): this processor can run \(names); using \(best.rawValue)"
    return (best, problem)
  }
}

extension KernelTable {
  /// All kernels that this processor can run, the fastest first; the portable ones are always last.
  public static let available: [KernelTable] = InstructionSet.allCases.compactMap(\.table)

  /// The fastest kernels that this processor can run, unless the environment variable
  /// `ASCLEPIUS_KERNELS` names others (see `InstructionSet`), for tests and measuring. A value that
  /// cannot be met is reported once, on standard error, and changes nothing.
  public static let best: KernelTable = {
    let request = unsafe getenv("ASCLEPIUS_KERNELS").map { unsafe String(cString: $0) }
    let choice = InstructionSet.chosen(request)
    if let problem = choice.problem {
      let line = "asclepius: \(problem)\n"
      _ = unsafe write(STDERR_FILENO, line, line.utf8.count)
    }
    return choice.set.table ?? ScalarKernels.table
  }()
}
