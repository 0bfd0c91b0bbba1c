internal import Foundation

/// How much memory a program may still take, as the kernel tells it.
public enum FreeMemory {
  /// Bytes that can be had without pushing other programs out; nil where the system does not say.
  ///
  /// The least of what the machine has and what each control group around this process leaves: in a
  /// container the group's limit counts, which the machine's own figures do not show.
  public static var byteCount: Int? {
    byteCount { path in
      FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }
  }

  /// The same from files that `read` gives the text of.
  static func byteCount(read: (String) -> String?) -> Int? {
    var least = read("/proc/meminfo").flatMap { value(of: "MemAvailable:", in: $0) }
      .map { $0 * 1024 }
    for line in (read("/proc/self/cgroup") ?? "").split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3, let hierarchy = Hierarchy(controllers: parts[1]) else { continue }
      var group = parts[2] == "/" ? "" : String(parts[2])
      while true {
        if let free = hierarchy.freeByteCount(in: group, read: read) {
          least = min(least ?? free, free)
        }
        guard let parent = group.lastIndex(of: "/") else { break }
        group = String(group[..<parent])
      }
    }
    return least
  }

  /// Where a generation of control groups keeps its figures.
  private struct Hierarchy {
    let root: String
    let limit: String
    let used: String
    /// What the group's statistics call the files that the system holds and can let go.
    let files: [String]

    /// - Parameter controllers: The second field of a line of `/proc/self/cgroup`.
    init?(controllers: Substring) {
      switch controllers {
      case "":
        root = "/sys/fs/cgroup"
        (limit, used) = ("memory.max", "memory.current")
        files = ["inactive_file", "active_file"]
      case "memory":
        root = "/sys/fs/cgroup/memory"
        (limit, used) = ("memory.limit_in_bytes", "memory.usage_in_bytes")
        files = ["total_inactive_file", "total_active_file"]
      default:
        return nil
      }
    }

    func freeByteCount(in group: String, read: (String) -> String?) -> Int? {
      func number(_ name: String) -> Int? {
        read("\(root)\(group)/\(name)")
          .flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
      }
      // `max` is no number: there is no limit.
      guard let limit = number(limit), let used = number(used) else { return nil }
      let statistics = read("\(root)\(group)/memory.stat") ?? ""
      let held = files.compactMap { value(of: $0, in: statistics) }.reduce(0, +)
      return max(0, limit - used + min(held, used))
    }
  }

  /// The number behind `name` on the line that begins with it.
  private static func value(of name: String, in text: String) -> Int? {
    for line in text.split(separator: "\n") {
      let words = line.split(whereSeparator: \.isWhitespace)
      if words.count >= 2, words[0] == name { return Int(words[1]) }
    }
    return nil
  }
}
