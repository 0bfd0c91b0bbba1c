internal import GGUF
#if canImport(Glibc)
  internal import Glibc
#endif
internal import Kernels
internal import Tensors

/// Everything besides the tokens that decides the bits of keys and values, as a text that is stored
/// whole and compared whole.
struct NoteMemoryKey: Equatable, Sendable {
  let text: String

  /// - Parameters:
  ///   - kernelName: Other kernels add up in another order, which gives other bits.
  ///   - adapterDigest: Digest of the adapter in force; nil for none.
  init(_ model: LlamaModel, kernelName: String, adapterDigest: String?, keyValueType: KeyValueType)
  {
    let layout = KeyValueSequence.Layout(model.configuration, keyValueType)
    text = """
      asclepius note memory, format \(NoteMemoryFile.formatVersion)
      program \(Self.program)
      model \(model.fileDigest)
      adapter \(adapterDigest ?? "none")
      configuration \(model.configuration)
      kernels \(kernelName)
      numbers \(keyValueType.rawValue)
      pages \(AttendCall.pagePositionCount) x \(layout.headRunCount) x \(layout.headByteCount)

      """
  }

  /// The program itself: a later build may compute other bits, and nobody would think of raising
  /// a version for each change of a kernel. Its time of change stands beside the sample, which
  /// could miss a change of a single constant.
  private static let program: String = {
    var status = stat()
    guard let file = try? MappedFile(path: "/proc/self/exe"), stat(file.path, &status) == 0
    else { return "unknown" }
    let time = "\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    return "\(time) \(file.sampledDigest(whole: 0..<0, sampled: [0..<file.byteCount]))"
  }()
}

extension LlamaModel {
  /// Tells this model file from others, wherever it lies.
  ///
  /// Covers the size, the whole header and 4 KiB of every 256 KiB of every tensor: any other model,
  /// quantisation or fine-tuning differs in it. It does not tell two files apart of which one was
  /// changed in a few bytes by hand or by a failing disk; the library's SHA-256 is for that, and
  /// would take seconds at each start for a large model.
  fileprivate var fileDigest: String {
    let file = weights.file
    let header = 0..<min(file.dataOffset, file.file.byteCount)
    return file.file.sampledDigest(whole: header, sampled: file.tensors.map(\.byteRange))
  }
}

extension MappedFile {
  /// Size and a 128-bit digest of one range and of samples of others: 4 KiB of every 256 KiB of each,
  /// and its last 4 KiB.
  func sampledDigest(whole: Range<Int>, sampled: [Range<Int>]) -> String {
    let (length, step) = (4 << 10, 256 << 10)
    let samples = sampled.flatMap { range in
      let last = max(range.upperBound - length, range.lowerBound)
      return (Array(stride(from: range.lowerBound, to: last, by: step)) + [last]).map {
        $0..<min($0 + length, range.upperBound)
      }
    }
    let sums = withUnsafeBytes { bytes in
      ([whole] + samples).flatMap { range in
        let sample = UnsafeRawBufferPointer(rebasing: bytes[range])
        return [XXHash64.digest(sample, seed: 0), XXHash64.digest(sample, seed: 1)]
      }
    }
    return "\(byteCount) bytes, " + sums.withUnsafeBytes { XXHash64.name(of: $0) }
  }
}
