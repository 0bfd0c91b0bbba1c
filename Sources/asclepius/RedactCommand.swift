internal import ArgumentParser
internal import Foundation
internal import Grounding

/// Takes out of a text what tells who a person is.
struct RedactCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "redact",
    abstract: "A text with tags in place of names, dates, numbers and addresses of people.",
    discussion: """
      The kinds are those of the HIPAA Privacy Rule that a text can hold (45 CFR 164.514(b)(2)).
      Rules find most of them, never all, and take some harmless words too: read what comes out.
      """)

  @Argument(help: "The text, a file; - or none is standard input.")
  var file = "-"

  @Flag(name: .long, help: "One JSON object: the text and what was found.")
  var json = false

  @Flag(
    name: .long, help: "JSON Lines {\"text\"} on standard input, an object as of --json for each.")
  var jsonLines = false

  private struct Row: Decodable {
    var text: String
  }

  private struct Output: Encodable {
    struct Mark: Encodable {
      var kind: String
      var start: Int
      var end: Int
    }
    var text: String
    var identifiers: [Mark]

    init(_ redacted: RedactedText) {
      text = redacted.text
      identifiers = redacted.identifiers.map {
        Mark(kind: $0.kind.rawValue, start: $0.range.lowerBound, end: $0.range.upperBound)
      }
    }
  }

  func run() throws {
    if jsonLines { return try runLines() }
    let redacted = RedactedText(try TextInput.read(file))
    if json {
      try JSONOutput.print(Output(redacted))
    } else {
      FileHandle.standardOutput.write(Data(redacted.text.utf8))
      tell(Self.summary(of: redacted.identifiers))
    }
  }

  private func runLines() throws {
    var number = 0
    var badCount = 0
    while let line = readLine() {
      number += 1
      guard let row = try? JSONDecoder().decode(Row.self, from: Data(line.utf8)) else {
        badCount += 1
        tell("line \(number): this is not a JSON object with \"text\"")
        continue
      }
      try JSONOutput.print(Output(RedactedText(row.text)))
    }
    if badCount > 0 { throw ExitCode(ExitStatus.failure) }
  }

  /// How many of each kind were found, without any of them.
  private static func summary(of identifiers: [Identifier]) -> String {
    let counts = Dictionary(grouping: identifiers, by: \.kind.rawValue).mapValues(\.count)
    let parts = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    return "taken out: " + (parts.isEmpty ? "nothing" : parts.joined(separator: ", "))
      + ". Read what is left before you hand it on."
  }
}
