import Foundation
import Testing

/// Judging, experiments and reports as scripts see them.
struct JudgeCommandTests {
  private struct Row: Decodable {
    var item: String
    var rater: String
    var score: Int?
    var mode: String
    var order: Int
    var place: Int
    var shown: Int
    var expected: Double?
    var probabilities: [Double]?
    var reply: String?
  }

  /// A judge that gives each answer the number of its words that begin with "good", at most 4, and
  /// adds one for what comes first; what says "odd" gets no number.
  private static let judge = """
    import re
    def reply(prompt, body):
        assert body["temperature"] == 0 and "model-" not in prompt
        found = re.findall(r"\\[Answer (?:([A-Z]) )?Begin\\]\\n(.*?)\\n\\[Answer", prompt, re.S)
        lines = []
        for place, (letter, answer) in enumerate(found):
            score = min(4, 1 + answer.count("good") + (1 if letter and place == 0 else 0))
            words = "cannot say" if "odd" in answer else str(score)
            lines.append(f"{letter or 'Score'}: {words}")
        return "\\n".join(lines)
    """

  private static let answers = ["model-a": "good good", "model-b": "bad", "model-c": "odd good"]

  private func writeAnswers(_ program: Program) throws {
    let rows = (1...4).flatMap { number in
      Self.answers.map { model, answer in
        #"{"patient_id":"p\#(number / 2)","number":\#(number),"question":"Q\#(number)?","#
          + #""model":"\#(model)","answer":"\#(answer)","note":"BP 120/80.","#
          + #""task":"Question Answering","reference":"good"}"#
      }
    }
    try rows.joined(separator: "\n")
      .write(to: program.file("answers.jsonl"), atomically: true, encoding: .utf8)
  }

  private func rows(_ program: Program, _ name: String) throws -> [Row] {
    try String(contentsOf: program.file(name), encoding: .utf8).split(separator: "\n").map {
      try JSONDecoder().decode(Row.self, from: Data($0.utf8))
    }
  }

  private func judge(
    _ program: Program, _ server: RuleServer, output: String, more: [String] = []
  ) throws -> Program.Finished {
    try program.run(
      [
        "judge", "answers.jsonl", "--judge", "endpoint:\(server.address)#m", "--output", output,
      ] + more)
  }

  @Test func answersAreGradedAloneAndInBalancedOrders() throws {
    let program = try Program()
    defer { program.remove() }
    try writeAnswers(program)
    let server = try RuleServer(Self.judge)
    defer { server.stop() }
    let run = try judge(program, server, output: "scores.jsonl", more: ["--orders", "6"])
    #expect(run.status == 0)
    let rows = try rows(program, "scores.jsonl")
    #expect(rows.count == 4 * 3 * (1 + 6))
    let alone = rows.filter { $0.mode == "alone" }
    #expect(alone.count { $0.item.hasSuffix("model-a") && $0.score == 3 } == 4)
    #expect(alone.count { $0.item.hasSuffix("model-b") && $0.score == 1 } == 4)
    // No clear score stays missing, with what was said.
    let odd = alone.filter { $0.item.hasSuffix("model-c") }
    #expect(odd.allSatisfy { $0.score == nil && $0.reply == "Score: cannot say" })
    // Six orders of three answers: each stands twice in each place.
    let first = rows.filter { $0.mode == "together" && $0.item == "p0/1/model-b" }
    #expect(first.map(\.place).sorted() == [1, 1, 2, 2, 3, 3])
    #expect(first.allSatisfy { $0.score == ($0.place == 1 ? 2 : 1) && $0.shown == 3 })
    #expect(Set(rows.map(\.rater)).count == 7)
    #expect(rows.allSatisfy { $0.expected == nil && $0.probabilities == nil })
  }

  @Test func aRunThatLostItsJudgeGoesOnToTheSameFile() throws {
    let program = try Program()
    defer { program.remove() }
    try writeAnswers(program)
    let server = try RuleServer(Self.judge)
    defer { server.stop() }
    let whole = try judge(program, server, output: "whole.jsonl")
    #expect(whole.status == 0)
    // A score of the finished run is there already, and one line broke off.
    let text = try String(contentsOf: program.file("whole.jsonl"), encoding: .utf8)
    let lines = text.split(separator: "\n")
    let part = lines.prefix(20).joined(separator: "\n") + "\n" + lines[20].prefix(30)
    try part.write(to: program.file("again.jsonl.part"), atomically: true, encoding: .utf8)
    let again = try judge(program, server, output: "again.jsonl")
    #expect(again.status == 0)
    #expect(again.problems.contains("goes on behind 20 scores"))
    #expect(try String(contentsOf: program.file("again.jsonl"), encoding: .utf8) == text)
    #expect(!FileManager.default.fileExists(atPath: program.file("again.jsonl.part").path))
  }

  @Test func notesStayOnThisMachine() throws {
    let program = try Program()
    defer { program.remove() }
    try writeAnswers(program)
    let run = try program.run([
      "judge", "answers.jsonl", "--judge", "endpoint:http://judge.example/v1#m", "--output", "s",
    ])
    #expect(run.status == 2)
    #expect(run.problems.contains("--allow-remote"))
  }

  @Test func aModelInThisProcessTellsProbabilities() throws {
    let program = try Program()
    defer { program.remove() }
    try writeAnswers(program)
    let run = try program.run([
      "judge", "answers.jsonl", "--judge", try program.tinyModel(contextLength: 4096).path,
      "--output", "scores.jsonl", "--orders", "2", "--threads", "1",
    ])
    #expect(run.status == 0)
    let rows = try rows(program, "scores.jsonl")
    #expect(rows.count == 4 * 3 * 3)
    for row in rows {
      let probabilities = try #require(row.probabilities)
      #expect(probabilities.count == 4)
      let mass = probabilities.reduce(0, +)
      #expect(mass > 0 && mass <= 1.000_01)
      let expected = try #require(row.expected)
      let mean = zip(1...4, probabilities).reduce(0) { $0 + Double($1.0) * $1.1 } / mass
      #expect(abs(expected - mean) < 1e-9)
      #expect(row.score != nil || row.reply != nil)
    }
  }

  // MARK: Experiments

  private static let plan = """
    title = "Tiny"
    resamples = 200
    max_tokens = 6
    [[questions]]
    name = "set"
    file = "records.jsonl"
    [[models]]
    name = "base"
    model = "tiny.gguf"
    template = "plain"
    [[models]]
    name = "small"
    model = "small.gguf"
    template = "plain"
    quantized_from = "base"
    [[answers]]
    questions = "set"
    file = "given.jsonl"
    [[judges]]
    name = "judge"
    judge = "tiny.gguf"
    orders = 2
    [[comparisons]]
    title = "types"
    models = ["base", "small"]
    [[corpora]]
    name = "notes"
    file = "records.jsonl"
    context = 16
    [[ratings]]
    file = "people.jsonl"
    """

  private func writeExperiment(_ program: Program) throws {
    let folder = program.file("experiment")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let tiny = try program.tinyModel(contextLength: 4096)
    try FileManager.default.copyItem(at: tiny, to: folder.appendingPathComponent("tiny.gguf"))
    let quantize = try program.run([
      "model", "quantize", tiny.path, "experiment/small.gguf", "--type", "Q8_0",
    ])
    #expect(quantize.status == 0)
    let records = (1...3).map { number in
      #"{"patient_id":"p\#(number)","note":"BP 12\#(number)/80. Home on apixaban 5 mg BD after a "#
        + #"long stay on the ward with pneumonia.","pairs":[{"task":"Question Answering","#
        + #""question":"Which dose?","answer":"5 mg BD.","answerable":true},"#
        + #"{"task":"Summarization","question":"Sum up.","answer":"Pneumonia."}]}"#
    }
    let given = #"{"patient_id":"p1","number":1,"question":"Which dose?","model":"x","answer":"5"}"#
    let people = (1...3).flatMap { number in
      ["ann", "bob"].enumerated().map { rater, name in
        #"{"item":"p\#(number)/1/base","rater":"\#(name)","score":\#(1 + (number + rater) % 4)}"#
      }
    }
    for (name, text) in [
      ("plan.toml", Self.plan), ("records.jsonl", records.joined(separator: "\n")),
      ("given.jsonl", given), ("people.jsonl", people.joined(separator: "\n")),
    ] {
      try text.write(
        to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
    }
  }

  @Test func anExperimentRunsOnceAndItsReportIsAlwaysTheSame() throws {
    let program = try Program()
    defer { program.remove() }
    try writeExperiment(program)
    for _ in 0..<2 {
      let run = try program.run(["experiment", "experiment", "--threads", "1"])
      #expect(run.status == 0)
    }
    let answers = try String(
      contentsOf: program.file("experiment/answers/set/base.jsonl"), encoding: .utf8)
    #expect(answers.split(separator: "\n").count == 6)
    // Two models, one given answer, right and wrong controls; alone and in two orders.
    let scores = try rows(program, "experiment/judgements/set/judge.jsonl")
    #expect(scores.count == (6 * 2 + 1 + 6 * 2) * 3)
    for folder in ["one", "two"] {
      let report = try program.run(["report", "experiment", "--output", folder])
      #expect(report.status == 0)
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: program.file("one").path)
    #expect(names.contains("report.html") && names.contains("report.md"))
    #expect(names.contains("set-cost-of-quantisation.csv"))
    for name in names {
      let one = try Data(contentsOf: program.file("one/\(name)"))
      #expect(try one == Data(contentsOf: program.file("two/\(name)")))
    }
    let page = try String(contentsOf: program.file("one/report.html"), encoding: .utf8)
    let rest = page.replacingOccurrences(of: "http://www.w3.org/2000/svg", with: "")
    #expect(!rest.contains("http://") && !rest.contains("https://"))
    #expect(!page.contains("src=") && !page.contains("<script"))
    let markdown = try String(contentsOf: program.file("one/report.md"), encoding: .utf8)
    for title in [
      "set: models", "set: types", "set: cost of quantisation", "set: judges", "set: agreement",
      "Perplexity of corpora",
    ] { #expect(markdown.contains("## \(title)")) }
    #expect(markdown.contains("| people | 2 | 3 |"))
  }

  @Test func aPlanThatSaysSomethingUnknownIsToldWhere() throws {
    let program = try Program()
    defer { program.remove() }
    let folder = program.file("experiment")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (text, words) in [
      ("[[models]]\nname = \"a\"\nmodle = \"b\"", "[[models]] number 1: there is no key modle"),
      ("[[models]]\nname = \"a\"", "model is missing"),
      ("title = ", "line 1"),
      (
        "[[models]]\nname = \"a\"\nmodel = \"b\"\nquantized_from = \"c\"",
        "a is quantized_from c, which is no model here"
      ),
    ] {
      try text.write(
        to: folder.appendingPathComponent("plan.toml"), atomically: true, encoding: .utf8)
      let run = try program.run(["experiment", "experiment"])
      #expect(run.status == 1)
      #expect(run.problems.contains(words))
    }
  }
}
