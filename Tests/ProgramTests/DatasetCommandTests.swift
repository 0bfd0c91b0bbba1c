import Foundation
import Testing

/// `dataset` as scripts see it.
struct DatasetCommandTests {
  @Test func rowsBecomeRecordsAndRowsAgain() throws {
    let program = try Program()
    defer { program.remove() }
    let rows = """
      {"patient_id": 1, "note": "N", "question": "Q", "answer": "A", "task": "Paraphrasing"}
      {"patient_id": 1, "note": "N", "question": "R", "answer": "B", "task": "Summarization"}

      """
    try rows.write(to: program.file("rows.jsonl"), atomically: true, encoding: .utf8)
    let made = try program.run(["dataset", "import", "rows.jsonl", "--output", "records.jsonl"])
    #expect(made.status == 0)
    let records = try String(contentsOf: program.file("records.jsonl"), encoding: .utf8)
    #expect(
      records == #"{"patient_id": 1, "note": "N", "pairs": [{"question": "Q", "answer": "A", "#
        + #""task": "Paraphrasing"}, {"question": "R", "answer": "B", "task": "Summarization"}]}"#
        + "\n")
    let back = try program.run(["dataset", "export", "records.jsonl"])
    #expect(back.status == 0)
    #expect(back.output == rows)
    let stats = try program.run(["dataset", "stats", "-"], input: records)
    #expect(stats.status == 0)
    #expect(stats.output.contains("records    1, of 1 patients"))
    #expect(stats.output.contains("pairs      2: 0 answerable, 0 not, 2 not marked"))
  }

  @Test func aBadRowIsNamedAndTheRestIsKept() throws {
    let program = try Program()
    defer { program.remove() }
    let rows =
      #"{"patient_id": 1, "note": "SECRET"}"# + "\n"
      + #"{"patient_id": 2, "note": "N", "question": "Q", "answer": "A"}"# + "\n"
    let run = try program.run(["dataset", "import", "-"], input: rows)
    #expect(run.status == 1)
    #expect(run.problems.contains("-: line 1: the member 'question' is missing; left out"))
    #expect(!run.problems.contains("SECRET"))
    #expect(run.output.contains(#"{"patient_id": 2, "#))
    let export = try program.run(["dataset", "export", "-"], input: run.output + "no JSON\n")
    #expect(export.status == 1)
    #expect(export.problems.contains("-: line 2: not JSON"))
    #expect(export.output.split(separator: "\n").count == 1)
  }
}
