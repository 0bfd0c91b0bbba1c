import Foundation
import Testing

/// The stages of a data set as scripts see them, with a teacher that answers by rule.
struct SynthesisCommandTests {
  /// A rule that makes a note of the report's own sentences, questions from a counter in the
  /// prompt's length, and answers.
  private static let teacher = """
    import hashlib
    def reply(prompt, body):
        name = hashlib.sha256((prompt + str(body["seed"])).encode()).hexdigest()
        if "[Case Report Begin]" in prompt:
            return prompt.split("[Case Report Begin]\\n")[1].split("\\n[Case Report End]")[0]
        if "[Instruction Begin]" in prompt: return "Answer " + name[:6]
        return " ".join(name[i:i + 6] for i in range(0, 60, 6)) + "?"
    """

  private func build(
    _ program: Program, _ output: String, limit: Int = -1, more: [String] = []
  ) throws -> Program.Finished {
    let teacher = try RuleServer(Self.teacher, limit: limit)
    defer { teacher.stop() }
    return try program.run(
      [
        "dataset", "build", "reports.csv", "--output", output, "--teacher",
        "endpoint:\(teacher.address)", "--endpoint-model", "rule",
      ] + more)
  }

  private func writeReports(_ program: Program) throws {
    let rows = (1...6).map {
      "p\($0),\"A man of \($0 + 30) had a cough for \($0 + 2) days.\",10.1/\($0)"
    }
    try (["patient_uid,patient,doi"] + rows + ["p7,\"\",x"]).joined(separator: "\n")
      .write(to: program.file("reports.csv"), atomically: true, encoding: .utf8)
  }

  private func dataset(_ program: Program, _ output: String) throws -> String {
    try String(contentsOf: program.file("\(output)/dataset.jsonl"), encoding: .utf8)
  }

  @Test func theWholeChainRunsAndGoesOnAfterItsTeacherDied() throws {
    let program = try Program()
    defer { program.remove() }
    try writeReports(program)
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
    try writeReports(program)
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
    try writeReports(program)
    let run = try program.run([
      "synthesize", "reports.csv", "--output", "o", "--teacher", "endpoint:https://example.org/v1",
      "--endpoint-model", "m",
    ])
    #expect(run.status == 2)
    #expect(run.problems.contains("example.org is not this machine"))
  }
}
