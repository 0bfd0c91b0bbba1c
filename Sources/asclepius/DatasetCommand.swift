internal import ArgumentParser
internal import Clinical
internal import Foundation
internal import Synthesis

/// Looks at data sets and turns them from one form into the other.
struct DatasetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dataset",
    abstract: "Makes data sets; what one holds; to and from the published columns.",
    subcommands: [
      Build.self, Stats.self, Export.self, Import.self, Merge.self, Tag.self,
    ])

  /// Counts what a data set holds.
  struct Stats: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Patients, tasks, lengths, answerable share, vocabulary, repeats.",
      discussion: "A line that is no record is named on standard error and left out.")

    @Argument(help: "Records, JSON Lines, one patient a line; - is standard input.")
    var file: String

    @Option(name: .long, help: "Also draw all of it into this SVG file.")
    var svg: String?

    @Flag(name: .long, help: "Print one JSON object.")
    var json = false

    func run() throws {
      let statistics = DatasetStatistics(try DatasetCommand.records(file).records)
      if let svg {
        try Data(DatasetPlot(statistics).svg.utf8).write(to: URL(filePath: svg), options: .atomic)
      }
      if json { try JSONOutput.print(StatisticsOutput(statistics)) } else { show(statistics) }
    }

    private func show(_ s: DatasetStatistics) {
      print("records    \(s.recordCount), of \(s.patientCount) patients")
      print(
        "pairs      \(s.pairCount): \(s.answerableCount) answerable, "
          + "\(s.unanswerableCount) not, \(s.pairCount - s.answerableCount - s.unanswerableCount) "
          + "not marked")
      print("evidence   \(s.quoteCount) quotes, \(s.strayQuoteCount) not to the letter in the note")
      print("repeats    \(s.repeatedQuestionCount) questions, \(s.repeatedNoteCount) notes")
      print("vocabulary \(s.noteVocabularyCount) different words in the notes")
      print("\nwords          shortest   median  longest      all  from shortest to longest")
      for (title, lengths) in [
        ("case reports", s.caseReports), ("notes", s.notes), ("questions", s.questions),
        ("answers", s.answers),
      ] {
        let numbers = [
          String(lengths.shortest), String(format: "%.1f", lengths.median),
          String(lengths.longest), String(lengths.total),
        ]
        print(
          padded(title, 14)
            + numbers.map { String(repeating: " ", count: 9 - $0.count) + $0 }
            .joined() + "  " + strip(lengths))
      }
      print("")
      let widest = max(1, s.taskCounts.values.max() ?? 0)
      for task in ClinicalTask.allCases {
        let count = s.taskCounts[task] ?? 0
        let bar = String(repeating: "#", count: 24 * count / widest)
        print("\(padded(task.title, 32))\(padded(String(count), 7))\(bar)")
      }
    }

    /// How the lengths lie, in characters that get darker where there are more texts.
    private func strip(_ lengths: DatasetStatistics.Lengths) -> String {
      let shades = Array(" .:-=+*#%@")
      let counts = lengths.histogram(binCount: 24).counts
      let most = max(1, counts.max() ?? 0)
      return "|"
        + counts.map { count in
          String(shades[(count * (shades.count - 1) + most - 1) / most])
        }.joined() + "|"
    }

    private func padded(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.count))
    }
  }

  /// Writes the published columns, or what training programs elsewhere read.
  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Writes a row for each question, with the published columns or to train elsewhere.",
      discussion: """
        The columns are \(PatientRecord.flatColumns.joined(separator: ", ")), a JSON object or a \
        line of a table (csv) for each question. trl writes prompt and \
        completion, axolotl segments with and without loss (type input_output), alpaca \
        instruction, input and output. Prompts are those of `ask` and of `train` for the model.
        """)

    @Argument(help: "Records, JSON Lines, one patient a line; - is standard input.")
    var file: String

    enum Format: String, CaseIterable, ExpressibleByArgument {
      /// The published columns, JSON Lines or comma-separated values.
      case columns, csv
      /// Forms of training programs.
      case trl, axolotl, alpaca
    }

    @Option(name: .long, help: "The form of the rows.")
    var format = Format.columns

    @Option(name: .long, help: "A prompt template: \(PromptTemplate.names); as `ask` by default.")
    var template: String?

    @Option(name: .long, help: "Where to write the rows; without it, standard output.")
    var output: String?

    @OptionGroup var modelOptions: ModelOptions

    func run() throws {
      let (records, left) = try DatasetCommand.records(file)
      let lines: [String]
      if let form = TuningExport.Format(rawValue: format.rawValue) {
        let vocabulary = try ModelVocabulary(path: modelOptions.path())
        let export = try TuningExport(vocabulary.promptWriter(templateName: template))
        lines = records.flatMap { export.rows($0, form) }.map { JSONValue.object($0).line }
      } else {
        let rows = records.flatMap(\.flatRows)
        lines =
          format == .csv
          ? CommaSeparatedTable.lines(columns: PatientRecord.flatColumns, rows)
          : rows.map { JSONValue.object($0).line }
      }
      try DatasetCommand.write(lines, to: output)
      if left > 0 { throw ExitCode(ExitStatus.failure) }
    }
  }

  /// Reads the published columns.
  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes records, one a patient and note, from rows with the published columns.")

    @Argument(help: "Rows, JSON Lines or a table with a header row (CSV); - is standard input.")
    var file: String

    @Option(name: .long, help: "Where to write the records; without it, standard output.")
    var output: String?

    func run() throws {
      let rows = try ColumnRows(path: file)
      var records: [PatientRecord] = []
      for row in rows.rows {
        do throws(RecordError) {
          let columns = rows.isTable ? Self.typed(row.object) : row.object
          records.append(try PatientRecord(flatRow: columns, number: row.line))
        } catch {
          RunConsole.say("\(file): \(error); left out")
        }
      }
      let isWhole = rows.strayCount == 0 && records.count == rows.rows.count
      try DatasetCommand.write(PatientRecord.joined(records).map(\.line), to: output)
      if !isWhole { throw ExitCode(ExitStatus.failure) }
    }

    /// A table's row as the published set has it: patients that are numbers, and no task where there
    /// is none.
    private static func typed(_ row: JSONObject) -> JSONObject {
      var row = row
      if let id = row["patient_id"]?.string, let number = Int(id), "\(number)" == id {
        row["patient_id"] = .number(id)
      }
      if row["task"]?.string?.isEmpty == true { row["task"] = nil }
      return row
    }
  }

  /// The records of a file, and how many of its lines are none; those are named on standard error.
  static func records(_ path: String) throws -> (records: [PatientRecord], left: Int) {
    let lines = try RecordLines(path: path)
    var records: [PatientRecord] = []
    for row in lines.rows {
      do throws(RecordError) {
        let line = JSONValue.object(row.object).line
        records.append(try PatientRecord(line: line, number: row.line))
      } catch {
        lines.leaveOut(error)
      }
    }
    return (records, lines.strayLineCount + lines.rows.count - records.count)
  }

  /// Writes lines to a file, whole or not at all, or to standard output.
  static func write(_ lines: [String], to path: String?) throws {
    let text = Data(lines.map { $0 + "\n" }.joined().utf8)
    if let path {
      try text.write(to: URL(filePath: path), options: .atomic)
    } else {
      FileHandle.standardOutput.write(text)
    }
  }
}

private struct StatisticsOutput: Encodable {
  struct Lengths: Encodable {
    var shortest: Int
    var median: Double
    var longest: Int
    var total: Int

    init(_ lengths: DatasetStatistics.Lengths) {
      shortest = lengths.shortest
      median = lengths.median
      longest = lengths.longest
      total = lengths.total
    }
  }

  var records: Int
  var patients: Int
  var pairs: Int
  var tasks: [String: Int]
  var answerable: Int
  var unanswerable: Int
  var evidence_quotes: Int
  var stray_quotes: Int
  var repeated_questions: Int
  var repeated_notes: Int
  var note_vocabulary: Int
  var words: [String: Lengths]

  init(_ s: DatasetStatistics) {
    records = s.recordCount
    patients = s.patientCount
    pairs = s.pairCount
    tasks = Dictionary(uniqueKeysWithValues: s.taskCounts.map { ($0.key.rawValue, $0.value) })
    answerable = s.answerableCount
    unanswerable = s.unanswerableCount
    evidence_quotes = s.quoteCount
    stray_quotes = s.strayQuoteCount
    repeated_questions = s.repeatedQuestionCount
    repeated_notes = s.repeatedNoteCount
    note_vocabulary = s.noteVocabularyCount
    words = [
      "case_report": Lengths(s.caseReports), "note": Lengths(s.notes),
      "question": Lengths(s.questions), "answer": Lengths(s.answers),
    ]
  }
}
