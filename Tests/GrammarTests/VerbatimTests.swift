import Clinical
import Grammar
import Tensors
import Testing

/// Strings that are taken from a note.
@Suite struct VerbatimTests {
  private static let note = """
    DISCHARGE MEDS
     - furosemide 40 mg BID (up from 20)
     - "Lantus" 12.5 units\tnocte
    He was seen by Dr. Who, whose letter of the fourteenth went on for so long that
    it took a second line. Na 136.5, temp 38 °C; back\\slash. EF <30%
    """

  private func schema(_ more: String = "") throws -> JSONSchema {
    try JSONSchema(parsing: #"{"type": "string", "minLength": 1, "x-verbatim": true\#(more)}"#.utf8)
  }

  @Test(
    "a string goes from the start of a word to the end of one",
    arguments: [
      ("furosemide 40 mg", true), ("40 mg BID (up from 20)", true), ("furosemide 40 m", false),
      ("urosemide", false), ("Na 136", false), ("136.5", true), ("36.5", false), ("5", false),
      ("12.5 units nocte", true), ("MEDS - furosemide", false), ("long that it took", true),
      ("line. Na", false), ("<30%", true), ("30", true), ("°C", false), ("38 °C", true),
      ("", false),
      ("Lantus\" 12.5", true), ("back\\slash", true), ("furosemide  40", false),
    ])
  func words(_ text: String, _ isThere: Bool) throws {
    let vocabulary = try TestVocabulary(pieceCount: 20)
    let source = VerbatimSource(Self.note)
    for schema in [try schema(), try schema(#", "maxLength": 30"#)] {
      let constraint = try vocabulary.constraint(schema, source: source)
      #expect(vocabulary.accepts(JSONValue.string(text).line, constraint) == isThere)
    }
    #expect(source.places(of: text).isEmpty == !isThere)
  }

  @Test("places are those of the words in the note")
  func places() {
    let source = VerbatimSource(Self.note)
    let scalars = Array(Self.note.unicodeScalars)
    for (text, found) in [
      ("12.5 units nocte", "12.5 units\tnocte"), ("long that it took", "long that\nit took"),
      ("38 °C", "38 °C"),
    ] {
      let places = source.places(of: text)
      #expect(places.count == 1)
      for place in places {
        var words = ""
        words.unicodeScalars.append(contentsOf: scalars[place])
        #expect(words == found)
      }
    }
    #expect(VerbatimSource("BID, then BID.").places(of: "BID") == [0..<3, 10..<13])
  }

  @Test("whatever is drawn stands in the note, and is no longer than it may be")
  func drawn() throws {
    var random = SeededRandom(seed: 4)
    let source = VerbatimSource(Self.note)
    let vocabulary = try TestVocabulary()
    for maximum in [5, 12, 80] {
      let constraint = try vocabulary.constraint(
        try schema(#", "maxLength": \#(maximum)"#), source: source)
      for _ in 0..<60 {
        let drawn = try #require(vocabulary.draw(constraint, limit: 40, &random))
        let text = try #require(try JSONValue(parsing: drawn.text.utf8).string)
        #expect(!source.places(of: text).isEmpty)
        #expect(text.unicodeScalars.count <= maximum)
      }
    }
  }
}
