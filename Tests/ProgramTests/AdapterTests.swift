import Foundation
import Testing

/// Adapters on the command line, with a tiny random model and a random adapter.
@Suite(.enabled(if: Program.executable != nil, "the program was not built"))
struct AdapterTests {
  private struct Scores: Decodable {
    let logprobs: [Double?]
  }

  private struct Answer: Decodable {
    struct Model: Decodable {
      struct Adapter: Decodable {
        let name: String
        let digest: String
      }
      let adapter: Adapter?
    }
    struct Provenance: Decodable {
      let adapter_digest: String?
      let model: Model
    }
    let tokens: [Int32]
    let reused_tokens: Int
    let provenance: Provenance
  }

  private func scores(_ program: Program, _ adapter: [String]) throws -> [Double] {
    let arguments = ["score", "--model", Program.resource("tiny-f32.gguf").path, "--text", "-"]
    let text = "Warfarin 5 mg at night"
    let run = try program.run(arguments + ["--json"] + adapter, input: text)
    try #require(run.status == 0, "\(run.problems)")
    return try JSONDecoder().decode(Scores.self, from: Data(run.output.utf8)).logprobs
      .compactMap { $0 }
  }

  @Test("a path and a name in the folder of adapters mean the same, and both change the scores")
  func names() throws {
    let program = try Program()
    defer { program.remove() }
    let bare = try scores(program, [])
    let source = Program.resource("adapter-f32.gguf")
    let byPath = try scores(program, ["--adapter", source.path])
    #expect(zip(bare, byPath).allSatisfy { abs($0 - $1) > 1e-4 })
    let folder = program.file("data/asclepius/adapters")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: source, to: folder.appendingPathComponent("mine.gguf"))
    #expect(try scores(program, ["--adapter", "mine"]) == byPath)
    #expect(try scores(program, ["--adapter", "none"]) == bare)
    let model = Program.resource("tiny-f32.gguf").path
    let run = try program.run([
      "perplexity", "--model", model, "--text", "-", "--adapter", "yours",
    ])
    #expect(run.status == 1)
    #expect(run.problems.contains("no adapter called yours. Known: mine."))
  }

  @Test("an answer names its adapter, and notes read with another one are not used")
  func provenance() throws {
    let program = try Program()
    defer { program.remove() }
    let model = try program.tinyModel()
    func ask(_ adapter: [String]) throws -> Answer {
      let note = String(repeating: "Warfarin 5 mg.\n", count: 9)
      let arguments = [
        "ask", "--model", model.path, "--note", "-", "--template", "plain", "--max-tokens", "4",
        "--json", "Dose?",
      ]
      let run = try program.run(arguments + adapter, input: note)
      try #require(run.status == 0, "\(run.problems)")
      return try JSONDecoder().decode(Answer.self, from: Data(run.output.utf8))
    }
    let adapter = ["--adapter", Program.resource("adapter-f32.gguf").path]
    let bare = try ask([])
    let adapted = try ask(adapter)
    #expect(bare.provenance.adapter_digest == nil)
    #expect(bare.provenance.model.adapter == nil)
    #expect(adapted.provenance.model.adapter?.name == "adapter-f32")
    #expect(adapted.provenance.adapter_digest == adapted.provenance.model.adapter?.digest)
    #expect(adapted.provenance.adapter_digest?.count == 64)
    #expect(adapted.reused_tokens == 0)
    #expect(adapted.tokens != bare.tokens)
    #expect(try ask(adapter).reused_tokens > 100)
    #expect(try ask(adapter).tokens == adapted.tokens)
    #expect(try ask([]).tokens == bare.tokens)
  }

  @Test("an adapter for another model is refused by name of tensor")
  func otherModel() throws {
    let program = try Program()
    defer { program.remove() }
    let run = try program.run([
      "bench", "--model", Program.resource("tiny-llama3.gguf").path, "--adapter",
      Program.resource("adapter-f32.gguf").path,
    ])
    #expect(run.status == 1)
    #expect(run.problems.contains("blk.0.attn_k.weight.lora_b"))
  }
}
