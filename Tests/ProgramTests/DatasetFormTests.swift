import Foundation
import Testing

/// Forms of a data set beside JSON Lines, read back by Python.
struct DatasetFormTests {
  private static let rows = """
    {"patient_id": 1, "note": "N, \\"so\\"\\nand on", "question": "Q?", "answer": "A", "task": "Paraphrasing"}
    {"patient_id": 1, "note": "N, \\"so\\"\\nand on", "question": "R", "answer": "", "task": "Summarization"}
    {"patient_id": "p2", "note": "心不全\\r\\nend", "question": "S", "answer": "B"}

    """

  private func python(_ script: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script] + arguments
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return String(decoding: text, as: UTF8.self)
  }

  @Test func tablesGoOutAndComeBack() throws {
    let program = try Program()
    defer { program.remove() }
    let records = try program.run(["dataset", "import", "-"], input: Self.rows)
    #expect(records.status == 0)
    try records.output.write(to: program.file("r.jsonl"), atomically: true, encoding: .utf8)
    let out = try program.run(
      ["dataset", "export", "r.jsonl", "--format", "csv", "--output", "rows.csv"])
    #expect(out.status == 0)
    let read = """
      import csv, json, sys
      for row in csv.DictReader(open(sys.argv[1], newline="")):
          print(json.dumps([row[c] for c in "patient_id note question answer task".split()]))
      """
    let seen = try python(read, [program.file("rows.csv").path])
    #expect(
      seen == """
        ["1", "N, \\"so\\"\\nand on", "Q?", "A", "Paraphrasing"]
        ["1", "N, \\"so\\"\\nand on", "R", "", "Summarization"]
        ["p2", "\\u5fc3\\u4e0d\\u5168\\r\\nend", "S", "B", ""]

        """)
    let back = try program.run(["dataset", "import", "rows.csv"])
    #expect(back.status == 0)
    #expect(back.output == records.output)
  }

  @Test func aBadRowOfATableIsNamed() throws {
    let program = try Program()
    defer { program.remove() }
    let run = try program.run(
      ["dataset", "import", "-"],
      input: "patient_id,note,question,answer\n1,SECRET\n2,N,Q,A\n")
    #expect(run.status == 1)
    #expect(run.problems.contains("line 2: 2 fields, but the header has 4; left out"))
    #expect(!run.problems.contains("SECRET"))
    #expect(run.output.hasPrefix(#"{"patient_id": 2, "note": "N""#))
  }

  @Test func statisticsAreDrawn() throws {
    let program = try Program()
    defer { program.remove() }
    let records = try program.run(["dataset", "import", "-"], input: Self.rows).output
    try records.write(to: program.file("r.jsonl"), atomically: true, encoding: .utf8)
    let run = try program.run(["dataset", "stats", "r.jsonl", "--svg", "s.svg"])
    #expect(run.status == 0)
    let count = """
      import sys, xml.etree.ElementTree as tree
      root = tree.parse(sys.argv[1]).getroot()
      names = [node.tag.split("}")[1] for node in root.iter()]
      print(names[0], "rect" in names, "text" in names)
      """
    #expect(try python(count, [program.file("s.svg").path]) == "svg True True\n")
    let svg = try String(contentsOf: program.file("s.svg"), encoding: .utf8)
    #expect(svg.contains("2 records of 2 patients, 3 questions"))
    #expect(svg.contains("3 not marked, 100 %"))
    #expect(svg.contains("Notes: words each, 2 texts, median 3"))
  }

  @Test func realNotesBecomeRecordsThatTheStagesTake() throws {
    let program = try Program()
    defer { program.remove() }
    let table = """
      ROW_ID,SUBJECT_ID,CATEGORY,TEXT
      1,7,Discharge summary,"Admitted [**2151-7-16**] to [**Hospital1 18**].
      Seen by Dr. [**Last Name (STitle) 9**], shoe [**Shoe Size 42**]."
      2,7,Discharge summary,"Name:  ___  Unit No:  ___"
      3,8,Discharge summary,

      """
    try table.write(to: program.file("NOTEEVENTS.csv"), atomically: true, encoding: .utf8)
    let run = try program.run(
      ["dataset", "tag", "NOTEEVENTS.csv", "--output", "notes.jsonl", "--json"])
    #expect(run.status == 0)
    #expect(run.problems.contains("line 5: no note in the column"))
    #expect(run.problems.contains("unknown mark 'shoe size', 1 times"))
    #expect(run.output.contains(#""hospital":1"#))
    let notes = try String(contentsOf: program.file("notes.jsonl"), encoding: .utf8)
    #expect(
      notes == #"{"patient_id": "7", "note": "Admitted 2151-7-16 to [LOC].\n"#
        + #"Seen by Dr. [Name], shoe [#].", "ROW_ID": "1", "CATEGORY": "Discharge summary"}"# + "\n"
        + #"{"patient_id": "7/2", "same_patient": "7", "note": "Name:  [Name]  Unit No:  [Reg#]", "#
        + #""ROW_ID": "2", "CATEGORY": "Discharge summary"}"# + "\n")
    let teacher = try RuleTeacher()
    defer { teacher.end() }
    let asked = try program.run(["instruct", "notes.jsonl", "--output", "o"] + teacher.options)
    #expect(asked.status == 0)
    #expect(asked.output.contains("instruct: 2 records, 0 of them set aside, 6 questions"))
  }
}
