public import Clinical
import Foundation

/// What somebody did, as an entry of the log says it.
public struct RatingRecord: Hashable, Sendable {
  /// The kinds of deeds.
  public enum Act: Hashable, Sendable {
    /// An answer was graded.
    case rating(AnswerRating)
    /// Disagreeing grades of an answer were settled.
    case adjudication(AnswerRating)
    /// One of two answers was chosen.
    case verdict(PairVerdict)
    /// It was passed over.
    case skip
    /// An earlier entry counts no longer.
    case undo(entry: Int64)
    /// An entry that was undone counts again.
    case redo(entry: Int64)

    /// Its name in the log.
    public var name: String {
      switch self {
      case .rating: "rating"
      case .adjudication: "adjudication"
      case .verdict: "verdict"
      case .skip: "skip"
      case .undo: "undo"
      case .redo: "redo"
      }
    }
  }

  /// The kinds of work, of which each has its own undo.
  public enum Scope: String, Hashable, Sendable {
    case rating
    case adjudication
    case comparison
  }

  /// The number of its entry, from 1; nil before it has one.
  public var entry: Int64?
  /// The digest of its entry; nil before it has one.
  public var digest: String?
  /// Who did it.
  public var rater: String
  /// When, in UTC: `2026-11-27T14:02:11Z`.
  public var time: String
  /// What it is about.
  public var subject: RatingSubject
  /// What was done.
  public var act: Act
  /// Seconds that the rater had it on the screen; nil where that is not known.
  public var seconds: Double?
  /// The digest of the entry in another database that this was read from.
  public var origin: String?

  /// Makes a record.
  public init(
    rater: String, time: String, subject: RatingSubject, act: Act, seconds: Double? = nil
  ) {
    self.rater = rater
    self.time = time
    self.subject = subject
    self.act = act
    self.seconds = seconds
  }

  /// The kind of work that a deed belongs to; nil for those that speak of another entry.
  public var scope: Scope? {
    switch (act, subject) {
    case (.undo, _), (.redo, _): nil
    case (_, .pair): .comparison
    case (.adjudication, _): .adjudication
    default: .rating
    }
  }

  /// A time in the form of the log.
  static func time(_ date: Date) -> String { date.formatted(.iso8601) }

  /// The body of the entry: one line of JSON, the same for the same record.
  func body(entry: Int64, itemDigests: [String]) -> String {
    var object = JSONObject()
    object["entry"] = .number(String(entry))
    object["act"] = .string(act.name)
    object["rater"] = .string(rater)
    object["time"] = .string(time)
    switch subject {
    case .item(let name):
      object["item"] = .string(name)
    case .pair(let left, let right):
      object["left"] = .string(left)
      object["right"] = .string(right)
    }
    object["item_digests"] = .array(itemDigests.map { .string($0) })
    object["seconds"] = seconds.map { .number(String(($0 * 10).rounded() / 10)) }
    object["origin"] = origin.map { .string($0) }
    switch act {
    case .rating(let rating), .adjudication(let rating):
      for member in rating.members { object[member.name] = member.value }
    case .verdict(let verdict):
      for member in verdict.members { object[member.name] = member.value }
    case .undo(let entry), .redo(let entry):
      object["of"] = .number(String(entry))
    case .skip:
      break
    }
    return JSONValue.object(object).line
  }

  /// Reads the body of an entry; nil where it is none.
  init?(body: String) {
    guard let value = try? JSONValue(parsing: body.utf8) else { return nil }
    self.init(value.object ?? JSONObject())
  }

  /// The digests of its items that an entry holds.
  static func itemDigests(body: String) -> [String] {
    let object = (try? JSONValue(parsing: body.utf8))?.object
    return (object?["item_digests"]?.array ?? []).compactMap(\.string)
  }

  /// Reads the members of a body or of an exported row; nil where something is missing or wrong.
  public init?(_ object: JSONObject) {
    guard let rater = object["rater"]?.string, let time = object["time"]?.string,
      let act = Act(object)
    else { return nil }
    if let item = object["item"]?.string {
      subject = .item(item)
    } else if let left = object["left"]?.string, let right = object["right"]?.string {
      subject = .pair(left: left, right: right)
    } else {
      return nil
    }
    self.rater = rater
    self.time = time
    self.act = act
    entry = object["entry"]?.integer.map(Int64.init)
    origin = object["origin"]?.string
    // A year is more than anybody looks; what is beyond it came from elsewhere.
    if case .number(let spelling) = object["seconds"], let value = Double(spelling),
      (0...31_536_000).contains(value)
    {
      seconds = value
    }
  }
}

extension RatingRecord.Act {
  fileprivate init?(_ object: JSONObject) {
    switch object["act"]?.string {
    case "rating":
      guard let rating = AnswerRating(object), rating.grade != nil else { return nil }
      self = .rating(rating)
    case "adjudication":
      guard let rating = AnswerRating(object), rating.grade != nil else { return nil }
      self = .adjudication(rating)
    case "verdict":
      guard let verdict = PairVerdict(object), verdict.choice != nil else { return nil }
      self = .verdict(verdict)
    case "skip":
      self = .skip
    case "undo", "redo":
      guard let entry = object["of"]?.integer.map(Int64.init) else { return nil }
      self = object["act"]?.string == "undo" ? .undo(entry: entry) : .redo(entry: entry)
    default:
      return nil
    }
  }
}
