/// The published data set has a row for each question, with these five columns and the patient's
/// note repeated; here a patient is one record. Both directions keep every value of the columns.
///
/// - Source: the columns of the Asclepius data set, Kweon et al., Findings of ACL 2024.
extension PatientRecord {
  /// The columns of the published data set, in its order.
  public static let flatColumns = ["patient_id", "note", "question", "answer", "task"]

  /// A row for each pair with the published columns; what else the record holds stays behind. A
  /// column that neither record nor pair has is left out.
  public var flatRows: [JSONObject] {
    (object["pairs"]?.array ?? []).compactMap(\.object).map { pair in
      JSONObject(
        Self.flatColumns.compactMap { column in
          let source = column == "patient_id" || column == "note" ? object : pair
          return source[column].map { JSONObject.Member(name: column, value: $0) }
        })
    }
  }

  /// Makes a record of one flat row, with one pair. Columns that this program does not know go to
  /// the pair.
  ///
  /// - Parameters:
  ///   - row: The row's columns.
  ///   - number: Its line in the file, from 1, for the error.
  /// - Throws: `RecordError` where a column other than `task` is missing or one is of another type.
  public init(flatRow row: JSONObject, number: Int) throws(RecordError) {
    for column in Self.flatColumns where column != "task" && row[column] == nil {
      throw RecordError(line: number, reason: .missing(key: column))
    }
    for column in ["note", "question", "answer"] {
      guard let value = row[column], value.string == nil else { continue }
      throw RecordError(
        line: number, reason: .wrongType(key: column, expected: "a string", found: value.kind))
    }
    let isOfPatient = { (name: String) in name == "patient_id" || name == "note" }
    var record = JSONObject(row.members.filter { isOfPatient($0.name) })
    let pair = JSONObject(row.members.filter { !isOfPatient($0.name) })
    record["pairs"] = .array([.object(pair)])
    // The checks that every record passes, `patient_id` and `task` among them.
    try self.init(line: JSONValue.object(record).line, number: number)
  }

  /// Joins records of the same patient and the same note, in the order in which each first stands;
  /// a patient with several notes keeps a record for each.
  public static func joined(_ records: [PatientRecord]) -> [PatientRecord] {
    var joined: [PatientRecord] = []
    var pairs: [[JSONValue]] = []
    var places: [[JSONValue?]: Int] = [:]
    for record in records {
      let key = [record.object["patient_id"], record.object["note"]]
      let added = record.object["pairs"]?.array ?? []
      if let place = places[key] {
        pairs[place] += added
      } else {
        places[key] = joined.count
        joined.append(record)
        pairs.append(added)
      }
    }
    for place in joined.indices { joined[place].object["pairs"] = .array(pairs[place]) }
    return joined
  }
}
