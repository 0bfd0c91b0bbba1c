internal import Clinical
internal import Grounding

/// The values are no table.
public struct NotATable: Error, Equatable, CustomStringConvertible {
  /// What is needed and what to do.
  public var description: String {
    "CSV needs a list of objects with plain values; this schema's values nest deeper: "
      + "take --format json"
  }
}

extension ExtractedDocument {
  /// The records as comma-separated values: a row of names, then a row each, with the place of the
  /// record's first string in the note and whether the note has all of them.
  ///
  /// - Throws: `NotATable`.
  /// - Source: RFC 4180.
  public func commaSeparatedValues() throws(NotATable) -> String {
    guard let (path, records) = list else { throw NotATable() }
    var names: [String] = []
    for name in records.flatMap({ $0.members.map(\.name) }) where !names.contains(name) {
      names.append(name)
    }
    var rows = [names + ["start", "end", "verdict"]]
    for (index, record) in records.enumerated() {
      let own = evidence.filter { $0.path.hasPrefix("\(path)/\(index)/") }
      let span = own.first?.span
      let isFound = own.allSatisfy { $0.verdict == .supported }
      rows.append(
        names.map { Self.field(record[$0]) } + [
          span.map { "\($0.lowerBound)" } ?? "", span.map { "\($0.upperBound)" } ?? "",
          own.isEmpty ? "" : isFound ? "supported" : "not_addressed",
        ])
    }
    return rows.map { $0.map(Self.quoted).joined(separator: ",") + "\r\n" }.joined()
  }

  private static func field(_ value: JSONValue?) -> String {
    switch value {
    case nil, .null: ""
    case .string(let text): text
    case let value?: value.line
    }
  }

  /// A field in quotes where it has to be. What a spreadsheet would take for a formula gets an
  /// apostrophe: a note is untrusted text.
  private static func quoted(_ field: String) -> String {
    let isFormula = field.first.map { "=+-@\t\r".contains($0) } ?? false && Double(field) == nil
    let text = isFormula ? "'" + field : field
    let needsQuotes = text.contains { $0 == "," || $0 == "\"" || $0.isNewline }
    return needsQuotes
      ? "\""
        + text.split(separator: "\"", omittingEmptySubsequences: false)
        .joined(separator: "\"\"") + "\"" : text
  }
}
