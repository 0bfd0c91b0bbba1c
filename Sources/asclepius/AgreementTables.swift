internal import Evaluation

/// How far judges and people agree: people among themselves, each judge with them, judges with each
/// other, and each judge with itself over the orders.
struct AgreementTables {
  private let set: ExperimentRecords.QuestionRecords
  private let people: [Rating]
  private let bootstrap: Bootstrap

  init(
    _ set: ExperimentRecords.QuestionRecords, _ ratings: [Rating], _ bootstrap: Bootstrap
  ) {
    self.set = set
    let items = Set(set.items.values.joined().map(\.answer.item))
    people = ratings.filter { items.contains($0.item) }
    self.bootstrap = bootstrap
  }

  var parts: [ReportPage.Part] {
    var table = ReportTable(
      title: "\(set.name): agreement",
      about:
        "Scores of 1 to 4. A judge's are those of answers shown by themselves, or of its first "
        + "order. With more than two raters, kappa and the correlations are means over pairs: with "
        + "people, over those of the judge and a person. Intervals draw answers again.",
      columns: ["Who", "Raters", "Answers"] + AgreementStatistic.allCases.map(\.title))
    add("people", people, judge: nil, to: &table)
    for (judge, rows) in set.judgements {
      let own = single(judge.name, rows)
      if !people.isEmpty {
        add("\(judge.name) and people", people + own, judge: judge.name, to: &table)
      }
      let orders = rows.filter { $0.mode == .together && $0.repeat == 1 }
      add(
        "\(judge.name), its orders",
        orders.map { Rating(item: $0.item, rater: "\($0.order)", score: $0.score) }, judge: nil,
        to: &table)
    }
    if set.judgements.count > 1 {
      add(
        "all judges", set.judgements.flatMap { single($0.judge.name, $0.rows) }, judge: nil,
        to: &table)
    }
    return table.rows.isEmpty ? [] : [.table(table)]
  }

  /// One score of each answer.
  private func single(_ name: String, _ rows: [JudgementRow]) -> [Rating] {
    let alone = rows.filter { $0.mode == .alone && $0.repeat == 1 }
    let own = alone.isEmpty ? rows.filter { $0.order == 1 && $0.repeat == 1 } : alone
    return own.map { Rating(item: $0.item, rater: name, score: $0.score) }
  }

  private func add(
    _ title: String, _ ratings: [Rating], judge: String?, to table: inout ReportTable
  ) {
    let ratingTable: RatingTable
    let analysis: AgreementAnalysis
    do throws(EvaluationError) {
      ratingTable = try RatingTable(ratings)
      analysis = try AgreementAnalysis(ratingTable, options: .init(scale: 1...4, judge: judge))
    } catch {
      switch error {
      // One rater, or none, agrees with nobody; there is nothing to say.
      case .tooFewRaters, .nothingToCompare, .unknownRater: break
      default: tell("\(title): \(error); left out")
      }
      return
    }
    let estimates = analysis.estimates(bootstrap: bootstrap)
    let count = ratingTable.comparableItemCount
    table.rows.append(
      [.text(title), .count(ratingTable.raters.count), .count(count)]
        + AgreementStatistic.allCases.map { statistic in
          estimates[statistic].map { .figure($0, count: count, digits: 2) }
            ?? .undefined
        })
  }
}
