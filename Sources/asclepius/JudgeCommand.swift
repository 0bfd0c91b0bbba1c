internal import ArgumentParser
internal import Clinical
internal import Endpoints
internal import Evaluation
internal import Foundation

/// Has answers graded by judging models.
struct JudgeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "judge",
    abstract: "Scores of 1 to 4 for answers, by one judging model or a panel.",
    discussion: """
      ANSWERS are rows of `asclepius answers`, or any with patient_id, question, answer, model and \
      note. Judges see letters and no names: each answer alone, and all answers to a question \
      together in several orders. A reply that is not clearly a score stays as a score that is \
      missing, with what was said. A model in this process also tells the score that its \
      probabilities of "1" to "4" expect.

      Rows are kept in OUTPUT.part as they come; the same command goes on with them. `asclepius \
      agreement` reads the rows, and people's ratings beside them.
      """)

  @Argument(help: "Files of answers, JSON Lines.")
  var answers: [String]

  @Option(
    name: .long,
    help: """
      A model (a name from `model list`, or a GGUF file) or endpoint:URL, also with the model's \
      name behind it as endpoint:URL#NAME; give it again for a panel.
      """)
  var judge: [String] = ["default"]

  @Option(name: .long, help: "Where to write the rows.")
  var output: String

  @Option(name: .long, help: "Records with the notes, where the answers do not bring them.")
  var records: String?

  @Flag(inversion: .prefixedNo, help: "Show each answer by itself.")
  var alone = true

  @Option(name: .long, help: "Orders in which all answers to a question are shown; 0 for none.")
  var orders = 4

  @Option(name: .long, help: "How often everything is asked.")
  var repeats = 1

  @Flag(
    name: .long,
    help: """
      Also judge the data set's own answers, and those to other questions on the note: a judge that \
      does not tell them apart tells nothing.
      """)
  var controls = false

  @Option(name: .long, help: "Where orders and replies start; the same seed, the same orders.")
  var seed: UInt64 = 1

  @Option(name: .long, help: "Threads to compute on; as many as there are processors by default.")
  var threads: Int?

  @OptionGroup var endpointOptions: EndpointOptions

  func validate() throws {
    if output.isEmpty { throw ValidationError("--output names no file") }
    if !(0...100).contains(orders) {
      throw ValidationError("--orders is \(orders), but must be 0 to 100")
    }
    if !(1...100).contains(repeats) {
      throw ValidationError("--repeats is \(repeats), but must be 1 to 100")
    }
    if let threads, !(1...256).contains(threads) {
      throw ValidationError("--threads is \(threads), but must be 1 to 256")
    }
    if !alone, orders == 0 { throw ValidationError("--no-alone with --orders 0 judges nothing") }
    try endpointOptions.check(judge, option: "judge")
  }

  func run() async throws {
    let set = try JudgedAnswers(answers, records: records, withControls: controls)
    let plan = JudgePlan(
      showsAlone: alone, orderCount: orders, repeatCount: repeats, seed: seed,
      isRedacted: endpointOptions.redact)
    let file = RowFile<JudgementRow>(path: output, words: "scores")
    try file.open()
    for target in judge {
      let judge = try await JudgeCommand.judge(
        target, adapterPath: nil, endpointOptions, seed: seed, threads: threads)
      _ = try await JudgeRun(judge, plan).judge(set.answers, into: file)
    }
    let written = try file.finish(by: JudgementRow.areInOrder)
    let missing = file.rows.count { $0.score == nil }
    tell("\(written) scores, \(missing) of them missing; \(output)")
  }

  /// A judge, ready to grade.
  static func judge(
    _ target: String, adapterPath: String?, _ options: EndpointOptions, seed: UInt64, threads: Int?
  ) async throws -> Judge {
    if EndpointOptions.isEndpoint(target) {
      let settings = options.settings(for: target)
      let endpoint = try Endpoint(settings)
      let context = await endpoint.knownContextLength()
      return Judge(
        endpoint,
        description: ModelDescription(
          name: settings.model, quantization: "", contextLength: context ?? 0),
        options: options, seed: seed)
    }
    var model = try ModelOptions.parse([])
    model.model = target
    model.threads = threads
    let progress = ProgressLine("loading")
    defer { progress.clear() }
    return try model.load(adapterPath: adapterPath) { progress.show($0, "") }.judge()
  }
}

/// Answers ready to be judged: each with its note.
struct JudgedAnswers {
  /// What the data set's own answers are called among the models.
  static let reference = "(reference)"
  /// What the answers to other questions on the note are called.
  static let mismatched = "(mismatched)"

  let answers: [GivenAnswer]

  /// - Throws: `TextInputError`, also where no row is left.
  init(_ paths: [String], records: String?, withControls: Bool) throws {
    let notes = try records.map { path in
      Dictionary(
        try DatasetCommand.records(path).records.map { ($0.patientID, $0.note) },
        uniquingKeysWith: { first, _ in first }
      ).compactMapValues(\.self)
    }
    var answers = try GivenAnswer.read(paths, notes: notes ?? [:])
    let bare = answers.count { $0.note == nil }
    if bare > 0 {
      tell("\(bare) answers have no note and are left out; --records FILE brings the notes")
      answers.removeAll { $0.note == nil }
    }
    guard !answers.isEmpty else { throw TextInputError.empty(path: paths.joined(separator: ", ")) }
    let questions = Set(answers.map { [$0.key, $0.question] }).count
    if questions > Set(answers.map(\.key)).count {
      tell("some rows have the same patient and number but another question; are they of one set?")
    }
    self.answers = answers + (withControls ? Self.controls(answers) : [])
  }

  /// For each question with a reference, that answer, and as one that cannot be right the reference
  /// of the patient's next answerable question.
  static func controls(_ answers: [GivenAnswer]) -> [GivenAnswer] {
    let byKey = Dictionary(answers.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    let questions = byKey.values.filter { $0.reference != nil }
      .sorted { ($0.patientID, $0.number) < ($1.patientID, $1.number) }
    return Dictionary(grouping: questions, by: \.patientID).values.flatMap { own in
      own.enumerated().flatMap { index, question -> [GivenAnswer] in
        var right = question
        right.model = reference
        right.answer = question.reference ?? ""
        let others = own[(index + 1)...] + own[..<index]
        guard
          let other = others.first(where: {
            $0.isAnswerable != false && $0.reference != question.reference
          })
        else { return [right] }
        var wrong = question
        wrong.model = mismatched
        wrong.answer = other.reference ?? ""
        return [right, wrong]
      }
    }
  }
}
