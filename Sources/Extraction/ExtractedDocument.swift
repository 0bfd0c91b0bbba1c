public import Clinical
public import Grammar
public import Grounding

/// Values taken from a note, as a JSON document, and where the note has each.
public struct ExtractedDocument: Sendable, Equatable {
  /// Where the note has a string of the document.
  public struct Evidence: Sendable, Equatable {
    /// The string's place in the document, a JSON pointer.
    public var path: String
    /// In Unicode scalars of the note; nil where the note does not have it.
    public var span: Range<Int>?
    /// Whether the note has it.
    public var verdict: Verdict
  }

  /// The values.
  public var value: JSONValue
  /// One for each string that is to stand in the note, in the document's order.
  public var evidence: [Evidence]

  /// Values with their evidence.
  public init(value: JSONValue, evidence: [Evidence]) {
    self.value = value
    self.evidence = evidence
  }

  /// What rules find in a note for a built-in schema: of what is offered, the first.
  public init(_ schema: BuiltInSchema, rulesOn note: String) {
    var records: [JSONValue] = []
    evidence = []
    for (index, mention) in schema.mentions(in: NoteIndex(note)).enumerated() {
      var members: [JSONObject.Member] = []
      for name in schema.partNames {
        let option = mention[name].first
        members.append(
          JSONObject.Member(name: name, value: option.map { .string($0.value) } ?? .null))
        guard let span = option?.range, !Self.isFromList(name) else { continue }
        evidence.append(
          Evidence(
            path: "/\(schema.listName)/\(index)/\(name)", span: span, verdict: .supported))
      }
      records.append(.object(JSONObject(members)))
    }
    value = .object(
      JSONObject([JSONObject.Member(name: schema.listName, value: .array(records))]))
  }

  /// Details that are a word of a list, not of the note.
  private static func isFromList(_ name: String) -> Bool { name == "status" || name == "kind" }

  /// A document that a model wrote, with each string looked up in the note.
  ///
  /// Of several places the one nearest to the string before it is taken, if need be behind it.
  /// Strings that have to be one of a list are not looked up.
  ///
  /// - Parameter lists: Strings of the schema's own.
  public init(_ value: JSONValue, in source: VerbatimSource, lists: Set<String>) {
    self.value = value
    evidence = []
    var last = 0
    collect(value, "", source, lists, &last)
  }

  private mutating func collect(
    _ value: JSONValue, _ path: String, _ source: VerbatimSource, _ lists: Set<String>,
    _ last: inout Int
  ) {
    switch value {
    case .null, .bool, .number: return
    case .string(let text):
      guard !text.isEmpty, !lists.contains(text) else { return }
      let place = last
      let span = source.places(of: text).min {
        Self.distance($0, from: place) < Self.distance($1, from: place)
      }
      if let span { last = span.lowerBound }
      evidence.append(
        Evidence(path: path, span: span, verdict: span == nil ? .notAddressed : .supported))
    case .array(let values):
      for (index, value) in values.enumerated() {
        collect(value, "\(path)/\(index)", source, lists, &last)
      }
    case .object(let object):
      for member in object.members {
        collect(member.value, "\(path)/\(Self.pointerPart(member.name))", source, lists, &last)
      }
    }
  }

  /// A name as a JSON pointer has it.
  private static func pointerPart(_ name: String) -> String {
    name.split(separator: "~", omittingEmptySubsequences: false)
      .joined(separator: "~0").split(separator: "/", omittingEmptySubsequences: false)
      .joined(separator: "~1")
  }

  /// What lies ahead is nearer than what lies behind.
  private static func distance(_ place: Range<Int>, from last: Int) -> Int {
    place.lowerBound >= last ? place.lowerBound - last : 3 * (last - place.lowerBound)
  }

  /// The records: the objects of the document's only list, or the document itself.
  ///
  /// - Returns: nil where the document is no list of objects with plain values.
  public var records: [JSONObject]? { list?.records }

  /// The records and the path that leads to them.
  var list: (path: String, records: [JSONObject])? {
    var found: (path: String, values: [JSONValue])?
    if let values = value.array {
      found = ("", values)
    } else if let object = value.object {
      let lists = object.members.compactMap { member in
        member.value.array.map { (path: "/" + Self.pointerPart(member.name), values: $0) }
      }
      if lists.count == 1, object.members.count == 1 { found = lists[0] }
    }
    guard let found else { return nil }
    let records = found.values.compactMap(\.object)
    let isFlat = records.allSatisfy { record in
      record.members.allSatisfy { $0.value.array == nil && $0.value.object == nil }
    }
    return records.count == found.values.count && isFlat ? (found.path, records) : nil
  }
}

extension JSONSchema {
  /// The strings that the schema itself names as values.
  public var listedStrings: Set<String> {
    var found: Set<String> = []
    func collect(_ value: JSONValue) {
      switch value {
      case .object(let object):
        for member in object.members {
          switch member.name {
          case "enum", "const":
            found.formUnion((member.value.array ?? [member.value]).compactMap(\.string))
          default: collect(member.value)
          }
        }
      case .array(let values): values.forEach(collect)
      case .null, .bool, .number, .string: return
      }
    }
    collect(document)
    return found
  }
}
