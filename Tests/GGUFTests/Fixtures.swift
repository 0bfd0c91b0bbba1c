import Foundation
import GGUF

/// A folder of its own for one test; removed when the test lets go of it.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "gguf-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// The path of `name` in the folder.
  func path(_ name: String) -> String { url.appending(path: name).path }

  /// Writes `bytes` to a file and yields its path.
  func write(_ bytes: [UInt8], as name: String = "test.gguf") throws -> String {
    let path = path(name)
    try Data(bytes).write(to: URL(filePath: path))
    return path
  }
}

/// SplitMix64: the same numbers on every machine.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// The path of a file in Resources.
func resource(_ name: String) throws -> String {
  let url = Bundle.module.url(forResource: "Resources/\(name)", withExtension: nil)
  guard let url else { throw CocoaError(.fileNoSuchFile) }
  return url.path
}

/// The bytes of a file in Resources.
func resourceBytes(_ name: String) throws -> [UInt8] {
  Array(try Data(contentsOf: URL(filePath: resource(name))))
}

/// The parts of a file, put together by hand so that each can be wrong.
struct HandmadeFile {
  var magic: [UInt8] = Array("GGUF".utf8)
  var version: UInt32 = 3
  var tensorCount: UInt64?
  var keyCount: UInt64?
  /// Encoded key-value pairs and tensor descriptions.
  var pairs: [[UInt8]] = []
  var tensors: [[UInt8]] = []
  var dataByteCount = 0

  var bytes: [UInt8] {
    var result = magic + little(version)
    result += little(tensorCount ?? UInt64(tensors.count))
    result += little(keyCount ?? UInt64(pairs.count))
    result += pairs.joined()
    result += tensors.joined()
    if dataByteCount > 0 {
      result += [UInt8](repeating: 0, count: (32 - result.count % 32) % 32)
      result += [UInt8](repeating: 0, count: dataByteCount)
    }
    return result
  }

  static func pair(_ key: String, _ type: UInt32, _ value: [UInt8]) -> [UInt8] {
    text(Array(key.utf8)) + little(type) + value
  }

  static func tensor(
    _ name: String, _ dimensions: [UInt64], type: UInt32 = 0, offset: UInt64 = 0
  ) -> [UInt8] {
    text(Array(name.utf8)) + little(UInt32(dimensions.count))
      + dimensions.flatMap { little($0) } + little(type) + little(offset)
  }

  static func text(_ bytes: [UInt8]) -> [UInt8] { little(UInt64(bytes.count)) + bytes }
}

/// The bytes of `value`, lowest first.
func little<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
  (0..<MemoryLayout<Value>.size).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
}

/// The reason why `path` is refused, or nil where it opens.
func refusal(of path: String) -> GGUFError.Reason? {
  do throws(GGUFError) {
    _ = try GGUFFile(path: path)
    return nil
  } catch {
    return error.reason
  }
}
