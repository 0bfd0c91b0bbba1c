import Grammar
import Testing

/// Schemas that are refused, and what is said.
@Suite struct SchemaErrorTests {
  private func message(_ text: String) throws -> String {
    do {
      let schema = try JSONSchema(parsing: text.utf8)
      _ = try TestVocabulary(pieceCount: 10).constraint(schema)
      return "accepted"
    } catch let error as SchemaError {
      return error.description
    }
  }

  @Test(
    "the place and the fault are told",
    arguments: [
      ("{\n  \"type\": strin\n}", "line 2, column 11: this is not JSON: expected a value"),
      (#"{"type": "strin"}"#, #"at /: "type" must be one of string, number, integer"#),
      (
        #"{"properties": {"a": {"type": "string", "format": "date"}}}"#,
        #"at /properties/a: the keyword "format" is not supported"#
      ),
      (#"{"type": "array", "uniqueItems": true}"#, #"at /: the keyword "uniqueItems""#),
      (#"{"anyOf": []}"#, #"at /: "anyOf" must be an array of schemas"#),
      (#"{"anyOf": [{"type": "null"}], "type": "null"}"#, "type beside anyOf"),
      (
        ##"{"items": {"$ref": "#/$defs/x"}}"##,
        ##"at /items: "$ref" is "#/$defs/x", but"##
      ),
      (#"{"items": {"$ref": "other.json"}}"#, #""$ref" is "other.json""#),
      (#"{"type": "string", "minLength": 9223372036854775807}"#, "the schema unfolds to"),
      (#"{"type": "array", "minItems": 5000000000000000000}"#, "the schema unfolds to"),
      (#"{"type": "string", "pattern": "(?:(?:a{1000}){1000}){1000}"}"#, "too many places"),
      (#"{"type": "string", "pattern": "a(b"}"#, "at /: \"pattern\", character 2: this group"),
      (#"{"type": "string", "pattern": "(?=b)"}"#, "character 3: only groups with (?:"),
      (#"{"type": "string", "pattern": "\\p{L}"}"#, "character 2: \"\\p\" is not supported"),
      (#"{"type": "string", "pattern": "a$b"}"#, "\"$\" can only end a pattern"),
      (#"{"type": "string", "pattern": "^[a-c]{3}$", "maxLength": 2}"#, "nothing can fulfil this"),
      (#"{"minLength": 3, "maxLength": 2}"#, #""maxLength" is below "minLength""#),
      (#"{"maxItems": -1}"#, #""maxItems" must be a whole number"#),
      (
        ##"{"properties": {"a": {"$ref": "#"}}, "required": ["a"]}"##,
        "every value would need another one within it"
      ),
      (##"{"anyOf": [{"type": "null"}, {"$ref": "#"}]}"##, "it refers to itself alone"),
      (
        #"{"properties": {}, "required": ["a"], "additionalProperties": false}"#,
        #""a" is required, but"#
      ),
      (#"{"type": "string", "x-verbatim": true}"#, #""x-verbatim" takes words from a note"#),
      (#"{"enum": ["a"], "type": "integer"}"#, "no value that is named"),
      ("false", "the schema false"), ("[]", #""schema" must be an object"#),
    ])
  func faults(_ text: String, _ expected: String) throws {
    let found = try message(text)
    #expect(found.contains(expected), "\(found)")
  }

  @Test("schemas that nest in themselves, and those that say nothing, are followed")
  func unusual() throws {
    let vocabulary = try TestVocabulary(pieceCount: 10)
    let nested = ##"{"anyOf": [{"type": "boolean"}, {"type": "array", "items": {"$ref": "#"}}]}"##
    let lists = try vocabulary.constraint(try JSONSchema(parsing: nested.utf8))
    #expect(vocabulary.accepts("[[], [[true]]]", lists))
    #expect(!vocabulary.accepts("[1]", lists))
    let any = try vocabulary.constraint(try JSONSchema(parsing: "{}".utf8))
    #expect(vocabulary.accepts(#"{"a": [1.5, null, {"b": "x"}]}"#, any))
    let deep = String(repeating: "[", count: 120)
    #expect(!vocabulary.accepts(deep + String(repeating: "]", count: 120), any))
  }
}
