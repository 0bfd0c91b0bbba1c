internal import ArgumentParser
internal import Clinical
internal import Evaluation
internal import Foundation

/// Compares answers with references word by word.
struct MetricsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "metrics",
    abstract: "Token F1, ROUGE, BLEU, chrF and exact numbers of answers against references.",
    discussion: """
      Each line of the file is an object with "answer" and "reference". Token F1 is SQuAD's, ROUGE \
      that of rouge-score, BLEU and chrF those of sacrebleu; BLEU and chrF run from 0 to 100, the \
      others from 0 to 1.
      """)

  @Argument(help: "A file of answers, JSON Lines; - is standard input.")
  var file: String

  @Flag(name: .long, help: "ROUGE compares stems of words.")
  var stem = false

  @Flag(name: .long, help: "Also print the metrics of each row.")
  var rows = false

  @OptionGroup var bootstrapOptions: BootstrapOptions

  @Flag(name: .long, help: "Print one JSON object; with --rows one a row before it.")
  var json = false

  func run() throws {
    var scores: [LexicalScores] = []
    let lines = try RecordLines(path: file)
    for row in lines.rows {
      do throws(RecordError) {
        let (answer, reference) = (try row.string("answer"), try row.string("reference"))
        scores.append(
          LexicalScores(answer: answer, reference: reference, stemming: stem ? .porter : .none))
      } catch {
        lines.leaveOut(error)
        continue
      }
      if rows, let last = scores.last { try print(last, row) }
    }
    guard !scores.isEmpty else { throw TextInputError.empty(path: file) }
    let summary = LexicalSummary(scores, bootstrap: bootstrapOptions.bootstrap)
    if json {
      try JSONOutput.print(
        SummaryOutput(
          rows: summary.answerCount,
          metrics: Dictionary(
            uniqueKeysWithValues: Self.figures(summary).map { ($0.key, EstimateOutput($0.value)) }))
      )
    } else {
      Swift.print("\(summary.answerCount) answers\n")
      for figure in Self.figures(summary) {
        Swift.print(EstimateOutput(figure.value).text(figure.title))
      }
      Swift.print("\n" + bootstrapOptions.caption(items: "answers"))
    }
  }

  private struct SummaryOutput: Encodable {
    let rows: Int
    let metrics: [String: EstimateOutput]
  }

  private struct Figure {
    let key: String
    let title: String
    let value: Estimate?
  }

  private static func figures(_ summary: LexicalSummary) -> [Figure] {
    let means = LexicalMetric.allCases.map {
      Figure(key: $0.rawValue, title: $0.title, value: summary.means[$0])
    }
    return means + [
      Figure(key: "bleu_corpus", title: "BLEU, corpus", value: summary.corpusBleu),
      Figure(key: "chrf_corpus", title: "chrF, corpus", value: summary.corpusChrF),
    ]
  }

  private func print(_ scores: LexicalScores, _ row: RecordLines.Row) throws {
    guard json else {
      let figures = LexicalMetric.allCases.map { metric in
        let value = scores.values[metric].map { String(format: "%.4f", $0) } ?? "-"
        return "\(metric.rawValue) \(value)"
      }
      Swift.print("line \(row.line)  " + figures.joined(separator: "  "))
      return
    }
    var output: [String: Double?] = ["line": Double(row.line)]
    for metric in LexicalMetric.allCases { output[metric.rawValue] = .some(scores.values[metric]) }
    try JSONOutput.print(output)
  }
}
