import Clinical
import Synthesis
import Testing

@Suite("Tables of comma-separated values")
struct CommaSeparatedTableTests {
  private func object(_ members: [(String, JSONValue)]) -> JSONObject {
    JSONObject(members.map { JSONObject.Member(name: $0.0, value: $0.1) })
  }

  /// As Python's csv module writes it: csv.DictWriter(f, ["patient_id", "note"]) with the default
  /// dialect, but for its line ends, which are the caller's here.
  @Test("are written with quotes where they are needed alone")
  func written() {
    let rows = [
      object([("patient_id", .number("7")), ("note", .string("plain, with a comma"))]),
      object([("note", .string("says \"so\"\nand more")), ("other", .string("left out"))]),
      object([("patient_id", .string("é心")), ("note", .string("line\r\nend"))]),
    ]
    #expect(
      CommaSeparatedTable.lines(columns: ["patient_id", "note"], rows) == [
        "patient_id,note", "7,\"plain, with a comma\"", ",\"says \"\"so\"\"\nand more\"",
        "é心,\"line\r\nend\"",
      ])
  }

  @Test("come back as they were")
  func comesBack() {
    let texts = ["", "a", ",", "\"", "\"\"", "\n", "\r\n", "a\"b,c\nd", " blank ", "é心👩‍⚕️"]
    let rows = texts.map { object([("x", .string("1")), ("note", .string($0))]) }
    let lines = CommaSeparatedTable.lines(columns: ["x", "note"], rows)
    let table = CommaSeparatedTable(Array((lines.joined(separator: "\n") + "\n").utf8))
    #expect(table.rows.map(\.object) == rows)
    #expect(table.faults.isEmpty)
  }

  @Test("are told from JSON by how they begin")
  func recognised() {
    #expect(CommaSeparatedTable.isTable(Array("patient_id,note\n".utf8)))
    for text in ["", " \n", " {\"a\": 1}", "\n[1]"] {
      #expect(!CommaSeparatedTable.isTable(Array(text.utf8)))
    }
  }
}
