internal import ArgumentParser
internal import Clinical
internal import Evaluation
internal import Foundation

/// Measures how far raters agree.
struct AgreementCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agreement",
    abstract: "How far raters agree, with bootstrap intervals.",
    discussion: """
      Each line of the files is an object with "item", "rater" and "score", a whole number; null \
      stands for a score that is missing. With more than two raters, kappa, Spearman's rho and \
      Kendall's tau are means over the pairs of raters.
      """)

  @Argument(help: "Files of ratings, JSON Lines; - is standard input.")
  var files: [String]

  @Option(
    name: .long,
    help: "The ends of the rating scale, such as 1-4; without it AC2 knows the scores that occur.")
  var scale: String?

  @Option(name: .long, help: "Statistics over pairs of raters only over those with this one.")
  var judge: String?

  @Option(
    name: .long,
    help: "AC2's weights: \(AgreementWeights.allCases.map(\.rawValue).joined(separator: ", ")).",
    transform: { name in
      guard let weights = AgreementWeights(rawValue: name) else {
        throw ValidationError("there are no weights '\(name)'")
      }
      return weights
    })
  var weights: AgreementWeights = .quadratic

  @OptionGroup var bootstrapOptions: BootstrapOptions

  @Flag(name: .long, help: "Print one JSON object.")
  var json = false

  func validate() throws {
    _ = try scaleRange()
  }

  func run() throws {
    let table = try RatingTable(Self.ratings(files))
    let analysis = try AgreementAnalysis(
      table, options: .init(weights: weights, scale: scaleRange(), judge: judge))
    let bootstrap = bootstrapOptions.bootstrap
    let estimates = analysis.estimates(bootstrap: bootstrap)
    if json {
      try JSONOutput.print(
        Dictionary(
          uniqueKeysWithValues: AgreementStatistic.allCases.map {
            ($0.rawValue, EstimateOutput(estimates[$0]))
          }))
    } else {
      print(analysis, estimates, bootstrap)
    }
  }

  /// The scale, where one is given: two whole numbers with a hyphen between.
  private func scaleRange() throws -> ClosedRange<Int>? {
    guard let scale else { return nil }
    guard let match = try? /(-?\d+)-(-?\d+)/.wholeMatch(in: scale), let low = Int(match.1),
      let high = Int(match.2), low < high
    else { throw ValidationError("--scale is '\(scale)', but has to be like 1-4") }
    return low...high
  }

  /// The ratings of all files. A row that is none is named and left out, and so is a second score
  /// by the same rater for the same item.
  static func ratings(_ files: [String]) throws -> [Rating] {
    var ratings: [Rating] = []
    var places: [[String]: String] = [:]
    for file in files {
      let lines = try RecordLines(path: file)
      for row in lines.rows {
        do throws(RecordError) {
          let rating = try Rating(row)
          let key = [rating.item, rating.rater]
          if rating.score != nil, let first = places[key] {
            lines.leaveOut("line \(row.line): this rater's score of this item is in \(first)")
            continue
          }
          if rating.score != nil { places[key] = "\(file), line \(row.line)" }
          ratings.append(rating)
        } catch {
          lines.leaveOut(error)
        }
      }
    }
    return ratings
  }

  private func print(
    _ analysis: AgreementAnalysis, _ estimates: [AgreementStatistic: Estimate],
    _ bootstrap: Bootstrap
  ) {
    let table = analysis.table
    let missing = table.missingCount
    Swift.print(
      "\(table.items.count) items, \(table.raters.count) raters "
        + "(\(table.raters.joined(separator: ", "))), \(missing) missing scores, "
        + "\(table.completeItemCount) items scored by all\n")
    for statistic in AgreementStatistic.allCases {
      let row = EstimateOutput(estimates[statistic])
      let interval = analysis.fInterval(of: statistic, confidence: bootstrap.confidence)
      let more = interval.map {
        String(format: "   by F: %.3f to %.3f", $0.lowerBound, $0.upperBound)
      }
      Swift.print(row.text(statistic.title) + (more ?? ""))
    }
    Swift.print("\n" + bootstrapOptions.caption(items: "items"))
  }
}

extension Rating {
  /// A row with `item`, `rater` and `score`; names that are numbers are taken as they are spelled.
  fileprivate init(_ row: RecordLines.Row) throws(RecordError) {
    let (item, rater) = (try row.name("item"), try row.name("rater"))
    switch row.object["score"] {
    case .null: self.init(item: item, rater: rater, score: nil)
    case .number(let spelling):
      // 3.0 is a whole number too.
      guard let score = Int(spelling) ?? Double(spelling).flatMap(Int.init(exactly:)) else {
        throw RecordError(
          line: row.line,
          reason: .wrongType(key: "score", expected: "a whole number", found: spelling))
      }
      self.init(item: item, rater: rater, score: score)
    case nil: throw RecordError(line: row.line, reason: .missing(key: "score"))
    case let value?:
      throw RecordError(
        line: row.line,
        reason: .wrongType(key: "score", expected: "a whole number or null", found: value.kind))
    }
  }
}
