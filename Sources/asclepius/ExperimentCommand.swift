internal import ArgumentParser
internal import Clinical
internal import Foundation
internal import Llama
internal import Tokenization

/// Runs what is missing of an experiment.
struct ExperimentCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "experiment",
    abstract:
      "Runs what a folder's plan.toml asks for and is not there yet: answers, scores, losses.",
    discussion: """
      The plan names question sets, models (with adapter, template and what they are quantised \
      from), answers made elsewhere, judges, comparisons, corpora and people's ratings:

      title = "Base and tuned"
      [[questions]]
      name = "validation"
      file = "validation.jsonl"
      [[models]]
      name = "base"
      model = "default"
      [[models]]
      name = "tuned"
      model = "default"
      adapter = "adapter.gguf"
      [[judges]]
      name = "judge"
      judge = "default"
      [[comparisons]]
      title = "Tuning"
      models = ["base", "tuned"]
      [[corpora]]
      name = "notes"
      file = "validation.jsonl"

      Stopped at any moment, the same command goes on. `asclepius report` makes tables and plots of \
      what is there.
      """)

  @Argument(help: "The folder with plan.toml.")
  var folder: String

  @Option(name: .long, help: "Threads to compute on; as many as there are processors by default.")
  var threads: Int?

  @OptionGroup var endpointOptions: EndpointOptions

  func validate() throws {
    if let threads, !(1...256).contains(threads) {
      throw ValidationError("--threads is \(threads), but must be 1 to 256")
    }
  }

  func run() async throws {
    let plan = try ExperimentPlan(folder: folder)
    let place = ExperimentFolder(path: folder)
    // Wrong options show before hours of answering.
    if plan.judges.contains(where: { EndpointOptions.isEndpoint($0.judge) }) {
      try endpointOptions.check(plan.judges.map(\.judge), option: "judge")
    }
    for model in plan.models { try await run(model, plan, place) }
    for judge in plan.judges { try await run(judge, plan, place) }
    tell("\(folder): all is there; asclepius report \(folder) --output DIR")
  }

  // MARK: Models

  private func run(
    _ model: ExperimentPlan.Model, _ plan: ExperimentPlan, _ place: ExperimentFolder
  ) async throws {
    var options = try ModelOptions.parse([])
    options.model = place.weights(model.model)
    options.threads = threads
    var adapter = AdapterOptions()
    adapter.adapter = model.adapter.map(place.weights)
    tell("\(model.name)")
    let loaded = try options.load(adapter)
    var parameters = GenerationParameters(maximumTokenCount: plan.maxTokens)
    parameters.seed = plan.seed
    for questions in plan.questions {
      let path = place.answers(questions, model)
      try ExperimentFolder.makeFolder(of: path)
      let file = RowFile<AnswerRow>(path: path, words: "answers")
      try file.open(.finished)
      let run = try AnswerRun(
        QuestionSet(path: place.file(questions.file)), loaded, label: model.name,
        templateName: model.template, parameters: parameters)
      try await run.answer(into: file)
      let count = try file.finish(keeping: run.isOwn)
      tell("  \(questions.name): \(count) answers")
    }
    if !plan.corpora.isEmpty { try await measure(model, loaded, plan, place) }
  }

  private func measure(
    _ model: ExperimentPlan.Model, _ loaded: LoadedModel, _ plan: ExperimentPlan,
    _ place: ExperimentFolder
  ) async throws {
    let file = RowFile<PerplexityRow>(path: place.perplexity, words: "losses")
    try file.open(.finished)
    let digest = try loaded.digest()
    for corpus in plan.corpora {
      let text = try CorpusText(path: place.file(corpus.file), field: corpus.field).text
      let digests = [
        digest, loaded.adapter?.digest ?? "", contentDigest(of: text),
      ]
      let isThere = file.rows.contains {
        $0.model == model.name && $0.corpus == corpus.name && $0.context == corpus.context
          && $0.digests == digests
      }
      if isThere { continue }
      let tokens = loaded.model.tokenizer.encode(
        text, addingSpecialTokens: true, readingSpecialTokens: false)
      let progress = ProgressLine("perplexity")
      let found = try await loaded.engine.perplexity(tokens, contextLength: corpus.context) {
        done, total, value in
        progress.show(Double(done) / Double(total), String(format: "%.3f", value))
      }
      progress.clear()
      try file.add(
        PerplexityRow(
          model: model.name, corpus: corpus.name, context: corpus.context,
          tokens: found.tokenCount / max(1, found.windowCount), losses: found.windowLosses,
          digests: digests))
      tell("  \(corpus.name): " + String(format: "perplexity %.3f", found.value))
    }
    let isOld = { (row: PerplexityRow, later: ArraySlice<PerplexityRow>) in
      later.contains { $0.model == row.model && $0.corpus == row.corpus }
    }
    let rows = file.rows
    let kept = rows.indices.filter { !isOld(rows[$0], rows[($0 + 1)...]) }.map { rows[$0] }
    _ = try file.finish(keeping: { kept.contains($0) }) {
      ($0.model, $0.corpus) < ($1.model, $1.corpus)
    }
  }

  // MARK: Judges

  private func run(
    _ entry: ExperimentPlan.JudgeEntry, _ plan: ExperimentPlan, _ place: ExperimentFolder
  ) async throws {
    tell("\(entry.name)")
    let judge = try await JudgeCommand.judge(
      EndpointOptions.isEndpoint(entry.judge) ? entry.judge : place.weights(entry.judge),
      adapterPath: entry.adapter.map(place.weights), endpointOptions, seed: plan.seed,
      threads: threads)
    let judgePlan = JudgePlan(
      showsAlone: entry.alone, orderCount: entry.orders, repeatCount: entry.repeats,
      seed: plan.seed, isRedacted: endpointOptions.redact)
    for questions in plan.questions {
      var answers = try place.allAnswers(questions, plan).filter { $0.note != nil }
      if entry.controls { answers += JudgedAnswers.controls(answers) }
      let keys = Set(answers.map(\.key)).sorted()
      let judged = Set(keys.enumerated().filter { $0.offset % entry.every == 0 }.map(\.element))
      answers.removeAll { !judged.contains($0.key) }
      let path = place.judgements(questions, entry)
      try ExperimentFolder.makeFolder(of: path)
      let file = RowFile<JudgementRow>(path: path, words: "scores")
      try file.open(.finished)
      let wanted = try await JudgeRun(judge, judgePlan, name: entry.name).judge(answers, into: file)
      let count = try file.finish(keeping: { wanted.contains(JudgementKey($0)) }) {
        JudgementRow.areInOrder($0, $1)
      }
      tell("  \(questions.name): \(count) scores")
    }
  }
}

/// The texts of a corpus, one after another: records by one of their members, or a text file.
struct CorpusText {
  let text: String

  /// - Throws: `TextInputError`.
  init(path: String, field: String) throws {
    guard path.hasSuffix(".jsonl") else {
      text = try TextInput.read(path)
      return
    }
    let texts = try RecordLines(path: path).rows.compactMap { $0.object[field]?.string }
    guard !texts.isEmpty else { throw TextInputError.empty(path: path) }
    text = texts.joined(separator: "\n\n")
  }
}
