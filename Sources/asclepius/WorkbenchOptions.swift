import Clinical
import Screen
import Workbench

/// What the command line says about the workbench.
struct WorkbenchOptions: Sendable {
  /// How the program shows itself.
  enum Display: Equatable, Sendable {
    /// Panes where the terminal can draw them, plain lines elsewhere.
    case automatic
    /// Plain lines: no cursor movement, no boxes.
    case plain
  }

  /// How often the screen may be drawn.
  enum Link: Equatable, Sendable {
    /// 20 times a second.
    case fast
    /// 4 times a second.
    case slow

    /// The most frames of any second.
    var framesPerSecond: Int {
      switch self {
      case .fast: 20
      case .slow: 4
      }
    }
  }

  var notePaths: [String] = []
  /// Name of the theme; nil leaves it to the environment.
  var theme: String?
  var display = Display.automatic
  var link = Link.fast
  /// File of keys to press; no terminal is needed then.
  var scriptPath: String?
  /// File of recorded answers that stand in for a model.
  var replayPath: String?
  /// Size of the screen of a script.
  var size = Size(columns: 80, rows: 24)
  var parameters = GenerationParameters()
  /// Threads that compute; nil where no model does.
  var threadCount: Int?
  var configuration = WorkbenchConfiguration()
  /// Who rates; nil where nobody does.
  var rater: Rater?

  /// A person who rates, and what they do with the answers.
  struct Rater: Equatable, Sendable {
    var name: String
    /// True where grades on which others disagree are settled.
    var adjudicates: Bool
  }
}

/// What the workbench needs of the rest of the program. Composed where the commands are.
struct WorkbenchServices: Sendable {
  /// Loads these files in place of what is loaded; nil names those of the command line. Called again
  /// after a download.
  var loadModel: @Sendable (ModelSelection?) -> AsyncThrowingStream<ModelLoading, any Error>
  /// The models and adapters that there are. Blocks.
  var listModels: @Sendable () -> [ModelItem] = { [] }
  /// Fetches the default model and verifies it. Ends when the file is in its place.
  var downloadDefault: @Sendable () -> AsyncThrowingStream<ByteProgress, any Error>
  /// Renders a prompt from a note and a question for this model.
  var renderPrompt: @Sendable (GenerationOrder, TextGenerator) throws -> Prompt
  /// Exact tokens of a whole prompt, special tokens included.
  var countPrompt: @Sendable (Prompt, TextGenerator) async throws -> Int
  /// The tokens of a text within an answer; special tokens are not read in it.
  var answerTokens: @Sendable (String) throws -> [AnswerToken]
  /// The form in which prompts are written; nil while no model is loaded.
  var template: @Sendable () -> PromptTemplate? = { nil }
  var journal: SessionJournal
  /// Does what a rater asks for, and says what comes of it; nil for nothing. Blocks; called on the
  /// queue of the journal.
  var desk: @Sendable (DeskOrder) throws -> DeskNews? = { _ in nil }
  /// A theme by name, from the user's folder or the program's own.
  var theme: @Sendable (String) throws -> Theme
  /// The names of all themes, the program's own first.
  var themeNames: @Sendable () -> [String] = { ThemeLibrary.embeddedNames }
  /// Runs of the pipeline and of training in other processes.
  var runs = RunServices()
  /// Takes whom to tell what is worth a line while answers are written, from any thread.
  var hearNotices: @Sendable (@escaping @Sendable (Notice) -> Void) -> Void = { _ in }
}

extension WorkbenchServices {
  /// Lets recorded answers stand in for the model; nothing is kept of them.
  mutating func replaceModel(by replay: Replay, pacing: Replay.Pacing) {
    let loading = replay.loading(pacing: pacing)
    loadModel = { _ in loading() }
    listModels = { [] }
    renderPrompt = { order, _ in Replay.prompt(note: order.note, question: order.question) }
    countPrompt = { prompt, generator in try await generator.countTokens(prompt.text) }
    answerTokens = { _ in throw Replay.OnlyAsRecorded() }
    template = { .plain }
    journal = .none
    journal.history = { replay.history }
    runs = .named
  }
}

/// A step of loading a model.
enum ModelLoading: Sendable {
  /// There is none; this one can be fetched. Nothing follows.
  case missing(ModelOffer)
  case progress(ByteProgress)
  /// It can be asked.
  case ready(TextGenerator)
  /// Its digest, which takes a while to compute. Nothing follows.
  case identified(ModelDescription)
  /// It was loaded, but is not what it should be, and may not be asked. Nothing follows.
  case unfit(reason: String)
}

/// Bytes done of all.
struct ByteProgress: Equatable, Sendable {
  var done: Int64
  var total: Int64
}

/// Where exchanges are kept. The closures block, and are called one after another on one queue that
/// is not the main one.
struct SessionJournal: Sendable {
  /// The session that a crash or a dropped line left behind.
  var unfinished: @Sendable () throws -> SessionOffer?
  /// Takes that session up again; later savings continue it.
  var resume: @Sendable (SessionOffer) throws -> [TranscriptEntry]
  /// Where words stand in all sessions that were kept; without words, the newest sessions.
  var search: @Sendable (String) throws -> [SessionHit]
  /// Takes that session up in place of the one that is being kept, which is closed.
  var open: @Sendable (SessionHit) throws -> OpenedSession
  /// Closes that session: it is kept, but not offered again.
  var dismiss: @Sendable (SessionOffer) throws -> Void
  /// Returns when the exchange is on the disk.
  var save: @Sendable (ExchangeRecord) throws -> Void
  /// Instructions of earlier sessions, oldest first.
  var history: @Sendable () throws -> [String]
  /// The program ends: a chosen end closes the session, any other leaves it to be offered again.
  var end: @Sendable (Departure) throws -> Void

  /// Keeps nothing, for scripts and demonstrations.
  static let none = SessionJournal(
    unfinished: { nil }, resume: { _ in [] }, search: { _ in [] },
    open: { _ in OpenedSession(entries: nil, exchange: nil) }, dismiss: { _ in }, save: { _ in },
    history: { [] }, end: { _ in })
}
