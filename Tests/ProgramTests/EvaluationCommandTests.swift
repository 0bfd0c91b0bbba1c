import Foundation
import Testing

/// `agreement` and `metrics` as scripts see them.
struct EvaluationCommandTests {
  private struct Figure: Decodable {
    var value: Double?
    var low: Double?
    var high: Double?
  }

  @Test func agreementGivesEachStatisticWithItsInterval() throws {
    let program = try Program()
    defer { program.remove() }
    // Shrout and Fleiss (1979), table 2, the raters in two files.
    let scores = [
      [9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7],
    ]
    for half in 0..<2 {
      let rows = scores.enumerated().flatMap { item, row in
        (2 * half..<2 * half + 2).map { rater in
          #"{"item":\#(item),"rater":"r\#(rater)","score":\#(row[rater])}"#
        }
      }
      try rows.joined(separator: "\n")
        .write(to: program.file("\(half).jsonl"), atomically: true, encoding: .utf8)
    }
    let run = try program.run(["agreement", "0.jsonl", "1.jsonl", "--json"])
    #expect(run.status == 0)
    #expect(run.problems.isEmpty)
    let figures = try JSONDecoder().decode([String: Figure].self, from: Data(run.output.utf8))
    #expect(
      Set(figures.keys) == [
        "krippendorff_alpha_ordinal", "cohen_kappa_quadratic", "gwet_ac2", "icc_2_1", "icc_2_k",
        "spearman", "kendall",
      ])
    let single = try #require(figures["icc_2_1"])
    #expect(abs((single.value ?? 0) - 0.29) < 0.005)
    #expect((single.low ?? 1) < 0.29 && (single.high ?? 0) > 0.29)
    #expect(abs((figures["icc_2_k"]?.value ?? 0) - 0.62) < 0.005)
  }

  @Test func rowsThatAreNoRatingsAreNamedByFileAndLine() throws {
    let program = try Program()
    defer { program.remove() }
    let rows = """
      {"item":"q1","rater":"ann","score":3}
      {"item":"q1","rater":"bob","score":4}
      {"item":"q1","rater":"bob","score":2}
      {"item":"q2","rater":"ann","score":2.5}

      {"item":"q2","rater":"ann"}
      not JSON
      {"item":"q2","rater":"ann","score":null}
      """
    try rows.write(to: program.file("r.jsonl"), atomically: true, encoding: .utf8)
    let run = try program.run(["agreement", "r.jsonl"])
    #expect(run.status == 0)
    #expect(run.output.contains("2 items, 2 raters (ann, bob), 2 missing scores"))
    let places = run.problems.split(separator: "\n").compactMap { line in
      line.firstMatch(of: #/r\.jsonl: line (\d+): /#).flatMap { Int($0.1) }
    }
    #expect(places.sorted() == [3, 4, 6, 7])
    let alone = try program.run(
      ["agreement", "-"], input: #"{"item":"q1","rater":"ann","score":3}"#)
    #expect(alone.status == 1)
    #expect(try program.run(["agreement", "r.jsonl", "--scale", "4"]).status == 2)
  }

  @Test func metricsGiveRowsAndMeans() throws {
    let program = try Program()
    defer { program.remove() }
    let rows = """
      {"answer":"5 mg aspirin daily","reference":"aspirin 5 mg"}
      {"answer":"no"}
      {"answer":"none","reference":"other"}
      """
    let run = try program.run(["metrics", "-", "--json", "--rows"], input: rows)
    #expect(run.status == 0)
    #expect(run.problems.contains("line 2"))
    let lines = try run.output.split(separator: "\n").map {
      try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(lines.map { $0["line"] as? Int } == [1, 3, nil])
    // Three words of three are found, three of four are right.
    #expect(abs((lines[0]["token_f1"] as? Double ?? 0) - 6.0 / 7) < 1e-12)
    #expect(lines[1]["number_recall"] is NSNull)
    let metrics = try #require(lines[2]["metrics"] as? [String: [String: Any]])
    #expect(abs((metrics["token_f1"]?["value"] as? Double ?? 0) - 3.0 / 7) < 1e-12)
    #expect(metrics.keys.contains("bleu_corpus"))
  }
}
