internal import Clinical

/// Reads the parts of a schema. Whatever is not understood is an error that names its place: a
/// keyword that were passed over would let through what it forbids.
struct SchemaReader {
  /// Keywords that only describe.
  private static let descriptions: Set<String> = [
    "$schema", "$id", "$comment", "title", "description", "default", "examples", "deprecated",
    "readOnly", "writeOnly", "$defs", "definitions",
  ]
  private static let types = [
    "string", "number", "integer", "boolean", "object", "array", "null",
  ]

  static func shown(_ path: String) -> String { path.isEmpty ? "/" : path }

  func node(_ value: JSONValue, path: String) throws(SchemaError) -> JSONSchema.Node {
    if value.bool == true { return .any }
    if value.bool == false {
      throw .unsatisfiable(path: Self.shown(path), reason: "the schema false allows no value")
    }
    guard let object = value.object else {
      throw .malformed(path: Self.shown(path), keyword: "schema", expected: "an object")
    }
    let known = Set(JSONSchema.supportedKeywords)
    for member in object.members
    where !Self.descriptions.contains(member.name) && !known.contains(member.name) {
      throw .unsupportedKeyword(path: Self.shown(path), keyword: member.name)
    }
    let part = Part(object: object, path: path)
    if let alone = try alone(part) { return alone }
    let types = try part.types(Self.types)
    let nodes = try types.map { type throws(SchemaError) in try typed(type, part) }
    return nodes.count == 1 ? nodes[0] : .choice(nodes)
  }

  /// A node by a keyword that stands alone.
  private func alone(_ part: Part) throws(SchemaError) -> JSONSchema.Node? {
    if let reference = part.object["$ref"] {
      try part.requireAlone("$ref")
      guard let name = reference.string else { throw part.malformed("$ref", "a string") }
      return .reference(name, path: part.path)
    }
    if let choices = part.object["anyOf"] {
      try part.requireAlone("anyOf")
      guard let choices = choices.array, !choices.isEmpty else {
        throw part.malformed("anyOf", "an array of schemas")
      }
      var nodes: [JSONSchema.Node] = []
      for (index, choice) in choices.enumerated() {
        nodes.append(try node(choice, path: "\(part.path)/anyOf/\(index)"))
      }
      return .choice(nodes)
    }
    if let value = part.object["const"] {
      try part.requireAlone("const", "type")
      return .values(try part.ofItsTypes([value], Self.types))
    }
    if let values = part.object["enum"] {
      try part.requireAlone("enum", "type")
      guard let values = values.array, !values.isEmpty else {
        throw part.malformed("enum", "an array of values")
      }
      return .values(try part.ofItsTypes(values, Self.types))
    }
    let says = part.object.members.contains { !Self.descriptions.contains($0.name) }
    return says ? nil : .any
  }

  private func typed(_ type: String, _ part: Part) throws(SchemaError) -> JSONSchema.Node {
    switch type {
    case "null": return .null
    case "boolean": return .boolean
    case "integer": return .integer
    case "number": return .number
    case "string": return .string(try text(part))
    case "array": return .array(try sequence(part))
    default: return .object(try members(part))
    }
  }

  private func text(_ part: Part) throws(SchemaError) -> JSONSchema.Text {
    var text = JSONSchema.Text(path: Self.shown(part.path))
    text.minimumLength = try part.count("minLength") ?? 0
    text.maximumLength = try part.count("maxLength")
    if let maximum = text.maximumLength, maximum < text.minimumLength {
      throw .unsatisfiable(
        path: Self.shown(part.path), reason: "\"maxLength\" is below \"minLength\"")
    }
    if let pattern = part.object["pattern"] {
      guard let pattern = pattern.string else { throw part.malformed("pattern", "a string") }
      text.pattern = pattern
    }
    if let mark = part.object["x-verbatim"] {
      guard let isVerbatim = mark.bool else { throw part.malformed("x-verbatim", "true or false") }
      text.isVerbatim = isVerbatim
      if isVerbatim, text.pattern != nil {
        throw .unsupportedKeyword(path: Self.shown(part.path), keyword: "pattern beside x-verbatim")
      }
      if isVerbatim, text.minimumLength > 1 {
        throw part.malformed("minLength", "0 or 1 beside \"x-verbatim\"")
      }
    }
    return text
  }

  private func sequence(_ part: Part) throws(SchemaError) -> JSONSchema.Sequence {
    var sequence = JSONSchema.Sequence(items: .any)
    sequence.minimumCount = try part.count("minItems") ?? 0
    sequence.maximumCount = try part.count("maxItems")
    if let first = part.object["prefixItems"] {
      guard let first = first.array else {
        throw part.malformed("prefixItems", "an array of schemas")
      }
      for (index, item) in first.enumerated() {
        sequence.first.append(try node(item, path: "\(part.path)/prefixItems/\(index)"))
      }
    }
    if let items = part.object["items"] {
      if items.bool == false {
        sequence.maximumCount = min(sequence.maximumCount ?? .max, sequence.first.count)
      } else {
        sequence.items = try node(items, path: "\(part.path)/items")
      }
    }
    if let maximum = sequence.maximumCount, maximum < sequence.minimumCount {
      throw .unsatisfiable(
        path: Self.shown(part.path), reason: "\"minItems\" asks for more than there may be")
    }
    return sequence
  }

  private func members(_ part: Part) throws(SchemaError) -> JSONSchema.Members {
    var required: [String] = []
    if let names = part.object["required"] {
      let strings = names.array?.compactMap(\.string)
      guard let strings, strings.count == names.array?.count else {
        throw part.malformed("required", "an array of names")
      }
      required = strings
    }
    var others: JSONSchema.Node?
    if let value = part.object["additionalProperties"], value.bool != false {
      others = try node(value, path: "\(part.path)/additionalProperties")
    }
    let isClosed = part.object["additionalProperties"]?.bool == false
    var members = JSONSchema.Members(named: [], others: others)
    if let properties = part.object["properties"] {
      guard let properties = properties.object else {
        throw part.malformed("properties", "an object of schemas")
      }
      for property in properties.members {
        let value = try node(property.value, path: "\(part.path)/properties/\(property.name)")
        let isRequired = required.contains(property.name)
        members.named.append(
          JSONSchema.Members.Member(name: property.name, value: value, isRequired: isRequired))
      }
    }
    for name in required where !members.named.contains(where: { $0.name == name }) {
      if isClosed {
        throw .unsatisfiable(
          path: Self.shown(part.path),
          reason: "\"\(name)\" is required, but \"additionalProperties\" forbids it")
      }
      members.named.append(
        JSONSchema.Members.Member(name: name, value: others ?? .any, isRequired: true))
    }
    return members
  }
}

/// An object of a schema and its place.
private struct Part {
  let object: JSONObject
  let path: String

  func malformed(_ keyword: String, _ expected: String) -> SchemaError {
    .malformed(path: SchemaReader.shown(path), keyword: keyword, expected: expected)
  }

  /// Refuses keywords that would have to hold as well.
  func requireAlone(_ names: String...) throws(SchemaError) {
    let others = object.members.map(\.name).filter {
      JSONSchema.supportedKeywords.contains($0) && !names.contains($0) && $0 != "$defs"
    }
    if let other = others.first {
      throw .unsupportedKeyword(
        path: SchemaReader.shown(path), keyword: "\(other) beside \(names[0])")
    }
  }

  /// A count that may be absent.
  func count(_ keyword: String) throws(SchemaError) -> Int? {
    guard let value = object[keyword] else { return nil }
    guard let count = value.integer, count >= 0 else {
      throw malformed(keyword, "a whole number, 0 or more")
    }
    // Far above what is followed, and far below where sums overflow.
    return min(count, 1_000_000_000)
  }

  /// The types that a value may have: those named, or what the other keywords speak of.
  func types(_ known: [String]) throws(SchemaError) -> [String] {
    guard let value = object["type"] else {
      if object["properties"] != nil || object["required"] != nil
        || object["additionalProperties"] != nil
      {
        return ["object"]
      }
      let isArray = ["items", "prefixItems", "minItems", "maxItems"].contains { object[$0] != nil }
      return isArray ? ["array"] : ["string"]
    }
    let names = value.string.map { [$0] } ?? value.array?.compactMap(\.string) ?? []
    guard !names.isEmpty, names.allSatisfy(known.contains) else {
      throw malformed("type", "one of " + known.joined(separator: ", ") + ", or an array of them")
    }
    return names
  }

  /// Those of `values` that have one of the types, where any are named.
  func ofItsTypes(
    _ values: [JSONValue], _ known: [String]
  ) throws(SchemaError) -> [JSONValue] {
    guard object["type"] != nil else { return values }
    let types = try types(known)
    let fitting = values.filter { value in types.contains { Self.has(value, type: $0) } }
    guard !fitting.isEmpty else {
      throw .unsatisfiable(
        path: SchemaReader.shown(path), reason: "no value that is named has the \"type\"")
    }
    return fitting
  }

  private static func has(_ value: JSONValue, type: String) -> Bool {
    switch value {
    case .null: type == "null"
    case .bool: type == "boolean"
    case .number: type == "number" || type == "integer" && value.integer != nil
    case .string: type == "string"
    case .array: type == "array"
    case .object: type == "object"
    }
  }
}
