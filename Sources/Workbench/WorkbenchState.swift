public import Clinical
public import Screen

// The workbench: the program as a state, messages that change it, and a view that draws it.
//
// Invariants: nothing here does input or output, reads a clock or draws a random number; time comes
// in by `Message.tick`, wishes go out as `Effect` values. A message that bears the id of an older
// generation changes nothing. The rows that the view shows are kept up to date by `update`, so that
// a frame costs no more than what is visible.
//
// May import Screen, Clinical and Grounding, nothing else.

/// All that the program knows and shows.
public struct WorkbenchState: Equatable, Sendable {
  /// The four places that F2 to F5 lead to.
  public enum Mode: CaseIterable, Equatable, Sendable {
    case query
    case rating
    case compare
    case jobs
  }

  /// Where keys go.
  public enum Focus: CaseIterable, Equatable, Sendable {
    case instruction
    /// The sections of the note, where the screen is wide enough to show them all the time.
    case outline
    case note
    case answer
  }

  /// Something that a person turns on or off.
  public enum Switch: String, CaseIterable, Sendable {
    case on
    case off
  }

  /// Whether text may be handed to the terminal's clipboard.
  public enum Clipboard: String, CaseIterable, Sendable {
    case off
    /// By the sequence OSC 52, which also reaches the near end of a remote line.
    case osc52
  }

  /// Cells of the screen.
  public var size: Size
  /// Which of the four places is shown.
  public var mode = Mode.query
  /// The pane that takes the keys.
  public var focus = Focus.instruction
  /// Which keys do what.
  public var keyMap = KeyMap.standard
  /// How lines and marks are drawn.
  public var chrome: Chrome
  /// The name of the theme, for the tab row.
  public var themeName = "system"
  /// Themes that there are, for completing their names.
  public var themeNames: [String] = []
  /// Whether the mouse is asked for. Off, the terminal's own selection works as everywhere.
  public var mouse = Switch.off
  /// Whether the screen is drawn less often, for slow lines.
  public var slowLink = Switch.off
  /// Whether tags stand for names, dates, numbers and addresses in what is copied or written.
  public var redact = Switch.off
  /// A word for the tab row, such as `SYNTHETIC` where no real model answers.
  public var banner = ""
  /// Whether `y` may copy. Off unless the person says otherwise: notes are confidential.
  public var clipboard = Clipboard.off
  /// The form in which prompts are written, once it is known.
  public var template: PromptTemplate?
  /// The form that the person has chosen instead; nil where that is the one above.
  var templateChoice: PromptTemplate?
  /// Whether tokens that the note repeats are guessed: faster, and the same answer.
  var lookup = Switch.on
  /// How answers are sampled from now on.
  public var parameters = GenerationParameters()
  /// Threads that compute; nil where that is not told.
  public var threadCount: Int?
  /// Bytes of memory that the program takes; nil where that is not told.
  public internal(set) var memoryByteCount: Int64?
  /// When the newest message came.
  public var now = Moment()
  /// Whether there is a model to ask.
  public internal(set) var model = ModelPhase.starting

  /// The files that are in use; nil for those of the command line.
  var selection: ModelSelection?
  /// The files that are being loaded in their place.
  var nextSelection: ModelSelection?
  /// What is being downloaded, where that is known.
  var downloadOffer: ModelOffer?
  /// True while the list of models is being made.
  var isListingModels = false

  /// Exchanges from here on were answered by the model that is loaded.
  var firstExchangeOfModel = 0
  var editor = TextEditor()
  var notes: [NotePane] = []
  var noteIndex = 0
  /// True while notes that were asked for are being read.
  var isOpening = false
  /// Notes that are marked to be asked about together.
  var markedNotes: Set<Int> = []
  /// What texts of the list of notes cost with the model that is loaded.
  var textCosts: [String: TextCost] = [:]
  var transcript: Transcript
  var history = InstructionHistory()
  /// The lines that were typed after `:`.
  var commandHistory = InstructionHistory()
  var overlay: Overlay?
  var search: Search?
  var notice: Notice?
  var journal = JournalPhase.unused
  /// Savings asked for and not yet confirmed.
  var unsavedCount = 0
  var generation: ActiveGeneration?
  var nextGeneration = GenerationID(1)
  /// Keys of a row that is not complete yet, as after `g`.
  var pendingKeys: [Key] = []
  /// The newest counting asked for, and the newest answer to one.
  var countRequest: TokenCountRequest?
  var costs: TokenCosts?
  /// True once `costs` belongs to the note and question as they stand now.
  var costsAreCurrent = false
  /// A session that is to be offered as soon as nothing else is being done.
  var waitingOffer: SessionOffer?
  /// Words that are being looked for in all sessions.
  var sessionQuery: String?
  /// True while an earlier session is on its way.
  var isRestoring = false
  /// The place among the answers that keys act on; nil for the last.
  var selectedPlace: Int?
  /// The exchange whose question is being edited.
  var editedFrom: Int?
  /// The token that is looked at; nil while the inspector is closed.
  var tokenCursor: TokenCursor?
  /// Words of the person whose tokens are being looked up, to branch with.
  var branchRequest: BranchRequest?
  /// What is marked in the answers.
  var answerMarks = AnswerMarks.support
  /// The sentence whose evidence is shown; nil for none.
  var claimCursor: ClaimCursor?
  /// True while nothing is shown, so that nobody reads along.
  var isBlank = false
  /// The task whose template is being filled in.
  var task: ClinicalTask?
  /// Runs in other processes, the one begun last at the end.
  var runs: [ObservedRun] = []
  /// What is chosen in QA, Compare and Jobs.
  var places = PlaceState()
  /// The desk of the person who rates; nil where nobody does.
  var desk: RatingDesk?

  /// Makes a room with notes and no model yet.
  public init(
    size: Size, chrome: Chrome, notes: [NoteDocument] = [],
    parameters: GenerationParameters = GenerationParameters()
  ) {
    self.size = size
    self.chrome = chrome
    self.parameters = parameters
    transcript = Transcript(columns: 80)
    self.notes = notes.map { NotePane($0, columns: 80) }
    settle()
  }

  /// True while nothing is under way: the model is settled, no answer is being written, tokens are
  /// counted and what was done is kept.
  public var isAtRest: Bool {
    switch model {
    case .starting, .loading, .downloading: return false
    case .missing, .failed: return generation == nil && !isDeskWaiting
    case .ready: break
    }
    return generation == nil && !hasOpenRequests
  }

  /// True while a count, a saving or an earlier session has been asked for and has not come.
  public var hasOpenRequests: Bool {
    let isCounting = model.description != nil && note != nil && !costsAreCurrent
    let isCountingMore = note?.costs == .requested || textCosts.values.contains(.requested)
    let isReading = isListingModels || isOpening || isRestoring
    let isLooking = branchRequest != nil || sessionQuery != nil
    if isDeskWaiting { return true }
    return isCounting || isCountingMore || isReading || isLooking || unsavedCount > 0
  }

  /// True while a question with the answers yes and no waits for one of them.
  public var isAsking: Bool {
    if case .confirm = overlay { return true }
    return false
  }

  /// True while an answer is being written.
  public var isGenerating: Bool { generation != nil }

  /// Tokens of the running answer, 0 where there is none.
  public var generatedTokenCount: Int { generation?.tokenCount ?? 0 }

  /// True once the digest of the model's file is known.
  public var isModelIdentified: Bool { model.description?.digest.isEmpty == false }

  /// The note that is shown.
  var note: NotePane? { notes.indices.contains(noteIndex) ? notes[noteIndex] : nil }

  /// Brings rows and places in line with size, text and focus.
  mutating func settle() {
    let layout = WorkbenchLayout(self)
    if focus == .outline, layout.form != .threeColumns { focus = .note }
    for index in notes.indices where index == noteIndex {
      notes[index].resize(columns: layout.noteTextColumns)
    }
    transcript.resize(columns: layout.answerTextColumns)
    transcript.showEvidence(answerMarks == .support && tokenCursor == nil)
    settleClaimCursor()
    settleTokenCursor()
    editor.layOut(columns: layout.instructionTextColumns)
    settleDesk()
    if var found = search {
      found.refresh(in: self)
      search = found
    }
    if let offer = waitingOffer, overlay == nil, editor.text.isEmpty, transcript.entries.isEmpty {
      waitingOffer = nil
      overlay = .confirm(.resume(offer))
    }
  }
}

/// Whether there is a model to ask.
public enum ModelPhase: Equatable, Sendable {
  /// Nothing is known yet.
  case starting
  case missing(ModelOffer)
  case downloading(done: Int64, total: Int64)
  case loading(done: Int64, total: Int64)
  case ready(ModelDescription)
  /// It cannot be used; the reason says what to do.
  case failed(reason: String)

  /// The model, once it can be asked.
  public var description: ModelDescription? {
    if case .ready(let description) = self { return description }
    return nil
  }
}

/// Whether what is done is kept.
enum JournalPhase: Equatable, Sendable {
  case unused
  case saved(at: Moment)
  /// Not kept; `accepted` once the person wants to go on all the same.
  case failed(reason: String, accepted: Bool)
}

/// The answer that is being written.
struct ActiveGeneration: Equatable, Sendable {
  var id: GenerationID
  /// Index of its exchange in the transcript.
  var entry: Int
  var startedAt: Double
  /// How much of the prompt has been read.
  var prefill = PrefillProgress()
  /// Tokens of the answer that were there before this run.
  var givenTokenCount = 0
  /// How the answer had ended before it was continued; nil for one that began with this run.
  var endedBefore: AnswerStatus?
  /// Tokens of this run.
  var tokenCount = 0
  /// When the first token came.
  var decodingSince: Double?
  /// When the last token came.
  var lastTokenAt = 0.0
  /// The rate as it is shown; it changes at most twice a second.
  var shownRate = 0.0
  var rateShownAt = -1.0
  /// False until the decoder has taken the prompt.
  var isAccepted = false
  /// Bytes of the answer at the last save, and when that was.
  var savedByteCount = 0
  var savedAtSeconds = 0.0

  init(id: GenerationID, entry: Int, startedAt: Double) {
    self.id = id
    self.entry = entry
    self.startedAt = startedAt
  }
}

/// Tokens of a prompt: read so far, altogether, and known from before.
struct PrefillProgress: Equatable, Sendable {
  var done = 0
  var total = 0
  var reused = 0
}

/// What lies over the panes and takes the keys.
enum Overlay: Equatable, Sendable {
  case help(top: Int)
  /// The sections of the note, where there is no room to show them all the time.
  case outline
  /// The text alone, without frames, for the terminal's own selection.
  case bare(top: Int)
  case tasks(selected: Int)
  case notes(selected: Int)
  case historySearch(query: TextEditor, selected: Int)
  case sessionSearch(SessionSearch)
  case settings(SettingsPanel)
  /// The models and adapters, nil until they are known.
  case models([ModelItem]?, selected: Int)
  case commandLine(LineInput)
  case findLine(LineInput)
  /// Words to branch with at the token cursor.
  case branchLine(LineInput)
  /// A rater's comment.
  case commentLine(LineInput)
  /// The levels of harm.
  case harm(selected: Int)
  /// The versions of the chosen answer.
  case branches(selected: Int)
  case confirm(Confirmation)
}

/// A question with the answers yes and no.
enum Confirmation: Equatable, Sendable {
  case quit
  case resume(SessionOffer)
  case download(ModelOffer)
  case sendNote(NoteDocument.Problem)
  case overwrite(path: String, contents: String)
  /// A grade that the guidelines speak against.
  case keepGrade(String)

  /// The question as it is shown.
  var text: String {
    switch self {
    case .quit:
      "Quit? y/n"
    case .resume(let offer):
      "Resume session of \(offer.startedAt) "
        + "(\(grouped(offer.exchangeCount)) exchange\(offer.exchangeCount == 1 ? "" : "s"))? y/n"
    case .download(let offer):
      "Download \(offer.name), \(megabytes(offer.byteCount)), now? y/n"
    case .overwrite(let path, _):
      "\(DisplayText.sanitize(path)) is there already. Overwrite it? y/n"
    case .keepGrade(let question): question
    case .sendNote(let problem):
      "This note \(problem.isEncoding ? "is " : "")\(problem.explanation). Send it as shown? y/n"
    }
  }
}

extension NoteDocument.Problem {
  /// True where the explanation wants an "is" before it.
  var isEncoding: Bool {
    if case .notUTF8 = self { return true }
    return false
  }
}
