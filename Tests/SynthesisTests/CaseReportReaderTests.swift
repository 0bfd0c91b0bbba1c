import Clinical
import Synthesis
import Testing

@Suite("Case reports")
struct CaseReportReaderTests {
  private func read(
    _ text: String, _ columns: CaseReportReader.Columns = .init()
  ) -> CaseReportReader.Result {
    CaseReportReader(columns: columns).read(Array(text.utf8))
  }

  @Test("of a table keep quoted line ends, doubled quotes and every other column")
  func readsTable() {
    let table = #"""
      patient_uid,title,patient,age\#r
      7665777-1,"Rash, ""odd""","A man of 40.
      He recovered.","[[40.0, 'year']]"\#r
      7665777-2,T,A woman.,
      """#
    let result = read("\u{FEFF}" + table)
    #expect(result.faults.isEmpty)
    #expect(
      result.records.map(\.line) == [
        #"{"patient_id": "7665777-1", "case_report": "A man of 40.\nHe recovered.", "#
          + #""title": "Rash, \"odd\"", "age": "[[40.0, 'year']]"}"#,
        #"{"patient_id": "7665777-2", "case_report": "A woman.", "title": "T", "age": ""}"#,
      ])
  }

  @Test("bad rows are named by the line on which they begin, and the rest is kept")
  func namesBadRows() {
    let table = """
      id,text
      a,"one
      two"
      b,three,four
      c,"open
      d,five
      a,six
      ,seven
      e,"x"y
      f,
      g,eight

      """
    let result = read(table)
    #expect(result.records.map(\.patientID) == ["a", "d", "g"])
    #expect(
      result.faults.map(\.description) == [
        "line 4: 3 fields, but the header has 2",
        "line 5: a quote is not closed, or text follows a closing one",
        "line 7: this patient's id is that of line 2",
        "line 8: no id in the column patient_uid or patient_id or id",
        "line 9: a quote is not closed, or text follows a closing one",
        "line 10: the case report is empty",
      ])
  }

  @Test("come as JSON Lines and as a JSON array too", arguments: [true, false])
  func readsJSON(asArray: Bool) {
    let rows = [#"{"id": 3, "text": "A.", "doi": "10.1/x"}"#, #"{"id": 4}"#, #"[1]"#]
    let text = asArray ? "[\n" + rows.joined(separator: ",\n") + "]" : rows.joined(separator: "\n")
    let result = read(text)
    #expect(
      result.records.map(\.line) == [
        #"{"patient_id": 3, "case_report": "A.", "doi": "10.1/x"}"#
      ])
    #expect(
      result.faults.map(\.description) == [
        "line 2: no text in the column patient or case_report or text",
        "line 3: expected a JSON object, found an array",
      ])
  }

  @Test("are found in the columns that are named")
  func readsNamedColumns() {
    let result = read(
      "key;x,story,patient\n1,Told.,other\n", .init(patientID: "key;x", caseReport: "story"))
    #expect(
      result.records.map(\.line) == [
        #"{"patient_id": "1", "case_report": "Told.", "patient": "other"}"#
      ])
  }

  @Test("nothing, or what is no text at all, gives nothing and does not trap")
  func survivesNonsense() {
    #expect(read("").records.isEmpty)
    #expect(read("[").faults.count == 1)
    #expect(read("\"").faults.count == 1)
    let bytes = (0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
    #expect(CaseReportReader().read(bytes).records.isEmpty)
  }
}
