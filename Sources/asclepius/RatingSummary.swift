internal import Clinical
internal import Evaluation
internal import Foundation
internal import Store

/// What ratings say about the models.
struct RatingSummary {
  private let items: [String: RatedItem]
  private let records: [RatingRecord]

  init(items: [RatedItem], records: [RatingRecord]) {
    self.items = Dictionary(items.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    self.records = records
  }

  /// The mean grade of each model with its interval; settled grades take the place of all others.
  private func means(_ bootstrap: Bootstrap) -> [(model: String, count: Int, mean: Estimate)] {
    var settled: [String: Int] = [:]
    var given: [String: [Int]] = [:]
    for record in records {
      guard case .item(let name) = record.subject, let grade = record.rating?.grade else {
        continue
      }
      if case .adjudication = record.act {
        settled[name] = grade.rawValue
      } else {
        given[name, default: []].append(grade.rawValue)
      }
    }
    var scores: [String: [Double]] = [:]
    for (name, grades) in given.sorted(by: { $0.key < $1.key }) {
      guard let model = items[name]?.model else { continue }
      let mean = Double(grades.reduce(0, +)) / Double(grades.count)
      scores[model, default: []].append(settled[name].map(Double.init) ?? mean)
    }
    return scores.sorted { $0.key < $1.key }.map { model, scores in
      (model, scores.count, bootstrap.mean(scores.map { $0 }))
    }
  }

  func preferences() -> [Preference] { records.compactMap { $0.preference(items) } }

  /// For people: grades by model, then pairs.
  func lines(bootstrap: Bootstrap) -> [String] {
    var lines: [String] = []
    for (model, count, mean) in means(bootstrap) {
      lines.append(
        "\(model): mean grade \(Self.text(mean)) of \(count) answer\(count == 1 ? "" : "s")")
    }
    let analysis = PreferenceAnalysis(preferences(), bootstrap: bootstrap)
    for match in analysis.matches {
      lines.append(
        "\(match.first) against \(match.second): \(match.winCount) won, \(match.lossCount) lost, "
          + "\(match.tieCount) the same (\(match.bothBadCount) both bad); "
          + "win rate \(Self.text(match.winRate))")
    }
    if analysis.leftShare.value != nil {
      lines.append("left side chosen: \(Self.text(analysis.leftShare))")
    }
    if analysis.repeatCount > 0 {
      lines.append(
        "swapped repeats: \(analysis.repeatCount), agreement \(Self.text(analysis.repeatAgreement))"
      )
    }
    return lines
  }

  /// `2.31 (2.05 to 2.58)`.
  private static func text(_ estimate: Estimate) -> String {
    guard let value = estimate.value else { return "-" }
    let text = String(format: "%.2f", value)
    guard let low = estimate.low, let high = estimate.high else { return text }
    return text + String(format: " (%.2f to %.2f)", low, high)
  }

  // MARK: JSON

  struct Output: Encodable {
    struct Model: Encodable {
      var model: String
      var answers: Int
      var mean_grade: EstimateOutput
    }
    struct Match: Encodable {
      var first: String
      var second: String
      var wins: Int
      var losses: Int
      var ties: Int
      var both_bad: Int
      var win_rate: EstimateOutput
    }
    var models: [Model]
    var pairs: [Match]
    var left_share: EstimateOutput
    var repeats: Int
    var repeat_agreement: EstimateOutput
  }

  func output(bootstrap: Bootstrap) -> Output {
    let analysis = PreferenceAnalysis(preferences(), bootstrap: bootstrap)
    return Output(
      models: means(bootstrap).map {
        .init(model: $0.model, answers: $0.count, mean_grade: EstimateOutput($0.mean))
      },
      pairs: analysis.matches.map {
        .init(
          first: $0.first, second: $0.second, wins: $0.winCount, losses: $0.lossCount,
          ties: $0.tieCount, both_bad: $0.bothBadCount, win_rate: EstimateOutput($0.winRate))
      }, left_share: EstimateOutput(analysis.leftShare), repeats: analysis.repeatCount,
      repeat_agreement: EstimateOutput(analysis.repeatAgreement))
  }
}
