import Foundation
import Workbench

/// Where the workbench's time comes from.
struct WorkbenchClock {
  /// Real time, or a time that only moves when it is told to, so that scripts show the same screen
  /// every time.
  private var steppedSeconds: Double?

  static let real = WorkbenchClock(steppedSeconds: nil)

  /// Begins at 14:00:00.
  static let stepped = WorkbenchClock(steppedSeconds: 0)

  /// Moves a stepped clock; a real one moves by itself.
  mutating func advance(by seconds: Double) {
    steppedSeconds = steppedSeconds.map { $0 + seconds }
  }

  /// Seconds that never go back.
  static func monotonicSeconds() -> Double {
    Double(DispatchTime.now().uptimeNanoseconds) / 1e9
  }

  func now() -> Moment {
    if let steppedSeconds {
      let whole = Int(steppedSeconds)
      return Moment(
        seconds: steppedSeconds, hour: 14 + whole / 3600, minute: whole / 60 % 60,
        second: whole % 60)
    }
    var time = time(nil)
    var parts = tm()
    localtime_r(&time, &parts)
    return Moment(
      seconds: Self.monotonicSeconds(), hour: Int(parts.tm_hour), minute: Int(parts.tm_min),
      second: Int(parts.tm_sec))
  }
}

/// Bytes of memory that this process takes; nil where the system does not tell.
func residentByteCount() -> Int64? {
  guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else {
    return nil
  }
  let fields = text.split(separator: " ")
  guard fields.count > 1, let pages = Int64(fields[1]) else { return nil }
  return pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
}
