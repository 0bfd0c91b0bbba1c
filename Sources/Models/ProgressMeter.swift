/// Turns a growing number of bytes into events: one at the start, one for each further mebibyte, one
/// at the end.
struct ProgressMeter {
  private static let stepByteCount = 1 << 20

  private let surroundings: ModelDownload.Surroundings
  private let emit: (DownloadProgress) -> Void
  private var start = (byteCount: 0, seconds: 0.0)
  private var total: Int?
  private var done = 0
  private var reported = 0

  init(
    surroundings: ModelDownload.Surroundings, emit: @escaping (DownloadProgress) -> Void
  ) {
    self.surroundings = surroundings
    self.emit = emit
  }

  /// Begins at `byteCount` bytes of `total`.
  mutating func begin(at byteCount: Int, of total: Int?) {
    start = (byteCount, surroundings.seconds())
    self.total = total
    done = byteCount
    report()
  }

  /// Tells that there are `byteCount` bytes now.
  mutating func advance(to byteCount: Int) {
    done = byteCount
    if done - reported >= Self.stepByteCount { report() }
  }

  /// Reports the last bytes.
  mutating func finish() {
    if done != reported { report() }
  }

  private mutating func report() {
    reported = done
    let seconds = surroundings.seconds() - start.seconds
    let rate =
      seconds > 0 && done > start.byteCount ? Double(done - start.byteCount) / seconds : nil
    emit(DownloadProgress(doneByteCount: done, totalByteCount: total, bytesPerSecond: rate))
  }
}
