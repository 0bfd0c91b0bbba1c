public import Clinical

extension PatientRecord {
  /// Why the record takes no part in further stages; nil where it does.
  public var asideReason: String? { object["set_aside"]?.string }

  /// Whether a stage put the record aside.
  public var isSetAside: Bool { asideReason != nil }

  /// Puts the record aside, unless an earlier stage did.
  mutating func setAside(_ reason: String) {
    if !isSetAside { object["set_aside"] = .string(reason) }
  }

  mutating func addProvenance(_ name: String, _ provenance: JSONObject) {
    object.addProvenance(name, provenance)
  }
}

extension QuestionPair {
  mutating func addProvenance(_ name: String, _ provenance: JSONObject) {
    object.addProvenance(name, provenance)
  }
}

extension JSONObject {
  fileprivate mutating func addProvenance(_ name: String, _ provenance: JSONObject) {
    var all = self["provenance"]?.object ?? JSONObject()
    all[name] = .object(provenance)
    self["provenance"] = .object(all)
  }
}
