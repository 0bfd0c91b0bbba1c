internal import Evaluation

/// How far the judges of a question set can be believed.
struct JudgeTables {
  private let set: ExperimentRecords.QuestionRecords
  private let bootstrap: Bootstrap

  init(_ set: ExperimentRecords.QuestionRecords, _ bootstrap: Bootstrap) {
    self.set = set
    self.bootstrap = bootstrap
  }

  var parts: [ReportPage.Part] {
    guard !set.judgements.isEmpty else { return [] }
    var table = ReportTable(
      title: "\(set.name): judges",
      about: "Missing: replies that were no clear score, as a share. On numbers: the probability "
        + "that the judge gives to the four numbers together. Reference less mismatched: points of "
        + "the data set's own answers less those of answers to other questions on the note; right "
        + "order: how often the first has more, ties by half. First less last: what the first "
        + "place gains over the last for the same answers. Repeats: how often a repeat has the "
        + "same score.",
      columns: [
        "Judge", "Scores", "Missing", "On numbers", "Alone", "Together",
        "Reference less mismatched", "Right order", "First less last", "Repeats",
      ])
    var places: [IntervalPlot.Row] = []
    for (judge, rows) in set.judgements {
      let bias = PositionBias(placed(rows), bootstrap: bootstrap)
      let controls = controls(rows)
      table.rows.append([
        .text(judge.name), .count(rows.count), mean(rows) { $0.score == nil ? 1 : 0 },
        mean(rows) { row in row.probabilities.map { $0.reduce(0, +) } },
        mean(rows.filter { $0.mode == .alone && !isControl($0) }, digits: 2, points),
        mean(rows.filter { $0.mode == .together && !isControl($0) }, digits: 2, points),
        cell(controls.map { ($0.cluster, $0.right - $0.wrong) }, digits: 2),
        cell(
          controls.map { ($0.cluster, $0.right > $0.wrong ? 1 : $0.right < $0.wrong ? 0 : 0.5) },
          digits: 3),
        .figure(bias.firstLessLast, count: bias.answerCount, digits: 2), repeats(rows),
      ])
      places += bias.places.enumerated().map { place, estimate in
        .init(
          label: "place \(place + 1)", estimate: estimate, count: bias.answerCount,
          group: judge.name)
      }
    }
    guard !places.isEmpty else { return [.table(table)] }
    let plot = IntervalPlot(
      title: "\(set.name): position bias", axis: "points more than the same answers in all places",
      mark: 0, rows: places)
    return [.table(table), .plot(plot)]
  }

  private func points(_ row: JudgementRow) -> Double? {
    row.expected ?? row.score.map(Double.init)
  }

  private func isControl(_ row: JudgementRow) -> Bool {
    row.model == JudgedAnswers.reference || row.model == JudgedAnswers.mismatched
  }

  private func mean(
    _ rows: [JudgementRow], digits: Int = 3, _ value: (JudgementRow) -> Double?
  ) -> ReportTable.Cell {
    cell(rows.compactMap { row in value(row).map { (row.patient_id, $0) } }, digits: digits)
  }

  private func cell(_ values: [(cluster: String, value: Double)], digits: Int) -> ReportTable.Cell {
    .figure(
      bootstrap.mean(values.map(\.value), clusters: values.map(\.cluster)), count: values.count,
      digits: digits)
  }

  /// The scores of answers shown together; those shown in one place only fall out by themselves.
  private func placed(_ rows: [JudgementRow]) -> [PlacedScore] {
    rows.filter { $0.mode == .together }.compactMap { row in
      points(row).map {
        PlacedScore(
          cluster: row.patient_id, answer: row.item, place: row.place - 1, score: $0)
      }
    }
  }

  /// Right and wrong answer of each question that has both.
  private func controls(
    _ rows: [JudgementRow]
  ) -> [(cluster: String, right: Double, wrong: Double)] {
    let alone = rows.filter { $0.mode == .alone }
    let own = alone.isEmpty ? rows : alone
    let points = ExperimentRecords.QuestionRecords.points(rows, alone.isEmpty ? .together : .alone)
    let wrong = Dictionary(
      own.filter { $0.model == JudgedAnswers.mismatched }.map {
        ("\($0.patient_id)/\($0.number)", $0.item)
      }, uniquingKeysWith: { first, _ in first })
    let right = Dictionary(
      own.filter { $0.model == JudgedAnswers.reference }.map { ($0.item, $0) },
      uniquingKeysWith: { first, _ in first })
    return right.keys.sorted().compactMap { item in
      guard let row = right[item], let other = wrong["\(row.patient_id)/\(row.number)"],
        let high = points[item], let low = points[other]
      else { return nil }
      return (row.patient_id, high, low)
    }
  }

  /// How often a later repeat gives the score of the first.
  private func repeats(_ rows: [JudgementRow]) -> ReportTable.Cell {
    func place(_ row: JudgementRow) -> String { "\(row.item) \(row.mode) \(row.order)" }
    let first = Dictionary(
      rows.filter { $0.repeat == 1 }.map { (place($0), $0) },
      uniquingKeysWith: { first, _ in first })
    return mean(rows.filter { $0.repeat > 1 }) { row in
      guard let score = row.score, let other = first[place(row)]?.score else { return nil }
      return score == other ? 1 : 0
    }
  }
}
