internal import ArgumentParser
internal import Clinical
internal import Foundation
internal import Screen
internal import Store
internal import Workbench

/// Lets people rate answers.
struct RateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rate",
    abstract: "Rate answers blind, alone or with others on one database.",
    discussion: """
      asclepius rate answers.jsonl --records records.jsonl --rater AB
      """,
    subcommands: [
      RateWorkCommand.self, RateAdjudicateCommand.self, RateExportCommand.self,
      RateImportCommand.self, RateVerifyCommand.self, RateSummaryCommand.self,
    ],
    defaultSubcommand: RateWorkCommand.self)
}

/// The database that raters share.
struct RatingDatabaseOptions: ParsableArguments {
  @Option(
    name: .long,
    help: "The database of ratings, in a folder of mode 0700; your own one by default.")
  var database: String?

  func open(leaseMinutes: Double = 10) throws -> RatingStore {
    guard let database else {
      return try RatingStore(environment: ProcessInfo.processInfo.environment)
    }
    return try RatingStore(path: database, leaseSeconds: leaseMinutes * 60)
  }
}

/// How the desk of a rater is shown.
struct DeskOptions: ParsableArguments {
  @Option(name: .long, help: "Who rates: a name or initials.")
  var rater = ""

  @Option(name: .long, help: "The colours: a theme's name.")
  var theme: String?

  @Flag(name: .long, help: "Draw less often, for slow lines.")
  var slowLink = false

  @Option(name: .long, help: "Press the keys of a file, without a terminal.")
  var script: String?

  @Option(name: .long, help: "The screen of a script: COLUMNSxROWS.")
  var size = "80x24"

  func validate() throws {
    if Size(text: size) == nil {
      throw ValidationError("--size is \(size), but must be like 80x24")
    }
  }

  /// Opens the workbench at the desk until the rater leaves.
  @MainActor
  func open(_ keeper: RatingKeeper, adjudicates: Bool) throws {
    if rater.allSatisfy(\.isWhitespace) { throw ValidationError("--rater names nobody") }
    if script == nil, let reason = TerminalAbility.whyPlain {
      throw NoPanes(reason: reason)
    }
    let configuration = WorkbenchConfiguration.read(
      environment: ProcessInfo.processInfo.environment,
      contents: { FileManager.default.contents(atPath: $0) })
    var options = WorkbenchOptions()
    options.configuration = configuration
    options.theme = theme
    options.link = slowLink ? .slow : configuration.link
    options.scriptPath = script
    options.size = Size(text: size) ?? options.size
    options.rater = WorkbenchOptions.Rater(name: rater, adjudicates: adjudicates)
    let folders = ThemeLibrary.folders(environment: ProcessInfo.processInfo.environment)
    let themes = ThemeLibrary.installed(in: folders)
    var journal = SessionJournal.none
    journal.end = { _ in try keeper.end() }
    let services = WorkbenchServices(
      loadModel: { _ in AsyncThrowingStream { $0.finish(throwing: NoModel()) } },
      downloadDefault: { AsyncThrowingStream { $0.finish(throwing: NoModel()) } },
      renderPrompt: { _, _ in throw NoModel() }, countPrompt: { _, _ in throw NoModel() },
      answerTokens: { _ in throw NoModel() }, journal: journal,
      desk: { try keeper.perform($0) }, theme: { try themes.theme(named: $0) },
      themeNames: { ThemeLibrary.names(in: folders) })
    try runWorkbench(options, services: services)
  }

  private struct NoModel: Error, CustomStringConvertible {
    var description: String {
      "raters work without one; `asclepius` alone opens a note with a model"
    }
  }

  private struct NoPanes: Error, CustomStringConvertible {
    var reason: String
    var description: String { "rating needs a terminal that can draw panes, and \(reason)" }
  }
}

/// Opens the workbench in QA mode.
struct RateWorkCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "open",
    abstract: "Rate in the workbench: QA (F3) grades answers, Compare (F4) pairs of them.",
    discussion: """
      Answers are those of `asclepius answers`; without a file, those that the database has. Each \
      rater sees them in an order of their own, without the models' names; two raters never have \
      the same answer before them at once. What is submitted is on the disk before the screen says \
      so, in a log that shows tampering (`rate verify`).
      """)

  @Argument(help: "Rows of `asclepius answers`, JSON Lines.")
  var answers: String?

  @Option(name: .long, help: "The records with the notes, where the rows do not hold a \"note\".")
  var records: String?

  @Option(name: .long, help: "What the order depends on, beside the rater's name.")
  var seed: UInt64 = 1

  @Option(name: .long, help: "The share of pairs that come again with their sides swapped.")
  var repeats = 0.1

  @Option(name: .long, help: "Minutes without a key after which others may have an answer.")
  var leaseMinutes = 10.0

  @OptionGroup var databaseOptions: RatingDatabaseOptions
  @OptionGroup var desk: DeskOptions

  func validate() throws {
    if !(0...1).contains(repeats) {
      throw ValidationError("--repeats is \(repeats), but must be 0 to 1")
    }
    if !(2...1440).contains(leaseMinutes) {
      throw ValidationError("--lease-minutes is \(leaseMinutes), but must be 2 to 1440")
    }
  }

  @MainActor
  func run() async throws {
    let store = try databaseOptions.open(leaseMinutes: leaseMinutes)
    if let answers {
      let count = try store.addItems(try RatedAnswers(path: answers, records: records).items)
      if count > 0 { tell("\(count) answers taken in; \(store.path)") }
    }
    let items = try store.items()
    guard !items.isEmpty else {
      throw ValidationError("there is nothing to rate yet: name a file of answers")
    }
    let plan = RatingPlan(
      items, rater: desk.rater, seed: seed, repeatShare: repeats,
      compared: try store.done(.comparison, by: desk.rater).keys)
    try desk.open(RatingKeeper(store: store, rater: desk.rater, plan: plan), adjudicates: false)
  }
}

/// Opens the workbench on the answers on which raters disagree.
struct RateAdjudicateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "adjudicate",
    abstract: "Settle the grades on which raters disagree, and those that were flagged.")

  @Option(name: .long, help: "How far apart grades have to lie.")
  var gap = 1

  @Flag(name: .long, help: "Print the queue, one JSON object a line, and open nothing.")
  var list = false

  @OptionGroup var databaseOptions: RatingDatabaseOptions
  @OptionGroup var desk: DeskOptions

  func validate() throws {
    if !(1...3).contains(gap) { throw ValidationError("--gap is \(gap), but must be 1 to 3") }
  }

  @MainActor
  func run() async throws {
    let store = try databaseOptions.open()
    guard !list else {
      let settled = try store.done(.adjudication, by: "").keys
      for disagreement in Disagreement.all(in: try store.records(), gap: gap) {
        var row = JSONObject([.init(name: "item", value: .string(disagreement.item))])
        row["gap"] = .number(String(disagreement.gap))
        row["settled"] = .bool(settled.contains(disagreement.item))
        row["scores"] = .object(
          JSONObject(
            disagreement.records.map {
              .init(name: $0.rater, value: .number(String($0.rating?.grade?.rawValue ?? 0)))
            }))
        print(JSONValue.object(row).line)
      }
      return
    }
    let plan = RatingPlan(try store.items(), rater: desk.rater, seed: 1, repeatShare: 0)
    try desk.open(
      RatingKeeper(store: store, rater: desk.rater, plan: plan, gap: gap), adjudicates: true)
  }
}

/// Answers as they are taken into the database.
struct RatedAnswers {
  let items: [RatedItem]

  /// Reads rows of `asclepius answers`. A row without what is needed is named and left out.
  ///
  /// - Throws: `TextInputError`, and where no row can be rated.
  init(path: String, records: String?) throws {
    let notes = try records.map { path in
      Dictionary(
        try DatasetCommand.records(path).records.compactMap { record in
          record.note.map { (record.patientID, $0) }
        }, uniquingKeysWith: { first, _ in first })
    }
    items = try GivenAnswer.read([path], notes: notes ?? [:], needsNotes: true).map { answer in
      RatedItem(
        patient: answer.patientID, number: answer.number, task: answer.task,
        question: answer.question, model: answer.model, answer: answer.answer,
        note: answer.note ?? "")
    }
    guard !items.isEmpty else { throw TextInputError.empty(path: path) }
  }
}
