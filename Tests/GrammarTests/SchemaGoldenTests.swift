import Clinical
import Foundation
import Grammar
import Llama
import Tensors
import Testing
import Tokenization

/// A schema with values on which the Python package jsonschema has spoken; the recipe is
/// `Recipes/schema_goldens.py`.
struct SchemaGolden: CustomTestStringConvertible, Sendable {
  let number: Int
  let schema: JSONValue
  let valid: [String]
  let invalid: [String]

  static let all: [SchemaGolden] = {
    let url = Bundle.module.url(
      forResource: "schemas", withExtension: "json", subdirectory: "Resources")
    guard let url, let data = try? Data(contentsOf: url),
      let values = try? JSONValue(parsing: data).array
    else { return [] }
    return values.enumerated().compactMap { number, value in
      guard let schema = value.object?["schema"] else { return nil }
      func texts(_ name: String) -> [String] {
        value.object?[name]?.array?.compactMap(\.string) ?? []
      }
      return SchemaGolden(
        number: number, schema: schema, valid: texts("valid"), invalid: texts("invalid"))
    }
  }()

  var testDescription: String { "schema \(number)" }
}

@Suite struct SchemaGoldenTests {
  @Test("all schemas are there")
  func count() {
    #expect(SchemaGolden.all.count == 120)
  }

  @Test("a grammar has just the texts that an independent validator finds valid")
  func acceptsWhatValidates() throws {
    let vocabulary = try TestVocabulary()
    for golden in SchemaGolden.all {
      let constraint = try vocabulary.constraint(try JSONSchema(golden.schema))
      for text in golden.valid {
        #expect(vocabulary.accepts(text, constraint), "\(golden.number): \(text)")
      }
      for text in golden.invalid {
        #expect(!vocabulary.accepts(text, constraint), "\(golden.number): \(text)")
      }
    }
  }

  @Test("the tests' own validator agrees with the independent one")
  func validatorAgrees() throws {
    for golden in SchemaGolden.all {
      let validator = ReferenceValidator(root: golden.schema)
      for text in golden.valid { #expect(validator.accepts(try JSONValue(parsing: text.utf8))) }
      for text in golden.invalid { #expect(!validator.accepts(try JSONValue(parsing: text.utf8))) }
    }
  }

  @Test("whatever is drawn, under any limit that has room for a text at all, parses and validates")
  func drawnTextsValidate() throws {
    var random = SeededRandom(seed: 11)
    for seed in 1...2 as ClosedRange<UInt64> {
      let vocabulary = try TestVocabulary(seed: seed)
      for golden in SchemaGolden.all {
        let constraint = try vocabulary.constraint(try JSONSchema(golden.schema))
        let validator = ReferenceValidator(root: golden.schema)
        for room in [0, 1, 2, 5, 17, 60, 200] {
          let limit = constraint.leastTokenCount + room
          let drawn = vocabulary.draw(constraint, limit: limit, &random)
          let (text, _) = try #require(drawn, "\(golden.number), room \(room)")
          let isValid = validator.accepts(try JSONValue(parsing: text.utf8))
          #expect(isValid, "\(golden.number), room \(room): \(text)")
        }
      }
    }
  }

  @Test("a mask has just the tokens behind which the text can still be closed")
  func masksAreExact() throws {
    var random = SeededRandom(seed: 3)
    let vocabulary = try TestVocabulary(seed: 5)
    for golden in SchemaGolden.all.prefix(20) {
      var constraint = try vocabulary.constraint(try JSONSchema(golden.schema))
      for _ in 0..<6 where !constraint.isComplete {
        let found = constraint.allowed(remainingTokenCount: 1000)
        let mask = try #require(found)
        var allowed: [TokenID] = []
        for token in 0..<TokenID(vocabulary.size) where token != vocabulary.endToken {
          var behind = constraint
          behind.accept(token)
          let isOpen = behind.isValid || behind.allowed(remainingTokenCount: 1000)?.isEmpty == false
          if isOpen { allowed.append(token) }
          #expect(mask.contains(token) == isOpen, "\(golden.number), token \(token)")
        }
        #expect(mask.contains(vocabulary.endToken) == constraint.isValid)
        guard !allowed.isEmpty else { break }
        constraint.accept(allowed[Int(random.unit() * Double(allowed.count))])
      }
    }
  }
}
