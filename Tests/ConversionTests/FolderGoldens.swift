import Crypto
import Foundation
import GGUF
import Kernels
import Testing
import Tokenization

/// What other programs make of the small folders among the resources; the recipe is
/// `Recipes/folders.py`, which also describes the fields.
struct FolderGolden: Decodable, Sendable {
  /// A key's value: a number, a text, a truth value, or an array's length and digest.
  enum Value: Decodable, Equatable, Sendable {
    case bool(Bool)
    case number(Double)
    case text(String)
    case array(count: Int, digest: String)

    init(from decoder: any Decoder) throws {
      if var list = try? decoder.unkeyedContainer() {
        self = .array(count: try list.decode(Int.self), digest: try list.decode(String.self))
        return
      }
      let value = try decoder.singleValueContainer()
      if let bool = try? value.decode(Bool.self) {
        self = .bool(bool)
      } else if let number = try? value.decode(Double.self) {
        self = .number(number)
      } else {
        self = .text(try value.decode(String.self))
      }
    }
  }

  struct Tensor: Decodable, Equatable, Sendable {
    let type: String
    let dimensions: [Int]
    let digest: String

    init(type: String, dimensions: [Int], digest: String) {
      self.type = type
      self.dimensions = dimensions
      self.digest = digest
    }

    init(from decoder: any Decoder) throws {
      var list = try decoder.unkeyedContainer()
      type = try list.decode(String.self)
      dimensions = try list.decode([Int].self)
      digest = try list.decode(String.self)
    }
  }

  struct Text: Decodable, Sendable {
    let text: String
    let tokens: [TokenID]

    init(from decoder: any Decoder) throws {
      var list = try decoder.unkeyedContainer()
      text = try list.decode(String.self)
      tokens = try list.decode([TokenID].self)
    }
  }

  let base: String?
  let tensors: [String: Tensor]?
  let metadata: [String: Value]?
  let texts: [Text]?
  let tokens: [TokenID]
  let positions: [Int]
  let logits: Data

  static func named(_ name: String) throws -> Self {
    let all = try JSONDecoder().decode([String: Self].self, from: resource("folders.json"))
    return try #require(all[name])
  }

  /// Checks rows of logits, one a token.
  func expectLogits(_ found: [[Float]], below tolerance: Double) {
    let all = logits.floats
    let size = all.count / positions.count
    for (index, position) in positions.enumerated() {
      let expected = Array(all[index * size..<(index + 1) * size])
      #expect(relativeError(found[position], expected) < tolerance, "position \(position)")
    }
  }
}

/// SHA-256 in hexadecimal.
func digest(_ bytes: some DataProtocol) -> String {
  SHA256.hash(data: bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

extension GGUFFile {
  /// All tensors as goldens describe them.
  func described() throws -> [String: FolderGolden.Tensor] {
    try Dictionary(
      uniqueKeysWithValues: tensors.map {
        (
          $0.name,
          .init(
            type: $0.elementType.name, dimensions: $0.dimensions,
            digest: digest(try bytes(named: $0.name)))
        )
      })
  }
}

extension GGUFMetadata {
  /// The value of a key as goldens describe it.
  func described(_ key: String) throws -> FolderGolden.Value? {
    switch self[key] {
    case .bool(let value)?: return .bool(value)
    case .string(let text)?: return .text(text)
    case .array(let array)?:
      let items =
        array.elementType == .string
        ? try array.strings()
        : array.elementType == .float32
          ? try array.floats().map { "\($0)" } : try array.integers().map { "\($0)" }
      return .array(
        count: items.count, digest: digest(Data(items.joined(separator: "\n").utf8)))
    case let value?:
      return (value.integer.map(Double.init) ?? value.float.map(Double.init))
        .map { .number($0) }
    case nil: return nil
    }
  }
}
