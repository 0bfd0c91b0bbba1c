internal import Evaluation

/// What quantisation costs, and the answers that it turned over.
struct QuantizationTables {
  private typealias Item = ExperimentRecords.Item
  private let plan: ExperimentPlan
  private let set: ExperimentRecords.QuestionRecords
  private let bootstrap: Bootstrap
  /// Each judge's first score of each answer by itself.
  private let scores: [String: [String: Int]]

  init(
    _ plan: ExperimentPlan, _ set: ExperimentRecords.QuestionRecords, _ bootstrap: Bootstrap
  ) {
    self.plan = plan
    self.set = set
    self.bootstrap = bootstrap
    scores = Dictionary(
      uniqueKeysWithValues: set.judgements.map { judge, rows in
        let first = rows.filter { $0.mode == .alone && $0.repeat == 1 }
        let scores = first.compactMap { row in row.score.map { (row.item, $0) } }
        return (judge.name, Dictionary(scores, uniquingKeysWith: { first, _ in first }))
      })
  }

  /// A model with the one that it was made of.
  private struct Couple {
    let name: String
    let base: String
    let pairs: [(now: Item, before: Item)]
  }

  var parts: [ReportPage.Part] {
    let couples = plan.models.compactMap { model -> Couple? in
      guard let base = model.quantizedFrom, let items = set.items[model.name],
        let before = set.items[base]
      else { return nil }
      let others = Dictionary(
        before.map { ($0.answer.key, $0) }, uniquingKeysWith: { first, _ in first })
      let pairs = items.compactMap { item in others[item.answer.key].map { (item, $0) } }
      return pairs.isEmpty ? nil : Couple(name: model.name, base: base, pairs: pairs)
    }
    guard !couples.isEmpty else { return [] }
    return [.table(costs(couples)), .table(flips(couples))]
  }

  private func costs(_ couples: [Couple]) -> ReportTable {
    let measures = Measure.all(set).filter { measure in
      measure.isMain && couples.contains { !measure.isEmpty($0.pairs.map(\.now)) }
    }
    var table = ReportTable(
      title: "\(set.name): cost of quantisation",
      about: "Differences to the model that each was made of, on the same questions. An answer "
        + "flips where a judge's score is another one, where it becomes a refusal or ceases to be "
        + "one, or where it had all numbers of the reference before or now, and not both.",
      columns: ["Model", "Made of", "Questions", "Same words", "Flipped"] + measures.map(\.title))
    for couple in couples {
      let same = couple.pairs.map { $0.now.answer.answer == $0.before.answer.answer ? 1.0 : 0 }
      let flipped = couple.pairs.map { flips($0.now, $0.before).isEmpty ? 0.0 : 1 }
      let clusters = couple.pairs.map(\.now.answer.patientID)
      func share(_ values: [Double]) -> ReportTable.Cell {
        .figure(
          bootstrap.mean(values, clusters: clusters), count: values.count, digits: 3)
      }
      let differences = measures.map { measure -> ReportTable.Cell in
        let found = ComparisonTables.difference(
          measure, couple.pairs.map(\.now), couple.pairs.map(\.before), bootstrap)
        return found.map {
          .figure($0.meanDifference, count: $0.itemCount, digits: measure.digits)
        } ?? .undefined
      }
      table.rows.append(
        [
          .text(couple.name), .text(couple.base), .count(couple.pairs.count), share(same),
          share(flipped),
        ] + differences)
    }
    return table
  }

  private func flips(_ couples: [Couple]) -> ReportTable {
    var table = ReportTable(
      title: "\(set.name): flipped answers",
      about: "Every answer that quantisation turned over; long answers are cut here and whole in "
        + "the records.",
      columns: ["Model", "Patient", "Question", "What flipped", "Answer before", "Answer now"])
    table.shownRowCount = 30
    for couple in couples {
      for (now, before) in couple.pairs {
        let flips = flips(now, before)
        guard !flips.isEmpty else { continue }
        table.rows.append(
          [
            couple.name, now.answer.patientID, shortened(now.answer.question),
            flips.joined(separator: "; "), shortened(before.answer.answer),
            shortened(now.answer.answer),
          ].map(ReportTable.Cell.text))
      }
    }
    return table
  }

  /// What of an answer is no longer as it was.
  private func flips(_ now: Item, _ before: Item) -> [String] {
    var flips: [String] = []
    for (judge, _) in set.judgements {
      let scores = scores[judge.name] ?? [:]
      guard let new = scores[now.answer.item], let old = scores[before.answer.item], new != old
      else { continue }
      flips.append("\(judge.name): \(old) to \(new)")
    }
    if now.isRefusal != before.isRefusal {
      flips.append(now.isRefusal ? "refuses now" : "refuses no more")
    }
    let numbers = [before, now].map { $0.scores?.values[.numberRecall].map { $0 >= 1 } }
    if let old = numbers[0], let new = numbers[1], old != new {
      flips.append(new ? "numbers right now" : "numbers wrong now")
    }
    return flips
  }

  private func shortened(_ text: String) -> String {
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    return line.count > 160 ? String(line.prefix(159)) + "…" : line
  }
}
