import Clinical
import Foundation
import Testing

/// `rate` as raters and scripts see it.
@Suite(.enabled(if: Program.executable != nil, "the program was not built"))
struct RateCommandTests {
  /// Three questions on one note, answered by two models.
  static func prepare(_ program: Program, questionCount: Int = 3) throws {
    var rows: [String] = []
    for model in ["alpha-model", "beta-model"] {
      for number in 1...questionCount {
        rows.append(
          JSONValue.object(
            JSONObject([
              .init(name: "patient_id", value: "p1"),
              .init(name: "number", value: .number(String(number))),
              .init(name: "question", value: .string("Question \(number)?")),
              .init(name: "task", value: "Question Answering"),
              .init(name: "model", value: .string(model)),
              .init(name: "answer", value: .string("Answer \(number) of a kind.")),
              .init(name: "stop", value: "end"),
            ])
          ).line)
      }
    }
    try rows.joined(separator: "\n").write(
      to: program.file("answers.jsonl"), atomically: true, encoding: .utf8)
    let record = JSONObject([
      .init(name: "patient_id", value: "p1"), .init(name: "note", value: .string(Program.note)),
    ])
    try JSONValue.object(record).line.write(
      to: program.file("records.jsonl"), atomically: true, encoding: .utf8)
    try FileManager.default.createDirectory(
      at: program.file("own"), withIntermediateDirectories: false,
      attributes: [.posixPermissions: 0o700])
  }

  static let start = [
    "rate", "answers.jsonl", "--records", "records.jsonl", "--database", "own/r.sqlite",
  ]

  static func rate(
    _ program: Program, _ rater: String, _ script: String, size: String = "99x40"
  ) throws -> String {
    try script.write(to: program.file("\(rater).script"), atomically: true, encoding: .utf8)
    let run = try program.run(
      start + ["--rater", rater, "--script", "\(rater).script", "--size", size])
    #expect(run.status == 0, "\(run.problems)")
    return (try? String(contentsOf: program.file("a.txt"), encoding: .utf8)) ?? ""
  }

  static func grading(_ grades: [Int]) -> String {
    "wait ready\n" + grades.map { "type \($0)\nkey enter\nwait ready\n" }.joined()
  }

  @Test func gradesAreExportedReadByAgreementAndImportedElsewhere() throws {
    let program = try Program()
    defer { program.remove() }
    try Self.prepare(program)
    let database = ["--database", "own/r.sqlite"]
    let screen = try Self.rate(
      program, "AB", Self.grading([1, 2, 3, 4, 3, 2]) + "save-display a.txt\n")
    #expect(screen.contains("6 of 6 done"))
    #expect(!screen.contains("alpha-model"), "pairs are still to be compared")
    _ = try Self.rate(
      program, "CD",
      Self.grading([2, 2]) + "type m\ntype 1\ntype ;\ntype \"so, so\"\nkey enter\ntype f\n"
        + "type 4\nkey enter\nwait ready\nkey s\nwait ready\n")

    let exported = try program.run(["rate", "export"] + database)
    let rows = try exported.output.split(separator: "\n").map {
      try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(rows.count == 9)
    #expect(rows.allSatisfy { $0["item"] is String && $0["score"] is Int })
    #expect(rows.last?["comment"] as? String == "\"so, so\"")
    #expect(rows.last?["harm"] as? String == "mild")
    #expect(rows.last?["flagged"] as? Bool == true)
    try exported.output.write(to: program.file("r.jsonl"), atomically: true, encoding: .utf8)
    let agreement = try program.run(["agreement", "r.jsonl"])
    #expect(agreement.output.contains("6 items, 2 raters (AB, CD), 3 missing scores"))

    // Into another database by either form, and again, which changes nothing.
    for (index, format) in ["jsonl", "csv"].enumerated() {
      let other = ["--database", "own/\(format).sqlite"]
      #expect(
        try program.run(
          ["rate", "export", "--format", format, "--output", "e.\(format)"] + database
        )
        .status == 0)
      try "".write(to: program.file("none.script"), atomically: true, encoding: .utf8)
      #expect(
        try program.run(
          [
            "rate", "answers.jsonl", "--records", "records.jsonl", "--rater", "X", "--script",
            "none.script",
          ] + other
        ).status == 0)
      for added in ["9 added, 0 there already", "0 added, 9 there already"] {
        let run = try program.run(["rate", "import", "e.\(format)"] + other)
        #expect(run.problems.contains(added), "\(index) \(run.problems)")
      }
      #expect(try program.run(["rate", "export"] + other).output == exported.output)
      #expect(try program.run(["rate", "verify"] + other).output.contains("9 entries, in order"))
    }
  }

  @Test func pairsAreComparedAndSummedUp() throws {
    let program = try Program()
    defer { program.remove() }
    try Self.prepare(program)
    // Three pairs and one of them again: always left, so the repeat disagrees.
    let screen = try Self.rate(
      program, "AB",
      "wait ready\nkey f4\nwait ready\n"
        + String(repeating: "type h2\nkey enter\nwait ready\n", count: 4)
        + "save-display a.txt\n")
    #expect(screen.contains("4 of 4 done"))
    let run = try program.run(["rate", "summary", "--json", "--database", "own/r.sqlite"])
    let output = try #require(
      JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    let pair = try #require((output["pairs"] as? [[String: Any]])?.first)
    let wins = try #require(pair["wins"] as? Int)
    #expect(wins + (pair["losses"] as? Int ?? 0) == 3)
    #expect([1, 2].contains(wins), "sides are balanced")
    #expect((output["left_share"] as? [String: Any])?["value"] as? Double == 1)
    #expect(output["repeats"] as? Int == 1)
    #expect((output["repeat_agreement"] as? [String: Any])?["value"] as? Double == 0)
    let verdicts = try program.run(
      ["rate", "export", "--kind", "verdicts", "--database", "own/r.sqlite"]
    ).output.split(separator: "\n")
    #expect(verdicts.count == 4)
    #expect(verdicts.allSatisfy { $0.contains("\"strength\": \"clearly\"") })
  }

  @Test func disagreementsAreSettled() throws {
    let program = try Program()
    defer { program.remove() }
    try Self.prepare(program, questionCount: 1)
    _ = try Self.rate(program, "AB", Self.grading([1, 1]))
    _ = try Self.rate(program, "CD", Self.grading([4, 1]))
    let list = ["rate", "adjudicate", "--list", "--database", "own/r.sqlite"]
    let queue = try program.run(list).output.split(separator: "\n")
    // AB gave 1 twice and CD 4 once, so one item differs whatever the orders are.
    #expect(queue.count == 1 && queue.allSatisfy { $0.contains("\"gap\": 3") })
    try (Self.grading(Array(repeating: 2, count: queue.count)) + "save-display a.txt\n").write(
      to: program.file("settle.script"), atomically: true, encoding: .utf8)
    let run = try program.run([
      "rate", "adjudicate", "--rater", "EF", "--script", "settle.script", "--database",
      "own/r.sqlite",
    ])
    #expect(run.status == 0, "\(run.problems)")
    #expect(
      try program.run(list).output.split(separator: "\n").allSatisfy {
        $0.contains("\"settled\": true")
      })
    let settled = try program.run(
      ["rate", "export", "--kind", "adjudications", "--database", "own/r.sqlite"]
    ).output.split(separator: "\n")
    #expect(settled.count == queue.count)
  }

  @Test func rowsThatCannotBeRatedAreNamed() throws {
    let program = try Program()
    defer { program.remove() }
    try Self.prepare(program)
    let rows = #"{"patient_id": "p9", "question": "Q?", "model": "m", "answer": "A"}"# + "\n{}\n"
    try rows.write(to: program.file("answers.jsonl"), atomically: true, encoding: .utf8)
    let run = try program.run(Self.start + ["--rater", "AB", "--script", "none"])
    #expect(run.status == 1)
    #expect(run.problems.contains("line 1: there is no note of this patient"))
    #expect(run.problems.contains("line 2"))
    #expect(try program.run(["rate", "--database", "own/x.sqlite", "--rater", "AB"]).status == 2)
    #expect(try program.run(["rate", "--rater", "AB", "--repeats", "2"]).status == 2)
  }

  @Test func tamperingIsFoundByTheProgram() throws {
    let program = try Program()
    defer { program.remove() }
    try Self.prepare(program)
    _ = try Self.rate(program, "AB", Self.grading([1, 2, 3]))
    let verify = ["rate", "verify", "--database", "own/r.sqlite"]
    let whole = try program.run(verify)
    #expect(whole.output.hasPrefix("3 entries, in order; last digest "))
    let head = String(whole.output.split(separator: " ").last ?? "")
      .trimmingCharacters(in: .newlines)
    #expect(try program.run(verify + ["--head", head]).status == 0)
    let other = try program.run(verify + ["--head", String(repeating: "f", count: 64)])
    #expect(other.status == 1)
    #expect(other.output.contains("the log was cut or replaced"))
    // By the bytes of the file, as somebody would who has only an editor.
    let file = program.file("own/r.sqlite")
    var bytes = try Data(contentsOf: file)
    let place = try #require(bytes.firstRange(of: Data("\"score\": 2".utf8)))
    bytes[place.upperBound - 1] = UInt8(ascii: "4")
    try bytes.write(to: file)
    let changed = try program.run(verify)
    #expect(changed.status == 1)
    #expect(changed.output.contains("entry 2 was changed after it was written"))
  }
}

/// Raters on real terminals.
@Suite(
  .serialized, .enabled(if: TmuxTerminal.isThere, "tmux or bash is missing"),
  .enabled(if: Program.executable != nil, "the program was not built"))
struct RatersOnTerminalsTests {
  private static func command(_ program: Program, _ rater: String) -> String {
    program.executable.path + " " + RateCommandTests.start.joined(separator: " ")
      + " --rater \(rater)"
  }

  private static func question(_ screen: String) throws -> Substring {
    try #require(screen.firstMatch(of: #/Question \d+\?/#)?.output)
  }

  /// Two raters on one database at once: never the same answer, and nothing is lost.
  @Test func twoAtOnceLoseNothing() throws {
    let program = try Program()
    defer { program.remove() }
    try RateCommandTests.prepare(program, questionCount: 2)
    let raters = ["AB", "CD"]
    let terminals = try raters.map { _ in try TmuxTerminal(program) }
    for (rater, terminal) in zip(raters, terminals) {
      try terminal.run(Self.command(program, rater))
      try terminal.wait(for: "hints off until graded")
    }
    for number in 1...4 {
      for terminal in terminals {
        try terminal.wait(describing: "an answer or a wait") {
          $0.contains("hints off") || $0.contains("held by")
        }
        // What the other one has is given back as soon as that one goes on.
        while try terminal.screen().contains("held by") { try terminal.type("s") }
        try terminal.type("3")
        try terminal.wait(for: "hints on")
        try terminal.press("Enter")
        try terminal.wait(for: "\(number) done")
      }
    }
    let run = try program.run(["rate", "export", "--database", "own/r.sqlite"])
    #expect(run.output.split(separator: "\n").count == 8)
    #expect(
      try program.run(["rate", "verify", "--database", "own/r.sqlite"]).output
        .hasPrefix("8 entries, in order"))
  }

  /// What was submitted and what was begun are there after a kill that nothing can be done about, and
  /// what the rater had before them is free at once.
  @Test func aKilledRaterLosesNothing() throws {
    let program = try Program()
    defer { program.remove() }
    try RateCommandTests.prepare(program, questionCount: 1)
    let terminal = try TmuxTerminal(program)
    func start(_ rater: String) throws {
      try terminal.run(
        "sh -c 'echo $$ > pid; exec \(Self.command(program, rater))'; reset; echo end-$((40 + 2))")
    }
    func killIt() throws {
      let pid = try String(contentsOf: program.file("pid"), encoding: .utf8)
      kill(try #require(pid_t(pid.trimmingCharacters(in: .whitespacesAndNewlines))), SIGKILL)
      try terminal.wait(for: "end-42")
    }
    try start("AB")
    try terminal.wait(for: "hints off")
    try terminal.type("2")
    try terminal.wait(for: "hints on")
    try terminal.press("Enter")
    try terminal.wait(for: "1 done")
    try terminal.wait(for: "hints off")
    try terminal.type("4")
    try terminal.wait(for: "hints on")
    try terminal.type(";")
    try terminal.type("half a thought")
    try terminal.press("Enter")
    try terminal.wait(for: "comment: half a thought")
    // The screen does not wait for a draft.
    try terminal.wait(describing: "the draft on the disk") { _ in
      let log = try? Data(contentsOf: program.file("own/r.sqlite-wal"))
      return log?.firstRange(of: Data("half a thought".utf8)) != nil
    }
    try killIt()
    #expect(
      try program.run(["rate", "verify", "--database", "own/r.sqlite"]).output
        .hasPrefix("1 entries, in order"))

    try start("AB")
    let again = try terminal.wait(for: "half a thought")
    #expect(again.contains("* (4) Excellent"))
    #expect(again.contains("1 done"))
    try killIt()
    // Its lease would have gone on for ten minutes.
    try start("CD")
    for number in 1...2 {
      try terminal.wait(for: "hints off")
      try terminal.type("3")
      try terminal.wait(for: "hints on")
      try terminal.press("Enter")
      try terminal.wait(for: "\(number) done")
    }
    #expect(
      try program.run(["rate", "verify", "--database", "own/r.sqlite"]).output
        .hasPrefix("3 entries, in order"))
  }
}
