internal import Foundation

/// A progress bar on standard error, drawn at most ten times a second and only on a terminal.
final class ProgressLine: @unchecked Sendable {
  // Unchecked: every use of the mutable state holds the lock.
  private let lock = NSLock()
  private let title: String
  private let isTerminal: Bool
  private let start = Date()
  private var lastDrawn = Date.distantPast
  private var isDrawn = false

  init(_ title: String) {
    self.title = title
    isTerminal = isatty(2) == 1
  }

  /// Shows that `share` (0 to 1) of the work is done, with a few words beside the bar.
  func show(_ share: Double, _ words: String) {
    lock.withLock {
      let now = Date()
      guard isTerminal, now.timeIntervalSince(lastDrawn) >= 0.1 || share >= 1 else { return }
      lastDrawn = now
      isDrawn = true
      let width = 24
      let done = Int(Double(width) * min(max(share, 0), 1))
      let bar = String(repeating: "#", count: done) + String(repeating: ".", count: width - done)
      let percent = Int(100 * min(max(share, 0), 1))
      let rest = timeLeft(share, now)
      write("\r\u{1B}[K\(title) [\(bar)] \(percent) %  \(words)\(rest)")
    }
  }

  /// Takes the bar away.
  func clear() {
    lock.withLock {
      if isDrawn { write("\r\u{1B}[K") }
      isDrawn = false
    }
  }

  private func timeLeft(_ share: Double, _ now: Date) -> String {
    let passed = now.timeIntervalSince(start)
    guard share > 0.02, share < 1, passed > 1 else { return "" }
    let seconds = Int(passed * (1 - share) / share)
    return "  \(seconds / 60):\(seconds % 60 < 10 ? "0" : "")\(seconds % 60) left"
  }

  private func write(_ text: String) {
    FileHandle.standardError.write(Data(text.utf8))
  }
}

/// A number of bytes as a person reads it.
func readable(byteCount: Int) -> String {
  let units = ["bytes", "kB", "MB", "GB"]
  var (value, unit) = (Double(byteCount), 0)
  while value >= 1000, unit + 1 < units.count { (value, unit) = (value / 1000, unit + 1) }
  return unit == 0 ? "\(byteCount) bytes" : String(format: "%.1f %@", value, units[unit])
}
