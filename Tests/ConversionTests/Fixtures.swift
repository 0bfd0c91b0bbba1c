import Foundation
import GGUF
import Kernels

/// A folder that goes with the test.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory
      .appending(path: "asclepius-conversion-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appending(path: name).path }

  var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).sorted()
  }
}

/// A file among the tests' resources.
func resource(_ name: String) throws -> Data {
  try Data(
    contentsOf: URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Resources/\(name)"))
}

/// A file of the tiny random models; the recipe is `Tests/Recipes/tiny_models.py`.
func tinyPath(_ name: String) -> String {
  URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "LlamaTests/Resources/\(name)").path
}

extension Data {
  /// Little-endian floats.
  var floats: [Float] {
    withUnsafeBytes { bytes in
      (0..<bytes.count / 4).map {
        Float(bitPattern: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self))
      }
    }
  }
}

/// Root mean square of the difference.
func rootMeanSquare(_ found: [Float], _ expected: [Float]) -> Double {
  let sum = zip(found, expected).reduce(0.0) { sum, pair in
    let difference = Double(pair.0) - Double(pair.1)
    return sum + difference * difference
  }
  return (sum / Double(expected.count)).squareRoot()
}

extension GGUFFile {
  /// All numbers of the tensor called `name`.
  func floats(named name: String) throws -> [Float] {
    floats(of: try requiredTensor(named: name))
  }

  /// The bytes of the tensor called `name`.
  func bytes(named name: String) throws -> [UInt8] {
    let tensor = try requiredTensor(named: name)
    return withBytes(of: tensor) { Array($0) }
  }
}
