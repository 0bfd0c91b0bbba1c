public import Clinical
public import Screen

/// Everything that can happen to the room.
public enum Message: Equatable, Sendable {
  /// A key was pressed, or a block of text pasted.
  case key(Key)
  /// A whole instruction was entered and is to be sent, as in plain mode.
  case instruction(String)
  /// A whole command was entered, the colon left out.
  case command(String)
  /// The terminal has this size now.
  case resized(Size)
  /// Time has passed. Sent before the messages of a turn, and now and then while nothing happens.
  case tick(Moment)
  /// The program takes so many bytes of memory.
  case memoryMeasured(Int64)
  /// Notes were read, in the order in which they are to be shown.
  case notesOpened([NoteDocument])
  /// A note could not be read.
  case noteFailed(path: String, reason: String)
  /// All that was to be opened has been told.
  case openingEnded
  /// The model has come one step further.
  case model(ModelNews)
  /// The models and adapters that there are.
  case modelsListed([ModelItem])
  /// The decoder has come one step further.
  case generation(GenerationID, GenerationNews)
  /// The tokens of the words to branch with; none where they could not be had.
  case branchRead(BranchRequest, [AnswerToken])
  /// Tokens were counted.
  case tokensCounted(TokenCountRequest, TokenCosts)
  /// Tokens could not be counted; sending says what is wrong.
  case countingFailed(TokenCountRequest)
  /// Tokens of a text were counted; nil where that could not be done.
  case textCounted(String, Int?)
  /// Tokens of each section of a note were counted; nil where that could not be done.
  case sectionsCounted(note: String, tokenCounts: [Int]?)
  /// What a note has for each sentence of a long answer; nil where the answer says nothing.
  case evidenceFound(EvidenceRequest, AnswerEvidence?)
  /// Paths that begin with `prefix`, folders with a slash at their end.
  case filesListed(prefix: String, paths: [String])
  /// The runs in other processes as they stand now, the one begun last at the end.
  case runsObserved([ObservedRun])
  /// The instruction as it came back from the person's editor.
  case editedExternally(String)
  /// The file that was to be written is there already.
  case fileExists(path: String, contents: String)
  /// An exchange is on the disk.
  case saved
  /// An exchange could not be kept.
  case saveFailed(reason: String)
  /// A session was found that ended without being closed.
  case sessionOffered(SessionOffer)
  /// The session that was asked for.
  case sessionRestored([TranscriptEntry])
  /// What was found in all sessions for these words, the session changed last first.
  case sessionsFound(String, [SessionHit])
  /// An earlier session that was asked for.
  case sessionOpened(OpenedSession)
  /// Instructions of earlier sessions, oldest first.
  case historyLoaded([String])
  /// A rater's work has come one step further.
  case desk(DeskNews)
  /// Something the person asked for was done, or could not be; one line says so.
  case reported(Notice)
  /// The line was dropped or the program is being ended from outside.
  case hungUp
}

/// How loading or fetching a model goes.
public enum ModelNews: Equatable, Sendable {
  /// No model is there; this one can be had.
  case missing(ModelOffer)
  /// Bytes of the weights that are ready.
  case loading(done: Int64, total: Int64)
  case ready(ModelDescription)
  /// The digest of the weights of the model that is ready has been computed.
  case identified(ModelDescription)
  /// It cannot be used. The reason says what, where and what to do.
  case failed(reason: String)
  case downloading(done: Int64, total: Int64)
  /// The file is there and verified; loading follows.
  case downloaded
  case downloadFailed(reason: String)
}

/// A model that can be fetched.
public struct ModelOffer: Equatable, Sendable {
  /// What will be fetched, such as `SmolLM2-135M-Instruct Q4_1`.
  public var name: String
  /// Size of the file.
  public var byteCount: Int64
  /// The terms it comes under.
  public var license: String
  /// The folder it will be kept in.
  public var folder: String

  /// Makes an offer.
  public init(name: String, byteCount: Int64, license: String, folder: String) {
    self.name = name
    self.byteCount = byteCount
    self.license = license
    self.folder = folder
  }
}

/// How an answer comes along.
public enum GenerationNews: Equatable, Sendable {
  case event(GenerationEvent)
  /// The prompt does not fit. Nothing was sent.
  case refused(PromptTooLong)
  /// It broke off. The reason names the cause; what was written so far stays.
  case failed(reason: String)
}

/// One line for the person at the screen.
public struct Notice: Equatable, Sendable {
  /// How much it matters.
  public enum Kind: Equatable, Sendable {
    case information
    case warning
    case error
  }

  /// How much it matters.
  public var kind: Kind
  /// What is said.
  public var text: String

  /// Makes a notice.
  public init(_ kind: Kind, _ text: String) {
    self.kind = kind
    self.text = text
  }
}
