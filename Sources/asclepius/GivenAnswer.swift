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
  static func read(_ paths: [String], notes: [String: String] = [:]) throws -> [GivenAnswer] {
    var answers: [GivenAnswer] = []
    var items: Set<String> = []
    for path in paths {
      let lines = try RecordLines(path: path)
      for row in lines.rows {
        do throws(RecordError) {
          var answer = try GivenAnswer(row)
          if answer.note == nil { answer.note = notes[answer.patientID] }
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
