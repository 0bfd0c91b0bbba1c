internal import COpenBLAS
internal import Kernels
public import Tensors

#if canImport(Glibc)
  internal import Glibc
#endif

/// Products of matrices in single precision, by OpenBLAS on the threads of a pool.
///
/// The library is opened here and not linked: it chooses its kernels once, when it is loaded, and an
/// older one takes those of 2004 on a processor that it does not know (seven times slower here).
/// What the processor can do is known by then, and said to it.
public final class DenseProducts: Sendable {
  /// Threads that share each product; OpenBLAS itself runs on one.
  public let pool: WorkerPool

  typealias Sgemm =
    @convention(c) (
      CBLAS_ORDER, CBLAS_TRANSPOSE, CBLAS_TRANSPOSE, blasint, blasint, blasint, Float,
      UnsafePointer<Float>?, blasint, UnsafePointer<Float>?, blasint, Float,
      UnsafeMutablePointer<Float>?, blasint
    ) -> Void
  private let sgemm: Sgemm
  private let brain: BrainProducts?
  /// Where products are in bfloat16.
  var brainKernels: BrainKernels? { brain?.kernels }

  /// How numbers are rounded before large products; sums are floats in any case.
  public enum Precision: String, CaseIterable, Codable, Sendable {
    /// Not at all.
    case single = "f32"
    /// To bfloat16, on processors with kernels for it.
    case brain = "bf16"

    /// The fastest that this processor has.
    public static var fastest: Precision { BrainKernels.available == nil ? .single : .brain }
  }

  /// Opens OpenBLAS.
  ///
  /// - Parameter precision: `.brain` is `.single` on processors that lack it.
  /// - Throws: `TrainingError.missingLibrary` where it is not installed.
  public init(pool: WorkerPool, precision: Precision = .single) throws(TrainingError) {
    self.pool = pool
    let kernels = precision == .brain ? BrainKernels.available : nil
    brain = kernels.map { BrainProducts($0, pool: pool) }
    if let core = Self.coreName { setenv("OPENBLAS_CORETYPE", core, 0) }
    let names = ["libopenblas.so.0", "libopenblas.so"]
    guard let handle = names.lazy.compactMap({ dlopen($0, RTLD_NOW | RTLD_LOCAL) }).first,
      let product = dlsym(handle, "cblas_sgemm"),
      let setThreads = dlsym(handle, "openblas_set_num_threads")
    else { throw .missingLibrary(name: "OpenBLAS", package: "libopenblas0") }
    sgemm = unsafeBitCast(product, to: Sgemm.self)
    unsafeBitCast(setThreads, to: (@convention(c) (CInt) -> Void).self)(1)
  }

  /// The kernels that OpenBLAS is to take; nil leaves the choice to it.
  private static var coreName: String? {
    if InstructionSet.avx512.table != nil { return "SkylakeX" }
    return InstructionSet.avx2.table == nil ? nil : "Haswell"
  }

  /// One product, on the calling thread: `c = alpha * op(a) * op(b) + beta * c`.
  func multiplyAlone(_ call: ProductCall) {
    guard call.rows > 0, call.columns > 0 else { return }
    sgemm(
      CblasRowMajor, call.a.isTransposed ? CblasTrans : CblasNoTrans,
      call.b.isTransposed ? CblasTrans : CblasNoTrans, blasint(call.rows), blasint(call.columns),
      blasint(call.depth), call.alpha, call.a.base, blasint(call.a.stride), call.b.base,
      blasint(call.b.stride), call.beta, call.c, blasint(call.stride))
  }

  /// One product on all threads, cut along its longer side.
  ///
  /// The cuts depend on the shape alone, so the result does not depend on the number of threads.
  public func multiply(_ call: ProductCall) {
    if let brain { return brain.multiply(call) }
    let cutsRows = call.rows >= call.columns || call.rows >= 512
    let extent = cutsRows ? call.rows : call.columns
    let pieces = max(1, min(4, extent / 64))
    let size = (extent + pieces - 1) / pieces
    pool.run(chunkCount: pieces) { piece, _ in
      let first = min(piece * size, extent)
      let count = min(size, extent - first)
      multiplyAlone(cutsRows ? call.rows(first, count) : call.columns(first, count))
    }
  }
}

/// A factor of a product: rows one after the other, read as they lie or transposed.
public struct Factor {
  let base: UnsafePointer<Float>
  let stride: Int
  let isTransposed: Bool
  /// Whether the numbers stay as they are, so that their rounded form can be kept.
  let isFixed: Bool

  /// Numbers at `base`, `stride` floats from row to row.
  public init(
    _ base: UnsafePointer<Float>, stride: Int, isTransposed: Bool = false, isFixed: Bool = false
  ) {
    self.base = base
    self.stride = stride
    self.isTransposed = isTransposed
    self.isFixed = isFixed
  }

  /// The factor from its `first` row on.
  func fromRow(_ first: Int) -> Factor {
    Factor(
      base + (isTransposed ? first : first * stride), stride: stride, isTransposed: isTransposed)
  }

  /// The factor from its `first` column on.
  func fromColumn(_ first: Int) -> Factor {
    Factor(
      base + (isTransposed ? first * stride : first), stride: stride, isTransposed: isTransposed)
  }
}

/// A product to form: `c = alpha * a * b + beta * c`, with a `(rows, depth)`, b `(depth, columns)`.
public struct ProductCall {
  let rows: Int
  let columns: Int
  let depth: Int
  let alpha: Float
  let a: Factor
  let b: Factor
  let beta: Float
  let c: UnsafeMutablePointer<Float>
  let stride: Int

  /// A product with every part named; `stride` is that of `c`.
  public init(
    shape: (rows: Int, columns: Int, depth: Int), _ a: Factor, _ b: Factor,
    into c: UnsafeMutablePointer<Float>, stride: Int, scales: (alpha: Float, beta: Float) = (1, 0)
  ) {
    (rows, columns, depth) = shape
    (alpha, beta) = scales
    self.a = a
    self.b = b
    self.c = c
    self.stride = stride
  }

  func rows(_ first: Int, _ count: Int) -> ProductCall {
    ProductCall(
      shape: (count, columns, depth), a.fromRow(first), b, into: c + first * stride,
      stride: stride, scales: (alpha, beta))
  }

  func columns(_ first: Int, _ count: Int) -> ProductCall {
    ProductCall(
      shape: (rows, count, depth), a, b.fromColumn(first), into: c + first, stride: stride,
      scales: (alpha, beta))
  }
}
