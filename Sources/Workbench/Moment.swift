/// A point in time as the run loop reads it from its clocks. The room itself never reads one.
public struct Moment: Equatable, Hashable, Sendable, Codable {
  /// Seconds since some start that never goes back; only differences mean something.
  public var seconds: Double
  /// Local time of day, 0-23.
  public var hour: Int
  /// 0-59.
  public var minute: Int
  /// 0-60.
  public var second: Int

  /// Makes a point in time.
  public init(seconds: Double = 0, hour: Int = 0, minute: Int = 0, second: Int = 0) {
    self.seconds = seconds
    self.hour = hour
    self.minute = minute
    self.second = second
  }

  /// The time of day as `14:02:11`.
  public var clock: String { "\(twoDigits(hour)):\(twoDigits(minute)):\(twoDigits(second))" }

  /// The time of day as `14:02`.
  public var shortClock: String { "\(twoDigits(hour)):\(twoDigits(minute))" }
}

/// A count with commas between thousands, as `2,310`.
func grouped(_ count: Int) -> String {
  var digits = Array(String(count.magnitude))
  var place = digits.count - 3
  while place > 0 {
    digits.insert(",", at: place)
    place -= 3
  }
  return (count < 0 ? "-" : "") + String(digits)
}

/// A value with one decimal place, as `17.4`.
func oneDecimal(_ value: Double) -> String {
  guard value.isFinite, value.magnitude < 1e12 else { return "-" }
  let tenths = Int((value.magnitude * 10).rounded())
  return (value < 0 && tenths > 0 ? "-" : "") + "\(tenths / 10).\(tenths % 10)"
}

/// A value with two decimal places, as `0.12`.
func twoDecimals(_ value: Double) -> String { decimals(value, unit: 100, places: 2) }

/// A value with three decimal places, as `2.134`.
func threeDecimals(_ value: Double) -> String { decimals(value, unit: 1000, places: 3) }

private func decimals(_ value: Double, unit: Int, places: Int) -> String {
  guard value.isFinite, value.magnitude < 1e12 else { return "-" }
  let whole = Int((value.magnitude * Double(unit)).rounded())
  let rest = String(whole % unit)
  let zeros = String(repeating: "0", count: places - rest.count)
  return (value < 0 && whole > 0 ? "-" : "") + "\(whole / unit).\(zeros)\(rest)"
}

/// A duration as `0:03` minutes and seconds.
func minutesAndSeconds(_ seconds: Double) -> String {
  let whole = seconds.isFinite ? max(0, Int(min(seconds, 1e9))) : 0
  return "\(whole / 60):\(twoDigits(whole % 60))"
}

/// A size in bytes in the unit of memories: `8.9 GB`.
func gigabytes(_ byteCount: Int64) -> String { "\(oneDecimal(Double(byteCount) / 1e9)) GB" }

/// A size in bytes as people read it: `98 MB`.
func megabytes(_ byteCount: Int64) -> String {
  let value = Double(byteCount) / 1_000_000
  return value < 10 ? "\(oneDecimal(value)) MB" : "\(grouped(Int(value.rounded()))) MB"
}

private func twoDigits(_ value: Int) -> String {
  value < 10 ? "0\(value)" : String(value)
}
