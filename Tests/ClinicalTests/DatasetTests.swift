import Clinical
import Foundation
import Testing

/// The corpus that the project ships.
enum Corpus {
  static let file = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "samples/corpus/patients.jsonl")

  static func lines() throws -> [Substring] {
    try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
  }

  static func records() throws -> [PatientRecord] {
    try lines().enumerated().map { try PatientRecord(line: String($1), number: $0 + 1) }
  }
}

@Suite("Data sets")
struct DatasetTests {
  @Test("the corpus holds what an independent script counts (Recipes/corpus_statistics.py)")
  func countsTheCorpus() throws {
    let statistics = DatasetStatistics(try Corpus.records())
    #expect(statistics.recordCount == 168)
    #expect(statistics.patientCount == 168)
    #expect(statistics.pairCount == 1672)
    #expect(statistics.answerableCount == 1497)
    #expect(statistics.unanswerableCount == 175)
    #expect(statistics.quoteCount == 4000)
    #expect(statistics.strayQuoteCount == 0)
    #expect(statistics.repeatedQuestionCount == 0)
    #expect(statistics.repeatedNoteCount == 0)
    #expect(statistics.noteVocabularyCount == 6939)
    let lengths = [
      statistics.caseReports, statistics.notes, statistics.questions, statistics.answers,
    ]
    #expect(lengths.map(\.shortest) == [312, 229, 2, 1])
    #expect(lengths.map(\.median) == [432.5, 307, 10, 25])
    #expect(lengths.map(\.longest) == [650, 511, 25, 93])
    #expect(lengths.map(\.total) == [73778, 54466, 17302, 47848])
    #expect(
      statistics.taskCounts == [
        .abbreviationExpansion: 169, .coreferenceResolution: 169, .namedEntityRecognition: 186,
        .paraphrasing: 170, .questionAnswering: 435, .relationExtraction: 181,
        .summarization: 170, .temporalInformationExtraction: 192,
      ])
  }

  @Test("repeats and stray quotes are found")
  func findsFaults() throws {
    let lines = [
      #"{"patient_id": 1, "note": "Na 140.", "pairs": [{"question": "How  much Na?", "#
        + #""evidence": ["Na 141."]}]}"#,
      #"{"patient_id": 1, "note": "na 140.", "pairs": [{"question": "how much na?"}]}"#,
    ]
    let statistics = DatasetStatistics(try lines.map { try PatientRecord(line: $0) })
    #expect(statistics.patientCount == 1)
    #expect(statistics.repeatedQuestionCount == 1)
    #expect(statistics.repeatedNoteCount == 1)
    #expect(statistics.strayQuoteCount == 1)
    #expect(statistics.answerableCount == 0 && statistics.unanswerableCount == 0)
    #expect(statistics.taskCounts.isEmpty)
  }

  @Test("an empty data set has nothing in it")
  func countsNothing() {
    let statistics = DatasetStatistics([])
    #expect(statistics.pairCount == 0)
    #expect(statistics.notes.median == 0 && statistics.notes.longest == 0)
  }

  @Test("a record's pairs become rows with the published columns")
  func flattens() throws {
    let record = try PatientRecord(
      line: #"{"patient_id": 7, "specialty": "x", "note": "N", "pairs": "#
        + #"[{"task": "Paraphrasing", "question": "Q", "answer": "A", "answerable": true}, "#
        + #"{"question": "R", "answer": "B"}]}"#)
    #expect(
      record.flatRows.map { JSONValue.object($0).line } == [
        #"{"patient_id": 7, "note": "N", "question": "Q", "answer": "A", "task": "Paraphrasing"}"#,
        #"{"patient_id": 7, "note": "N", "question": "R", "answer": "B"}"#,
      ])
  }

  @Test("rows of the corpus come back the same from records, and the records from rows")
  func roundTrips() throws {
    let rows = try Corpus.records().flatMap(\.flatRows)
    let records = PatientRecord.joined(
      try rows.enumerated().map { try PatientRecord(flatRow: $1, number: $0 + 1) })
    #expect(rows.count == 1672)
    #expect(records.count == 168)
    #expect(records.flatMap(\.flatRows) == rows)
  }

  @Test("rows of one patient are joined although others stand between; another note is kept apart")
  func joins() throws {
    let rows = [("a", "N", "1"), ("b", "N", "2"), ("a", "N", "3"), ("a", "M", "4")].map {
      JSONObject([
        .init(name: "patient_id", value: .string($0)), .init(name: "note", value: .string($1)),
        .init(name: "question", value: .string($2)), .init(name: "answer", value: "A"),
      ])
    }
    let records = PatientRecord.joined(
      try rows.map { try PatientRecord(flatRow: $0, number: 1) })
    #expect(records.map(\.patientID) == ["a", "b", "a"])
    #expect(records.map { $0.pairs.map(\.question) } == [["1", "3"], ["2"], ["4"]])
  }

  @Test(
    "rows that are none are refused by line and column",
    arguments: [
      (#"{"patient_id": "a", "note": "N", "question": "Q"}"#, "the member 'answer' is missing"),
      (
        #"{"patient_id": "a", "note": ["SECRET"], "question": "Q", "answer": "A"}"#,
        "'note' has to be a string, but is an array"
      ),
      (
        #"{"patient_id": "a", "note": "N", "question": "Q", "answer": "A", "task": 4}"#,
        "'pairs[0].task' has to be a string, but is a number"
      ),
      (
        #"{"patient_id": true, "note": "N", "question": "Q", "answer": "A"}"#,
        "'patient_id' has to be a string, but is a truth value"
      ),
    ])
  func refuses(line: String, reason: String) throws {
    let row = try #require(try JSONValue(parsing: line.utf8).object)
    let error = #expect(throws: RecordError.self) { try PatientRecord(flatRow: row, number: 5) }
    #expect(error?.description == "line 5: \(reason)")
  }
}
