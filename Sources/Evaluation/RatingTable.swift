// Evaluation judges answers: lexical metrics against a reference, agreement between raters,
// comparisons of models, and the order in which raters see them.
//
// Invariants: every function is pure; whatever draws random numbers takes a seed and gives the same
// figures on every machine; a figure that is not defined for its data is nil, never 0 or NaN;
// missing scores stay missing. Imports Clinical at most; opens no file, prints nothing.

/// One score that one rater gave to one item.
public struct Rating: Hashable, Sendable {
  /// What was rated, for instance a question together with the model that answered it.
  public var item: String
  /// Who rated it: a person or a judging model.
  public var rater: String
  /// The score; nil where the rater saw the item but no score came of it.
  public var score: Int?

  /// Makes a rating.
  public init(item: String, rater: String, score: Int?) {
    self.item = item
    self.rater = rater
    self.score = score
  }
}

/// Scores of items by raters, with gaps: the input of every agreement statistic.
public struct RatingTable: Hashable, Sendable {
  /// The items in the order in which they first came.
  public let items: [String]
  /// The raters in the order in which they first came.
  public let raters: [String]
  /// The scores, `(items, raters)`; nil where one is missing.
  public let scores: [[Int?]]

  /// Gathers ratings into a table.
  ///
  /// - Throws: `EvaluationError.repeatedRating` where a rater scores an item twice.
  public init(_ ratings: some Sequence<Rating>) throws(EvaluationError) {
    var items: [String] = []
    var raters: [String] = []
    var itemIndices: [String: Int] = [:]
    var raterIndices: [String: Int] = [:]
    var found: [[Int: Int]] = []
    for rating in ratings {
      let item = Self.index(of: rating.item, in: &items, &itemIndices)
      let rater = Self.index(of: rating.rater, in: &raters, &raterIndices)
      if item == found.count { found.append([:]) }
      guard let score = rating.score else { continue }
      guard found[item].updateValue(score, forKey: rater) == nil else {
        throw .repeatedRating(item: rating.item, rater: rating.rater)
      }
    }
    self.items = items
    self.raters = raters
    scores = found.map { row in raters.indices.map { row[$0] } }
  }

  /// A table of bare scores, `(items, raters)`; items and raters are numbered from 1.
  ///
  /// - Throws: `EvaluationError.unequalLengths` where the rows differ in length.
  public init(scores: [[Int?]]) throws(EvaluationError) {
    let raterCount = scores.first?.count ?? 0
    for row in scores where row.count != raterCount {
      throw .unequalLengths(first: raterCount, second: row.count)
    }
    items = scores.indices.map { String($0 + 1) }
    raters = (0..<raterCount).map { String($0 + 1) }
    self.scores = scores
  }

  /// The cells without a score.
  public var missingCount: Int { scores.reduce(0) { $0 + $1.count { $0 == nil } } }

  /// The items that every rater scored.
  public var completeItemCount: Int { scores.count { row in row.allSatisfy { $0 != nil } } }

  /// The items that at least two raters scored: those that say something about agreement.
  public var comparableItemCount: Int { scores.count { row in row.count { $0 != nil } >= 2 } }

  private static func index(
    of name: String, in names: inout [String], _ indices: inout [String: Int]
  ) -> Int {
    if let known = indices[name] { return known }
    indices[name] = names.count
    names.append(name)
    return names.count - 1
  }
}
