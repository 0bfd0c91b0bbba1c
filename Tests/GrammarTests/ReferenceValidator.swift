import Clinical
import Foundation

/// Says whether a value fulfils a schema, by the plain words of the specification. The goldens hold
/// it to the verdicts of the Python package jsonschema.
struct ReferenceValidator {
  let root: JSONValue

  func accepts(_ value: JSONValue) -> Bool { accepts(value, root) }

  private func accepts(_ value: JSONValue, _ schema: JSONValue) -> Bool {
    if let isAllowed = schema.bool { return isAllowed }
    guard let schema = schema.object else { return false }
    return schema.members.allSatisfy { holds($0.name, $0.value, value, schema) }
  }

  private func holds(
    _ keyword: String, _ argument: JSONValue, _ value: JSONValue, _ schema: JSONObject
  ) -> Bool {
    switch keyword {
    case "$ref":
      let name = argument.string?.split(separator: "/").last.map(String.init) ?? ""
      return accepts(value, root.object?["$defs"]?.object?[name] ?? false)
    case "anyOf": return argument.array?.contains { accepts(value, $0) } ?? false
    case "enum": return argument.array?.contains { isEqual($0, value) } ?? false
    case "const": return isEqual(argument, value)
    case "type":
      let names = argument.array?.compactMap(\.string) ?? [argument.string ?? ""]
      return names.contains { has(value, $0) }
    case "minLength": return value.string.map { length($0) >= argument.integer ?? 0 } ?? true
    case "maxLength": return value.string.map { length($0) <= argument.integer ?? 0 } ?? true
    case "pattern":
      guard let text = value.string, let pattern = argument.string else { return true }
      return pattern.isEmpty || text.range(of: pattern, options: .regularExpression) != nil
    case "minItems": return value.array.map { $0.count >= argument.integer ?? 0 } ?? true
    case "maxItems": return value.array.map { $0.count <= argument.integer ?? 0 } ?? true
    case "items":
      let firstCount = schema["prefixItems"]?.array?.count ?? 0
      return value.array?.dropFirst(firstCount).allSatisfy { accepts($0, argument) } ?? true
    case "prefixItems":
      let pairs = zip(value.array ?? [], argument.array ?? [])
      return pairs.allSatisfy { accepts($0, $1) }
    case "required":
      return value.object.map { object in
        argument.array?.allSatisfy { object[$0.string ?? ""] != nil } ?? true
      } ?? true
    case "properties":
      return value.object?.members.allSatisfy { member in
        argument.object?[member.name].map { accepts(member.value, $0) } ?? true
      } ?? true
    case "additionalProperties":
      let named = schema["properties"]?.object
      return value.object?.members.allSatisfy {
        named?[$0.name] != nil || accepts($0.value, argument)
      } ?? true
    default: return true
    }
  }

  private func length(_ text: String) -> Int { text.unicodeScalars.count }

  private func isEqual(_ a: JSONValue, _ b: JSONValue) -> Bool {
    if case .number(let first) = a, case .number(let second) = b {
      return Double(first) == Double(second)
    }
    return a == b
  }

  private func has(_ value: JSONValue, _ type: String) -> Bool {
    switch (value, type) {
    case (.null, "null"), (.bool, "boolean"), (.string, "string"), (.array, "array"),
      (.object, "object"), (.number, "number"):
      true
    case (.number(let text), "integer"): Double(text).map { $0.rounded() == $0 } ?? false
    default: false
    }
  }
}
