import Foundation
import Testing

/// Notes that outlive the program, with a tiny random model whose answers mean nothing.
@Suite(.enabled(if: Program.executable != nil, "the program was not built"))
struct NoteMemoryTests {
  private struct Answer: Decodable {
    let tokens: [Int32]
    let prompt_tokens: Int
    let reused_tokens: Int
  }

  private func ask(
    _ program: Program, _ question: String, _ more: [String] = []
  ) throws -> (answer: Answer, problems: String) {
    let model = try program.tinyModel()
    let note = String(repeating: "Warfarin 5 mg at night, INR 2.1 on discharge.\n", count: 4)
    let arguments = [
      "ask", "--model", model.path, "--note", "-", "--template", "plain", "--max-tokens", "4",
      "--json", question,
    ]
    let run = try program.run(arguments + more, input: note)
    try #require(run.status == 0, "\(run.problems)")
    return (try JSONDecoder().decode(Answer.self, from: Data(run.output.utf8)), run.problems)
  }

  @Test("a second run starts behind the note, whatever is asked, with the same answer")
  func secondRun() throws {
    let program = try Program()
    defer { program.remove() }
    let first = try ask(program, "Which dose?").answer
    let again = try ask(program, "Which dose?").answer
    let other = try ask(program, "When is it taken?").answer
    #expect(first.reused_tokens == 0)
    #expect(again.reused_tokens >= 128)
    #expect(again.reused_tokens < again.prompt_tokens)
    #expect(other.reused_tokens == again.reused_tokens)
    #expect(again.tokens == first.tokens)
    #expect(try ask(program, "When is it taken?", ["--no-cache"]).answer.tokens == other.tokens)
  }

  @Test("--no-cache neither keeps a note nor uses one that was kept")
  func noCache() throws {
    let program = try Program()
    defer { program.remove() }
    let folder = program.file("state/asclepius/note-memory").path
    _ = try ask(program, "Which dose?", ["--no-cache"])
    #expect(!FileManager.default.fileExists(atPath: folder))
    _ = try ask(program, "Which dose?")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 1)
    #expect(try ask(program, "Which dose?", ["--no-cache"]).answer.reused_tokens == 0)
  }

  @Test("a damaged note is read anew and said in one line")
  func damaged() throws {
    let program = try Program()
    defer { program.remove() }
    let first = try ask(program, "Which dose?").answer
    let folder = program.file("state/asclepius/note-memory")
    let name = try #require(FileManager.default.contentsOfDirectory(atPath: folder.path).first)
    let file = folder.appendingPathComponent(name)
    try Data(contentsOf: file).dropLast(9).write(to: file)
    let second = try ask(program, "Which dose?")
    #expect(second.answer.reused_tokens == 0)
    #expect(second.answer.tokens == first.tokens)
    let lines = second.problems.split(separator: "\n").filter { $0.contains("damaged") }
    #expect(lines.count == 1)
    #expect(try ask(program, "Which dose?").answer.reused_tokens >= 128)
  }
}
