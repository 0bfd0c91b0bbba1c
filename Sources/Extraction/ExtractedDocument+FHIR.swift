internal import Clinical

extension ExtractedDocument {
  /// The records of a built-in schema as FHIR R4 resources in a bundle: MedicationStatement,
  /// Condition, Observation or ServiceRequest.
  ///
  /// Codes are the note's words: nothing is coded that nobody has coded. The patient has no identity
  /// but the note's digest. Each resource says by an extension where in the note it stands, in
  /// Unicode scalars. The same note and records give the same bundle.
  ///
  /// - Parameter noteDigest: The note's SHA-256 in hexadecimal.
  /// - Source: HL7 FHIR R4 (4.0.1).
  public func bundle(_ schema: BuiltInSchema, noteDigest: String) -> String {
    let records = list?.records ?? []
    let entries = records.enumerated().map { index, record -> JSONValue in
      let places = evidence.filter {
        $0.path.hasPrefix("/\(schema.listName)/\(index)/")
      }
      var resource = Resource(record: record, subject: noteDigest)
      resource.places = places.compactMap(\.span)
      let id = contentDigest(of: "\(noteDigest) \(schema.rawValue) \(index)")
      return [
        "fullUrl": .string("urn:uuid:" + Self.uuid(id)),
        "resource": .object(resource.value(schema)),
      ]
    }
    let bundle: JSONValue = [
      "resourceType": "Bundle", "type": "collection",
      "identifier": ["system": "urn:ietf:rfc:3986", "value": .string("urn:sha256:\(noteDigest)")],
      "entry": .array(entries),
    ]
    var object = bundle.object ?? JSONObject()
    // FHIR knows no empty lists.
    if entries.isEmpty { object["entry"] = nil }
    return JSONValue.object(object).line
  }

  /// A UUID of version 8 (RFC 9562) from a digest.
  private static func uuid(_ digest: String) -> String {
    var digits = Array(digest.prefix(32))
    digits[12] = "8"
    digits[16] = "8"
    return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }
      .joined(separator: "-")
  }
}

/// A record on its way to a FHIR resource.
private struct Resource {
  let record: JSONObject
  let subject: String
  var places: [Range<Int>] = []

  func value(_ schema: BuiltInSchema) -> JSONObject {
    switch schema {
    case .medications: medicationStatement
    case .problems: condition
    case .labs: observation
    case .followUp: serviceRequest
    }
  }

  private func text(_ name: String) -> String? {
    record[name]?.string.flatMap { $0.isEmpty ? nil : $0 }
  }

  private func concept(_ text: String?) -> JSONValue { ["text": .string(text ?? "unknown")] }

  private func start(_ type: String) -> JSONObject {
    var object = JSONObject([JSONObject.Member(name: "resourceType", value: .string(type))])
    guard !places.isEmpty else { return object }
    object["extension"] = .array(
      places.map { place in
        [
          "url": "urn:asclepius:note-span",
          "valueString": .string("\(place.lowerBound)-\(place.upperBound)"),
        ]
      })
    return object
  }

  private var patient: JSONValue {
    [
      "identifier": ["system": "urn:ietf:rfc:3986", "value": .string("urn:sha256:\(subject)")],
      "display": "patient of the note",
    ]
  }

  private var medicationStatement: JSONObject {
    var object = start("MedicationStatement")
    switch text("status") {
    case "stopped": object["status"] = "stopped"
    case "started", "changed", "continued", "listed": object["status"] = "active"
    default: object["status"] = "unknown"
    }
    object["medicationCodeableConcept"] = concept(text("name"))
    object["subject"] = patient
    let words = ["dose", "route", "frequency"].compactMap(text)
    guard !words.isEmpty else { return object }
    var dosage = JSONObject()
    dosage["text"] = .string(words.joined(separator: " "))
    if let frequency = text("frequency") { dosage["timing"] = ["code": concept(frequency)] }
    if let route = text("route") { dosage["route"] = concept(route) }
    if let quantity = quantity(text("dose"), unit: nil) {
      dosage["doseAndRate"] = [["doseQuantity": quantity]]
    }
    object["dosage"] = [.object(dosage)]
    return object
  }

  private var condition: JSONObject {
    var object = start("Condition")
    if text("kind") == "diagnosis" {
      object["category"] = [
        coding("http://terminology.hl7.org/CodeSystem/condition-category", "encounter-diagnosis")
      ]
    }
    object["code"] = concept(text("name"))
    object["subject"] = patient
    return object
  }

  private var observation: JSONObject {
    var object = start("Observation")
    object["status"] = "final"
    object["category"] = [
      coding("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory")
    ]
    object["code"] = concept(text("name"))
    object["subject"] = patient
    if let quantity = quantity(text("value"), unit: text("unit")) {
      object["valueQuantity"] = quantity
    } else if let value = text("value") {
      object["valueString"] = .string(value)
    }
    return object
  }

  private var serviceRequest: JSONObject {
    var object = start("ServiceRequest")
    object["status"] = "active"
    object["intent"] = "plan"
    object["code"] = concept(text("name"))
    object["subject"] = patient
    if let time = text("time") { object["occurrenceTiming"] = ["code": concept(time)] }
    return object
  }

  private func coding(_ system: String, _ code: String) -> JSONValue {
    ["coding": [["system": .string(system), "code": .string(code)]]]
  }

  /// A number with its unit, as in "40 mg", "<0.5" or "1,000 mg"; nil for anything else.
  private func quantity(_ words: String?, unit: String?) -> JSONValue? {
    guard let words, let parts = words.wholeMatch(of: Self.amount) else { return nil }
    let number = parts.2.split(separator: ",").joined()
    var object = JSONObject([JSONObject.Member(name: "value", value: .number(number))])
    if !parts.1.isEmpty { object["comparator"] = .string(String(parts.1)) }
    let unit = unit ?? (parts.3.isEmpty ? nil : String(parts.3))
    if let unit { object["unit"] = .string(unit) }
    return .object(object)
  }

  private static var amount: Regex<(Substring, Substring, Substring, Substring)> {
    /(<=|>=|<|>|) ?((?:0|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d*)(?:\.\d+)?) ?([A-Za-zµμ%][^ ]*|)/
  }
}
