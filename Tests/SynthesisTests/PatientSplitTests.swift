import Clinical
import Synthesis
import Testing

@Suite("Cutting a data set by patient")
struct PatientSplitTests {
  /// `count` patients whose notes share no run of five words.
  private func patients(_ count: Int) -> [PatientRecord] {
    (0..<count).map { number in
      var record = PatientRecord(patientID: "p\(number)")
      record.note = (0..<30).map { "w\(number)x\($0)" }.joined(separator: " ")
      return record
    }
  }

  private func settings(_ validation: Double, _ test: Double = 0, seed: UInt64 = 3)
    -> PatientSplit.Settings
  {
    var settings = PatientSplit.Settings()
    settings.validationShare = validation
    settings.testShare = test
    settings.seed = seed
    return settings
  }

  private func ids(_ split: PatientSplit, _ part: PatientSplit.Part) -> Set<String> {
    Set(split.records[part, default: []].map(\.patientID))
  }

  @Test("a group far larger than the share is not held out")
  func largeGroups() throws {
    var all = patients(20)
    let note = all[0].note
    for number in 0..<10 { all[number].note = note }
    for seed in 0..<20 as Range<UInt64> {
      #expect(ids(try PatientSplit(all, settings(0.15, seed: seed)), .validation).count == 3)
    }
  }

  @Test("each patient is in one part, the shares are met, the order of the file changes nothing")
  func shares() throws {
    let all = patients(40)
    let split = try PatientSplit(all, settings(0.15, 0.1))
    #expect(PatientSplit.Part.allCases.map { ids(split, $0).count } == [30, 6, 4])
    #expect(Set(PatientSplit.Part.allCases.flatMap { ids(split, $0) }).count == 40)
    let turned = try PatientSplit(all.reversed(), settings(0.15, 0.1))
    #expect(ids(turned, .validation) == ids(split, .validation))
    let other = try PatientSplit(all, settings(0.15, 0.1, seed: 4))
    #expect(ids(other, .validation) != ids(split, .validation))
  }

  @Test("records of a patient, and patients with shared wording, stay together")
  func together() throws {
    var all = patients(20)
    all.append(all[3])
    // 10 of the 30 words in a row: 6 of 26 runs of five.
    let start = try #require(all[5].note).split(separator: " ").prefix(10).joined(separator: " ")
    all[9].note = start + " " + (0..<20).map { "z\($0)" }.joined(separator: " ")
    for seed in 0..<20 as Range<UInt64> {
      let split = try PatientSplit(all, settings(0.3, seed: seed))
      #expect(split.groups == [["p5", "p9"]])
      for part in PatientSplit.Part.allCases {
        #expect(ids(split, part).contains("p5") == ids(split, part).contains("p9"))
        #expect(split.records[part, default: []].count { $0.patientID == "p3" } != 1)
      }
    }
  }

  @Test("what resembles a record for training alone is never held out")
  func trainingOnly() throws {
    let all = patients(10)
    var further = PatientRecord(patientID: "q")
    further.note = all[2].note
    for seed in 0..<20 as Range<UInt64> {
      let split = try PatientSplit(all, trainingOnly: [further], settings(0.5, seed: seed))
      #expect(ids(split, .train).isSuperset(of: ["q", "p2"]))
    }
  }

  @Test("shares that leave nothing are refused, and so is a part without a patient")
  func refuses() {
    #expect(throws: SplitError.badShares(validation: 0.6, test: 0.4)) {
      try PatientSplit(patients(5), settings(0.6, 0.4))
    }
    #expect(throws: SplitError.emptyPart(.validation)) {
      try PatientSplit(patients(2), settings(0.1))
    }
  }
}
