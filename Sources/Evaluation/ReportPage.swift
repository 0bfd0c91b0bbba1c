/// A report: tables and plots in order, as Markdown, as files, and as one page that needs nothing
/// beside it.
public struct ReportPage: Sendable {
  /// A part of the report.
  public enum Part: Sendable {
    /// A heading over what follows.
    case heading(String)
    /// Sentences.
    case text(String)
    /// A table.
    case table(ReportTable)
    /// A picture.
    case plot(IntervalPlot)
  }

  /// What it is called.
  public var title: String
  /// The parts from top to bottom.
  public var parts: [Part]

  /// Makes a report.
  public init(title: String, parts: [Part]) {
    self.title = title
    // Files are named by titles: a second one of the same name would replace the first.
    var names: Set<String> = []
    self.parts = parts.map { part -> Part in
      switch part {
      case .table(var table):
        table.title = Self.free(table.title, "csv", &names)
        return .table(table)
      case .plot(var plot):
        plot.title = Self.free(plot.title, "svg", &names)
        return .plot(plot)
      case .heading, .text: return part
      }
    }
  }

  /// The title, with a number behind it where its file name is taken.
  private static func free(
    _ title: String, _ ending: String, _ names: inout Set<String>
  ) -> String {
    var (found, number) = (title, 1)
    while !names.insert(ReportTable(title: found, columns: []).fileName + "." + ending).inserted {
      number += 1
      found = "\(title) (\(number))"
    }
    return found
  }

  /// All files of the report by their names, each the same for the same parts.
  public var files: [String: String] {
    var files = ["report.md": markdown, "report.html": html]
    for part in parts {
      switch part {
      case .table(let table): files[table.fileName + ".csv"] = table.commaSeparated
      case .plot(let plot): files[Self.fileName(plot)] = plot.svg
      case .heading, .text: break
      }
    }
    return files
  }

  private static func fileName(_ plot: IntervalPlot) -> String {
    ReportTable(title: plot.title, columns: []).fileName + ".svg"
  }

  private var markdown: String {
    let parts = parts.map { part in
      switch part {
      case .heading(let words): "# \(words)\n"
      case .text(let words): words + "\n"
      case .table(let table): table.markdown
      case .plot(let plot): "![\(plot.title)](\(Self.fileName(plot)))\n"
      }
    }
    return (["# \(title)\n"] + parts).joined(separator: "\n")
  }

  private var html: String {
    let headings = parts.compactMap { part -> String? in
      guard case .table(let table) = part else { return nil }
      return "<li><a href=\"#\(table.fileName)\">\(MarkupText.escaped(table.title))</a></li>"
    }
    let body = parts.map { part in
      switch part {
      case .heading(let words): "<h1>\(MarkupText.escaped(words))</h1>\n"
      case .text(let words): "<p>\(MarkupText.escaped(words))</p>\n"
      case .table(let table): table.html
      case .plot(let plot): "<figure>\n\(plot.svg)</figure>\n"
      }
    }
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(MarkupText.escaped(title))</title>
      <style>
      \(Self.style)
      </style>
      </head>
      <body>
      <h1>\(MarkupText.escaped(title))</h1>
      <nav><ul>
      \(headings.joined(separator: "\n"))
      </ul></nav>
      \(body.joined())</body>
      </html>

      """
  }

  private static let style = """
    body { font: 16px/1.5 sans-serif; color: #222; background: #fff; max-width: 62em;
      margin: 2em auto; padding: 0 1em; }
    h1 { font-size: 1.5em; margin: 1.5em 0 .5em; }
    h2 { font-size: 1.15em; margin: 1.5em 0 .4em; }
    .wide { overflow-x: auto; }
    table { border-collapse: collapse; font-size: .85em; }
    th, td { padding: .3em .6em; border-bottom: 1px solid #ccc; text-align: left;
      vertical-align: top; }
    thead th { border-bottom: 2px solid #555; vertical-align: bottom; }
    .number { text-align: right; font-variant-numeric: tabular-nums; }
    td.number { white-space: nowrap; }
    small { color: #555; display: block; }
    @media print { .wide { overflow: visible; } table { font-size: .6em; } }
    figure { margin: 1em 0; }
    figure svg { max-width: 100%; height: auto; }
    """
}
