internal import Evaluation
internal import Foundation

/// The tables and plots of an experiment. Everything comes from the records, so that the same records
/// give the same bytes.
struct ExperimentReport {
  private let records: ExperimentRecords
  private let bootstrap: Bootstrap

  init(_ records: ExperimentRecords) {
    self.records = records
    bootstrap = records.bootstrap
  }

  /// The whole report.
  var page: ReportPage {
    var parts: [ReportPage.Part] = [.text(about)]
    for set in records.sets {
      parts.append(.heading(set.name))
      parts += overview(set) + tasks(set)
      parts += ComparisonTables(records.plan, set, bootstrap).parts
      parts += QuantizationTables(records.plan, set, bootstrap).parts
      parts += JudgeTables(set, bootstrap).parts
      parts += AgreementTables(set, records.ratings, bootstrap).parts
    }
    parts += perplexity()
    return ReportPage(title: records.plan.title, parts: parts)
  }

  private var about: String {
    let percent = String(format: "%g", bootstrap.confidence * 100)
    return "Figures stand with their \(percent) % intervals: \(bootstrap.resampleCount) bootstrap "
      + "resamples in which whole patients are drawn again (answers for agreement, windows for perplexity), seed \(bootstrap.seed). Points are a "
      + "judging model's scores on a scale of 1 (unacceptable) to 4 (excellent); where it runs in "
      + "the program, the score that its probabilities of the four numbers expect. A judge is a "
      + "model too: see how far it tells right answers from wrong ones before its points."
  }

  // MARK: Models

  private func overview(_ set: ExperimentRecords.QuestionRecords) -> [ReportPage.Part] {
    let measures = Measure.all(set).filter { measure in
      set.models.contains { model in !measure.isEmpty(set.items[model] ?? []) }
    }
    var table = ReportTable(
      title: "\(set.name): models",
      about: "\(set.patientCount) patients. Each figure is a mean over the answers that it is "
        + "defined for.",
      columns: ["Model", "Answers"] + measures.map(\.title))
    for model in set.models {
      let items = set.items[model] ?? []
      table.rows.append(
        [.text(model), .count(items.count)]
          + measures.map { $0.cell(items, bootstrap) })
    }
    let plots = measures.prefix(1).map { measure in
      IntervalPlot(
        title: "\(set.name): \(measure.title)", axis: measure.title,
        range: measure.range,
        rows: set.models.map { model in
          measure.row(model, set.items[model] ?? [], bootstrap)
        })
    }
    return [.table(table)] + plots.map(ReportPage.Part.plot)
  }

  /// Models by tasks: for the first judge's points, and for the words in common with references.
  private func tasks(_ set: ExperimentRecords.QuestionRecords) -> [ReportPage.Part] {
    let tasks = set.tasks
    guard tasks.count > 1 else { return [] }
    let measures = Measure.all(set).filter { $0.isMain }
    return measures.flatMap { measure -> [ReportPage.Part] in
      guard set.models.contains(where: { !measure.isEmpty(set.items[$0] ?? []) }) else { return [] }
      var table = ReportTable(
        title: "\(set.name): \(measure.title) by task",
        columns: ["Task", "Questions"] + set.models)
      var rows: [IntervalPlot.Row] = []
      for task in tasks {
        let items = set.items.mapValues { $0.filter { $0.answer.task == task } }
        let count = items.values.map(\.count).max() ?? 0
        table.rows.append(
          [.text(task), .count(count)]
            + set.models.map { measure.cell(items[$0] ?? [], bootstrap) })
        rows += set.models.map { model in
          measure.row(model, items[model] ?? [], bootstrap, group: task)
        }
      }
      let plot = IntervalPlot(
        title: table.title, axis: measure.title, range: measure.range, rows: rows)
      return [.table(table), .plot(plot)]
    }
  }

  // MARK: Perplexity

  private func perplexity() -> [ReportPage.Part] {
    let plan = records.plan
    guard !records.losses.isEmpty else { return [] }
    var table = ReportTable(
      title: "Perplexity of corpora",
      about: "By llama.cpp's windows: the second half of each is scored. Intervals draw windows "
        + "again.",
      columns: ["Corpus", "Model", "Windows", "Tokens", "Perplexity"])
    var rows: [IntervalPlot.Row] = []
    for corpus in plan.corpora {
      for model in plan.models {
        guard
          let row = records.losses.first(where: {
            $0.corpus == corpus.name && $0.model == model.name
          })
        else { continue }
        let estimate = bootstrap.quotient(
          row.losses.map { (numerator: $0, denominator: Double(row.tokens)) }, exp)
        table.rows.append([
          .text(corpus.name), .text(model.name), .count(row.losses.count),
          .count(row.losses.count * row.tokens),
          .figure(estimate, count: row.losses.count, digits: 2),
        ])
        rows.append(
          .init(
            label: model.name, estimate: estimate, count: row.losses.count, group: corpus.name))
      }
    }
    let plot = IntervalPlot(title: table.title, axis: "perplexity", rows: rows)
    return [.heading("Corpora"), .table(table), .plot(plot)]
  }
}

/// Something that is measured of answers, a mean over them.
struct Measure {
  let title: String
  /// Whether it is set out by task and compared between models.
  let isMain: Bool
  /// The ends of its scale; nil for none.
  let range: ClosedRange<Double>?
  /// Digits behind the point.
  let digits: Int
  /// The value of an answer; nil where it is not defined.
  let value: (ExperimentRecords.Item) -> Double?

  /// All that is measured of a question set, points of judges first.
  static func all(_ set: ExperimentRecords.QuestionRecords) -> [Measure] {
    typealias Item = ExperimentRecords.Item
    let points = set.judgements.map { judge, rows in
      let alone = ExperimentRecords.QuestionRecords.points(rows, .alone)
      let points =
        alone.isEmpty ? ExperimentRecords.QuestionRecords.points(rows, .together) : alone
      return Measure(title: "Points by \(judge.name)", isMain: true, range: 1...4, digits: 2) {
        points[$0.answer.item]
      }
    }
    let words = [LexicalMetric.tokenF1, .rougeL, .numberRecall].map { metric in
      Measure(
        title: metric.title, isMain: metric == .tokenF1, range: 0...1, digits: 3
      ) { $0.scores?.values[metric] }
    }
    func share(_ title: String, _ value: @escaping (Item) -> Bool?) -> Measure {
      Measure(title: title, isMain: false, range: 0...1, digits: 3) { item in
        value(item).map { $0 ? 1 : 0 }
      }
    }
    return points + words + [
      Measure(title: "Supported by the note", isMain: true, range: 0...1, digits: 3) { $0.support },
      share("Unanswerable refused") { $0.answer.isAnswerable == false ? $0.isRefusal : nil },
      share("Answerable refused") { $0.answer.isAnswerable == true ? $0.isRefusal : nil },
      share("Loops or never ends") { item in item.answer.stop.map { $0 != "end" } },
    ]
  }

  func isEmpty(_ items: [ExperimentRecords.Item]) -> Bool {
    items.allSatisfy { value($0) == nil }
  }

  /// The mean, patients drawn again.
  func estimate(_ items: [ExperimentRecords.Item], _ bootstrap: Bootstrap) -> Estimate {
    bootstrap.mean(items.map(value), clusters: items.map(\.answer.patientID))
  }

  func cell(_ items: [ExperimentRecords.Item], _ bootstrap: Bootstrap) -> ReportTable.Cell {
    .figure(
      estimate(items, bootstrap), count: items.count { value($0) != nil }, digits: digits)
  }

  func row(
    _ label: String, _ items: [ExperimentRecords.Item], _ bootstrap: Bootstrap, group: String = ""
  ) -> IntervalPlot.Row {
    .init(
      label: label, estimate: estimate(items, bootstrap), count: items.count { value($0) != nil },
      group: group)
  }
}
