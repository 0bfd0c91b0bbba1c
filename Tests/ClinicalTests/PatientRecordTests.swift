import Clinical
import Foundation
import Testing

@Suite("Patient records")
struct PatientRecordTests {
  private static let line =
    #"{"patient_id": "syn-1", "specialty": "cardiology", "note": "Na 140.", "doi": "10.1/x", "#
    + #""pairs": [{"task": "Summarization", "question": "Q?", "answer": "A.", "#
    + #""evidence": ["Na 140."], "answerable": true, "rater": {"id": 7}}]}"#

  @Test("are read with all that this program knows of them")
  func reads() throws {
    let record = try PatientRecord(line: Self.line + "\n")
    #expect(record.patientID == "syn-1")
    #expect(record.specialty == "cardiology")
    #expect(record.caseReport == nil)
    #expect(record.note == "Na 140.")
    let pair = try #require(record.pairs.first)
    #expect(pair.task == .summarization)
    #expect(pair.question == "Q?")
    #expect(pair.answer == "A.")
    #expect(pair.evidence == ["Na 140."])
    #expect(pair.isAnswerable == true)
  }

  @Test("keep what this program does not know, in its place")
  func keepsUnknownMembers() throws {
    var record = try PatientRecord(line: Self.line)
    #expect(record.line == Self.line)
    record.note = "K 4."
    record.pairs[0].answer = "B."
    let expected = Self.line.replacing("\"note\": \"Na 140.\"", with: "\"note\": \"K 4.\"")
      .replacing("\"A.\"", with: "\"B.\"")
    #expect(record.line == expected)
  }

  @Test("of data sets that number their patients keep the number")
  func keepsNumericID() throws {
    let record = try PatientRecord(line: #"{"patient_id": 17, "note": "N"}"#)
    #expect(record.patientID == "17")
    #expect(record.line == #"{"patient_id": 17, "note": "N"}"#)
  }

  @Test(
    "that are none are refused by line and member",
    arguments: [
      ("{\"patient_id\"", "line 3: not JSON: expected ':' at byte 13"),
      ("[1]", "line 3: expected a JSON object, found an array"),
      (#"{"note": "SECRET"}"#, "line 3: the member 'patient_id' is missing"),
      (
        #"{"patient_id": "a", "note": ["SECRET"]}"#,
        "line 3: 'note' has to be a string, but is an array"
      ),
      (
        #"{"patient_id": "a", "pairs": [{}, {"answer": 4}]}"#,
        "line 3: 'pairs[1].answer' has to be a string, but is a number"
      ),
    ])
  func refuses(line: String, text: String) {
    let error = #expect(throws: RecordError.self) { try PatientRecord(line: line, number: 3) }
    #expect(error?.description == text)
  }

  @Test("a record made here has the members of the format")
  func makes() {
    var record = PatientRecord(patientID: "p")
    record.note = "N"
    record.pairs = [QuestionPair(task: .paraphrasing, question: "Q", answer: "A")]
    let expected =
      #"{"patient_id": "p", "note": "N", "pairs": [{"task": "Paraphrasing", "question": "Q", "#
      + #""answer": "A"}]}"#
    #expect(record.line == expected)
  }

  @Test("the corpus passes through without a byte changed")
  func passesTheCorpusThrough() throws {
    let lines = try Corpus.lines()
    #expect(lines.count > 100)
    for (index, line) in lines.enumerated() {
      let record = try PatientRecord(line: String(line), number: index + 1)
      #expect(record.line == line, "line \(index + 1)")
      #expect(record.pairs.allSatisfy { $0.task != nil && $0.isAnswerable != nil })
      let note = try #require(record.note)
      #expect(NoteSection.split(note).map(\.text).joined() == note, "line \(index + 1)")
    }
  }
}
