internal import ArgumentParser
internal import Foundation
internal import Grounding

/// Finds in a note what an answer rests on.
struct GroundCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ground",
    abstract: "Evidence in a note for the claims of given answers, by rules, without a model.",
    discussion: """
      Standard input: JSON Lines {"note", "question", "answer"}. A line that cannot be read is
      reported on standard error and left out; the exit status is then 1.
      "Supported" means found in the note, not clinically right.
      """)

  @Flag(name: .long, help: "One JSON object a line.")
  var json = false

  @Flag(name: .long, help: "What the fitted trees see, for the recipe that fits them; JSON.")
  var features = false

  func run() throws {
    var number = 0
    var bad = 0
    while let line = readLine(strippingNewline: true) {
      number += 1
      if line.allSatisfy(\.isWhitespace) { continue }
      do {
        let row = try JSONDecoder().decode(Row.self, from: Data(line.utf8))
        let note = NoteIndex(row.note)
        if features {
          try writeFeatures(note.features(of: row.answer, question: row.question ?? ""))
        } else {
          try write(note.claims(of: row.answer, question: row.question ?? ""))
        }
      } catch let error as DecodingError {
        bad += 1
        let text = "asclepius: line \(number): \(Self.reason(error))\n"
        FileHandle.standardError.write(Data(text.utf8))
      }
    }
    if bad > 0 { throw ExitCode(ExitStatus.failure) }
  }

  private struct Row: Decodable {
    var note: String
    var question: String?
    var answer: String
  }

  private struct Result: Encodable {
    struct Claim: Encodable {
      var text: String
      var verdict: String
      var spans: [[Int]]
      var reason: String
    }
    var claims: [Claim]
  }

  private func write(_ claims: [GroundedClaim]) throws {
    if json {
      let result = Result(
        claims: claims.map {
          Result.Claim(
            text: $0.text, verdict: $0.verdict.rawValue,
            spans: $0.spans.map { [$0.lowerBound, $0.upperBound] }, reason: $0.reason)
        })
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      FileHandle.standardOutput.write(try encoder.encode(result) + Data("\n".utf8))
    } else {
      for claim in claims {
        let places = claim.spans.map { "\($0.lowerBound)-\($0.upperBound)" }
        let suffix = places.isEmpty ? "" : " [" + places.joined(separator: ", ") + "]"
        print("\(claim.verdict.rawValue): \(claim.text)\(suffix)\n  \(claim.reason)")
      }
      print("")
    }
  }

  private struct FeatureRow: Encodable {
    var kind: String
    var range: [Int]
    var claim: Int
    var values: [Double]
    var is_surely_wrong: Bool
  }

  private func writeFeatures(_ features: GroundingFeatures) throws {
    let rows = features.rows.map {
      FeatureRow(
        kind: $0.kind, range: [$0.range.lowerBound, $0.range.upperBound], claim: $0.claim,
        values: $0.values, is_surely_wrong: $0.isSurelyWrong)
    }
    FileHandle.standardOutput.write(try JSONEncoder().encode(rows) + Data("\n".utf8))
  }

  /// What is wrong with a line, without any of its text.
  private static func reason(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, _): "the key \"\(key.stringValue)\" is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "\"\(context.codingPath.last?.stringValue ?? "")\" is not a string"
    default: "this is not a JSON object"
    }
  }
}
