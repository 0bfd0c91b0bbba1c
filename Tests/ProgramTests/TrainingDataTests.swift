import Foundation
import Testing

/// From records to tokenised examples, answers and figures, as scripts see it.
struct TrainingDataTests {
  private struct Example: Decodable {
    struct Branch: Decodable {
      var tokens: [Int]
      var targets: [Int]
    }
    var id: String
    var trunk: [Int]
    var branches: [Branch]
  }

  private struct Asked: Decodable {
    var prompt_tokens: Int
  }

  private static let records = """
    {"patient_id":"p1","note":"BP 120/80. Home on apixaban 5 mg BD.","pairs":[\
    {"task":"Question Answering","question":"Which dose?","answer":"5 mg BD.",\
    "evidence":["apixaban 5 mg BD"],"answerable":true},\
    {"task":"Question Answering","question":"Any ECG?","answer":"No ECG is recorded.",\
    "evidence":[],"answerable":false}]}

    """

  private func program() throws -> (Program, model: String) {
    let program = try Program()
    try Self.records.write(
      to: program.file("records.jsonl"), atomically: true, encoding: .utf8)
    return (program, try program.tinyModel().path)
  }

  @Test func promptsAreThoseOfAskAndTheAnswerAloneCounts() throws {
    let (program, model) = try program()
    defer { program.remove() }
    let run = try program.run([
      "train", "tokenize", "records.jsonl", "--model", model, "--template", "asclepius",
    ])
    #expect(run.status == 0)
    let example = try JSONDecoder().decode(Example.self, from: Data(run.output.utf8))
    #expect(example.id == "p1")
    #expect(example.branches.count == 2)
    try "BP 120/80. Home on apixaban 5 mg BD.".write(
      to: program.file("note.txt"), atomically: true, encoding: .utf8)
    for (branch, question) in zip(example.branches, ["Which dose?", "Any ECG?"]) {
      let ask = try program.run([
        "ask", "--note", "note.txt", question, "--model", model, "--template", "asclepius",
        "--max-tokens", "1", "--json",
      ])
      let asked = try JSONDecoder().decode(Asked.self, from: Data(ask.output.utf8))
      #expect(example.trunk.count + branch.targets[0] == asked.prompt_tokens)
      #expect(branch.targets[1] == branch.tokens.count)
    }
    let answer = try program.run(
      ["detokenize", "--model", model, "--no-special"],
      input: example.branches[0].tokens[example.branches[0].targets[0]...].map(String.init)
        .joined(separator: " "))
    #expect(answer.output.trimmingCharacters(in: .whitespaces) == "5 mg BD.")
  }

  @Test func longExamplesAreDroppedAndCounted() throws {
    let (program, model) = try program()
    defer { program.remove() }
    let run = try program.run([
      "train", "tokenize", "records.jsonl", "--model", model, "--template", "asclepius",
      "--context", "16",
    ])
    #expect(run.status == 1)
    #expect(run.problems.contains("all 2 exceed the context"))
  }

  @Test func answersGoIntoMetrics() throws {
    let (program, model) = try program()
    defer { program.remove() }
    let run = try program.run([
      "answers", "records.jsonl", "--model", model, "--template", "asclepius", "--max-tokens", "4",
      "--output", "answers.jsonl",
    ])
    #expect(run.status == 0)
    #expect(!FileManager.default.fileExists(atPath: program.file("answers.jsonl.part").path))
    let metrics = try program.run([
      "metrics", "answers.jsonl", "--records", "records.jsonl", "--json", "--resamples", "10",
    ])
    #expect(metrics.status == 0)
    #expect(metrics.output.contains("\"refused_unanswerable\""))
    #expect(metrics.output.contains("\"unfinished\""))
  }

  @Test func longNotesAreCutIntoPartsThatHoldTheEvidence() throws {
    let (program, model) = try program()
    defer { program.remove() }
    let days = (1...30).map { "Day \($0): stable, eating." }
    let note = (days + ["Home on apixaban 5 mg BD."]).joined(separator: "\\n")
    try """
    {"patient_id":"p1","note":"\(note)","pairs":[{"task":"Question Answering",\
    "question":"Which dose?","answer":"5 mg BD.","evidence":["apixaban 5 mg BD"],\
    "answerable":true}]}

    """.write(to: program.file("long.jsonl"), atomically: true, encoding: .utf8)
    func example(_ options: [String]) throws -> (tokens: [Int], problems: String) {
      let run = try program.run(
        ["train", "tokenize", "long.jsonl", "--model", model, "--template", "asclepius"] + options)
      let example = try JSONDecoder().decode(Example.self, from: Data(run.output.utf8))
      return (example.trunk + example.branches[0].tokens, run.problems)
    }
    let context = try example([]).tokens.count - 100
    let cut = try example(["--too-long", "window", "--context", String(context)])
    #expect(cut.tokens.count <= context)
    #expect(cut.problems.contains("0 dropped, 1 windowed"))
    let text = try program.run(
      ["detokenize", "--model", model], input: cut.tokens.map(String.init).joined(separator: " "))
    #expect(text.output.contains("apixaban 5 mg BD"))
    #expect(!text.output.contains("Day 1:"))
  }

  @Test func exportedRowsHaveTheAnswerAndItsEnd() throws {
    let (program, model) = try program()
    defer { program.remove() }
    let run = try program.run([
      "dataset", "export", "records.jsonl", "--format", "trl", "--model", model, "--template",
      "asclepius",
    ])
    struct Row: Decodable { var prompt, completion: String }
    let rows = try run.output.split(separator: "\n").map {
      try JSONDecoder().decode(Row.self, from: Data($0.utf8))
    }
    #expect(rows.count == 2)
    #expect(rows[0].completion.hasPrefix("5 mg BD."))
    #expect(rows[0].completion.count > "5 mg BD.".count)
    #expect(rows[0].prompt.contains("Which dose?"))
  }
}
