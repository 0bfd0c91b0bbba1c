internal import ArgumentParser
internal import Clinical
internal import Foundation
internal import Synthesis

extension DatasetCommand {
  /// Makes records of real notes.
  struct Tag: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes records of real notes, with tags in place of de-identification marks.",
      discussion: """
        For exports like MIMIC's: [**Hospital1 18**] becomes [LOC], [**2151-7-16**] stays as a \
        date, ___ becomes the tag that the words around it speak for, else [#]. `instruct`, \
        `answer`, `filter` and `split` go on from there. A patient with several notes gets a \
        record for each, id/2 from the second on, and `split` keeps them together. Marks of \
        unknown classes are named, hidden and not fatal. --json prints the counts.
        """)

    @Argument(help: "Notes as CSV, JSON or JSON Lines.")
    var data: String

    @Option(name: .long, help: "The column with the note; TEXT, text or note by default.")
    var noteColumn: String?

    @Option(
      name: .long, help: "The column with the patient's id; SUBJECT_ID and the like by default.")
    var idColumn: String?

    @Option(name: .long, help: "Where to write the records; without it, standard output.")
    var output: String?

    @Flag(name: .long, help: "Print the counts as one JSON object (with --output).")
    var json = false

    func validate() throws {
      if json, output == nil { throw ValidationError("--json needs --output for the records") }
    }

    func run() throws {
      var tagged = TaggedNotes()
      for row in try ColumnRows(path: data).rows {
        tagged.add(row.object, line: row.line, noteColumn, idColumn)
      }
      for fault in tagged.faults { RunConsole.say("\(data): \(fault); left out") }
      guard !tagged.records.isEmpty else { throw NoNotes(path: data) }
      try DatasetCommand.write(tagged.records.map(\.line), to: output)
      for (mark, count) in tagged.unknown.sorted(by: { $0.key < $1.key }) {
        RunConsole.say("unknown mark '\(mark)', \(count) times; [#] stands for it")
      }
      if json {
        try JSONOutput.print(Counts(tags: tagged.counts, unknown: tagged.unknown))
      } else {
        tell(
          "\(tagged.records.count) notes of \(tagged.patientCount) patients; "
            + tagged.counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            .joined(separator: ", "))
      }
    }

    private struct Counts: Encodable {
      let tags: [String: Int]
      let unknown: [String: Int]
    }
  }
}

/// A file without a single note.
private struct NoNotes: Error, CustomStringConvertible {
  let path: String

  var description: String {
    "\(path): no note in it; --note-column and --id-column name the columns"
  }
}

/// The rows of a file of objects: JSON Lines, or a table with a header.
struct ColumnRows {
  private(set) var rows: [RecordLines.Row] = []
  /// Rows that could not be read; each has been named on standard error.
  private(set) var strayCount = 0
  /// Whether the file is a table, whose values are all strings.
  let isTable: Bool

  /// - Throws: `TextInputError.unreadable`.
  init(path: String) throws {
    let bytes = Array(try RecordLines.read(path))
    isTable = CommaSeparatedTable.isTable(bytes)
    guard isTable else {
      let lines = RecordLines(path: path, bytes: Data(bytes))
      rows = lines.rows
      strayCount = lines.strayLineCount
      return
    }
    let table = CommaSeparatedTable(bytes)
    for fault in table.faults { RunConsole.say("\(path): \(fault); left out") }
    strayCount = table.faults.count
    rows = table.rows.map { RecordLines.Row(line: $0.line, object: $0.object) }
  }
}
