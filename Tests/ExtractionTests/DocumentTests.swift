import Clinical
import Foundation
import Grammar
import Grounding
import Testing

@testable import Extraction

@Suite struct DocumentTests {
  @Test("of several places the one behind the value before is taken")
  func nearestPlace() throws {
    let note = "aspirin 75 mg daily, statin 40 mg nightly. Earlier aspirin 40 mg nightly."
    let text =
      #"{"a": [{"name": "statin", "dose": "40 mg"}, {"name": "zinc", "dose": null}], "n": 4}"#
    let document = ExtractedDocument(
      try JSONValue(parsing: text.utf8), in: VerbatimSource(note), lists: [])
    #expect(document.evidence.map(\.span) == [21..<27, 28..<33, nil])
    #expect(document.evidence.map(\.verdict) == [.supported, .supported, .notAddressed])
    #expect(document.evidence.map(\.path) == ["/a/0/name", "/a/0/dose", "/a/1/name"])
    #expect(document.records == nil)
  }

  @Test("a schema's own words are not looked up in the note")
  func listedStrings() throws {
    let schema = try BuiltInSchema.medications.schema()
    #expect(schema.listedStrings.contains("listed"))
    let value: JSONValue = [["name": "aspirin", "status": "listed"]]
    let document = ExtractedDocument(
      value, in: VerbatimSource("aspirin listed"), lists: schema.listedStrings)
    #expect(document.evidence.map(\.path) == ["/0/name"])
  }

  @Test("a table has its names first, quotes where they are needed, and no formula")
  func table() throws {
    let value: JSONValue = [
      "rows": [
        ["name": "a, \"b\"", "n": 4, "ok": true], ["name": "=SUM(A1)", "n": .null, "ok": false],
        ["name": "-5", "n": .number("-5"), "ok": .null],
      ]
    ]
    var document = ExtractedDocument(value: value, evidence: [])
    document.evidence = [
      .init(path: "/rows/0/name", span: 3..<9, verdict: .supported),
      .init(path: "/rows/1/name", span: nil, verdict: .notAddressed),
    ]
    #expect(
      try document.commaSeparatedValues() == """
        name,n,ok,start,end,verdict\r
        "a, ""b""\",4,true,3,9,supported\r
        '=SUM(A1),,false,,,not_addressed\r
        -5,-5,,,,\r

        """)
  }

  @Test("what nests deeper is no table")
  func noTable() {
    let nested: [JSONValue] = [
      ["rows": [["a": [1]]]], ["a": [], "b": []], [1, 2], "text", ["rows": [["a": 1]], "b": 1],
    ]
    for value in nested {
      let document = ExtractedDocument(value: value, evidence: [])
      #expect(throws: NotATable()) { try document.commaSeparatedValues() }
    }
  }

  @Test("what is offered is the rules' reading, with other doses where the note has them")
  func offered() throws {
    let note = "DISCHARGE MEDS\n- apixaban 5 -> 2.5 mg BID\n- aspirin 75 mg"
    let offered = OfferedValues(.medications, note: note)
    let schema = try offered.jsonSchema()
    #expect(schema.document.line.contains(#""dose": {"enum": ["2.5 mg"]}"#))
    let rules = ExtractedDocument(.medications, rulesOn: note)
    let chosen = offered.document(rules.value)
    #expect(chosen.evidence == rules.evidence)
  }

  /// Bundles that the Python package fhir.resources finds valid; the recipe is
  /// `Recipes/fhir_validate.py`.
  @Test("bundles are those that a FHIR validator accepted", arguments: BuiltInSchema.allCases)
  func bundles(_ schema: BuiltInSchema) throws {
    let note = RuleTests.note
    let golden = try #require(
      Bundle.module.url(
        forResource: schema.rawValue, withExtension: "json", subdirectory: "Resources/bundles"))
    let document = ExtractedDocument(schema, rulesOn: note)
    let bundle = document.bundle(schema, noteDigest: contentDigest(of: note))
    #expect(try bundle + "\n" == String(contentsOf: golden, encoding: .utf8))
    #expect(bundle.count > 1000)
  }

  @Test("a bundle without records has no entries, and still a type")
  func emptyBundle() throws {
    let document = ExtractedDocument(.labs, rulesOn: "Nothing.")
    let text = document.bundle(.labs, noteDigest: contentDigest(of: "Nothing."))
    let bundle = try JSONValue(parsing: text.utf8).object
    #expect(bundle?["type"] == "collection")
    #expect(bundle?["entry"] == nil)
  }
}
