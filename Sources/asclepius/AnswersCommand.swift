internal import ArgumentParser
internal import Clinical
internal import Foundation
internal import Llama

/// Answers a set of questions with a model, many at a time.
struct AnswersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "answers",
    abstract: "Answer a set of questions with one or several models, each in its own template.",
    discussion: """
      A row for each question and model: patient_id, question, task, model, answer, stop, the \
      reference answer and whether the note answers it where the records say so, and provenance. \
      Rows are kept in OUTPUT.part as they come; the same command goes on with them, and OUTPUT \
      appears whole. `asclepius metrics` reads it.
      """)

  @Argument(help: "Patient records or rows with the published columns, JSON Lines.")
  var questions: String

  @Option(name: .long, help: "A model, by name or path; give it again for several.")
  var model: [String] = ["default"]

  @Option(name: .long, help: "Where to write the rows.")
  var output: String

  @Option(name: .long, help: "A prompt template: \(PromptTemplate.names); each model's by default.")
  var template: String?

  @Option(name: .long, help: "Threads to compute on; as many as there are processors by default.")
  var threads: Int?

  @OptionGroup var adapter: AdapterOptions
  @OptionGroup var generation: GenerationOptions

  func validate() throws {
    if output.isEmpty { throw ValidationError("--output names no file") }
    if let threads, !(1...256).contains(threads) {
      throw ValidationError("--threads is \(threads), but must be 1 to 256")
    }
  }

  func run() async throws {
    let questions = try QuestionSet(path: questions)
    let file = AnswerRows(path: output)
    try file.open()
    for name in model {
      var options = ModelOptions()
      options.model = name
      options.threads = threads
      let loaded = try options.load(adapter)
      try await answer(questions, with: loaded, into: file)
    }
    let written = try file.finish()
    tell("\(written) answers; \(output)")
  }

  /// Answers what is not answered yet, the questions on a note after each other.
  private func answer(
    _ questions: QuestionSet, with loaded: LoadedModel, into file: AnswerRows
  ) async throws {
    let writer = try loaded.promptWriter(templateName: template)
    let digest = try loaded.digest()
    var description = loaded.description
    description.digest = digest
    let label = description.title
    let tokenizer = loaded.model.tokenizer
    var requests: [(id: Int, request: EngineRequest)] = []
    var provenances: [Int: Provenance] = [:]
    for (number, question) in questions.questions.enumerated() {
      var provenance = Provenance(
        model: description, template: writer.template, noteDigest: contentDigest(of: question.note),
        parameters: generation.parameters)
      provenance.tokens = []
      guard file.isOpen(question, label, provenance) else { continue }
      let prompt = writer.prompt(note: question.note, question: question.pair.question)
      var request = EngineRequest(
        prompt: prompt, tokenizer: tokenizer, parameters: generation.parameters)
      // Batches share what they read in memory; nothing of it is kept on the disk.
      request.sharedTokenCount = nil
      requests.append((number, request))
      provenances[number] = provenance
    }
    let progress = ProgressLine("answers")
    defer { progress.clear() }
    var done = 0
    let engine = loaded.engine
    let asked = requests
    for await answer in engine.answers(to: asked) {
      done += 1
      let question = questions.questions[answer.id]
      switch answer.result {
      case .success(let result) where result.stop == .cancelled:
        break
      case .success(let result):
        var provenance = provenances[answer.id]
        provenance?.tokens = result.tokens
        try file.add(
          AnswerRow(question, model: label, result: result, provenance: provenance))
      case .failure(let error):
        tell("\(question.patientID), question \(question.number): \(describe(error)); left out")
      }
      progress.show(Double(done) / Double(asked.count), "\(done) of \(asked.count)")
    }
    if done < asked.count { throw ExitCode(ExitStatus.interrupted) }
  }
}

/// Questions with their notes.
struct QuestionSet {
  struct Question {
    var patientID: String
    /// Its place among the patient's questions, from 1.
    var number: Int
    var note: String
    var pair: QuestionPair
  }

  let questions: [Question]

  /// - Throws: `TextInputError`, and where there is no question.
  init(path: String) throws {
    let lines = try RecordLines(path: path)
    var records: [PatientRecord] = []
    for row in lines.rows {
      do throws(RecordError) {
        let isFlat = row.object["pairs"] == nil && row.object["question"] != nil
        records.append(
          isFlat
            ? try PatientRecord(flatRow: Self.withAnswer(row.object), number: row.line)
            : try PatientRecord(line: JSONValue.object(row.object).line, number: row.line))
      } catch {
        lines.leaveOut(error)
      }
    }
    questions = PatientRecord.joined(records).flatMap { record in
      record.pairs.enumerated().compactMap { index, pair in
        record.note.map {
          Question(patientID: record.patientID, number: index + 1, note: $0, pair: pair)
        }
      }
    }
    guard !questions.isEmpty else { throw TextInputError.empty(path: path) }
  }

  /// A row that asks need not bring an answer.
  private static func withAnswer(_ row: JSONObject) -> JSONObject {
    var row = row
    if row["answer"] == nil { row["answer"] = .string("") }
    return row
  }
}
