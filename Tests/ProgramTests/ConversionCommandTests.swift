import Foundation
import Testing

/// `model quantize`, `merge` and `import` on the command line, with tiny random models.
@Suite(.enabled(if: Program.executable != nil, "the program was not built"))
struct ConversionCommandTests {
  private struct Inspection: Decodable {
    let type: String
  }

  private func type(of path: URL, _ program: Program) throws -> String {
    let run = try program.run(["model", "inspect", path.path, "--json"])
    try #require(run.status == 0, "\(run.problems)")
    return try JSONDecoder().decode(Inspection.self, from: Data(run.output.utf8)).type
  }

  private static func folder(_ name: String) -> String {
    Program.resource("").deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("ConversionTests/Resources/\(name)").path
  }

  @Test("a model in another type, which the program reads again")
  func quantize() throws {
    let program = try Program()
    defer { program.remove() }
    let (source, output) = (Program.resource("tiny-f32.gguf"), program.file("out.gguf"))
    for (given, type) in [("q8_0", "Q8_0"), ("Q4_K", "Q4_K_M"), ("bf16", "BF16")] {
      let run = try program.run(["model", "quantize", source.path, output.path, "--type", given])
      #expect(run.status == 0, "\(run.problems)")
      #expect(run.output == "wrote \(output.path), \(type)\n")
      #expect(run.problems.isEmpty)
      #expect(try self.type(of: output, program) == type)
    }
    let again = try program.run([
      "model", "quantize", Program.resource("tiny-mixed.gguf").path, output.path, "--type", "Q4_0",
    ])
    #expect(again.status == 0)
    #expect(again.problems.contains("was rounded before"))
  }

  @Test("a wrong type is wrong usage, and what fails leaves nothing")
  func failures() throws {
    let program = try Program()
    defer { program.remove() }
    let (source, output) = (Program.resource("tiny-f32.gguf"), program.file("out.gguf"))
    let wrong = try program.run(["model", "quantize", source.path, output.path, "--type", "Q9"])
    #expect(wrong.status == 2)
    #expect(wrong.problems.contains("Q4_K_M"))
    let nowhere = program.file("missing/out.gguf").path
    let failed = try program.run(["model", "quantize", source.path, nowhere, "--type", "F16"])
    #expect(failed.status == 1)
    #expect(failed.problems.contains(nowhere))
    let tied = try program.run([
      "model", "merge", source.path, Program.resource("adapter-linear.gguf").path, output.path,
    ])
    #expect(tied.status == 1)
    let none = try program.run(["model", "import", program.folder.path, output.path])
    #expect(none.status == 1)
    #expect(none.problems.contains("config.json"))
    #expect(!FileManager.default.fileExists(atPath: output.path))
  }

  @Test("a merged adapter scores as one beside the model, and an imported one is found by its name")
  func adapters() throws {
    let program = try Program()
    defer { program.remove() }
    func scores(_ arguments: [String]) throws -> String {
      let run = try program.run(["score", "--text", "-", "--json"] + arguments, input: "Dose 5 mg")
      try #require(run.status == 0, "\(run.problems)")
      return run.output
    }
    let (model, base) = (program.file("model.gguf").path, Self.folder("pairs-tied"))
    let folder = program.file("data/asclepius/adapters")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for arguments in [
      [base, model, "--type", "F32"],
      [Self.folder("adapter-plain"), folder.path + "/mine.gguf", "--base", model],
    ] {
      let run = try program.run(["model", "import"] + arguments)
      #expect(run.status == 0, "\(run.problems)")
    }
    let merged = program.file("merged.gguf").path
    let run = try program.run(["model", "merge", model, "mine", merged])
    #expect(run.status == 0, "\(run.problems)")
    let beside = try numbers(in: scores(["--model", model, "--adapter", "mine"]))
    let within = try numbers(in: scores(["--model", merged]))
    let bare = try numbers(in: scores(["--model", model]))
    #expect(zip(beside, within).allSatisfy { abs($0 - $1) < 0.02 })
    #expect(zip(beside, bare).contains { abs($0 - $1) > 0.1 })
  }

  private struct Scores: Decodable {
    let logprobs: [Double?]
  }

  private func numbers(in output: String) throws -> [Double] {
    try JSONDecoder().decode(Scores.self, from: Data(output.utf8)).logprobs.compactMap { $0 }
  }
}
