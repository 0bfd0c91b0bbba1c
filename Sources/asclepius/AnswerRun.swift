internal import ArgumentParser
internal import Clinical
internal import Llama

/// A model's answers to a question set, many at a time.
struct AnswerRun {
  /// What the model is called in the rows.
  let label: String
  private let questions: [QuestionSet.Question]
  private let loaded: LoadedModel
  private let writer: PromptWriter
  private let parameters: GenerationParameters
  private let description: ModelDescription

  /// - Parameter label: Nil takes the model's own name.
  init(
    _ questions: QuestionSet, _ loaded: LoadedModel, label: String? = nil, templateName: String?,
    parameters: GenerationParameters
  ) throws {
    self.questions = questions.questions
    self.loaded = loaded
    self.parameters = parameters
    writer = try loaded.promptWriter(templateName: templateName)
    var description = loaded.description
    description.digest = try loaded.digest()
    self.description = description
    self.label = label ?? description.title
  }

  /// What an answer is made of, without its tokens.
  private func provenance(_ question: QuestionSet.Question) -> Provenance {
    Provenance(
      model: description, template: writer.template, noteDigest: contentDigest(of: question.note),
      parameters: parameters)
  }

  /// Whether a row is one of this run's answers.
  func isOwn(_ row: AnswerRow) -> Bool {
    questions.contains { row.answers($0, label, provenance($0)) }
  }

  /// Answers what is not answered yet, the questions on a note after each other.
  ///
  /// - Throws: `ExitCode` of an interruption where not all were answered.
  func answer(into file: RowFile<AnswerRow>) async throws {
    let tokenizer = loaded.model.tokenizer
    var requests: [(id: Int, request: EngineRequest)] = []
    for (number, question) in questions.enumerated()
    where file.isOpen(question, label, provenance(question)) {
      let prompt = writer.prompt(note: question.note, question: question.pair.question)
      var request = EngineRequest(prompt: prompt, tokenizer: tokenizer, parameters: parameters)
      // Batches share what they read in memory; nothing of it is kept on the disk.
      request.sharedTokenCount = nil
      requests.append((number, request))
    }
    let progress = ProgressLine("answers")
    defer { progress.clear() }
    var done = 0
    let asked = requests
    for await answer in loaded.engine.answers(to: asked) {
      done += 1
      let question = questions[answer.id]
      switch answer.result {
      case .success(let result) where result.stop == .cancelled:
        break
      case .success(let result):
        var provenance = provenance(question)
        provenance.tokens = result.tokens
        try file.add(AnswerRow(question, model: label, result: result, provenance: provenance))
      case .failure(let error):
        tell("\(question.patientID), question \(question.number): \(describe(error)); left out")
      }
      progress.show(Double(done) / Double(asked.count), "\(done) of \(asked.count)")
    }
    if done < asked.count { throw ExitCode(ExitStatus.interrupted) }
  }
}
