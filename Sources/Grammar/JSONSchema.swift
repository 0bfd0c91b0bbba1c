public import Clinical

/// A JSON schema, read and found to be one that answers can be held to.
///
/// The part of JSON Schema 2020-12 that can be held to while a text is written, and a keyword of our
/// own: `"x-verbatim": true` beside `"type": "string"` takes the string from a note, from the start
/// of a word to the end of one, white space made one blank.
///
/// What is written is often narrower than what would validate: members in the schema's order, no
/// members that it does not name unless `additionalProperties` says which, strings without rare
/// escapes, numbers without exponents.
public struct JSONSchema: Sendable {
  /// The schema as it was read.
  public let document: JSONValue
  let root: Node

  /// What a value has to be.
  indirect enum Node: Sendable {
    case any
    case null
    case boolean
    case integer
    case number
    case string(Text)
    case array(Sequence)
    case object(Members)
    /// One of these values.
    case values([JSONValue])
    case choice([Node])
    /// What stands at that place; `path` is where the schema says so.
    case reference(String, path: String)
  }

  struct Text: Sendable {
    var minimumLength = 0
    var maximumLength: Int?
    var pattern: String?
    var isVerbatim = false
    var path: String
  }

  struct Sequence: Sendable {
    /// What the first items have to be, one for each.
    var first: [Node] = []
    /// What the others have to be.
    var items: Node
    var minimumCount = 0
    var maximumCount: Int?
  }

  struct Members: Sendable {
    struct Member: Sendable {
      var name: String
      var value: Node
      var isRequired: Bool
    }
    var named: [Member]
    /// What members without a name of their own have to be; nil where there are none.
    var others: Node?
  }

  /// Reads a schema from UTF-8.
  ///
  /// - Throws: `SchemaError`, which names the line of what is not JSON and the place of what is no
  ///   schema, or none that is supported.
  public init(parsing bytes: some Collection<UInt8>) throws(SchemaError) {
    let document: JSONValue
    do {
      document = try JSONValue(parsing: bytes)
    } catch {
      let before = bytes.prefix(error.offset)
      let line = before.count { $0 == 0x0A } + 1
      let column = before.reversed().prefix { $0 != 0x0A }.count + 1
      throw .notJSON(line: line, column: column, expected: error.expected)
    }
    try self.init(document)
  }

  /// Reads a schema from a JSON document.
  public init(_ document: JSONValue) throws(SchemaError) {
    self.document = document
    root = try SchemaReader().node(document, path: "")
    try checkReferences()
  }

  /// The keywords that say something to this program.
  static let supportedKeywords = [
    "type", "enum", "const", "properties", "required", "additionalProperties", "items",
    "prefixItems", "minItems",
    "maxItems", "minLength", "maxLength", "pattern", "anyOf", "$ref", "$defs", "x-verbatim",
  ]

  /// The node at a reference's place.
  func node(at reference: String, from path: String) throws(SchemaError) -> Node {
    guard let value = Self.value(of: document, at: reference) else {
      throw .unknownReference(path: SchemaReader.shown(path), reference: reference)
    }
    return try SchemaReader().node(value, path: String(reference.dropFirst()))
  }

  /// The value at a JSON pointer behind `#`.
  private static func value(of document: JSONValue, at reference: String) -> JSONValue? {
    guard reference.hasPrefix("#") else { return nil }
    let pointer = reference.dropFirst()
    guard pointer.isEmpty || pointer.hasPrefix("/") else { return nil }
    var value: JSONValue? = document
    for part in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
      let name = Self.unescaped(String(part))
      switch value {
      case .object(let object): value = object[name]
      case .array(let values):
        value = Int(name).flatMap { values.indices.contains($0) ? values[$0] : nil }
      default: return nil
      }
    }
    return value
  }

  private static func unescaped(_ part: String) -> String {
    var text = ""
    var rest = part[...]
    while let first = rest.first {
      if rest.hasPrefix("~1") || rest.hasPrefix("~0") {
        text += rest.hasPrefix("~1") ? "/" : "~"
        rest = rest.dropFirst(2)
      } else {
        text.append(first)
        rest = rest.dropFirst()
      }
    }
    return text
  }

  private func checkReferences() throws(SchemaError) {
    var seen: Set<String> = []
    try check(root, open: [], &seen)
  }

  /// - Parameter open: References that lead to `node` with nothing written between.
  private func check(
    _ node: Node, open: Set<String>, _ seen: inout Set<String>
  ) throws(SchemaError) {
    switch node {
    case .any, .null, .boolean, .integer, .number, .string, .values: return
    case .array(let sequence):
      for item in sequence.first + [sequence.items] { try check(item, open: [], &seen) }
    case .object(let members):
      for member in members.named { try check(member.value, open: [], &seen) }
      if let others = members.others { try check(others, open: [], &seen) }
    case .choice(let nodes):
      for node in nodes { try check(node, open: open, &seen) }
    case .reference(let reference, let path):
      guard !open.contains(reference) else {
        throw .unsatisfiable(
          path: SchemaReader.shown(String(reference.dropFirst())),
          reason: "it refers to itself alone")
      }
      guard seen.insert(reference).inserted else { return }
      let target = try self.node(at: reference, from: path)
      try check(target, open: open.union([reference]), &seen)
    }
  }
}
