public import Clinical
public import Grammar
public import Grounding

/// What rules find in a note for a built-in schema, offered to a model: it writes the same records
/// and chooses where the note leaves a choice, so a small model cannot make anything up.
public struct OfferedValues: Sendable {
  /// The records with what is offered for each detail.
  public let mentions: [NoteMention]
  private let schema: BuiltInSchema

  /// Reads a note.
  public init(_ schema: BuiltInSchema, note: String) {
    self.schema = schema
    mentions = schema.mentions(in: NoteIndex(note))
  }

  /// The schema whose texts are the ways to choose.
  ///
  /// - Throws: `SchemaError` for a note with so many records that they cannot be followed.
  public func jsonSchema() throws(SchemaError) -> JSONSchema {
    let records = mentions.map { mention -> JSONValue in
      let properties = schema.partNames.map { name in
        JSONObject.Member(name: name, value: ["enum": .array(choices(name, mention))])
      }
      return [
        "type": "object", "properties": .object(JSONObject(properties)),
        "required": .array(schema.partNames.map(JSONValue.string)), "additionalProperties": false,
      ]
    }
    let list: JSONValue = [
      "type": "array", "prefixItems": .array(records), "items": false,
      "minItems": .number("\(records.count)"),
    ]
    let properties = JSONObject([JSONObject.Member(name: schema.listName, value: list)])
    return try JSONSchema([
      "type": "object", "properties": .object(properties),
      "required": [.string(schema.listName)], "additionalProperties": false,
    ])
  }

  /// The values that a detail may have; a status that only follows from the place may be any other.
  private func choices(_ name: String, _ mention: NoteMention) -> [JSONValue] {
    let options = mention[name]
    if name == "status", options.allSatisfy({ $0.range == nil }) {
      return NoteIndex.medicineStatuses.map(JSONValue.string)
    }
    var values: [JSONValue] = []
    for option in options where !values.contains(.string(option.value)) {
      values.append(.string(option.value))
    }
    return values.isEmpty ? [.null] : values
  }

  /// The document that a model made of what was offered.
  ///
  /// - Parameter value: A text of the schema.
  public func document(_ value: JSONValue) -> ExtractedDocument {
    var document = ExtractedDocument(value: value, evidence: [])
    for (index, record) in (document.records ?? []).enumerated() where index < mentions.count {
      for member in record.members {
        let option = mentions[index][member.name].first { $0.value == member.value.string }
        guard let span = option?.range, member.name != "status" else { continue }
        document.evidence.append(
          ExtractedDocument.Evidence(
            path: "/\(schema.listName)/\(index)/\(member.name)", span: span, verdict: .supported))
      }
    }
    return document
  }
}
