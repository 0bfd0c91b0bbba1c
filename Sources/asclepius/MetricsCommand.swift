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

      Rows of `asclepius answers` give more: with "answerable", how many of the unanswerable and of \
      the answerable questions are refused; with "stop", how many answers loop or never end; with \
      --records, how much of the answers the notes support by the rules of `ground`. Each model has \
      a table of its own, with a line for each task.
      """)

  @Argument(help: "A file of answers, JSON Lines; - is standard input.")
  var file: String

  @Flag(name: .long, help: "ROUGE compares stems of words.")
  var stem = false

  @Flag(name: .long, help: "Also print the metrics of each row.")
  var rows = false

  @Option(name: .long, help: "The records with the notes, for evidence support.")
  var records: String?

  @OptionGroup var bootstrapOptions: BootstrapOptions

  @Flag(name: .long, help: "Print one JSON object; with --rows one a row before it.")
  var json = false

  func run() throws {
    let lines = try RecordLines(path: file)
    let notes = try records.map { try NotesOfPatients(path: $0) }
    var answers: [MeasuredAnswer] = []
    for row in lines.rows {
      do throws(RecordError) {
        answers.append(try MeasuredAnswer(row, stemming: stem ? .porter : .none, notes: notes))
      } catch {
        lines.leaveOut(error)
        continue
      }
      if rows, let last = answers.last { try print(last.scores, row) }
    }
    guard !answers.isEmpty else { throw TextInputError.empty(path: file) }
    let models = Array(Set(answers.map(\.model))).sorted()
    let reports = models.map { model in
      AnswerReport(
        model: model, answers.filter { $0.model == model }, bootstrap: bootstrapOptions.bootstrap)
    }
    if json {
      for report in reports { try JSONOutput.print(report) }
    } else {
      for report in reports { Swift.print(report.text + "\n") }
      Swift.print(bootstrapOptions.caption(items: "answers"))
    }
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
