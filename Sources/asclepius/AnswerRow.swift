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
  }
}

/// The rows of a run: a file that grows while it runs, and one that appears when it is complete.
final class AnswerRows {
  private let path: String
  private var rows: [AnswerRow] = []
  private var file: FileHandle?

  private var partPath: String { path + ".part" }

  init(path: String) {
    self.path = path
  }

  /// Opens the growing file, with the rows of a stopped run; a line that broke off is cut away.
  func open() throws {
    if !FileManager.default.fileExists(atPath: partPath) {
      try Data().write(to: URL(filePath: partPath))
    }
    let file = try FileHandle(forUpdating: URL(filePath: partPath))
    let bytes = try file.readToEnd() ?? Data()
    let whole = bytes.lastIndex(of: UInt8(ascii: "\n")).map { bytes[...$0] } ?? bytes[..<0]
    let decoder = JSONDecoder()
    for line in whole.split(separator: UInt8(ascii: "\n")) {
      if let row = try? decoder.decode(AnswerRow.self, from: line) { rows.append(row) }
    }
    try file.truncate(atOffset: UInt64(whole.count))
    try file.seekToEnd()
    if !rows.isEmpty { tell("goes on behind \(rows.count) answers of \(partPath)") }
    self.file = file
  }

  /// Whether nobody answered the question yet with the same model, adapter, note, template and
  /// parameters.
  func isOpen(
    _ question: QuestionSet.Question, _ model: String, _ provenance: Provenance
  ) -> Bool {
    !rows.contains { row in
      var made = row.provenance
      made?.tokens = []
      return row.patient_id == question.patientID && row.number == question.number
        && row.question == question.pair.question && row.model == model && made == provenance
    }
  }

  /// Adds a row; it is on the disk when this returns.
  func add(_ row: AnswerRow) throws {
    try file?.write(contentsOf: JSONOutput.line(row))
    rows.append(row)
  }

  /// Writes all rows in the order of model, patient and question, whole or not at all.
  ///
  /// - Returns: How many there are.
  func finish() throws -> Int {
    let sorted = rows.sorted {
      ($0.model, $0.patient_id, $0.number) < ($1.model, $1.patient_id, $1.number)
    }
    let text = try sorted.map { try JSONOutput.line($0) }.reduce(Data(), +)
    try text.write(to: URL(filePath: path), options: .atomic)
    try file?.close()
    try FileManager.default.removeItem(atPath: partPath)
    return sorted.count
  }
}
