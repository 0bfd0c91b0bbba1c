import Clinical
import Foundation
import Screen
import Workbench

/// What a session asks of whatever shows it.
enum DisplayCommand: Equatable, Sendable {
  case suspend
  case redraw
  case saveDisplay(path: String)
  case editExternally(String)
  case copy(String)
  case setTheme(name: String)
}

/// A run of the workbench without its screen: the state, the effects under way and the messages
/// that come of them. A terminal, plain lines or a script drive it.
@MainActor
final class WorkbenchSession {
  private(set) var state: WorkbenchState
  /// True once something has changed since the last frame.
  var isStale = true
  /// Nil while the session goes on.
  private(set) var departure: Departure?
  /// True once it is known what an earlier run left behind.
  private(set) var isJournalOpen = false
  /// True once the session is over and all is on the disk.
  private(set) var hasEnded = false
  /// How long the end waits for the journal, in seconds.
  private static let patience = 5.0
  private var departedAt = 0.0
  /// Seconds between two looks at the memory that the program takes.
  private static let memoryInterval = 2.0
  private var memoryMeasuredAt = -memoryInterval
  /// Called for what only a screen can do.
  var display: (DisplayCommand) -> Void = { _ in }

  let mailbox: WorkbenchMailbox
  var clock: WorkbenchClock
  private let runner: EffectRunner
  private let template: @Sendable () -> PromptTemplate?
  /// How long typing must rest before tokens are counted.
  private let countingDelay: Duration

  /// - Throws: `WorkbenchError` where a note cannot be read or no pipe can be had.
  init(
    options: WorkbenchOptions, services: WorkbenchServices, size: Size, chrome: Chrome,
    clock: WorkbenchClock = .real
  ) throws {
    self.clock = clock
    mailbox = try WorkbenchMailbox()
    var services = services
    var notes = try options.notePaths.flatMap { try NoteDocument.notes(at: $0) }
    let replay = try options.replayPath.map { Replay(recording: try Recording(contentsOf: $0)) }
    if let replay {
      if notes.isEmpty {
        notes = replay.recording.notes.map {
          NoteDocument(name: $0.name, bytes: Array($0.text.utf8))
        }
      }
      services.replaceModel(by: replay, pacing: options.scriptPath == nil ? .recorded : .none)
    }
    state = WorkbenchState(
      size: size, chrome: chrome, notes: notes, parameters: options.parameters)
    state.threadCount = options.threadCount
    if let rater = options.rater {
      state.seatRater(rater.name, adjudicates: rater.adjudicates)
    }
    if replay != nil { state.banner = "SYNTHETIC" }
    state.keyMap = options.configuration.keyMap
    state.clipboard = options.configuration.clipboard
    state.themeNames = services.themeNames()
    state.slowLink = options.link == .slow ? .on : .off
    state.mouse = options.configuration.mouse
    template = services.template
    runner = EffectRunner(services: services, mailbox: mailbox)
    countingDelay = options.scriptPath == nil ? .milliseconds(150) : .zero
    deliver(.tick(clock.now()))
    if let complaint = options.configuration.complaint {
      deliver(.reported(Notice(.warning, complaint)))
    }
  }

  /// Begins to load the model and to look for an earlier session. Called after the first frame.
  func start() {
    runner.openJournal()
    runner.loadModel()
    runner.beginWatchingRuns()
  }

  /// Takes in a message and carries out what follows from it.
  func deliver(_ message: Message) {
    isStale = true
    for effect in update(&state, message) { run(effect) }
  }

  /// Tells the state what time it is, without a new frame for that alone, and gives up a journal
  /// that does not end.
  func deliverTime() {
    let isGenerating = state.isGenerating
    let wasStale = isStale
    deliver(.tick(clock.now()))
    measureMemory()
    isStale = wasStale || isGenerating
    if departure != nil, WorkbenchClock.monotonicSeconds() > departedAt + Self.patience {
      hasEnded = true
    }
  }

  /// Tells now and then how much memory a program that computes takes.
  private func measureMemory() {
    let seconds = WorkbenchClock.monotonicSeconds()
    guard state.threadCount != nil, seconds >= memoryMeasuredAt + Self.memoryInterval,
      let byteCount = residentByteCount()
    else { return }
    memoryMeasuredAt = seconds
    deliver(.memoryMeasured(byteCount))
  }

  /// Takes in a post from the background.
  func handle(_ post: Post) {
    switch post {
    case .message(let message):
      deliver(message)
    case .generator(let generator):
      runner.use(generator)
      state.template = template()
      deliver(.model(.ready(generator.description)))
    case .journalOpened:
      isJournalOpen = true
    case .journalEnded:
      hasEnded = true
    case .signal(let number):
      handle(signal: number)
    }
  }

  private func handle(signal number: Int32) {
    switch number {
    case SIGHUP, SIGTERM: deliver(.hungUp)
    case SIGINT: deliver(.key(.control("c")))
    case SIGTSTP: display(.suspend)
    default: break
    }
  }

  private func run(_ effect: Effect) {
    switch effect {
    case .loadModel: runner.loadModel()
    case .useModel(let selection): runner.loadModel(selection)
    case .listModels: runner.listModels()
    case .cancelDownload: runner.cancelDownload()
    case .downloadModel: runner.downloadModel()
    case .generate(let id, let order): runner.generate(id, order)
    case .cancel: runner.cancelGeneration()
    case .readBranch(let request): runner.readBranch(request)
    case .countTokens(let request): runner.countTokens(request, after: countingDelay)
    case .countText(let text): runner.countText(text)
    case .findEvidence(let request): runner.findEvidence(request)
    case .countSections(let note): runner.countSections(note)
    case .save(let record): runner.save(record)
    case .desk(let order): runner.carryOut(order)
    case .resumeSession(let offer): runner.resume(offer)
    case .dismissSession(let offer): runner.dismiss(offer)
    case .searchSessions(let words): runner.searchSessions(words)
    case .openSession(let hit): runner.openSession(hit)
    case .listFiles(let prefix): runner.listFiles(beginningWith: prefix)
    case .openNotes(let paths): runner.openNotes(paths)
    case .writeFile(let path, let contents): runner.write(contents, toNewFile: path)
    case .overwriteFile(let path, let contents): runner.write(contents, toFile: path)
    case .control(let control, let folder): runner.control(control, runIn: folder)
    case .watchRun(let folder): runner.watchRun(in: folder)
    case .editExternally(let text): display(.editExternally(text))
    case .copy(let text): display(.copy(text))
    case .saveDisplay(let path): display(.saveDisplay(path: path))
    case .setTheme(let name): display(.setTheme(name: name))
    case .suspend: display(.suspend)
    case .redraw: display(.redraw)
    case .quit(let chosen): leave(chosen)
    }
  }

  private func leave(_ chosen: Departure) {
    guard departure == nil else { return }
    departure = chosen
    departedAt = WorkbenchClock.monotonicSeconds()
    runner.endJournal(chosen)
  }

  /// Changes the name of the theme that is shown.
  func showTheme(named name: String) {
    state.themeName = name
    isStale = true
  }
}
