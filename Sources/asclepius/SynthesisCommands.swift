internal import ArgumentParser
internal import Clinical
internal import Foundation
internal import Store
internal import Synthesis

/// Reads case reports or records, whichever a file holds.
struct ReportFile: ParsableArguments {
  @Argument(
    help: "Case reports as CSV, JSON or JSON Lines, or records of an earlier stage.")
  var data: String

  @Option(name: .long, help: "The column with the patient's id.")
  var idColumn: String?

  @Option(name: .long, help: "The column with the case report.")
  var reportColumn: String?

  /// The records; rows that are none are named on standard error.
  func records() throws -> [PatientRecord] {
    let bytes: Data
    do {
      bytes = try Data(contentsOf: URL(filePath: data))
    } catch {
      throw TextInputError.unreadable(path: data, reason: describe(error))
    }
    let reader = CaseReportReader(
      columns: .init(patientID: idColumn, caseReport: reportColumn))
    let result = reader.read(Array(bytes))
    for fault in result.faults { RunConsole.say("\(data): \(fault); left out") }
    guard !result.records.isEmpty else { throw NoCaseReports(path: data) }
    return result.records
  }
}

/// A file without a single case report.
struct NoCaseReports: Error, CustomStringConvertible {
  let path: String

  var description: String {
    "\(path): no case report in it. A table needs a header row; --report-column and --id-column "
      + "name the columns, if they are not called as those of PMC-Patients"
  }
}

/// Writes a note for each case report.
struct SynthesizeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synthesize", abstract: "Makes a discharge note of each case report.",
    discussion: """
      Writes notes.jsonl into the folder of the run. What a teacher could not do is \
      said in the record's "set_aside".
      """)

  @OptionGroup var file: ReportFile
  @OptionGroup var options: SynthesisOptions
  @OptionGroup var teacherOptions: TeacherOptions

  func run() async throws {
    try await Stage(file, options, teacherOptions, .synthesize, output: "notes.jsonl").run {
      try await $0.synthesize($1)
    }
  }
}

/// Compares notes with their case reports.
struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Compares each sentence of a note with its case report.",
    discussion: """
      By rules, without a model. Writes audited.jsonl; each record gets "audit" with \
      what is not supported and why, and "set_aside" where too little is.
      """)

  @OptionGroup var file: ReportFile
  @OptionGroup var options: SynthesisOptions
  @OptionGroup var settings: AuditOptions

  func run() throws {
    let folder = try RunFolder(path: options.output)
    let records = options.shard.part(of: try file.records())
    let audited = SynthesisRun.audit(
      records, smallestSupport: settings.minSupport, report: RunConsole.reporter(nil))
    try folder.write(audited, to: "audited.jsonl")
    print(AuditSummary(audited).text)
  }
}

/// Where a note is set aside.
struct AuditOptions: ParsableArguments {
  @Option(
    name: .long, help: "Set notes aside of which a smaller share of sentences is supported.")
  var minSupport = SynthesisSettings().smallestSupport

  func validate() throws {
    if !(0...1).contains(minSupport) {
      throw ValidationError("--min-support is \(minSupport), but must be 0 to 1")
    }
  }
}

/// Writes questions on each note.
struct InstructCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "instruct", abstract: "Writes questions on each note, in the eight tasks.",
    discussion: """
      Writes questions.jsonl. Three of a task's five seed questions and up to two \
      earlier ones are shown as examples; near-duplicates are refused.
      """)

  @OptionGroup var file: ReportFile
  @OptionGroup var options: SynthesisOptions
  @OptionGroup var teacherOptions: TeacherOptions
  @OptionGroup var questions: QuestionOptions

  func run() async throws {
    var stage = try Stage(
      file, options, teacherOptions, .instruct, output: "questions.jsonl")
    stage.settings.questionsPerNote = questions.questions
    try await stage.run { try await $0.instruct($1) }
  }
}

/// How many questions.
struct QuestionOptions: ParsableArguments {
  @Option(name: .long, help: "Questions on each note.")
  var questions = SynthesisSettings().questionsPerNote

  func validate() throws {
    if !(1...100).contains(questions) {
      throw ValidationError("--questions is \(questions), but must be 1 to 100")
    }
  }
}

/// Answers the questions of a data set.
struct AnswerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "answer", abstract: "Answers each question that has no answer yet.",
    discussion: "Writes answers.jsonl.")

  @OptionGroup var file: ReportFile
  @OptionGroup var options: SynthesisOptions
  @OptionGroup var teacherOptions: TeacherOptions

  func run() async throws {
    try await Stage(file, options, teacherOptions, .answer, output: "answers.jsonl").run {
      try await $0.answer($1)
    }
  }
}

/// Drops rows that break a rule.
struct FilterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "filter",
    abstract: "Drops rows in which a model speaks of itself or asks back.",
    discussion: """
      Writes dataset.jsonl, without the records that were set aside, and prints how \
      many rows each rule dropped.
      """)

  @OptionGroup var file: ReportFile
  @OptionGroup var options: SynthesisOptions

  func run() throws {
    let folder = try RunFolder(path: options.output)
    let result = FilterResult(options.shard.part(of: try file.records()))
    try folder.write(result.records, to: "dataset.jsonl")
    print(result.text)
  }
}

/// A stage that asks a teacher.
struct Stage {
  var settings = SynthesisSettings()
  private let records: [PatientRecord]
  private let options: SynthesisOptions
  private let teacherOptions: TeacherOptions
  private let stage: SynthesisStage
  private let output: String

  init(
    _ file: ReportFile, _ options: SynthesisOptions, _ teacherOptions: TeacherOptions,
    _ stage: SynthesisStage, output: String
  ) throws {
    records = options.shard.part(of: try file.records())
    settings.seed = options.seed
    self.options = options
    self.stage = stage
    self.output = output
    self.teacherOptions = teacherOptions
  }

  func run(
    _ work: @escaping @Sendable (SynthesisRun, [PatientRecord]) async throws -> [PatientRecord]
  ) async throws {
    let folder = try RunFolder(path: options.output)
    let job = try RunRecorder.begin(in: folder.url)
    let done = try await job.record {
      let teacher = try await teacherOptions.load(for: job)
      let journal = try folder.journal(
        "\(stage.rawValue).journal",
        settings: RunIdentity(
          settings, options.shard, teacher, input: records,
          isRedacted: teacherOptions.endpointOptions.redact))
      job.takeUp(journal)
      let run = SynthesisRun(
        settings: settings, teacher: teacher, journal: journal, report: RunConsole.reporter(job))
      let done = try await RunConsole.run(job) { [records] in try await work(run, records) }
      try folder.write(done, to: output)
      return done
    }
    let aside = done.count { $0.isSetAside }
    print(
      "\(stage.rawValue): \(done.count) records, \(aside) of them set aside, "
        + "\(done.reduce(0) { $0 + $1.pairs.count }) questions; \(options.output)/\(output)")
  }
}

/// What the audit of a whole set found.
struct AuditSummary {
  let text: String

  init(_ records: [PatientRecord]) {
    func number(_ record: PatientRecord, _ key: String) -> Int {
      record.object["audit"]?.object?[key]?.integer ?? 0
    }
    let sentences = records.reduce(0) { $0 + number($1, "sentences") }
    let supported = records.reduce(0) { $0 + number($1, "supported") }
    let notes = records.count { $0.object["audit"] != nil }
    let share = sentences == 0 ? 1 : Double(supported) / Double(sentences)
    let aside = records.count { $0.isSetAside }
    text =
      "audit: \(notes) notes, \(supported) of \(sentences) sentences supported by their case "
      + "report (\(Int((100 * share).rounded())) %), \(aside) records set aside"
  }
}

/// A filtered set with the counts of each rule.
struct FilterResult {
  let records: [PatientRecord]
  let counts: [RowFilter: Int]
  private let asideCount: Int

  init(_ all: [PatientRecord]) {
    let open = all.filter { !$0.isSetAside }
    let results = open.map(RowFilter.filtered)
    records = results.map(\.record).filter { !$0.pairs.isEmpty }
    counts = results.reduce(into: [:]) { $0.merge($1.counts, uniquingKeysWith: +) }
    asideCount = all.count - open.count
  }

  var text: String {
    let rules = RowFilter.allCases.map { "\($0.rawValue) \(counts[$0] ?? 0)" }
    return "filter: \(records.count) patients, \(records.reduce(0) { $0 + $1.pairs.count }) rows "
      + "kept; dropped: \(rules.joined(separator: ", ")); \(asideCount) records had been set aside"
  }
}
