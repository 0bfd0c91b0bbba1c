internal import Clinical
internal import Foundation
internal import Llama

/// An answer of a model to a question of a set, as it stands in a file.
struct AnswerRow: Codable {
  var patient_id: String
  /// The question's place among those of the patient, from 1.
  var number: Int
  var question: String
  var task: String?
  var model: String
  var answer: String
  /// `end`, `limit`, `loop` or `cancelled`.
  var stop: String
  /// The answer of the data set; nil where it has none.
  var reference: String?
  /// Whether the note answers the question; nil where nobody said.
  var answerable: Bool?
  var provenance: Provenance?
  /// The note, so that a judge or a rater needs no other file.
  var note: String?

  init(
    _ question: QuestionSet.Question, model: String, result: EngineResult, provenance: Provenance?
  ) {
    patient_id = question.patientID
    number = question.number
    self.question = question.pair.question
    task = question.pair.task?.rawValue
    self.model = model
    answer = result.text.trimmingCharacters(in: .whitespacesAndNewlines)
    stop = result.stop.rawValue
    reference = question.pair.answer.isEmpty ? nil : question.pair.answer
    answerable = question.pair.isAnswerable
    self.provenance = provenance
    note = question.note
  }

  /// Whether this is the answer to a question by a model, whose provenance names no tokens.
  func answers(
    _ question: QuestionSet.Question, _ model: String, _ asked: @autoclosure () -> Provenance
  ) -> Bool {
    // What costs nothing first: the provenance takes the digest of a note.
    guard number == question.number, patient_id == question.patientID, self.model == model,
      self.question == question.pair.question
    else { return false }
    var made = provenance
    made?.tokens = []
    return made == asked()
  }
}

extension RowFile<AnswerRow> {
  /// Whether nobody answered the question yet with the same model, adapter, note, template and
  /// parameters.
  func isOpen(
    _ question: QuestionSet.Question, _ model: String, _ provenance: Provenance
  ) -> Bool {
    !rows.contains { $0.answers(question, model, provenance) }
  }

  /// Writes all rows in the order of model, patient and question, whole or not at all.
  ///
  /// - Returns: How many there are.
  func finish(keeping isKept: (AnswerRow) -> Bool = { _ in true }) throws -> Int {
    try finish(keeping: isKept) {
      ($0.model, $0.patient_id, $0.number) < ($1.model, $1.patient_id, $1.number)
    }
  }
}
