/// What is asked of a note.
public struct Instruction: Hashable, Sendable {
  /// The question or order in the asker's words.
  public var text: String
  /// The kind of work it is, where that is known.
  public var task: ClinicalTask?

  /// Makes an instruction.
  public init(_ text: String, task: ClinicalTask? = nil) {
    self.text = text
    self.task = task
  }
}

/// What was written in reply, as far as it has come.
public struct Answer: Hashable, Sendable {
  /// The text so far.
  public var text: String
  /// How far it has come, or why it ended.
  public var state: AnswerState

  /// Makes an answer; without arguments, one of which nothing is written yet.
  public init(_ text: String = "", state: AnswerState = .writing) {
    self.text = text
    self.state = state
  }
}

/// How far an answer has come, or why it ended. The raw values are kept in files and databases.
public enum AnswerState: String, Codable, CaseIterable, Sendable {
  /// Tokens are still to come.
  case writing
  /// The model ended it.
  case end
  /// The limit of new tokens, or the end of the context, was reached.
  case limit
  /// It was stopped since it repeated itself without end.
  case loop
  /// Someone stopped it.
  case cancelled
  /// The generator failed.
  case failed
  /// The program ended in the middle of it.
  case interrupted

  /// The state that a generator's reason for stopping leads to.
  public init(_ reason: StopReason) {
    switch reason {
    case .end: self = .end
    case .limit: self = .limit
    case .loop: self = .loop
    case .cancelled: self = .cancelled
    }
  }

  /// True where the answer says all that the model wanted to say.
  public var isComplete: Bool { self == .end }
}

/// A question about a note and what came of it.
public struct Exchange: Equatable, Sendable {
  /// The id of the note that was asked about.
  public var noteID: ClinicalNote.ID
  /// What was asked.
  public var instruction: Instruction
  /// What was written.
  public var answer: Answer
  /// How the answer came about; nil until that is known.
  public var provenance: Provenance?

  /// Makes an exchange; without an answer, one that has just been asked.
  public init(
    noteID: ClinicalNote.ID, instruction: Instruction, answer: Answer = Answer(),
    provenance: Provenance? = nil
  ) {
    self.noteID = noteID
    self.instruction = instruction
    self.answer = answer
    self.provenance = provenance
  }
}
