public import Clinical
import Grounding

/// The two places in which raters work.
public enum DeskKind: Hashable, Sendable {
  /// One answer, graded: QA.
  case rating
  /// Two answers side by side: Compare.
  case comparison
}

/// What a rater has before them. Nothing in it tells which model answered.
public struct DeskItem: Equatable, Sendable {
  /// What it is called outside of the room. Never shown: it can hold the model's name.
  public var id: String
  /// What the note is called.
  public var noteName: String
  /// The note that was asked about.
  public var note: String
  /// What was asked.
  public var question: String
  /// The answer; in Compare the left one, then the right one, both complete.
  public var answers: [String]
  /// What was left of an earlier run, or what was said before where it is looked at again.
  public var said: DeskVerdict?
  /// What others said, where it is to be settled.
  public var earlier: [EarlierRating] = []

  /// Makes an item of which nothing is said yet.
  public init(id: String, noteName: String, note: String, question: String, answers: [String]) {
    self.id = id
    self.noteName = noteName
    self.note = note
    self.question = question
    self.answers = answers
  }
}

/// What a rater says about what they have before them.
public enum DeskVerdict: Equatable, Sendable {
  case rating(AnswerRating)
  case comparison(PairVerdict)
}

/// What another rater said about an answer that is to be settled.
public struct EarlierRating: Equatable, Sendable {
  /// Who.
  public var rater: String
  /// What they said.
  public var rating: AnswerRating

  /// Makes it.
  public init(rater: String, rating: AnswerRating) {
    self.rater = rater
    self.rating = rating
  }
}

/// How far a rater has come.
public struct DeskProgress: Equatable, Sendable {
  /// How many there are to do.
  public var total = 0
  /// How many are done, those that were passed over not among them.
  public var done = 0
  /// How many were passed over.
  public var skipped = 0
  /// How many of those that are done are to be talked about.
  public var flagged = 0
  /// Seconds that one took on average; nil where none was timed.
  public var secondsEach: Double?
  /// Agreement with others, such as `alpha 0.62 on 34`; nil where nothing is to compare.
  public var agreement: String?

  /// Makes a progress of nothing.
  public init() {}
}

/// What the room asks for while somebody rates.
public enum DeskOrder: Equatable, Sendable {
  /// Give the next one; those that were passed over too where `skipped` is true.
  case next(DeskKind, skipped: Bool)
  /// Keep what has been said so far; nothing follows.
  case keepDraft(DeskKind, id: String, DeskVerdict)
  /// Keep it as said, after so many seconds on the screen, and give the next one.
  case submit(DeskKind, id: String, DeskVerdict, seconds: Double)
  /// Pass it over and give the next one.
  case skip(DeskKind, id: String)
  /// Take back the last thing said, and show it again.
  case undo(DeskKind)
  /// Let the last thing that was taken back count again, and give the next one.
  case redo(DeskKind)
  /// Show the one that was done before this one.
  case previous(DeskKind, id: String)
  /// The rater is still at it.
  case renew(DeskKind, id: String)

  /// The place that it is asked for in.
  public var kind: DeskKind {
    switch self {
    case .next(let kind, _), .keepDraft(let kind, _, _), .submit(let kind, _, _, _),
      .skip(let kind, _), .undo(let kind), .redo(let kind), .previous(let kind, _),
      .renew(let kind, _):
      kind
    }
  }
}

/// What comes of that.
public enum DeskNews: Equatable, Sendable {
  /// This is before the rater now, and nobody else has it.
  case item(DeskKind, DeskItem, DeskProgress)
  /// All that is left is before others: how many, the first of them before whom and until when.
  case held(DeskKind, count: Int, by: String, until: String, DeskProgress)
  /// Nothing is left. The lines say what there is to say at the end.
  case finished(DeskKind, [String], DeskProgress)
  /// There is nothing to take back, to give again, or before this one.
  case nothing(DeskKind, String)
  /// Another rater has it by now, since nothing was done for so long.
  case lost(DeskKind, by: String, until: String)
  /// It could not be kept or read.
  case failed(DeskKind, reason: String)
}

/// The desk of one rater: a sheet in QA and one in Compare.
struct RatingDesk: Equatable, Sendable {
  /// What is done with answers in QA.
  enum Purpose: Equatable, Sendable {
    case rating
    /// Grades on which others disagree are settled.
    case adjudication
  }

  var rater: String
  var purpose: Purpose
  var rating = DeskPlace()
  var comparison = DeskPlace()
  /// Whether the guidelines are shown; nil leaves it to the width of the screen.
  var showsGuidelines: Bool?
  var hidesNote = false
  var showsDifferences = false
  /// True while the sides of Compare scroll as one.
  var scrollsTogether = true

  subscript(kind: DeskKind) -> DeskPlace {
    get { kind == .rating ? rating : comparison }
    set { if kind == .rating { rating = newValue } else { comparison = newValue } }
  }
}

/// One of the two places of a desk.
struct DeskPlace: Equatable, Sendable {
  enum Phase: Equatable, Sendable {
    /// Nothing was asked for yet.
    case idle
    /// Something was asked for and has not come.
    case waiting
    case working
    case held(count: Int, by: String, until: String)
    case finished([String])
  }

  var phase = Phase.idle
  /// The phase in which something was asked for.
  var phaseBefore = Phase.idle
  /// What is before the rater; also while the next one is on its way.
  var sheet: DeskSheet?
  var progress = DeskProgress()
}

/// What is before the rater, and what they have said about it.
struct DeskSheet: Equatable, Sendable {
  enum Focus: CaseIterable, Equatable, Sendable {
    case note
    /// The answer; in Compare the left one.
    case answer
    case right
  }

  var item: DeskItem
  var note: RatedText
  var answers: [RatedText]
  var rating = AnswerRating()
  var verdict = PairVerdict()
  var focus = Focus.answer
  /// Words that are being marked; nil while none are.
  var marking: WordMarking?
  /// Where the answer's sentences stand in the note; nil until a grade was given.
  var hints: AnswerEvidence?
  /// For each side the words that the other one lacks; nil until they are asked for.
  private(set) var differences: [[Range<Int>]]?
  var openedAt: Double
  var renewedAt: Double

  init(_ item: DeskItem, at seconds: Double) {
    self.item = item
    note = RatedText(item.note)
    answers = item.answers.map { RatedText($0) }
    openedAt = seconds
    renewedAt = seconds
    switch item.said {
    case .rating(let rating): self.rating = rating
    case .comparison(let verdict): self.verdict = verdict
    case nil: break
    }
    showHintsIfGraded()
    showSpans()
  }

  /// The text that has the keys.
  var text: RatedText {
    get {
      switch focus {
      case .note: note
      case .answer: answers[0]
      case .right: answers[answers.count - 1]
      }
    }
    set {
      switch focus {
      case .note: note = newValue
      case .answer: answers[0] = newValue
      case .right: answers[answers.count - 1] = newValue
      }
    }
  }

  /// Compares the sides, once.
  mutating func findDifferences() {
    guard answers.count == 2, differences == nil else { return }
    differences = [
      answers[0].differences(from: answers[1]), answers[1].differences(from: answers[0]),
    ]
  }

  /// Hints come after the grade, so that they cannot steer it.
  mutating func showHintsIfGraded() {
    guard answers.count == 1, rating.grade != nil, hints == nil,
      item.answers[0].utf8.count <= EvidenceRequest.byteLimit
    else { return }
    hints = AnswerEvidence(note: item.note, question: item.question, answer: item.answers[0])
  }

  /// Puts brackets around what is marked, and the hints behind the sentences.
  mutating func showSpans() {
    guard answers.count == 1 else { return }
    var insertions: [RatedText.Insertion] = []
    var noteInsertions: [RatedText.Insertion] = []
    for (index, span) in rating.spans.enumerated() {
      let marks = [
        RatedText.Insertion(offset: span.range.lowerBound, text: "[", opens: true),
        RatedText.Insertion(offset: span.range.upperBound, text: "]\(index + 1)", opens: false),
      ]
      if span.kind.isInNote { noteInsertions += marks } else { insertions += marks }
    }
    for (index, claim) in (hints?.claims ?? []).enumerated() {
      let marker = hints?.marker(of: index) ?? ""
      insertions.append(
        RatedText.Insertion(offset: claim.range.upperBound, text: " \(marker)", opens: false))
    }
    answers[0].show(insertions)
    note.show(noteInsertions)
  }
}
