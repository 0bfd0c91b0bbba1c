public import Clinical

/// Reads case reports from a table or from JSON and makes a record of each.
///
/// PMC-Patients comes as CSV and as a JSON array; other collections as JSON Lines. What a row has
/// beside the report is kept in the record under its own name, so that authors and DOI travel
/// through every stage. A row that has a note is a record of an earlier stage, or a real note, and
/// needs no report.
public struct CaseReportReader: Sendable {
  /// Which column holds what.
  public struct Columns: Hashable, Sendable {
    /// The column with the patient's id; nil looks for the usual names.
    public var patientID: String?
    /// The column with the report's text; nil looks for the usual names.
    public var caseReport: String?

    /// Columns by name; nil looks for the usual names.
    public init(patientID: String? = nil, caseReport: String? = nil) {
      self.patientID = patientID
      self.caseReport = caseReport
    }

    static let usualPatientIDs = ["patient_uid", "patient_id", "id"]
    static let usualCaseReports = ["patient", "case_report", "text"]
  }

  /// What was read.
  public struct Result: Hashable, Sendable {
    /// A record for each case report, in the order of the file.
    public var records: [PatientRecord] = []
    /// Rows that are none, each with its line and what is wrong with it.
    public var faults: [Fault] = []
  }

  /// A row that was left out.
  public struct Fault: Hashable, Sendable, CustomStringConvertible {
    /// The line on which it begins, from 1; in a JSON array the number of the element.
    public var line: Int
    /// What is wrong, without the row's text.
    public var reason: String

    /// The line and the reason.
    public var description: String { "line \(line): \(reason)" }
  }

  private let columns: Columns

  /// A reader that looks for the report in `columns`.
  public init(columns: Columns = Columns()) {
    self.columns = columns
  }

  /// Reads a whole file: JSON where it begins with `{` or `[`, else comma-separated values with a
  /// header row.
  public func read(_ bytes: [UInt8]) -> Result {
    if CommaSeparatedTable.isTable(bytes) { return readTable(bytes) }
    let isArray = bytes.first { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "{") }
    return isArray == UInt8(ascii: "[") ? readArray(bytes) : readLines(bytes)
  }

  // MARK: Forms

  private func readLines(_ bytes: [UInt8]) -> Result {
    var collected = Collected()
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      guard !line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) else { continue }
      do throws(JSONError) {
        add(try JSONValue(parsing: line), line: index + 1, to: &collected)
      } catch {
        collected.leaveOut(index + 1, "not JSON: \(error)")
      }
    }
    return collected.result
  }

  private func readArray(_ bytes: [UInt8]) -> Result {
    var collected = Collected()
    do throws(JSONError) {
      for (index, value) in (try JSONValue(parsing: bytes).array ?? []).enumerated() {
        add(value, line: index + 1, to: &collected)
      }
    } catch {
      collected.leaveOut(1, "not JSON: \(error)")
    }
    return collected.result
  }

  private func readTable(_ bytes: [UInt8]) -> Result {
    var collected = Collected()
    let table = CommaSeparatedTable(bytes)
    collected.result.faults = table.faults
    for row in table.rows { add(.object(row.object), line: row.line, to: &collected) }
    collected.result.faults.sort { $0.line < $1.line }
    return collected.result
  }

  // MARK: Rows

  private struct Collected {
    var result = Result()
    var lineOfID: [String: Int] = [:]

    mutating func leaveOut(_ line: Int, _ reason: String) {
      result.faults.append(Fault(line: line, reason: reason))
    }
  }

  private func add(_ value: JSONValue, line: Int, to collected: inout Collected) {
    guard var object = value.object else {
      return collected.leaveOut(line, "expected a JSON object, found \(value.kind)")
    }
    let idNames = columns.patientID.map { [$0] } ?? Columns.usualPatientIDs
    let reportNames = columns.caseReport.map { [$0] } ?? Columns.usualCaseReports
    let isRecord = columns.caseReport == nil && object["note"]?.string != nil
    let reportName = reportNames.first { object[$0]?.string != nil }
    guard let report = reportName.flatMap({ object[$0]?.string }) ?? (isRecord ? "" : nil) else {
      return collected.leaveOut(
        line, "no text in the column \(reportNames.joined(separator: " or "))")
    }
    guard let idName = idNames.first(where: { object[$0] != nil }), let id = object[idName],
      id.string.map({ !$0.isEmpty }) ?? (id.kind == "a number")
    else {
      return collected.leaveOut(line, "no id in the column \(idNames.joined(separator: " or "))")
    }
    guard isRecord || !report.allSatisfy(\.isWhitespace) else {
      return collected.leaveOut(line, "the case report is empty")
    }
    object[idName] = nil
    var own = JSONObject([.init(name: "patient_id", value: id)])
    if let reportName {
      object[reportName] = nil
      own["case_report"] = .string(report)
    }
    // A column that is called as a member of the record means something else there.
    let rest = object.members.filter { own[$0.name] == nil }
    let whole = JSONValue.object(JSONObject(own.members + rest)).line
    do throws(RecordError) {
      let record = try PatientRecord(line: whole, number: line)
      if let first = collected.lineOfID[record.patientID] {
        return collected.leaveOut(line, "this patient's id is that of line \(first)")
      }
      collected.lineOfID[record.patientID] = line
      collected.result.records.append(record)
    } catch {
      collected.result.faults.append(
        Fault(
          line: line, reason: String("\(error)".split(separator: ": ", maxSplits: 1).last ?? "")))
    }
  }
}
