import Foundation
import GGUF
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Reads all that can be asked of a file; true where it opened. Any `GGUFError` is a good answer, a
/// trap or another error is not.
@discardableResult
func readEverything(_ path: String) throws -> Bool {
  let file: GGUFFile
  do {
    file = try GGUFFile(path: path)
  } catch {
    #expect(!error.description.isEmpty)
    return false
  }
  for key in file.metadata.keys {
    guard case .array(let array) = file.metadata[key] else { continue }
    _ = try? array.strings()
    _ = try? array.byteStrings()
    _ = try? array.integers()
    _ = try? array.floats()
    _ = try? array.bools()
    _ = try? array.values()
  }
  for tensor in file.tensors {
    file.withBytes(of: tensor) { bytes in
      #expect(bytes.count == tensor.byteRange.count)
      _ = bytes.first
      _ = bytes.last
    }
    #expect(tensor.elementCount >= 1)
  }
  return true
}

struct DamagedFilesTests {
  @Test(arguments: ["every-value.gguf", "version-2.gguf"])
  func truncationAnywhereInHeaderOrTensorsIsAnError(name: String) throws {
    let folder = try TemporaryFolder()
    let bytes = try resourceBytes(name)
    let end = try #require(GGUFFile(path: resource(name)).tensors.map(\.byteRange.upperBound).max())
    for length in 0..<bytes.count {
      let path = try folder.write(Array(bytes[..<length]))
      let opened = try readEverything(path)
      #expect(opened == (length >= end), "\(length) of \(bytes.count) bytes")
    }
  }

  @Test func flippedBitsAreAnErrorOrAFile() throws {
    let folder = try TemporaryFolder()
    let bytes = try resourceBytes("every-value.gguf")
    var generator = SeededGenerator(state: 1)
    var openedCount = 0
    for _ in 0..<2_000 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let index = Int.random(in: 0..<960, using: &generator)
        damaged[index] ^= 1 << UInt8.random(in: 0...7, using: &generator)
      }
      if try readEverything(folder.write(damaged)) { openedCount += 1 }
    }
    // Names and values may change unnoticed; counts, types and lengths may not.
    #expect((200..<1_800).contains(openedCount))
  }

  @Test func overwrittenNumbersAreAnErrorOrAFile() throws {
    let folder = try TemporaryFolder()
    let bytes = try resourceBytes("every-value.gguf")
    var generator = SeededGenerator(state: 2)
    let numbers: [UInt64] = [
      0, 1, 7, 9, 32, 0x7fff_ffff, 0xffff_ffff, 1 << 40, 1 << 62, .max >> 1, .max >> 1 + 1, .max,
      .max - 31,
    ]
    for _ in 0..<2_000 {
      var damaged = bytes
      let index = Int.random(in: 0..<952, using: &generator)
      let number = little(numbers[Int.random(in: 0..<numbers.count, using: &generator)])
      let width = Bool.random(using: &generator) ? 4 : 8
      damaged.replaceSubrange(index..<(index + width), with: number.prefix(width))
      try readEverything(folder.write(damaged))
    }
  }

  /// Run in a process of its own, whose memory is capped: a table sized by what a file claims would
  /// end it.
  @Test func hostileCountsCostNoMemory() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      let bytes = try resourceBytes("every-value.gguf")
      let usage = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
      let pages = try #require(Int(usage.prefix { $0 != " " }))
      let cap = rlim_t(pages * 4096 + 64 << 20)
      var limit = rlimit(rlim_cur: cap, rlim_max: cap)
      try #require(setrlimit(__rlimit_resource_t(9), &limit) == 0)
      for number: UInt64 in [1 << 16, 1 << 27, 1 << 33, .max >> 1] {
        for index in 0..<952 {
          var damaged = bytes
          damaged.replaceSubrange(index..<(index + 8), with: little(number))
          try readEverything(folder.write(damaged))
        }
      }
    }
  }
}
