/// One line of a data set: a patient with case report, note and question pairs.
///
/// The record holds the line's members as they were read. Members that this program does not know
/// stay where they are, so a stage can add to a record but never takes away from it.
public struct PatientRecord: Hashable, Sendable {
  /// The members as they stand.
  public var object: JSONObject

  /// Makes a record with nothing but an id.
  public init(patientID: String) {
    self.object = JSONObject([.init(name: "patient_id", value: .string(patientID))])
  }

  /// Reads a record from a line of JSON.
  ///
  /// - Parameters:
  ///   - line: The line, with or without its line end.
  ///   - number: Its number in the file, from 1, for the error.
  /// - Throws: `RecordError` where the line is not JSON, not an object, has no `patient_id`, or has a
  ///   known member of another type.
  public init(line: String, number: Int = 1) throws(RecordError) {
    let value: JSONValue
    do {
      value = try JSONValue(parsing: line.utf8)
    } catch {
      throw RecordError(line: number, reason: .notJSON(error))
    }
    guard case .object(let object) = value else {
      throw RecordError(line: number, reason: .notObject(found: value.kind))
    }
    self.object = object
    do {
      try Self.check(object)
    } catch {
      throw RecordError(line: number, reason: error)
    }
  }

  /// The record as a line of JSON, without a line end.
  public var line: String { JSONValue.object(object).line }

  /// Who it is about. Data sets that number their patients give the number's spelling.
  public var patientID: String {
    get {
      if case .number(let spelling) = object["patient_id"] { return spelling }
      return object["patient_id"]?.string ?? ""
    }
    set { object["patient_id"] = .string(newValue) }
  }

  /// The field of medicine.
  public var specialty: String? {
    get { object["specialty"]?.string }
    set { object["specialty"] = newValue.map(JSONValue.string) }
  }

  /// The published case report that the note was made from.
  public var caseReport: String? {
    get { object["case_report"]?.string }
    set { object["case_report"] = newValue.map(JSONValue.string) }
  }

  /// The note's text.
  public var note: String? {
    get { object["note"]?.string }
    set { object["note"] = newValue.map(JSONValue.string) }
  }

  /// Questions on the note with their answers.
  public var pairs: [QuestionPair] {
    get { (object["pairs"]?.array ?? []).compactMap(\.object).map(QuestionPair.init(object:)) }
    set { object["pairs"] = .array(newValue.map { .object($0.object) }) }
  }

  private static func check(_ object: JSONObject) throws(RecordError.Reason) {
    switch object["patient_id"] {
    case .string, .number: break
    case nil: throw .missing(key: "patient_id")
    case let value?: throw .wrongType(key: "patient_id", expected: "a string", found: value.kind)
    }
    for key in ["specialty", "case_report", "note"] {
      try object.expectString(key, path: key)
    }
    guard let pairs = object["pairs"], pairs != .null else { return }
    guard let pairs = pairs.array else {
      throw .wrongType(key: "pairs", expected: "an array", found: pairs.kind)
    }
    for (index, value) in pairs.enumerated() {
      let path = "pairs[\(index)]"
      guard let pair = value.object else {
        throw .wrongType(key: path, expected: "an object", found: value.kind)
      }
      try QuestionPair.check(pair, path: path)
    }
  }
}
