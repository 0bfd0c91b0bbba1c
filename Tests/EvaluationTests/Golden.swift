import Foundation
import Testing

/// What independent programs computed; the recipes are beside the resources.
enum Golden {
  static func read<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
    let url = try #require(
      Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Resources"))
    return try JSONDecoder().decode(type, from: Data(contentsOf: url))
  }
}

/// Whether two figures are both missing, or the same but for rounding.
func isClose(_ found: Double?, _ expected: Double?, within bound: Double = 1e-9) -> Bool {
  switch (found, expected) {
  case (nil, nil): true
  case (let found?, let expected?): abs(found - expected) <= bound * max(1, abs(expected))
  default: false
  }
}
