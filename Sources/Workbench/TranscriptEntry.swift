public import Clinical

/// A question about a note and what came of it.
public struct TranscriptEntry: Equatable, Sendable {
  /// What the note was called.
  public var noteName: String
  /// The whole note that was asked about.
  public var note: String
  /// The parts of it that the model was not given.
  public var leftOut: [LeftOutSection] = []
  /// What was asked.
  public var question: String
  /// The number of the exchange whose question this asks once more; nil for a first version.
  public var versionOf: Int?
  /// The number of the exchange whose question was edited into this one.
  public var editedFrom: Int?
  /// The task whose template the question began as.
  public var task: ClinicalTask?
  /// What has been written so far, as the model wrote it.
  public var answer: String
  /// How far the answer has come, or how it ended.
  public var status: AnswerStatus
  /// When it was asked.
  public var askedAt: Moment
  /// How its tokens are chosen.
  public var parameters: GenerationParameters
  /// The model that was asked; nil where that is not known.
  public var model: ModelDescription?
  /// The form in which note and question were put to it; nil where that is not known.
  public var template: PromptTemplate?
  /// The answer token by token, as far as it has come.
  public var tokens: [AnswerToken] = []
  /// How many of the tokens were not chosen by the model but given, as in a branch.
  public var givenTokenCount = 0
  /// Where its sentences stand in the note; nil until it has ended.
  var evidence: AnswerEvidence?
  /// What the answer cost; nil until it has ended.
  public var summary: GenerationSummary?

  /// The note as the model was given it.
  public var sentNote: String {
    leftOut.isEmpty
      ? note
      : ClinicalNote(title: noteName, text: note).text(leavingOut: Set(leftOut.map(\.index)))
  }

  /// What stands under the question: that the model did not see the whole note, or did not choose
  /// all of the answer. Nil where it did both.
  var remark: String? {
    var parts: [String] = []
    if !leftOut.isEmpty {
      parts.append("note without: " + leftOut.map(\.title).joined(separator: ", "))
    }
    if givenTokenCount > 0 { parts.append("branched at token \(grouped(givenTokenCount))") }
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }

  /// Makes an exchange of which nothing is answered yet.
  public init(
    noteName: String, note: String = "", question: String, askedAt: Moment = Moment(),
    parameters: GenerationParameters = GenerationParameters()
  ) {
    self.noteName = noteName
    self.note = note
    self.question = question
    self.answer = ""
    self.status = .waiting
    self.askedAt = askedAt
    self.parameters = parameters
  }
}

/// How far an answer has come, or why it ended.
public enum AnswerStatus: Equatable, Sendable {
  /// The prompt is being read.
  case waiting
  case writing
  /// The model ended the answer itself.
  case complete
  /// Someone stopped it after this many tokens.
  case stopped(atToken: Int)
  /// The limit of this many new tokens was reached: the answer is not finished.
  case limit(tokenCount: Int)
  /// It was stopped at this many tokens, since it repeated itself without end.
  case loop(tokenCount: Int)
  /// It broke off.
  case failed(reason: String)

  /// True while tokens are still to come.
  public var isRunning: Bool { self == .waiting || self == .writing }

  /// The line under an answer that says how it ended; nil where there is nothing to say.
  var label: String? {
    switch self {
    case .waiting, .writing, .complete:
      nil
    case .stopped(let token):
      "stopped at token \(grouped(token)); what is here was kept  (:continue)"
    case .limit(let count):
      "not finished: limit of \(grouped(count)) tokens reached  (:continue)"
    case .loop(let count):
      "stopped at token \(grouped(count)): the answer repeats itself  (:continue)"
    case .failed(let reason):
      "failed: \(reason)"
    }
  }
}
