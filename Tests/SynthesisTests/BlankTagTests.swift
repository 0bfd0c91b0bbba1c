import Clinical
import Synthesis
import Testing

@Suite("Blanks of MIMIC-IV")
struct BlankTagTests {
  @Test(
    "become the tag that the words around them speak for",
    arguments: [
      ("Name:  ___", "Name:  [Name]"), ("Unit No:   ___", "Unit No:   [Reg#]"),
      ("Admission Date:  ___", "Admission Date:  [DAY]"),
      ("Discharge Date:   ___", "Discharge Date:   [DAY]"),
      ("Date of Birth:  ___", "Date of Birth:  [DAY]"), ("Attending: ___.", "Attending: [DR]."),
      ("seen by Dr. ___ in clinic", "seen by Dr. [DR] in clinic"),
      ("Ms. ___ is well", "Ms. [Name] is well"), ("___ year old man", "[Age] year old man"),
      ("a ___-year-old", "a [Age]-year-old"), ("Telephone: ___", "Telephone: [CI]"),
      ("CT on ___ showed", "CT on [DAY] showed"),
      ("On ___, patient fell", "On [DAY], patient fell"), ("at ___ Hospital", "at [LOC] Hospital"),
      ("transferred from ___ for", "transferred from [LOC] for"),
      ("lives with daughter ___", "lives with daughter [Name]"), ("___, MD", "[DR], MD"),
      ("took ___ tablets", "took [#] tablets"), ("season ___", "season [#]"),
    ])
  func becomesTag(text: String, expected: String) {
    #expect(DeidentificationTags.replacingBlanks(in: text).text == expected)
  }

  @Test("are counted, and looked at line by line")
  func counts() {
    let result = DeidentificationTags.replacingBlanks(in: "Attending:\n___ ___\nMr. ___")
    #expect(result.text == "Attending:\n[#] [#]\nMr. [Name]")
    #expect(result.counts == ["blank": 2, "name": 1])
  }

  @Test("are three underscores and no more")
  func rules() {
    for text in ["", "__", "____", "a\n________________\nb", "___ _"] where text != "___ _" {
      #expect(DeidentificationTags.replacingBlanks(in: text).text == text)
    }
    #expect(DeidentificationTags.replacingBlanks(in: "___").text == "[#]")
    #expect(DeidentificationTags.replacingBlanks(in: "___-___").text == "[#]-[#]")
  }
}

@Suite("Tagged notes")
struct TaggedNotesTests {
  private func row(_ members: [(String, String)]) -> JSONObject {
    JSONObject(members.map { JSONObject.Member(name: $0.0, value: .string($0.1)) })
  }

  @Test("keep every column, number the notes of a patient, and count their marks")
  func records() {
    var notes = TaggedNotes()
    notes.add(
      row([("ROW_ID", "9"), ("SUBJECT_ID", "7"), ("TEXT", "By [**Hospital1 18**]")]), line: 2)
    notes.add(
      row([("ROW_ID", "10"), ("SUBJECT_ID", "7"), ("TEXT", "[**Shoe 4**] Mr. ___")]), line: 3)
    notes.add(row([("ROW_ID", "11"), ("SUBJECT_ID", "8"), ("TEXT", " ")]), line: 4)
    notes.add(row([("TEXT", "no id")]), line: 5)
    #expect(
      notes.records.map(\.line) == [
        #"{"patient_id": "7", "note": "By [LOC]", "ROW_ID": "9"}"#,
        #"{"patient_id": "7/2", "same_patient": "7", "note": "[#] Mr. [Name]", "ROW_ID": "10"}"#,
      ])
    #expect(notes.patientCount == 1)
    #expect(notes.counts == ["hospital": 1, "name": 1])
    #expect(notes.unknown == ["shoe": 1])
    #expect(notes.faults.map(\.line) == [4, 5])
  }

  @Test("of one patient go to one part")
  func split() throws {
    let records = (0..<20).flatMap { patient in
      (1...2).map { note in
        var record = PatientRecord(patientID: note == 1 ? "p\(patient)" : "p\(patient)/2")
        if note == 2 { record.object["same_patient"] = .string("p\(patient)") }
        record.note = "Unlike any other: \(patient) \(note)"
        return record
      }
    }
    var settings = PatientSplit.Settings()
    settings.validationShare = 0.4
    let split = try PatientSplit(records, settings)
    for part in PatientSplit.Part.allCases {
      let ids = Set((split.records[part] ?? []).map(\.patientID))
      for patient in 0..<20 {
        #expect(ids.contains("p\(patient)") == ids.contains("p\(patient)/2"))
      }
    }
    #expect(split.groups.count == 20)
  }
}
