import Clinical
import Synthesis
import Testing

@Suite("Pairs made by rule")
struct AuxiliaryPairsTests {
  private func record(_ id: String, _ note: String, _ report: String = "") -> PatientRecord {
    var record = PatientRecord(patientID: id)
    record.note = note
    record.caseReport = report
    return record
  }

  private var records: [PatientRecord] {
    [
      record(
        "a", "Meds: apixaban 5 mg BD, ramipril 2.5 mg OD. GCS 14.\nPlan: clinic\nin six weeks.",
        "The Glasgow Coma Scale (GCS) was 14."),
      record("b", "Home on apixaban 2.5 mg BD and ramipril 5 mg OD. Well."),
      record("c", "Home on digoxin 125 mcg OD; earlier digoxin 250 mcg."),
      record("d", "Kept digoxin 62.5 mcg OD. No change."),
    ]
  }

  private func made(_ id: String, seed: UInt64 = 1) throws -> [QuestionPair] {
    let rules = AuxiliaryPairs(records, seed: seed)
    var counts = AuxiliaryPairs.Counts()
    let record = try #require(records.first { $0.patientID == id })
    let pairs = rules.adding(to: record, atMost: 100, counts: &counts).pairs
    #expect(counts.total == pairs.count)
    return pairs
  }

  @Test("look-ups quote the note, and evidence stands in it word for word")
  func lookups() throws {
    let answers = try made("a").filter { $0.isAnswerable == true }.map(\.answer)
    #expect(
      Set(answers) == [
        "Apixaban 5 mg BD.", "Ramipril 2.5 mg OD.", "GCS: glasgow coma scale.",
      ])
    let note = try #require(records[0].note)
    #expect(try made("a").flatMap(\.evidence).allSatisfy(note.contains))
  }

  @Test("what the note does not mention is refused, naming it; what it says twice is not asked")
  func refusals() throws {
    let refused = try made("a").filter { $0.isAnswerable == false }
    #expect(!refused.isEmpty)
    #expect(refused.allSatisfy { $0.answer.lowercased().contains("digoxin") })
    #expect(try made("c").allSatisfy { !$0.question.lowercased().contains("digoxin") })
  }

  @Test("the same seed makes the same pairs, and the limit holds")
  func seeds() throws {
    #expect(try made("a") == made("a"))
    var counts = AuxiliaryPairs.Counts()
    let one = AuxiliaryPairs(records, seed: 1).adding(to: records[0], atMost: 1, counts: &counts)
    #expect(one.pairs.count == 1)
  }
}
