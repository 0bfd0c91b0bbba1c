public import Clinical

/// Something the room wants from the world. Plain values, so that a test can ask what was requested.
public enum Effect: Equatable, Sendable {
  /// Load the model named on the command line; `.model` messages tell how it goes.
  case loadModel
  /// Load these files in place of what is loaded; `.model` messages tell how it goes.
  case useModel(ModelSelection)
  /// Find the models and adapters that there are; `.modelsListed` tells.
  case listModels
  /// Stop fetching the default model, and keep what came of it.
  case cancelDownload
  /// Fetch the default model into the user's folder; `.model` messages tell how it goes.
  case downloadModel
  /// Write an answer; `.generation` messages with the same id carry it.
  case generate(GenerationID, GenerationOrder)
  /// Stop the answer at the next token. Its last message is still to come.
  case cancel(GenerationID)
  /// Cut the person's words into tokens; `.branchRead` brings them.
  case readBranch(BranchRequest)
  /// Count the tokens of the note alone and of the whole prompt. The runner may let pass all but
  /// the newest.
  case countTokens(TokenCountRequest)
  /// Count the tokens of a text; `.textCounted` tells.
  case countText(String)
  /// Count the tokens of each section of a note, as `NoteSection` cuts it.
  case countSections(note: String)
  /// Compare a long answer with its note; `.evidenceFound` brings what is found.
  case findEvidence(EvidenceRequest)
  /// Keep an exchange as it stands now.
  case save(ExchangeRecord)
  /// Bring back the session that was offered.
  case resumeSession(SessionOffer)
  /// Do not offer that session again.
  case dismissSession(SessionOffer)
  /// Do what a rater asks for; `.desk` tells what comes of it.
  case desk(DeskOrder)
  /// Look for words in all sessions that were kept, or for the newest ones where there are none;
  /// `.sessionsFound` tells.
  case searchSessions(String)
  /// Open the session that was found; `.sessionOpened` brings it.
  case openSession(SessionHit)
  /// Find the files and folders whose paths begin with `prefix`; `.filesListed` tells.
  case listFiles(prefix: String)
  /// Read notes: those of a file or a folder, or of several with blanks between them.
  case openNotes(String)
  /// Ask something of the run in a folder.
  case control(RunControl, folder: String)
  /// Show the run in this folder too; `.runsObserved` tells of it.
  case watchRun(folder: String)
  /// Write text to a new file, or fail: no file is overwritten.
  case writeFile(path: String, contents: String)
  /// Write text to a file that is there already: the person has agreed to lose what is in it.
  case overwriteFile(path: String, contents: String)
  /// Let the person write the instruction in their own editor.
  case editExternally(String)
  /// Hand text to the clipboard of the terminal.
  case copy(String)
  /// Write the screen as text, for tests and reports of faults.
  case saveDisplay(path: String)
  /// Use another theme.
  case setTheme(name: String)
  /// Give the terminal back to the shell until the program is continued.
  case suspend
  /// Paint every cell again.
  case redraw
  /// Leave. The journal is flushed first.
  case quit(Departure)
}

/// Why the program ends.
public enum Departure: Equatable, Sendable {
  /// The person left: the session is closed and not offered again.
  case chosen
  /// The line was dropped or the program ended from outside: the session is offered again.
  case hungUp
}

/// Names one run of the decoder. A message that bears an old one changes nothing.
public struct GenerationID: Hashable, Sendable {
  /// Higher for later runs.
  public var number: Int

  /// Names run `number`.
  public init(_ number: Int) { self.number = number }
}

/// What is asked of the decoder.
public struct GenerationOrder: Equatable, Sendable {
  /// The note without the sections that the person left out, the rest as it was read.
  public var note: String
  /// What is asked about it.
  public var question: String
  /// How tokens are chosen.
  public var parameters: GenerationParameters
  /// The form in which both are put to the model; nil takes the one in force.
  public var template: PromptTemplate?
  /// Whether tokens that the note repeats are guessed.
  public var lookup = WorkbenchState.Switch.on
  /// The answer's first tokens, where it goes on from there.
  public var given: [Int32] = []

  /// Makes an order.
  public init(
    note: String, question: String, parameters: GenerationParameters,
    template: PromptTemplate? = nil
  ) {
    self.note = note
    self.question = question
    self.parameters = parameters
    self.template = template
  }
}

/// What to count tokens of. Equal requests have equal answers.
public struct TokenCountRequest: Equatable, Sendable {
  /// The note as it would be sent.
  public var note: String
  /// The question as it would be sent.
  public var question: String
  /// The form of the prompt; nil takes the one in force.
  public var template: PromptTemplate?

  /// Makes a request.
  public init(note: String, question: String, template: PromptTemplate? = nil) {
    self.note = note
    self.question = question
    self.template = template
  }
}

/// How many tokens a note and the prompt around it take.
public struct TokenCosts: Equatable, Sendable {
  /// The note alone.
  public var note: Int
  /// Note, question and template together.
  public var prompt: Int

  /// Makes a pair of counts.
  public init(note: Int, prompt: Int) {
    self.note = note
    self.prompt = prompt
  }
}

/// A question and its answer as far as it is known, ready to be kept.
public struct ExchangeRecord: Equatable, Sendable {
  /// Position in the session, from 0. Saving the same number again replaces what was kept.
  public var number: Int
  /// The exchange.
  public var entry: TranscriptEntry

  /// Makes a record.
  public init(number: Int, entry: TranscriptEntry) {
    self.number = number
    self.entry = entry
  }
}

/// A session that ended without being closed: by a crash, a lost line or a kill.
public struct SessionOffer: Equatable, Sendable {
  /// What the journal calls it.
  public var id: String
  /// When it began, as it is shown: `14:01`, or with the date if that was not today.
  public var startedAt: String
  /// How many questions were asked in it.
  public var exchangeCount: Int

  /// Makes an offer.
  public init(id: String, startedAt: String, exchangeCount: Int) {
    self.id = id
    self.startedAt = startedAt
    self.exchangeCount = exchangeCount
  }
}
