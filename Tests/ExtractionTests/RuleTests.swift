import Clinical
import Extraction
import Foundation
import Grounding
import Testing

/// What rules read in a note, held to what a person reads in it.
@Suite struct RuleTests {
  static let note = """
    DISCHARGE SUMMARY
    Dx: acute on chronic HFrEF, AKI (resolved). No pneumonia.
    PMH: T2DM, hypothyroidism
    Allergies: penicillin (rash)

    COURSE
    IV furosemide 80 mg for 3 days. Na 131 -> 136, K 4.3, ferritin 48 ug/L, CRP <5.

    DISCHARGE MEDS
    - metoprolol succinate 50 -> 25 mg PO daily
    - bumetanide 2 mg OM (new)
    - icosapent 2 g BID
    STOPPED: lisinopril 10 mg, ibuprofen

    FOLLOW-UP
    1. HF clinic in 10 days
    2. repeat U&E
    """

  private func records(_ schema: BuiltInSchema) -> [[String?]] {
    let document = ExtractedDocument(schema, rulesOn: Self.note)
    return (document.records ?? []).map { $0.members.map(\.value.string) }
  }

  @Test("medicines come with dose, route, frequency and status")
  func medicines() {
    let found = records(.medications)
    #expect(found.contains(["metoprolol succinate", "25 mg", "PO", "daily", "listed"]))
    #expect(found.contains(["bumetanide", "2 mg", nil, "OM", "started"]))
    #expect(found.contains(["icosapent", "2 g", nil, "BID", "listed"]))
    #expect(found.contains(["lisinopril", "10 mg", nil, nil, "stopped"]))
    #expect(found.contains(["ibuprofen", nil, nil, nil, "stopped"]))
    #expect(found.contains(["furosemide", "80 mg", nil, nil, "given"]))
    #expect(found.count == 6)
  }

  @Test("problems come without what is denied or only explained")
  func problems() {
    #expect(
      records(.problems) == [
        ["acute on chronic HFrEF", "diagnosis"], ["AKI", "diagnosis"], ["T2DM", "history"],
        ["hypothyroidism", "history"],
      ])
  }

  @Test("values come with their units, one for each step of a course")
  func values() {
    #expect(
      records(.labs) == [
        ["Na", "131", nil], ["Na", "136", nil], ["K", "4.3", nil], ["ferritin", "48", "ug/L"],
        ["CRP", "<5", nil],
      ])
  }

  @Test("of a change, what is taken now comes first")
  func changedDose() throws {
    let note = "DISCHARGE MEDS\n- doxazosin titrated from 2 mg daily to 8 mg twice daily"
    let found = try #require(ExtractedDocument(.medications, rulesOn: note).records?.first)
    #expect(found["dose"]?.string == "8 mg")
    #expect(found["frequency"]?.string == "twice daily")
  }

  @Test("measures with digits and hyphens are found, and doses are none")
  func measureNames() {
    let note = "LABS\nHbA1c 7.2%, HCO3 18, NT-proBNP 6,240. Given vitamin K 10 mg, Mg 2 g."
    let found = ExtractedDocument(.labs, rulesOn: note).records ?? []
    #expect(found.map { $0["name"]?.string } == ["HbA1c", "HCO3", "NT-proBNP"])
  }

  @Test("what is to be done comes with its time")
  func followUps() {
    #expect(records(.followUp) == [["HF clinic in 10 days", "10 days"], ["repeat U&E", nil]])
  }

  @Test("each value stands where its evidence says", arguments: BuiltInSchema.allCases)
  func places(_ schema: BuiltInSchema) throws {
    let document = ExtractedDocument(schema, rulesOn: Self.note)
    let scalars = Array(Self.note.unicodeScalars)
    #expect(!document.evidence.isEmpty)
    for evidence in document.evidence {
      let parts = evidence.path.split(separator: "/").map(String.init)
      let index = try #require(Int(parts[1]))
      let value = document.records?[index][parts[2]]?.string
      let span = try #require(evidence.span)
      #expect(String(String.UnicodeScalarView(scalars[span])) == value)
    }
  }

  @Test(
    "any text has a result",
    arguments: ["", "\n", "- ", "MEDS:\n", "Dx:", "Na", "Na <", "PLAN\n1."])
  func hostile(_ text: String) {
    for schema in BuiltInSchema.allCases {
      for end in 0...Self.note.unicodeScalars.count where end % 7 == 0 {
        let cut = String(String.UnicodeScalarView(Self.note.unicodeScalars.prefix(end)))
        #expect(ExtractedDocument(schema, rulesOn: cut + text).records != nil)
      }
    }
  }
}
