internal import ArgumentParser
internal import Clinical
internal import Foundation
internal import Store
internal import Synthesis

/// What every stage of a data set takes.
struct SynthesisOptions: ParsableArguments {
  @Option(name: .long, help: "The folder of the run; the same command goes on with what is there.")
  var output: String

  @Option(name: .long, help: "Where the random numbers start.")
  var seed: UInt64 = 0

  @Option(
    name: .long, help: "Work on part i of n alone, such as 0/8; `dataset merge` joins them.",
    transform: Shard.init(argument:))
  var shard = Shard.whole

  func validate() throws {
    if output.isEmpty { throw ValidationError("--output names no folder") }
  }
}

/// A part of the records: every n-th, beginning with the i-th.
struct Shard: Codable, Equatable {
  var index: Int
  var count: Int

  static let whole = Shard(index: 0, count: 1)

  init(index: Int, count: Int) {
    self.index = index
    self.count = count
  }

  init(argument: String) throws {
    let numbers = argument.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let index = numbers[0], let count = numbers[1], count >= 1,
      (0..<count).contains(index)
    else { throw ValidationError("--shard is '\(argument)', but has to be like 0/8") }
    self.init(index: index, count: count)
  }

  func part(of records: [PatientRecord]) -> [PatientRecord] {
    stride(from: index, to: records.count, by: count).map { records[$0] }
  }
}

/// The folder of a run: a journal of the teacher's replies and a file for each stage.
struct RunFolder {
  let url: URL

  /// - Throws: Where the folder cannot be made.
  init(path: String) throws {
    url = URL(filePath: path, directoryHint: .isDirectory)
    try FileManager.default.createDirectory(
      at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  /// Writes records to a file of the folder, whole or not at all.
  func write(_ records: [PatientRecord], to name: String) throws {
    try DatasetCommand.write(records.map(\.line), to: url.appending(path: name).path)
  }

  func journal(_ name: String, settings: some Encodable) throws -> RunJournal {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try RunJournal(
      path: url.appending(path: name).path,
      settings: String(decoding: try encoder.encode(settings), as: UTF8.self))
  }
}

/// All that a run's replies depend on; a journal of anything else is refused.
struct RunIdentity: Encodable {
  let settings: SynthesisSettings
  let shard: Shard
  let teacher: String
  let teacher_digest: String
  let prompts: [String]
  let input: String
  /// True where texts were redacted before they were sent; nil otherwise.
  let redacted: Bool?

  init(
    _ settings: SynthesisSettings, _ shard: Shard, _ teacher: Teacher, input: [PatientRecord],
    isRedacted: Bool
  ) {
    redacted = isRedacted ? true : nil
    self.settings = settings
    self.shard = shard
    self.teacher = teacher.description.name
    teacher_digest = teacher.description.digest
    prompts = [
      TeacherPrompt.note(report: ""),
      .question(task: .questionAnswering, examples: [], note: ""), .answer(question: "", note: ""),
    ].map(\.templateDigest)
    self.input = contentDigest(of: input.map(\.line).joined(separator: "\n"))
  }
}

/// Shows where a run stands, and takes ^C.
enum RunConsole {
  /// Shows progress on standard error and tells it to those who watch `job`.
  static func reporter(_ job: RunRecorder?) -> @Sendable (SynthesisProgress) -> Void {
    let lines = SynthesisStage.allCases.reduce(into: [:]) { $0[$1] = ProgressLine($1.rawValue) }
    return { progress in
      job?.update { status in
        status.stage = progress.stage.rawValue
        status.doneCount = progress.done
        status.totalCount = progress.total
      }
      let share = progress.total == 0 ? 1 : Double(progress.done) / Double(progress.total)
      let costs = job.map { ", " + words(on: $0.status) } ?? ""
      lines[progress.stage]?.show(share, "\(progress.done) of \(progress.total)\(costs)")
      if share >= 1 { lines[progress.stage]?.clear() }
    }
  }

  private static func words(on status: RunStatus) -> String {
    let words = String(
      format: "%d tokens written, %.0f a second", status.tokenCount, status.tokensPerSecond)
    return words + (status.cost.map { String(format: ", $%.2f", $0) } ?? "")
  }

  /// Does the work; ^C, or a wish from outside, stops it where it stands, which costs the replies
  /// that are being written.
  static func run<Result: Sendable>(
    _ job: RunRecorder, _ work: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    let task = Task { try await work() }
    let interrupt = Interrupt { task.cancel() }
    job.onStop { task.cancel() }
    defer { interrupt.end() }
    do {
      return try await task.value
    } catch is CancellationError {
      say("stopped; the same command goes on from here")
      throw ExitCode(ExitStatus.interrupted)
    }
  }

  static func say(_ words: String) {
    FileHandle.standardError.write(Data("asclepius: \(words)\n".utf8))
  }
}
