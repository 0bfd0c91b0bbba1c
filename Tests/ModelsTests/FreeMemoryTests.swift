import Testing

@testable import Models

/// Files as the kernel's documentation (`proc(5)`, `cgroup-v2.rst`, `cgroup-v1/memory.rst`) has them.
struct FreeMemoryTests {
  private static let machine = [
    "/proc/meminfo": "MemTotal:       24576000 kB\nMemFree: 100 kB\nMemAvailable:   20000000 kB\n",
    "/proc/self/cgroup": "0::/\n",
  ]

  private func free(_ files: [String: String]) -> Int? {
    FreeMemory.byteCount { Self.machine.merging(files) { $1 }[$0] }
  }

  @Test func withoutAGroupTheMachineCounts() {
    #expect(free([:]) == 20_480_000_000)
    #expect(FreeMemory.byteCount { _ in nil } == nil)
  }

  @Test func aGroupsLimitCountsAndFilesItHoldsAreFree() {
    #expect(
      free([
        "/sys/fs/cgroup/memory.max": "1000000\n", "/sys/fs/cgroup/memory.current": "900000\n",
        "/sys/fs/cgroup/memory.stat": "anon 5\ninactive_file 300000\nactive_file 100000\n",
      ]) == 500_000)
    #expect(
      free([
        "/sys/fs/cgroup/memory.max": "max\n", "/sys/fs/cgroup/memory.current": "900000\n",
      ]) == 20_480_000_000)
  }

  @Test func theTightestOfTheGroupsAroundTheProcessCounts() {
    #expect(
      free([
        "/proc/self/cgroup": "0::/a/b\n", "/sys/fs/cgroup/a/memory.max": "7000",
        "/sys/fs/cgroup/a/memory.current": "1000", "/sys/fs/cgroup/a/b/memory.max": "9000",
        "/sys/fs/cgroup/a/b/memory.current": "500",
      ]) == 6000)
  }

  @Test func theOlderGroupsAreReadToo() {
    #expect(
      free([
        "/proc/self/cgroup": "8:pids:/x\n4:memory:/x\n",
        "/sys/fs/cgroup/memory/x/memory.limit_in_bytes": "5000",
        "/sys/fs/cgroup/memory/x/memory.usage_in_bytes": "6000",
        "/sys/fs/cgroup/memory/x/memory.stat": "total_inactive_file 500\ntotal_active_file 0\n",
      ]) == 0)
  }

  @Test func thisMachineHasSome() throws {
    #expect(try #require(FreeMemory.byteCount) > 0)
  }
}
