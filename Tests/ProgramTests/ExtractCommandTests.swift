import Clinical
import Foundation
import Testing

/// `extract` as scripts see it.
@Suite(.enabled(if: Program.executable != nil, "the program was not built"))
struct ExtractCommandTests {
  private static let note = "DISCHARGE MEDS\n- aspirin 75 mg OD\n- \"Lantus\" 10 units nocte\n"

  private func program() throws -> Program {
    let program = try Program()
    try Self.note.write(to: program.file("note.txt"), atomically: true, encoding: .utf8)
    return program
  }

  private let extract = ["extract", "--note", "note.txt", "--schema"]

  @Test func rulesNeedNoModel() throws {
    let program = try program()
    defer { program.remove() }
    let run = try program.run(extract + ["medications"])
    #expect(run.status == 0)
    let output = try JSONValue(parsing: run.output.utf8).object
    let records = output?["value"]?.object?["medications"]?.array
    #expect(records?.first?.object?["name"] == "aspirin")
    #expect(output?["evidence"]?.array?.first?.object?["span"] == [17, 24])
    let table = try program.run(extract + ["medications", "--format", "csv"])
    #expect(
      table.output.hasPrefix("name,dose,route,frequency,status,start,end,verdict\r\naspirin,"))
    let bundle = try program.run(extract + ["medications", "--format", "fhir"])
    #expect(bundle.output.contains(#""resourceType": "MedicationStatement""#))
  }

  @Test func whatIsWrongIsToldWithTheWayOut() throws {
    let program = try program()
    defer { program.remove() }
    let unknown = try program.run(extract + ["drugs"])
    #expect(unknown.status == 2)
    #expect(unknown.problems.contains("none of medications, problems, labs, follow-up"))
    let files = [
      ("{\n  \"type\":\n}", "schema s.json: line 3, column 1: this is not JSON"),
      (#"{"items": {"format": "date"}}"#, "schema s.json: at /items: the keyword \"format\""),
    ]
    for (text, words) in files {
      try text.write(to: program.file("s.json"), atomically: true, encoding: .utf8)
      let run = try program.run(extract + ["s.json"])
      #expect(run.status == 1)
      #expect(run.problems.contains(words), "\(run.problems)")
      let bundle = try program.run(extract + ["s.json", "--format", "fhir"])
      #expect(bundle.status == 2)
    }
  }
}
