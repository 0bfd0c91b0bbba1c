import Foundation
import Testing

/// Answers made again from their receipts, with a tiny random model whose answers mean nothing.
@Suite(.enabled(if: Program.executable != nil, "the program was not built"))
struct ReceiptTests {
  private let program: Program
  private let model: String
  private static let sampling = ["--temperature", "1", "--top-p", "0.95", "--seed", "7"]

  init() throws {
    program = try Program()
    model = try program.tinyModel().path
  }

  private func ask(_ arguments: [String]) throws -> Program.Finished {
    try program.run(["ask", "--model", model] + arguments)
  }

  /// Writes the receipt of an answer of twelve tokens.
  private func write(_ more: [String] = sampling) throws -> [String: Any] {
    let run = try ask(
      ["--note", "0142.txt", "--template", "plain", "--max-tokens", "12"] + more
        + ["--write-receipt", "r.json", "Which dose?"])
    try #require(run.status == 0, "\(run.problems)")
    let data = try Data(contentsOf: program.file("r.json"))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  private func change(_ receipt: [String: Any], _ path: [String], to value: Any) throws {
    func changed(_ object: [String: Any], _ path: ArraySlice<String>) -> [String: Any] {
      var object = object
      guard let key = path.first else { return object }
      let inner = object[key] as? [String: Any]
      object[key] = path.count == 1 ? value : changed(inner ?? [:], path.dropFirst())
      return object
    }
    try JSONSerialization.data(withJSONObject: changed(receipt, path[...]))
      .write(to: program.file("r.json"))
  }

  @Test func anAnswerIsMadeAgainTokenForToken() throws {
    defer { program.remove() }
    let receipt = try write()
    let mode = try FileManager.default.attributesOfItem(atPath: program.file("r.json").path)
    #expect(mode[.posixPermissions] as? Int == 0o600, "a receipt holds what was asked")
    let run = try ask(["--receipt", "r.json"])
    #expect(run.status == 0, "\(run.problems)")
    #expect(run.problems.contains("all 12 tokens are those of the receipt"))
    #expect(run.output == (receipt["answer"] as? String ?? "") + "\n")
    // As another person would, with nothing computed before.
    let other = try ask(["--receipt", "r.json", "--no-cache", "--no-lookup", "--json"])
    #expect(other.status == 0)
    #expect(other.output.contains(#""identical":true"#))
  }

  @Test func theFirstTokenThatDiffersIsNamed() throws {
    defer { program.remove() }
    let receipt = try write()
    let provenance = try #require(receipt["provenance"] as? [String: Any])
    var tokens = try #require(provenance["tokens"] as? [Int])
    tokens[4] = tokens[4] == 40 ? 41 : 40
    try change(receipt, ["provenance", "tokens"], to: tokens)
    let run = try ask(["--receipt", "r.json"])
    #expect(run.status == 1)
    #expect(run.problems.contains("token 5 of 12 differs"))
    let json = try ask(["--receipt", "r.json", "--json"])
    #expect(json.status == 1)
    #expect(json.output.contains(#""first_difference":{"expected":\#(tokens[4]),"found":"#))
    // Another seed is another answer.
    try change(receipt, ["provenance", "parameters", "seed"], to: 8)
    #expect(try ask(["--receipt", "r.json"]).status == 1)
  }

  @Test func anAnswerThatEndsElsewhereIsNotTheSame() throws {
    defer { program.remove() }
    let receipt = try write()
    try change(receipt, ["stop"], to: "end")
    let run = try ask(["--receipt", "r.json"])
    #expect(run.status == 1)
    #expect(run.problems.contains("did not end there as it did then (end)"))
  }

  @Test func anotherNoteModelTemplateOrAdapterIsRefusedByName() throws {
    defer { program.remove() }
    let receipt = try write()
    try "Another note.".write(to: program.file("b.txt"), atomically: true, encoding: .utf8)
    let note = try ask(["--receipt", "r.json", "--note", "b.txt"])
    #expect(note.status == 1)
    #expect(note.problems.contains("not the note of the receipt"))
    #expect(!note.problems.contains("Another note"))
    for (path, value, words) in [
      (["provenance", "model", "digest"], "ab", "not the model of the receipt"),
      (["provenance", "model", "digest"], "", "does not say which file its model was"),
      (["provenance", "template_digest"], "ab", "template plain reads differently"),
      (["provenance", "template"], "nosuch", "no prompt template 'nosuch'"),
      (["provenance", "adapter_digest"], "ab", "adapter with the SHA-256 ab"),
      (["stop"], "failed", "never came to an end"),
      (["stop"], "nosuch", "no receipt"),
    ] {
      try change(receipt, path, to: value)
      let run = try ask(["--receipt", "r.json"])
      #expect(run.status == 1)
      #expect(run.problems.contains(words), "\(run.problems)")
    }
    try FileManager.default.removeItem(at: program.file("0142.txt"))
    try change(receipt, ["note_paths"], to: [String]())
    #expect(try ask(["--receipt", "r.json"]).problems.contains("--note FILE"))
  }

  @Test func whatAReceiptSaysIsNotSaidTwice() throws {
    defer { program.remove() }
    for arguments in [
      ["--receipt", "r.json", "Which dose?"], ["--receipt", "r.json", "--seed", "3"],
      ["--receipt", "r.json", "--write-receipt", "s.json"], ["Which dose?"],
      ["--note", "0142.txt"],
    ] {
      #expect(try ask(arguments).status == 2)
    }
    _ = try write()
    let again = try ask(["--note", "0142.txt", "--write-receipt", "r.json", "Which dose?"])
    #expect(again.status == 1)
    #expect(again.problems.contains("r.json is there already"))
  }

  @Test func aSessionOfTheWorkbenchReplaysLineForLine() throws {
    defer { program.remove() }
    // The workbench reads a note with all line ends alike.
    try Program.note.replacingOccurrences(of: "\n", with: "\r\n")
      .write(to: program.file("0142.txt"), atomically: true, encoding: .utf8)
    let script = """
      wait ready
      wait digest
      type Which dose?
      key enter
      wait ready
      key tab o down space esc s-tab
      type And then?
      key enter
      wait ready
      key tab :
      type w session.jsonl
      key enter
      key :
      type receipt second.json
      key enter
      wait ready
      """
    try script.write(to: program.file("a.script"), atomically: true, encoding: .utf8)
    let run = try program.run(
      ["0142.txt", "--model", model, "--template", "plain", "--max-tokens", "12", "--script"]
        + ["a.script"] + Self.sampling)
    #expect(run.status == 0, "\(run.problems)")
    let session = try ask(["--receipt", "session.jsonl", "--note", "0142.txt", "--json"])
    #expect(session.status == 0, "\(session.problems)")
    #expect(session.output.split(separator: "\n").count == 2)
    #expect(session.output.components(separatedBy: #""identical":true"#).count == 3)
    #expect(try ask(["--receipt", "second.json", "--note", "0142.txt"]).status == 0)
  }
}
