internal import Foundation

/// A table of a report: the same content as Markdown, CSV and HTML.
public struct ReportTable: Hashable, Sendable {
  /// What stands in a cell.
  public enum Cell: Hashable, Sendable {
    /// Words.
    case text(String)
    /// A number of things.
    case count(Int)
    /// A figure with its interval, how many values it is made of, and the digits behind the point.
    case figure(Estimate, count: Int, digits: Int)
    /// A p-value.
    case probability(Double?)
  }

  /// What it is called; also names its file.
  public var title: String
  /// Sentences that say what the figures are.
  public var about: String
  /// The names of the columns.
  public var columns: [String]
  /// The cells, as many a row as there are columns.
  public var rows: [[Cell]] = []
  /// At most this many rows are shown in Markdown and HTML; CSV has all. Nil shows all.
  public var shownRowCount: Int?

  /// A table without rows.
  public init(title: String, about: String = "", columns: [String]) {
    self.title = title
    self.about = about
    self.columns = columns
  }

  /// The title as a file name: small letters, digits and hyphens.
  public var fileName: String {
    let words = title.lowercased().unicodeScalars.split { scalar in
      !("a"..."z").contains(scalar) && !("0"..."9").contains(scalar)
    }
    return words.map { String(String.UnicodeScalarView($0)) }.joined(separator: "-")
  }

  private var shownRows: ArraySlice<[Cell]> { rows.prefix(shownRowCount ?? rows.count) }

  /// Where the rows are that are not shown.
  private var rest: String? {
    let hidden = rows.count - shownRows.count
    return hidden > 0 ? "\(hidden) more rows are in \(fileName).csv." : nil
  }

  // MARK: Markdown

  /// The table as Markdown.
  public var markdown: String {
    var lines = ["## \(title)", ""]
    if !about.isEmpty { lines += [about, ""] }
    lines.append(Self.markdownRow(columns))
    let marks = columns.indices.map { isNumeric($0) ? "---:" : "---" }
    lines.append(Self.markdownRow(marks))
    for row in shownRows { lines.append(Self.markdownRow(row.map(\.words))) }
    if let rest { lines += ["", rest] }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func markdownRow(_ cells: [String]) -> String {
    let escaped = cells.map { cell in
      cell.split(whereSeparator: \.isNewline).joined(separator: " ")
        .replacingOccurrences(of: "|", with: "\\|")
    }
    return "| " + escaped.joined(separator: " | ") + " |"
  }

  private func isNumeric(_ column: Int) -> Bool {
    rows.contains { row in
      if case .text = row[column] { false } else { true }
    }
  }

  // MARK: CSV

  /// The table as CSV (RFC 4180); a figure has columns for its ends and its count.
  public var commaSeparated: String {
    let isFigure = columns.indices.map { column in
      rows.contains { row in
        if case .figure = row[column] { true } else { false }
      }
    }
    let header = zip(columns, isFigure).flatMap { column, isFigure in
      isFigure ? [column, "\(column) low", "\(column) high", "\(column) n"] : [column]
    }
    let lines = rows.map { row in
      zip(row, isFigure).flatMap { cell, isFigure in cell.fields(asFigure: isFigure) }
    }
    return ([header] + lines).map { fields in
      fields.map(Self.quoted).joined(separator: ",") + "\r\n"
    }.joined()
  }

  private static func quoted(_ field: String) -> String {
    guard field.contains(where: { ",\"".contains($0) || $0.isNewline }) else { return field }
    return "\"" + field.replacingOccurrences(of: "\"", with: "\"\"") + "\""
  }

  // MARK: HTML

  /// The table as HTML, with its title as a heading.
  public var html: String {
    var lines = ["<h2 id=\"\(fileName)\">\(MarkupText.escaped(title))</h2>"]
    if !about.isEmpty { lines.append("<p>\(MarkupText.escaped(about))</p>") }
    lines += ["<div class=\"wide\"><table>", "<thead><tr>"]
    for (index, column) in columns.enumerated() {
      let kind = isNumeric(index) ? " class=\"number\"" : ""
      lines.append("<th scope=\"col\"\(kind)>\(MarkupText.escaped(column))</th>")
    }
    lines.append("</tr></thead>\n<tbody>")
    for row in shownRows {
      let cells = row.enumerated().map { index, cell in
        let kind = isNumeric(index) ? " class=\"number\"" : ""
        return "<td\(kind)>\(cell.html)</td>"
      }
      lines.append("<tr>" + cells.joined() + "</tr>")
    }
    lines.append("</tbody></table></div>")
    if let rest { lines.append("<p>\(MarkupText.escaped(rest))</p>") }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension ReportTable.Cell {
  /// The cell for people: `0.42 (0.39 to 0.45, n 12)`, and a dash where a figure is not defined.
  var words: String {
    switch self {
    case .text(let text): text
    case .count(let count): String(count)
    case .probability(let value): value.map { $0 < 0.0001 ? "<0.0001" : Self.spelled($0, 4) } ?? "-"
    case .figure(let estimate, let count, let digits):
      estimate.value.map { "\(Self.spelled($0, digits)) (\(ends(estimate, count, digits)))" } ?? "-"
    }
  }

  fileprivate var html: String {
    guard case .figure(let estimate, let count, let digits) = self, let value = estimate.value
    else { return MarkupText.escaped(words) }
    return "\(Self.spelled(value, digits)) <small>\(ends(estimate, count, digits))</small>"
  }

  fileprivate func fields(asFigure: Bool) -> [String] {
    guard asFigure else { return [words == "-" ? "" : words] }
    guard case .figure(let estimate, let count, _) = self else { return [words, "", "", ""] }
    let ends = [estimate.value, estimate.low, estimate.high].map { value in
      value.map { Self.spelled($0, 6) } ?? ""
    }
    return ends + [String(count)]
  }

  /// The interval, where there is one, and the number of values.
  private func ends(_ estimate: Estimate, _ count: Int, _ digits: Int) -> String {
    guard let low = estimate.low, let high = estimate.high else { return "n \(count)" }
    return "\(Self.spelled(low, digits)) to \(Self.spelled(high, digits)), n \(count)"
  }

  /// A figure that is not defined.
  public static let undefined = Self.figure(
    Estimate(value: nil, low: nil, high: nil), count: 0, digits: 0)

  private static func spelled(_ value: Double, _ digits: Int) -> String {
    let text = String(format: "%.\(digits)f", value)
    // A rounded -0.00 would say something that is not so.
    return text.contains { ("1"..."9").contains($0) } ? text : text.replacing("-", with: "")
  }
}

/// Text within HTML and SVG.
enum MarkupText {
  static func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;")
      .replacingOccurrences(of: "<", with: "&lt;").replacingOccurrences(of: ">", with: "&gt;")
      .replacingOccurrences(of: "\"", with: "&quot;")
  }
}
