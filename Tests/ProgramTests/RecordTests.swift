import Foundation
import Testing

/// Answers recorded while they are written, with a tiny random model whose answers mean nothing.
@Suite(.enabled(if: Program.executable != nil, "the program was not built"))
struct RecordTests {
  @Test func twoAnswersAreRecordedAndShownWithoutAModel() throws {
    let program = try Program()
    defer { program.remove() }
    let model = try program.tinyModel().path
    func ask(_ question: String) throws -> Program.Finished {
      try program.run([
        "ask", "--model", model, "--note", "0142.txt", "--template", "plain", "--max-tokens", "6",
        "--record", "r.jsonl", "--json", question,
      ])
    }
    let answers = try ["Which dose?", "Why?"].map { question -> [Int] in
      let run = try ask(question)
      try #require(run.status == 0, "\(run.problems)")
      let object = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
      return try #require(object?["tokens"] as? [Int])
    }
    let lines = try String(contentsOf: program.file("r.jsonl"), encoding: .utf8)
      .split(separator: "\n").map {
        try #require(
          try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
      }
    #expect(lines.compactMap { $0["question"] as? String } == ["Which dose?", "Why?"])
    #expect(
      lines.compactMap { $0["note"] as? String } == ["0142.txt"], "the note stands there once")
    #expect(lines.compactMap { $0["id"] as? Int } == answers[0] + answers[1])
    let times = lines.compactMap { $0["at"] as? Double }
    #expect(times.allSatisfy { $0 >= 0 && $0 < 600 })

    let script = """
      wait ready
      key up enter
      wait ready
      key tab tab :
      type w out.jsonl
      key enter
      wait ready
      """
    try script.write(to: program.file("a.script"), atomically: true, encoding: .utf8)
    let shown = try program.run(["--replay", "r.jsonl", "--script", "a.script"])
    #expect(shown.status == 0, "\(shown.problems)")
    let session = try String(contentsOf: program.file("out.jsonl"), encoding: .utf8)
    #expect(session.contains("Which dose?"))
  }

  @Test func aRecordingOfAnotherModelIsLeftAsItIs() throws {
    let program = try Program()
    defer { program.remove() }
    let before = try Data(contentsOf: program.file("quick.jsonl"))
    let run = try program.run([
      "ask", "--model", try program.tinyModel().path, "--note", "0142.txt", "--template", "plain",
      "--record", "quick.jsonl", "Why?",
    ])
    #expect(run.status == 1)
    #expect(run.problems.contains("answers of another model, Recorded"))
    #expect(try Data(contentsOf: program.file("quick.jsonl")) == before)
  }
}
