internal import Evaluation

/// Models that differ in one thing, question by question.
struct ComparisonTables {
  private typealias Item = ExperimentRecords.Item
  private let plan: ExperimentPlan
  private let set: ExperimentRecords.QuestionRecords
  private let bootstrap: Bootstrap

  init(
    _ plan: ExperimentPlan, _ set: ExperimentRecords.QuestionRecords, _ bootstrap: Bootstrap
  ) {
    self.plan = plan
    self.set = set
    self.bootstrap = bootstrap
  }

  var parts: [ReportPage.Part] {
    plan.comparisons.flatMap { comparison -> [ReportPage.Part] in
      let present = comparison.models.filter { set.items[$0]?.isEmpty == false }
      guard let first = present.first, present.count > 1 else { return [] }
      var table = ReportTable(
        title: "\(set.name): \(comparison.title)",
        about: "Differences to \(first) on the same questions; p is of the bootstrap over patients "
          + "and of Wilcoxon's signed-rank test over questions.",
        columns: ["Measure", "Model", "Questions", "Difference", "p bootstrap", "p Wilcoxon"])
      var rows: [IntervalPlot.Row] = []
      for measure in Measure.all(set) where measure.isMain {
        for model in present.dropFirst() {
          guard let difference = difference(measure, model, first), difference.itemCount > 0 else {
            continue
          }
          table.rows.append([
            .text(measure.title), .text(model), .count(difference.itemCount),
            .figure(
              difference.meanDifference, count: difference.itemCount, digits: measure.digits),
            .probability(difference.bootstrapPValue),
            .probability(difference.wilcoxon.pValue),
          ])
          rows.append(
            .init(
              label: model, estimate: difference.meanDifference, count: difference.itemCount,
              group: measure.title))
        }
      }
      guard !table.rows.isEmpty else { return [] }
      let plot = IntervalPlot(
        title: table.title, axis: "difference to \(first)", mark: 0, rows: rows)
      return [.table(table), .plot(plot)]
    }
  }

  private func difference(
    _ measure: Measure, _ model: String, _ base: String
  ) -> PairedComparison? {
    Self.difference(measure, set.items[model] ?? [], set.items[base] ?? [], bootstrap)
  }

  /// A measure of two models' answers to the same questions, compared.
  static func difference(
    _ measure: Measure, _ items: [ExperimentRecords.Item], _ base: [ExperimentRecords.Item],
    _ bootstrap: Bootstrap
  ) -> PairedComparison? {
    let others = Dictionary(
      base.map { ($0.answer.key, $0) }, uniquingKeysWith: { first, _ in first })
    let pairs = items.compactMap { item in others[item.answer.key].map { (item, $0) } }
    // Lengths agree and values are finite, which is all that can be thrown.
    return try? PairedComparison(
      pairs.map { measure.value($0.0) }, pairs.map { measure.value($0.1) },
      clusters: pairs.map { $0.0.answer.patientID }, bootstrap: bootstrap)
  }
}
