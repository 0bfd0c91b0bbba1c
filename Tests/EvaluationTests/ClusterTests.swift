import Testing

@testable import Evaluation

/// Intervals over patients against numpy: `Recipes/cluster_goldens.py`.
struct ClusterTests {
  struct Goldens: Decodable {
    var means: [Mean]
    var biases: [Bias]
  }

  struct Mean: Decodable {
    var seed: UInt64
    var values: [Double?]
    var clusters: [String]
    var value: Double
    var interval: [Double]
    var p: Double
  }

  struct Bias: Decodable {
    var seed: UInt64
    var scores: [Score]
    var places: [[Double]]
    var first_less_last: [Double]
    var answers: Int
  }

  struct Score: Decodable {
    var score: PlacedScore

    init(from decoder: any Decoder) throws {
      var row = try decoder.unkeyedContainer()
      score = PlacedScore(
        cluster: try row.decode(String.self), answer: try row.decode(String.self),
        place: try row.decode(Int.self), score: try row.decode(Double.self))
    }
  }

  let goldens: Goldens

  init() throws {
    goldens = try Golden.read("clusters", as: Goldens.self)
  }

  @Test func meansAndTheirIntervalsAreThoseOfNumpy() throws {
    #expect(goldens.means.count == 6)
    for golden in goldens.means {
      let bootstrap = Bootstrap(resampleCount: 400, seed: golden.seed)
      let found = bootstrap.mean(golden.values, clusters: golden.clusters)
      #expect(agrees(found, [golden.value] + golden.interval))
      let paired = try PairedComparison(
        golden.values, golden.values.map { _ in 0 }, clusters: golden.clusters,
        bootstrap: bootstrap)
      #expect(paired.meanDifference == found)
      #expect(isClose(paired.bootstrapPValue, golden.p))
      #expect(paired.itemCount == golden.values.count { $0 != nil })
    }
  }

  @Test func positionBiasIsThatOfNumpy() {
    #expect(goldens.biases.count == 3)
    for golden in goldens.biases {
      let bias = PositionBias(
        golden.scores.map(\.score),
        bootstrap: Bootstrap(resampleCount: 400, seed: golden.seed))
      #expect(bias.answerCount == golden.answers)
      #expect(bias.places.count == golden.places.count)
      #expect(zip(bias.places, golden.places).allSatisfy { agrees($0, $1) })
      #expect(agrees(bias.firstLessLast, golden.first_less_last))
    }
  }

  @Test func aJudgeThatLikesWhatComesFirstIsFoundOut() {
    // Each answer stands once in each place; the judge adds a point to the first.
    let scores = (0..<20).flatMap { question in
      (0..<3).flatMap { model in
        (0..<3).map { order in
          let place = (model + order) % 3
          return PlacedScore(
            cluster: "p\(question)", answer: "\(question) \(model)", place: place,
            score: Double(model + 1) + (place == 0 ? 1 : 0))
        }
      }
    }
    let bias = PositionBias(scores)
    #expect(agrees(bias.firstLessLast, [1, 1, 1]))
    #expect(isClose(bias.places[0].value, 2.0 / 3))
    #expect(isClose(bias.places[2].value, -1.0 / 3))
  }

  @Test func anAnswerSeenInOnePlaceSaysNothingOfBias() {
    let bias = PositionBias([
      PlacedScore(cluster: "p", answer: "a", place: 0, score: 4),
      PlacedScore(cluster: "p", answer: "b", place: 1, score: 1),
    ])
    #expect(bias.answerCount == 0)
    #expect(bias.firstLessLast.value == nil)
  }

  @Test func aQuotientOfSumsIsNoMeanOfQuotients() {
    let found = Bootstrap(resampleCount: 50).quotient([(10, 1), (10, 9)]) { $0 * $0 }
    #expect(isClose(found.value, 4))
  }

  private func agrees(_ found: Estimate, _ expected: [Double]) -> Bool {
    zip([found.value, found.low, found.high], expected).allSatisfy {
      isClose($0, $1, within: 1e-12)
    }
  }
}
