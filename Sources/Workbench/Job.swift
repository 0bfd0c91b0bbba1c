import Clinical

/// Something that runs in the background, has run or waits, as the page of jobs lists it.
struct Job: Equatable, Sendable {
  /// What it is, whatever joins the list meanwhile.
  enum ID: Hashable, Sendable {
    case model
    /// An exchange of the session.
    case answer(Int)
    /// A run in another process, by its folder.
    case run(folder: String)
  }

  var id: ID
  /// What is done.
  var title: String
  /// By which model.
  var model: String
  /// One word in capitals.
  var state: String
  /// How much is done of how much.
  var done = ""
  /// Tokens a second.
  var rate = ""
  /// Time that is still needed at most, or that was needed.
  var time = ""
  /// True where it failed.
  var isProblem = false
  /// What has to be known about it, in paragraphs.
  var details: [String] = []
  /// The losses of a training run.
  var losses: LossHistory?

  /// The exchange that it answers; nil for others.
  var exchange: Int? {
    if case .answer(let exchange) = id { return exchange }
    return nil
  }
}

extension WorkbenchState {
  /// The model, then every answer of the session, then the runs in other processes.
  var jobs: [Job] {
    [modelJob] + transcript.entries.indices.map(answerJob) + runs.map(Job.init)
  }

  /// The row that is chosen in Jobs.
  var chosenJob: Job? {
    let all = jobs
    return all[chosenJobIndex(among: all)]
  }

  /// The run that is chosen in Jobs; nil where the row is none.
  var chosenRun: ObservedRun? {
    guard case .run(let folder) = chosenJob?.id else { return nil }
    return runs.first { $0.folder == folder }
  }

  /// The row that is chosen among `all`: the last one where none is, or where it is gone.
  func chosenJobIndex(among all: [Job]) -> Int {
    places.job.flatMap { id in all.firstIndex { $0.id == id } } ?? all.count - 1
  }

  private var modelJob: Job {
    var job = Job(id: .model, title: "Load the model", model: "-", state: "")
    switch model {
    case .starting:
      job.state = "RUN"
    case .missing(let offer):
      job.state = "WAIT"
      job.details = ["\(offer.name) is not here. :download fetches it."]
    case .downloading(let done, let total):
      job.title = "Fetch the model"
      job.state = "RUN"
      job.done = "\(megabytes(done)) of \(megabytes(total))"
    case .loading(let done, let total):
      job.state = "RUN"
      job.done = "\(percent(done, of: total))%"
    case .failed(let reason):
      job.state = "FAILED"
      job.isProblem = true
      job.details = [reason, ":model tries again."]
    case .ready(let description):
      job.state = "DONE"
      job.model = Self.shortName(description)
      job.details = ["It can hold \(grouped(description.contextLength)) tokens."]
    }
    return job
  }

  private func answerJob(_ index: Int) -> Job {
    let entry = transcript.entries[index]
    var job = Job(
      id: .answer(index),
      title: entry.question.split(whereSeparator: \.isNewline).joined(separator: " "),
      model: entry.model.map(Self.shortName) ?? "-", state: "DONE")
    job.details = ["\(entry.noteName): \(job.title)"]
    switch entry.status {
    case .waiting, .writing:
      describeRunning(&job, exchange: index, limit: entry.parameters.maximumTokenCount)
    case .complete: break
    case .stopped: job.state = "STOPPED"
    case .limit: job.state = "LIMIT"
    case .loop: job.state = "LOOP"
    case .failed:
      job.state = "FAILED"
      job.isProblem = true
    }
    if let label = entry.status.label { job.details.append(label) }
    if let summary = entry.summary { describe(summary, in: &job) }
    return job
  }

  /// - Parameter exchange: The exchange of the job. Asked of the job itself, which is being changed here,
  ///   it makes the optimizer of Swift 6.3.1 fail.
  private func describeRunning(_ job: inout Job, exchange: Int, limit: Int) {
    guard let active = generation, active.entry == exchange else { return }
    job.state = "RUN"
    if active.decodingSince == nil {
      job.done = "read \(active.prefill.done)/\(active.prefill.total)"
      return
    }
    job.done = "\(entry(of: active).tokens.count)/\(limit)"
    guard active.shownRate > 0 else { return }
    job.rate = oneDecimal(active.shownRate)
    let left = Double(limit - entry(of: active).tokens.count) / active.shownRate
    job.time = "<" + minutesAndSeconds(left)
  }

  private func entry(of active: ActiveGeneration) -> TranscriptEntry {
    transcript.entries[active.entry]
  }

  private func describe(_ summary: GenerationSummary, in job: inout Job) {
    job.done = "\(summary.tokens.count)"
    if summary.decodeSeconds > 0 {
      job.rate = oneDecimal(Double(summary.tokens.count) / summary.decodeSeconds)
    }
    job.time = minutesAndSeconds(summary.prefillSeconds + summary.decodeSeconds)
    job.details.append(
      "read \(grouped(summary.promptTokenCount)) tokens, \(grouped(summary.reusedTokenCount)) of"
        + " them known already, in \(oneDecimal(summary.prefillSeconds)) s; wrote"
        + " \(grouped(summary.tokens.count)) in \(oneDecimal(summary.decodeSeconds)) s")
  }

  private static func shortName(_ description: ModelDescription) -> String {
    description.quantization.isEmpty
      ? description.name : "\(description.name) \(description.quantization)"
  }
}
