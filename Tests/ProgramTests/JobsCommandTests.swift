import Foundation
import Testing

/// `jobs` as people use it, with a pipeline that is paused, killed and begun again.
// The limit is against hanging alone: all tests share the cores, and its clock runs while they wait.
@Suite(.timeLimit(.minutes(10)))
struct JobsCommandTests {
  private struct Row: Decodable {
    struct Status: Decodable {
      var done: Int
      var tokens: Int
      var model: String
      var stage: String
      var cost: Double?
    }

    var state: String
    var status: Status
  }

  private func row(_ program: Program) throws -> Row? {
    let listed = try program.run(["jobs", "--json"])
    #expect(listed.status == 0)
    return try listed.output.split(separator: "\n").last.map {
      try JSONDecoder().decode(Row.self, from: Data($0.utf8))
    }
  }

  private func wait(until isSo: () throws -> Bool) async throws {
    while try !isSo() { try await Task.sleep(for: .milliseconds(20)) }
  }

  private func journalCount(_ program: Program) -> Int {
    let text = try? String(contentsOf: program.file("o/build.journal"), encoding: .utf8)
    return text?.split(separator: "\n").count ?? 0
  }

  /// What happens is held in place by the teacher, so that a busy machine changes nothing.
  @Test func aRunIsPausedKilledAndBegunAgain() async throws {
    let program = try Program()
    defer { program.remove() }
    let gate = RuleTeacher.Gate(
      freeReplyCount: 5, opening: program.file("open"), notice: program.file("held"))
    let (quick, holding) = (try RuleTeacher(), try RuleTeacher(gate: gate))
    defer {
      quick.end()
      holding.end()
    }
    try RuleTeacher.writeReports(program)
    let build = [
      "dataset", "build", "reports.csv", "--concurrency", "1", "--price-output", "1000000",
    ]
    #expect(try program.run(build + ["--output", "whole"] + quick.options).status == 0)

    let process = try program.start(build + ["--output", "o"] + holding.options)
    try await wait { gate.isReached }
    #expect(try program.run(["jobs", "pause", "o"]).status == 0)
    try await wait { try row(program)?.state == "paused" }
    // The reply that was being written still comes; then nothing does, though the others would at once.
    let paused = journalCount(program)
    try gate.open()
    try await wait { journalCount(program) == paused + 1 }
    try await Task.sleep(for: .milliseconds(600))
    #expect(journalCount(program) == paused + 1)
    #expect(process.isRunning)

    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    #expect(try row(program)?.state == "stopped")
    let idle = try program.run(["jobs", "stop", "o"])
    #expect(idle.status == 1)
    #expect(idle.problems.contains("`asclepius jobs resume` begins it again"))

    #expect(try program.run(["jobs", "resume", "o"]).status == 0)
    try await wait { try row(program)?.state == "done" }
    let last = try #require(try row(program))
    #expect(last.status.model == "rule")
    // Two tokens for each of 6 notes, 18 questions and 18 answers, at a dollar each.
    #expect(last.status.tokens == 84)
    #expect(last.status.cost == 84)
    for name in ["dataset.jsonl", "answers.jsonl"] {
      #expect(
        try String(contentsOf: program.file("o/\(name)"), encoding: .utf8)
          == String(contentsOf: program.file("whole/\(name)"), encoding: .utf8))
    }
  }

  @Test func aRunThatIsToldToStopKeepsWhatItHas() async throws {
    let program = try Program()
    defer { program.remove() }
    let teacher = try RuleTeacher(secondsPerReply: 30)
    defer { teacher.end() }
    try RuleTeacher.writeReports(program)
    let process = try program.start(
      ["synthesize", "reports.csv", "--output", "o", "--concurrency", "1"] + teacher.options)
    try await wait { try row(program)?.status.stage == "synthesize" }
    let second = try program.run(["synthesize", "reports.csv", "--output", "o"] + teacher.options)
    #expect(second.status == 1)
    #expect(second.problems.contains("another process works in this folder"))
    #expect(try program.run(["jobs", "stop", "o"]).status == 0)
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
    #expect(try row(program)?.state == "stopped")
  }

  @Test func aFailureSaysWhy() throws {
    let program = try Program()
    defer { program.remove() }
    try RuleTeacher.writeReports(program)
    let failed = try program.run([
      "synthesize", "reports.csv", "--output", "o", "--teacher", "/no/such.gguf",
    ])
    #expect(failed.status == 1)
    let listed = try program.run(["jobs"])
    #expect(listed.output.contains("\tfailed\t"))
    #expect(listed.output.contains("/no/such.gguf"))
    let none = try program.run(["jobs", "pause", "elsewhere"])
    #expect(none.status == 1)
    #expect(none.problems.contains("elsewhere holds no run"))
  }
}
