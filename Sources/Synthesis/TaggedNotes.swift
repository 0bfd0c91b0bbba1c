public import Clinical

/// Records of real notes, with tags in place of what de-identification left.
public struct TaggedNotes: Sendable {
  /// The records, in the order of the notes.
  public private(set) var records: [PatientRecord] = []
  /// How often each class of mark stood in the notes.
  public private(set) var counts: [String: Int] = [:]
  /// Marks of no known class, without digits, with how often each stood there.
  public private(set) var unknown: [String: Int] = [:]
  /// Rows that are no notes.
  public private(set) var faults: [CaseReportReader.Fault] = []
  private var noteCounts: [String: Int] = [:]

  private static let noteColumns = ["note", "TEXT", "text"]
  private static let idColumns = [
    "patient_id", "SUBJECT_ID", "subject_id", "patient_uid", "id", "ROW_ID", "note_id",
  ]

  /// No notes.
  public init() {}

  /// Patients of the notes.
  public var patientCount: Int { noteCounts.count }

  /// Adds the note of a row; what else the row has is kept under its own name.
  ///
  /// - Parameters:
  ///   - row: The row's columns.
  ///   - line: Where it stands, for the fault.
  ///   - noteColumn: The column with the note; nil looks for the usual names.
  ///   - idColumn: The column with the patient's id; nil looks for the usual names.
  public mutating func add(
    _ row: JSONObject, line: Int, _ noteColumn: String? = nil, _ idColumn: String? = nil
  ) {
    let noteNames = noteColumn.map { [$0] } ?? Self.noteColumns
    let idNames = idColumn.map { [$0] } ?? Self.idColumns
    guard let noteName = noteNames.first(where: { row[$0]?.string != nil }),
      let text = row[noteName]?.string, !text.allSatisfy(\.isWhitespace)
    else {
      return leaveOut(line, "no note in the column \(noteNames.joined(separator: " or "))")
    }
    guard let idName = idNames.first(where: { row[$0] != nil }), let id = Self.id(row[idName])
    else { return leaveOut(line, "no id in the column \(idNames.joined(separator: " or "))") }
    let number = noteCounts[id, default: 0] + 1
    noteCounts[id] = number
    var record = PatientRecord(patientID: number == 1 ? id : "\(id)/\(number)")
    if number > 1 { record.object["same_patient"] = .string(id) }
    record.note = tagged(text)
    for member in row.members where member.name != noteName && member.name != idName {
      if record.object[member.name] == nil { record.object[member.name] = member.value }
    }
    records.append(record)
  }

  private mutating func tagged(_ text: String) -> String {
    let marks = DeidentificationTags.replacingMarks(in: text)
    let blanks = DeidentificationTags.replacingBlanks(in: marks.text)
    for found in [marks.counts, blanks.counts] { counts.merge(found, uniquingKeysWith: +) }
    unknown.merge(marks.unknown, uniquingKeysWith: +)
    return blanks.text
  }

  private mutating func leaveOut(_ line: Int, _ reason: String) {
    faults.append(.init(line: line, reason: reason))
  }

  private static func id(_ value: JSONValue?) -> String? {
    switch value {
    case .string(let text) where !text.isEmpty: text
    case .number(let spelling): spelling
    default: nil
    }
  }
}
