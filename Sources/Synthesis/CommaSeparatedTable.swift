public import Clinical

/// A table of comma-separated values with a header row, as objects of strings.
public struct CommaSeparatedTable: Sendable {
  /// A row and the line on which it begins, from 1.
  public struct Row: Hashable, Sendable {
    /// The line.
    public var line: Int
    /// The columns by their names, in the order of the header.
    public var object: JSONObject
  }

  /// The rows that could be read.
  public private(set) var rows: [Row] = []
  /// Rows that could not, each with its line and what is wrong with it.
  public private(set) var faults: [CaseReportReader.Fault] = []

  /// Reads a table; a row that is none is a fault, and the rest is kept.
  public init(_ bytes: [UInt8]) {
    var lines = CommaSeparatedRows(bytes)
    guard let header = lines.next() else { return }
    guard let names = header.fields else {
      faults.append(.init(line: 1, reason: "the header row has a quote that is not closed"))
      return
    }
    while let row = lines.next() {
      guard let fields = row.fields else {
        let reason = "a quote is not closed, or text follows a closing one"
        faults.append(.init(line: row.line, reason: reason))
        continue
      }
      if fields == [""] { continue }
      guard fields.count == names.count else {
        let reason = "\(fields.count) fields, but the header has \(names.count)"
        faults.append(.init(line: row.line, reason: reason))
        continue
      }
      let members = zip(names, fields).map { JSONObject.Member(name: $0, value: .string($1)) }
      rows.append(Row(line: row.line, object: JSONObject(members)))
    }
  }

  /// Whether a file is such a table rather than JSON: it begins with neither `{` nor `[`.
  public static func isTable(_ bytes: some Sequence<UInt8>) -> Bool {
    let blanks = [UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t")]
    let first = bytes.first { !blanks.contains($0) }
    return first != nil && first != UInt8(ascii: "{") && first != UInt8(ascii: "[")
  }

  /// The lines of a table with these columns, the header first, without line ends. Strings stand as
  /// they are, other values in their JSON spelling; a column that a row does not have is empty.
  ///
  /// - Source: RFC 4180.
  public static func lines(columns: [String], _ rows: [JSONObject]) -> [String] {
    [columns.map(quoted).joined(separator: ",")]
      + rows.map { row in
        columns.map { column in
          switch row[column] {
          case nil, .null: ""
          case .string(let text): quoted(text)
          case let value?: quoted(value.line)
          }
        }.joined(separator: ",")
      }
  }

  private static func quoted(_ text: String) -> String {
    // By scalars: a line end of two is one character.
    guard text.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else {
      return text
    }
    return "\""
      + text.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
  }
}
