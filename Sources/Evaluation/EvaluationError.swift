/// Why data cannot be evaluated.
public enum EvaluationError: Error, Hashable, CustomStringConvertible {
  /// A rater scored an item twice.
  case repeatedRating(item: String, rater: String)
  /// Two lists that belong together, or two rows of a table, differ in length.
  case unequalLengths(first: Int, second: Int)
  /// A number is infinite or not a number.
  case notFinite(index: Int)
  /// Agreement needs two raters.
  case tooFewRaters(found: Int)
  /// No item was scored by two raters.
  case nothingToCompare(itemCount: Int)
  /// A rater was named that the table does not have.
  case unknownRater(name: String, known: [String])
  /// A score lies outside the scale.
  case outsideScale(item: String, rater: String, score: Int, scale: ClosedRange<Int>)
  /// A scale has too many steps to be a rating scale.
  case scaleTooWide(stepCount: Int, greatest: Int)

  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .repeatedRating(let item, let rater):
      "rater '\(rater)' scored item '\(item)' twice; keep one of the scores, or give the repeat an "
        + "item of its own"
    case .unequalLengths(let first, let second):
      "values that belong together differ in number: \(first) and \(second)"
    case .notFinite(let index): "the value at index \(index) is not a finite number"
    case .tooFewRaters(let found):
      "agreement needs two raters or more, found \(found); give the files of all raters"
    case .nothingToCompare(let itemCount):
      "none of the \(itemCount) items was scored by two raters; do the item names agree?"
    case .unknownRater(let name, let known):
      "there is no rater '\(name)'; there are \(known.joined(separator: ", "))"
    case .outsideScale(let item, let rater, let score, let scale):
      "the score \(score) of item '\(item)' by '\(rater)' is outside the scale of "
        + "\(scale.lowerBound) to \(scale.upperBound)"
    case .scaleTooWide(let stepCount, let greatest):
      "a scale of \(stepCount) steps is too wide; \(greatest) are the most"
    }
  }
}
