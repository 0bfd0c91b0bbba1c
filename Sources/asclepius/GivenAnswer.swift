internal import Clinical

/// An answer of a file, made here or elsewhere, as a judge or a report takes it.
struct GivenAnswer: Hashable {
  var patientID: String
  /// The question's place among those of the patient, from 1.
  var number: Int
  var question: String
  var task: String?
  var model: String
  var answer: String
  var note: String?
  var reference: String?
  var isAnswerable: Bool?
  /// Why the answer ended; nil where the row does not say.
  var stop: String?

  /// What the raters of an answer call it.
  var item: String { "\(patientID)/\(number)/\(model)" }
  /// What the answers of all models to the question share.
  var key: String { "\(patientID)/\(number)" }

  /// - Throws: `RecordError` where the row lacks patient, question or answer.
  init(_ row: RecordLines.Row) throws(RecordError) {
    patientID = try row.name("patient_id")
    question = try row.string("question")
    answer = try row.string("answer")
    let object = row.object
    number = object["number"]?.integer ?? 1
    task = object["task"]?.string
    model = object["model"]?.string ?? "answer"
    note = object["note"]?.string
    reference = object["reference"]?.string
    isAnswerable = object["answerable"]?.bool
    stop = object["stop"]?.string
  }

  /// The answers of files; notes that rows do not bring come from `notes` by patient.
  ///
  /// Rows that lack something are named and left out, and so is a second answer of the same model to
  /// the same question.
  ///
  /// - Parameter needsNotes: Whether rows of patients without a note are left out too.
  static func read(
    _ paths: [String], notes: [String: String] = [:], needsNotes: Bool = false
  ) throws -> [GivenAnswer] {
    var answers: [GivenAnswer] = []
    var numbers: [String: [String: Int]] = [:]
    var items: Set<String> = []
    for path in paths {
      let lines = try RecordLines(path: path)
      for row in lines.rows {
        do throws(RecordError) {
          var answer = try GivenAnswer(row)
          if row.object["number"] == nil {
            // Counted by question, so that all models' answers to it stay together.
            let known = numbers[answer.patientID, default: [:]]
            answer.number = known[answer.question] ?? known.count + 1
            numbers[answer.patientID, default: [:]][answer.question] = answer.number
          }
          if answer.note == nil { answer.note = notes[answer.patientID] }
          if needsNotes, answer.note == nil {
            lines.leaveOut(
              "line \(row.line): there is no note of this patient; --records names them")
            continue
          }
          guard items.insert(answer.item).inserted else {
            lines.leaveOut("line \(row.line): there is an answer of this model to this question")
            continue
          }
          answers.append(answer)
        } catch {
          lines.leaveOut(error)
        }
      }
    }
    return answers
  }
}

extension RecordLines.Row {
  /// The member `key`, a name; one that is a number is taken as it is spelled.
  func name(_ key: String) throws(RecordError) -> String {
    if case .number(let spelling) = object[key] { return spelling }
    return try string(key)
  }
}
