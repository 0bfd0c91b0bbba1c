internal import Clinical
internal import Evaluation
internal import Store

/// What one rater is given, and in which order.
struct RatingPlan: Sendable {
  /// Single answers, for QA.
  let items: [RatingSubject]
  /// Pairs of answers to the same question, for Compare; those that come again with their sides
  /// swapped at the end.
  let pairs: [RatingSubject]

  /// The names of the items: a row for each question, a column for each model.
  private static func table(
    _ items: [RatedItem]
  ) -> (names: [[String?]], models: Int) {
    let models = Array(Set(items.map(\.model))).sorted()
    var rows: [[String?]] = []
    var rowOfQuestion: [[String]: Int] = [:]
    for item in items {
      let question = [item.patient, String(item.number)]
      let row = rowOfQuestion[question] ?? rows.count
      if rowOfQuestion.updateValue(row, forKey: question) == nil {
        rows.append(Array(repeating: nil, count: models.count))
      }
      if let column = models.firstIndex(of: item.model) { rows[row][column] = item.name }
    }
    return (rows, models.count)
  }

  /// Plans for `rater`. The same items, seed and name give the same plan.
  ///
  /// - Parameter compared: Keys of pairs that the rater has compared. They keep their sides when
  ///   answers are taken in later.
  init(
    _ items: [RatedItem], rater: String, seed: UInt64, repeatShare: Double,
    compared: Set<String> = []
  ) {
    let (names, modelCount) = Self.table(items)
    let order = RatingOrder(
      questionCount: names.count, modelCount: modelCount, seed: seed, rater: rater)
    self.items = order.places.compactMap { names[$0.question][$0.model] }.map { .item($0) }
    let plan = PairPlan(
      questionCount: names.count, modelCount: modelCount, repeatShare: repeatShare, seed: seed,
      rater: rater)
    var pairs: [RatingSubject] = []
    for pair in plan.pairs {
      guard let left = names[pair.question][pair.left], let right = names[pair.question][pair.right]
      else { continue }
      pairs.append(.pair(left: left, right: right))
    }
    let planned = Set(pairs)
    self.pairs = pairs.map { pair in
      guard case .pair(let left, let right) = pair else { return pair }
      let swapped = RatingSubject.pair(left: right, right: left)
      return compared.contains(swapped.key) && !planned.contains(swapped) ? swapped : pair
    }
  }
}

/// An answer on which raters disagree, or which one of them flagged.
struct Disagreement: Sendable {
  /// The item's name.
  let item: String
  /// What each rater said, in the order of their names.
  let records: [RatingRecord]
  /// The distance between the highest and the lowest grade.
  let gap: Int

  /// Those among `records` whose grades lie `gap` apart or more, or that are flagged; the widest
  /// first.
  static func all(in records: [RatingRecord], gap: Int) -> [Disagreement] {
    var byItem: [String: [RatingRecord]] = [:]
    for record in records {
      if case .rating = record.act, case .item(let name) = record.subject {
        byItem[name, default: []].append(record)
      }
    }
    let found = byItem.compactMap { name, records -> Disagreement? in
      let grades = records.compactMap { $0.rating?.grade?.rawValue }
      guard let low = grades.min(), let high = grades.max() else { return nil }
      let isWide = records.count > 1 && high - low >= gap
      guard isWide || records.contains(where: { $0.rating?.isFlagged == true }) else { return nil }
      return Disagreement(
        item: name, records: records.sorted { $0.rater < $1.rater }, gap: high - low)
    }
    return found.sorted { ($1.gap, $0.item) < ($0.gap, $1.item) }
  }
}
