/// A part of an answer, or of its note, in which something is wrong.
public struct ErrorSpan: Hashable, Sendable {
  /// What is wrong. It also tells which text is marked: `AnswerErrorKind.isInNote`.
  public var kind: AnswerErrorKind
  /// Where, in Unicode scalars of the answer or the note.
  public var range: Range<Int>

  /// Makes a span.
  public init(kind: AnswerErrorKind, range: Range<Int>) {
    self.kind = kind
    self.range = range
  }
}

/// What a rater says about one answer.
public struct AnswerRating: Hashable, Sendable {
  /// The grade; nil while none is given.
  public var grade: AnswerGrade?
  /// The grade before hints were shown; nil where it was not changed since.
  public var firstGrade: AnswerGrade?
  /// What is wrong where, in the order of marking.
  public var spans: [ErrorSpan]
  /// What could come of it; nil where the rater did not say.
  public var harm: HarmLevel?
  /// Words of the rater.
  public var comment: String
  /// True for what should be talked about.
  public var isFlagged: Bool

  /// Makes a rating, empty unless more is said.
  public init(
    grade: AnswerGrade? = nil, spans: [ErrorSpan] = [], harm: HarmLevel? = nil,
    comment: String = "", isFlagged: Bool = false
  ) {
    self.grade = grade
    self.spans = spans
    self.harm = harm
    self.comment = comment
    self.isFlagged = isFlagged
  }

  /// What the guidelines say against this grade; nil where nothing speaks against it.
  public var objection: String? {
    guard let grade else { return nil }
    if grade > .unacceptable, let wrong = spans.first(where: { !$0.kind.isInNote }) {
      return "grade \(grade.rawValue) with \(wrong.kind.rawValue) marked. "
        + "Guideline 2.1: grade 1."
    }
    if grade == .excellent, spans.contains(where: \.kind.isInNote) {
      return "grade 4 with an omission. Guideline 2.2: grade 3 at most."
    }
    return nil
  }
}

/// Which of two answers a rater finds better.
public struct PairVerdict: Hashable, Sendable {
  /// What was chosen.
  public enum Choice: String, CaseIterable, Codable, Sendable {
    case left
    case right
    case tie
    case bothBad = "both_bad"
  }

  /// How much better the chosen side is.
  public enum Strength: String, CaseIterable, Codable, Sendable {
    case slightly
    case clearly
  }

  /// What made the rater choose.
  public enum Reason: String, CaseIterable, Codable, Sendable {
    case accuracy
    case completeness
    case notStated = "not_stated"
    case brevity

    /// As it stands on the screen.
    public var title: String { self == .notStated ? "says \"not stated\"" : rawValue }
  }

  /// What was chosen; nil while nothing is.
  public var choice: Choice?
  /// How much better it is; nil for a tie and for two bad ones.
  public var strength: Strength?
  /// Why, as far as the rater says.
  public var reasons: Set<Reason>
  /// Words of the rater.
  public var comment: String

  /// Makes a verdict, empty unless more is said.
  public init(
    choice: Choice? = nil, strength: Strength? = nil, reasons: Set<Reason> = [],
    comment: String = ""
  ) {
    self.choice = choice
    self.strength = strength
    self.reasons = reasons
    self.comment = comment
  }

  /// True once nothing is missing: a side needs its strength.
  public var isComplete: Bool {
    switch choice {
    case nil: false
    case .left, .right: strength != nil
    case .tie, .bothBad: true
    }
  }
}

// MARK: Records

extension AnswerRating {
  /// The rating as members of a record.
  public var members: [JSONObject.Member] {
    var object = JSONObject()
    object["score"] = grade.map { .number(String($0.rawValue)) } ?? .null
    object["first_score"] = firstGrade.map { .number(String($0.rawValue)) }
    object["spans"] = .array(
      spans.map { span in
        .object(
          JSONObject([
            .init(name: "kind", value: .string(span.kind.rawValue)),
            .init(name: "in", value: .string(span.kind.isInNote ? "note" : "answer")),
            .init(name: "start", value: .number(String(span.range.lowerBound))),
            .init(name: "end", value: .number(String(span.range.upperBound))),
          ]))
      })
    object["harm"] = harm.map { .string($0.rawValue) } ?? .null
    object["comment"] = .string(comment)
    object["flagged"] = .bool(isFlagged)
    return object.members
  }

  /// Reads the members back; nil where one of them is no such thing.
  public init?(_ object: JSONObject) {
    self.init(comment: object["comment"]?.string ?? "", isFlagged: object["flagged"]?.bool ?? false)
    switch object["score"] {
    case nil, .null: break
    case let value?:
      guard let grade = value.integer.flatMap(AnswerGrade.init(rawValue:)) else { return nil }
      self.grade = grade
    }
    firstGrade = object["first_score"]?.integer.flatMap(AnswerGrade.init(rawValue:))
    switch object["harm"] {
    case nil, .null: break
    case let value?:
      guard let harm = value.string.flatMap(HarmLevel.init(rawValue:)) else { return nil }
      self.harm = harm
    }
    for value in object["spans"]?.array ?? [] {
      guard let span = value.object, let kind = span["kind"]?.string,
        let kind = AnswerErrorKind(rawValue: kind), let start = span["start"]?.integer,
        let end = span["end"]?.integer, 0 <= start, start < end
      else { return nil }
      spans.append(ErrorSpan(kind: kind, range: start..<end))
    }
  }
}

extension PairVerdict {
  /// The verdict as members of a record.
  public var members: [JSONObject.Member] {
    [
      .init(name: "verdict", value: choice.map { .string($0.rawValue) } ?? .null),
      .init(name: "strength", value: strength.map { .string($0.rawValue) } ?? .null),
      .init(
        name: "reasons",
        value: .array(
          Reason.allCases.filter(reasons.contains).map { .string($0.rawValue) })),
      .init(name: "comment", value: .string(comment)),
    ]
  }

  /// Reads the members back; nil where one of them is no such thing.
  public init?(_ object: JSONObject) {
    self.init(comment: object["comment"]?.string ?? "")
    if let name = object["verdict"]?.string {
      guard let choice = Choice(rawValue: name) else { return nil }
      self.choice = choice
    }
    strength = object["strength"]?.string.flatMap(Strength.init(rawValue:))
    reasons = Set((object["reasons"]?.array ?? []).compactMap(\.string).compactMap(Reason.init))
  }
}
