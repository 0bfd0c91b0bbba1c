internal import ArgumentParser
internal import Clinical
internal import Foundation
internal import Store
internal import Synthesis

extension DatasetCommand {
  /// The whole chain.
  struct Build: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a data set of case reports: notes, audit, questions, answers, filter.",
      discussion: """
        Writes notes.jsonl, audited.jsonl, questions.jsonl, answers.jsonl and dataset.jsonl into \
        the folder of the run. Each reply of the teacher is on the disk before it counts: stopped \
        at any moment, the same command goes on and makes the same set.
        """)

    @OptionGroup var file: ReportFile
    @OptionGroup var options: SynthesisOptions
    @OptionGroup var teacherOptions: TeacherOptions
    @OptionGroup var questions: QuestionOptions
    @OptionGroup var audit: AuditOptions

    func run() async throws {
      let records = options.shard.part(of: try file.records())
      let folder = try RunFolder(path: options.output)
      let job = try RunRecorder.begin(in: folder.url)
      try await job.record { try await build(records, in: folder, job) }
    }

    private func build(
      _ records: [PatientRecord], in folder: RunFolder, _ job: RunRecorder
    ) async throws {
      let teacher = try await teacherOptions.load(for: job)
      var settings = SynthesisSettings()
      settings.seed = options.seed
      settings.questionsPerNote = questions.questions
      settings.smallestSupport = audit.minSupport
      let journal = try folder.journal(
        "build.journal",
        settings: RunIdentity(
          settings, options.shard, teacher, input: records,
          isRedacted: teacherOptions.endpointOptions.redact))
      job.takeUp(journal)
      let report = RunConsole.reporter(job)
      let run = SynthesisRun(
        settings: settings, teacher: teacher, journal: journal, report: report)
      let notes = try await RunConsole.run(job) { try await run.synthesize(records) }
      try folder.write(notes, to: "notes.jsonl")
      let audited = SynthesisRun.audit(
        notes, smallestSupport: settings.smallestSupport, report: report)
      try folder.write(audited, to: "audited.jsonl")
      print(AuditSummary(audited).text)
      let asked = try await RunConsole.run(job) { try await run.instruct(audited) }
      try folder.write(asked, to: "questions.jsonl")
      let answered = try await RunConsole.run(job) { try await run.answer(asked) }
      try folder.write(answered, to: "answers.jsonl")
      let result = FilterResult(answered)
      try folder.write(result.records, to: "dataset.jsonl")
      print(result.text)
    }
  }

  /// Joins the parts of a run.
  struct Merge: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Joins records of several files, such as the shards of a run.",
      discussion: "A patient that stands in two files is an error; nothing is written then.")

    @Argument(help: "Records, JSON Lines.")
    var files: [String]

    @Option(name: .long, help: "Where to write the records; without it, standard output.")
    var output: String?

    func run() throws {
      var places: [String: String] = [:]
      var lines: [String] = []
      for file in files {
        let (records, left) = try DatasetCommand.records(file)
        if left > 0 { throw ExitCode(ExitStatus.failure) }
        for record in records {
          if let first = places[record.patientID] {
            throw DoublePatient(id: record.patientID, first: first, second: file)
          }
          places[record.patientID] = file
          lines.append(record.line)
        }
      }
      try DatasetCommand.write(lines, to: output)
    }
  }

  struct DoublePatient: Error, CustomStringConvertible {
    let id: String
    let first: String
    let second: String

    var description: String {
      "patient \(id) is in \(first) and in \(second); nothing was written. The parts of one run "
        + "have no patient in common"
    }
  }
}
