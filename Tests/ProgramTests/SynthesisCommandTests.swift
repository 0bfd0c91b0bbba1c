import Foundation
import Testing

/// The stages of a data set as scripts see them, with a teacher that answers by rule.
struct SynthesisCommandTests {
  private func build(
    _ program: Program, _ output: String, limit: Int = -1, more: [String] = []
  ) throws -> Program.Finished {
    let teacher = try RuleTeacher(limit: limit)
    defer { teacher.end() }
    return try program.run(
      ["dataset", "build", "reports.csv", "--output", output] + teacher.options + more)
  }

  private func dataset(_ program: Program, _ output: String) throws -> String {
    try String(contentsOf: program.file("\(output)/dataset.jsonl"), encoding: .utf8)
  }

  @Test func theWholeChainRunsAndGoesOnAfterItsTeacherDied() throws {
    let program = try Program()
    defer { program.remove() }
    try RuleTeacher.writeReports(program)
    let whole = try build(program, "whole")
    #expect(whole.status == 0)
    #expect(whole.problems.contains("reports.csv: line 8: the case report is empty; left out"))
    #expect(whole.output.contains("filter: 6 patients, 18 rows kept"))
    let expected = try dataset(program, "whole")
    #expect(expected.contains(#""doi": "10.1/3""#))
    // 6 notes, 18 questions and 18 answers: the teacher dies among the questions.
    let stopped = try build(program, "again", limit: 13, more: ["--concurrency", "1"])
    #expect(stopped.status == 1)
    #expect(stopped.problems.contains("the same command goes on"))
    let resumed = try build(program, "again")
    #expect(resumed.status == 0)
    #expect(try dataset(program, "again") == expected)
    let other = try build(program, "again", more: ["--seed", "1"])
    #expect(other.status == 1)
    #expect(other.problems.contains("is of a run with other settings"))
  }

  @Test func shardsHaveAllPatientsBetweenThem() throws {
    let program = try Program()
    defer { program.remove() }
    try RuleTeacher.writeReports(program)
    for index in 0..<2 {
      #expect(try build(program, "part\(index)", more: ["--shard", "\(index)/2"]).status == 0)
    }
    let files = (0..<2).map { "part\($0)/dataset.jsonl" }
    let merged = try program.run(["dataset", "merge"] + files)
    #expect(merged.status == 0)
    #expect(merged.output.split(separator: "\n").count == 6)
    let twice = try program.run(["dataset", "merge", files[0], files[0]])
    #expect(twice.status == 1)
    #expect(twice.problems.contains("nothing was written"))
  }

  @Test func aTeacherBeyondThisMachineIsRefused() throws {
    let program = try Program()
    defer { program.remove() }
    try RuleTeacher.writeReports(program)
    let run = try program.run([
      "synthesize", "reports.csv", "--output", "o", "--teacher", "endpoint:https://example.org/v1",
      "--endpoint-model", "m",
    ])
    #expect(run.status == 2)
    #expect(run.problems.contains("example.org is not this machine"))
  }
}
