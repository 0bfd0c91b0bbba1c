internal import ArgumentParser
internal import Clinical
internal import Foundation

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
    let file = RowFile<AnswerRow>(path: output, words: "answers")
    try file.open()
    for name in model {
      var options = try ModelOptions.parse([])
      options.model = name
      options.threads = threads
      let loaded = try options.load(adapter)
      let run = try AnswerRun(
        questions, loaded, templateName: template, parameters: generation.parameters)
      try await run.answer(into: file)
    }
    let written = try file.finish()
    tell("\(written) answers; \(output)")
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
    var counts: [String: Int] = [:]
    questions = PatientRecord.joined(records).flatMap { record -> [Question] in
      guard let note = record.note else { return [] }
      // A patient with several notes has a record for each.
      let before = counts[record.patientID, default: 0]
      counts[record.patientID] = before + record.pairs.count
      return record.pairs.enumerated().map { index, pair in
        Question(
          patientID: record.patientID, number: before + index + 1, note: note, pair: pair)
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
