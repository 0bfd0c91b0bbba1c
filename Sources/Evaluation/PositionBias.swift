/// A score of an answer that stood in some place among others.
public struct PlacedScore: Hashable, Sendable {
  /// Whose note it is about: the unit that is drawn again for intervals.
  public var cluster: String
  /// The answer, the same in every order.
  public var answer: String
  /// Where it stood, from 0.
  public var place: Int
  /// Its score there.
  public var score: Double

  /// Makes a placed score.
  public init(cluster: String, answer: String, place: Int, score: Double) {
    self.cluster = cluster
    self.answer = answer
    self.place = place
    self.score = score
  }
}

/// How much a judge's scores depend on where an answer stands.
///
/// Each score counts by how far it lies from the mean of the same answer over all orders, so that
/// good answers that happen to come first do not look like bias.
public struct PositionBias: Hashable, Sendable {
  /// For each place, the mean deviation there, in points.
  public let places: [Estimate]
  /// The first place's mean deviation less the last one's; above 0 what comes first is favoured.
  public let firstLessLast: Estimate
  /// Answers that were seen in two places at least; others say nothing.
  public let answerCount: Int

  /// Measures the bias of scores.
  public init(_ scores: [PlacedScore], bootstrap: Bootstrap = Bootstrap()) {
    let byAnswer = Dictionary(grouping: scores.indices) { scores[$0].answer }
      .filter { _, rows in Set(rows.map { scores[$0].place }).count > 1 }
    answerCount = byAnswer.count
    let means = byAnswer.mapValues { rows in
      rows.reduce(0) { $0 + scores[$1].score } / Double(rows.count)
    }
    let clusters = Set(scores.map(\.cluster)).sorted()
    let clusterIndices = Dictionary(uniqueKeysWithValues: zip(clusters, 0...))
    let placeCount = (scores.map(\.place).max() ?? -1) + 1
    var sums = (0..<placeCount).map { _ in
      ClusterSums(
        sums: clusters.map { _ in 0 }, counts: clusters.map { _ in 0 })
    }
    for score in scores {
      guard let mean = means[score.answer], let cluster = clusterIndices[score.cluster] else {
        continue
      }
      sums[score.place].add(score.score - mean, to: cluster)
    }
    let ready = sums
    places = ready.map { bootstrap.estimate(clusterCount: clusters.count, $0.mean) }
    firstLessLast = bootstrap.estimate(clusterCount: clusters.count) { times in
      guard let first = ready.first?.mean(times), let last = ready.last?.mean(times) else {
        return nil
      }
      return first - last
    }
  }
}
