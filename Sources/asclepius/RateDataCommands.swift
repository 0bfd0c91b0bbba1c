internal import ArgumentParser
internal import Clinical
internal import Evaluation
internal import Foundation
internal import Store
internal import Synthesis

/// Writes ratings out.
struct RateExportCommand: ParsableCommand {
  /// What can be written.
  enum Kind: String, CaseIterable, ExpressibleByArgument {
    case ratings
    case verdicts
    case adjudications
  }

  /// Forms that it can be written in.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case jsonl
    case csv
  }

  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write what counts, a row each: item, rater, score and the rest.",
    discussion: "`asclepius agreement` reads the ratings. The rows name the models.")

  @Option(name: .long, help: "ratings, verdicts (of pairs) or adjudications.")
  var kind: Kind = .ratings

  @Option(name: .long, help: "jsonl or csv.")
  var format: Format = .jsonl

  @Option(name: .long, help: "A file; standard output by default.")
  var output: String?

  @OptionGroup var databaseOptions: RatingDatabaseOptions

  func run() throws {
    let store = try databaseOptions.open()
    let items = Dictionary(
      try store.items().map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let rows = try store.records().filter { record in
      switch record.act {
      case .rating: kind == .ratings
      case .verdict: kind == .verdicts
      case .adjudication: kind == .adjudications
      case .skip, .undo, .redo: false
      }
    }.map { RatingRow(of: $0, items).object }
    switch format {
    case .jsonl: try DatasetCommand.write(rows.map { JSONValue.object($0).line }, to: output)
    case .csv: try DatasetCommand.write(RatingRow.commaSeparated(rows), to: output)
    }
  }
}

/// Reads ratings in.
struct RateImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Add exported ratings of the same answers to this database's log.",
    discussion: """
      JSON Lines, or comma-separated values where the name ends in .csv. Rows that are there \
      already change nothing; a row of an answer that the database does not have is left out. Each \
      added entry names the digest of the one that it came from.
      """)

  @Argument(help: "A file that `rate export` wrote.")
  var file: String

  @OptionGroup var databaseOptions: RatingDatabaseOptions

  func run() throws {
    let store = try databaseOptions.open()
    let items = Dictionary(
      try store.items().map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    var records: [RatingRecord] = []
    var leftOut = 0
    for (line, object) in try rows() {
      let digests = object["item_digests"]?.array?.compactMap(\.string)
      guard let record = RatingRecord(row: object), record.fits(items, digests) else {
        leftOut += 1
        tell("\(file): line \(line): no rating of an answer in this database; left out")
        continue
      }
      records.append(record)
    }
    let count = try store.add(imported: records)
    tell("\(count) added, \(records.count - count) there already, \(leftOut) left out")
  }

  private func rows() throws -> [(line: Int, object: JSONObject)] {
    guard file.lowercased().hasSuffix(".csv") else {
      return try RecordLines(path: file).rows.map { ($0.line, $0.object) }
    }
    var rows = CommaSeparatedRows(Array(try TextInput.read(file).utf8))
    guard let names = rows.next()?.fields else { throw TextInputError.empty(path: file) }
    return rows.compactMap { row in
      guard let fields = row.fields, fields.count == names.count else {
        tell("\(file): line \(row.line): not as many fields as the first line has; left out")
        return nil
      }
      return (row.line, RatingRow.object(names, fields))
    }
  }
}

/// A rating as a row of an export.
struct RatingRow {
  let object: JSONObject

  init(of record: RatingRecord, _ items: [String: RatedItem]) {
    var row = JSONObject()
    switch record.subject {
    case .item(let name):
      row["item"] = .string(name)
    case .pair(let left, let right):
      row["left"] = .string(left)
      row["right"] = .string(right)
    }
    row["rater"] = .string(record.rater)
    row["act"] = .string(record.act.name)
    switch record.act {
    case .rating(let rating), .adjudication(let rating):
      for member in rating.members { row[member.name] = member.value }
      if rating.firstGrade == nil { row["first_score"] = .null }
    case .verdict(let verdict):
      for member in verdict.members { row[member.name] = member.value }
    case .skip, .undo, .redo: break
    }
    let found = record.subject.itemNames.compactMap { items[$0] }
    row["patient_id"] = found.first.map { .string($0.patient) } ?? .null
    row["number"] = found.first.map { .number(String($0.number)) } ?? .null
    row["task"] = found.first?.task.map { .string($0) } ?? .null
    switch record.subject {
    case .item:
      row["model"] = found.first.map { .string($0.model) } ?? .null
    case .pair:
      row["left_model"] = found.first.map { .string($0.model) } ?? .null
      row["right_model"] = found.last.map { .string($0.model) } ?? .null
    }
    row["item_digests"] = .array(found.map { .string($0.digest) })
    row["seconds"] = record.seconds.map { .number(String($0)) } ?? .null
    row["time"] = .string(record.time)
    row["digest"] = .string(record.origin ?? record.digest ?? "")
    object = row
  }

  private static let formulaStarts = "=+-@\t\r'".unicodeScalars

  /// Rows of comma-separated values: all have the columns of the first. Lists are JSON in a field.
  /// What a spreadsheet would take for a formula gets an apostrophe, which `object` takes away.
  static func commaSeparated(_ rows: [JSONObject]) -> [String] {
    guard let names = rows.first?.members.map(\.name) else { return [] }
    let guarded = rows.map { row in
      JSONObject(
        row.members.map { member in
          guard case .string(let text) = member.value, let first = text.unicodeScalars.first,
            formulaStarts.contains(first)
          else { return member }
          return JSONObject.Member(name: member.name, value: .string("'" + text))
        })
    }
    return CommaSeparatedTable.lines(columns: names, guarded)
  }

  private static func unguarded(_ field: String) -> String {
    let rest = field.unicodeScalars.dropFirst()
    guard field.unicodeScalars.first == "'", let next = rest.first, formulaStarts.contains(next)
    else { return field }
    return String(rest)
  }

  /// A row of comma-separated values as an object.
  static func object(_ names: [String], _ fields: [String]) -> JSONObject {
    let texts: Set = [
      "item", "left", "right", "rater", "act", "comment", "patient_id", "task",
      "model", "left_model", "right_model", "time", "digest", "harm", "verdict", "strength",
    ]
    return JSONObject(
      zip(names, fields).map { name, field in
        let isText = texts.contains(name)
        let value: JSONValue =
          isText && (name == "comment" || !field.isEmpty)
          ? .string(unguarded(field)) : (try? JSONValue(parsing: field.utf8)) ?? .null
        return .init(name: name, value: value)
      })
  }
}

extension RatingRecord {
  /// Whether it is about answers that are here, with the words that were rated, and marks no more
  /// than they have.
  fileprivate func fits(_ items: [String: RatedItem], _ digests: [String]?) -> Bool {
    let found = subject.itemNames.compactMap { items[$0] }
    guard found.count == subject.itemNames.count, let first = found.first,
      digests == nil || digests == found.map(\.digest)
    else { return false }
    switch (act, subject) {
    case (.verdict, .pair): return true
    case (.rating(let rating), .item), (.adjudication(let rating), .item):
      return rating.spans.allSatisfy {
        $0.range.upperBound
          <= ($0.kind.isInNote ? first.note : first.answer).unicodeScalars.count
      }
    default: return false
    }
  }

  /// Reads a row of an export. Rows with item, rater and score alone are ratings too.
  fileprivate init?(row: JSONObject) {
    var row = row
    if row["act"] == nil { row["act"] = row["score"] == nil ? "verdict" : "rating" }
    if row["time"] == nil { row["time"] = .string(Date().formatted(.iso8601)) }
    self.init(row)
    switch act {
    case .rating, .adjudication, .verdict: break
    case .skip, .undo, .redo: return nil
    }
    origin = row["digest"]?.string.flatMap { $0.isEmpty ? nil : $0 }
    entry = nil
  }
}

/// Looks for tampering.
struct RateVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check the log of ratings: every digest, their chain, the answers.",
    discussion: """
      Note the digest of the last entry somewhere else: with --head it later shows also that \
      nothing was cut off at the end.
      """)

  @Option(name: .long, help: "The last digest that an earlier run told.")
  var head: String?

  @Flag(name: .long, help: "Print one JSON object.")
  var json = false

  @OptionGroup var databaseOptions: RatingDatabaseOptions

  private struct Output: Encodable {
    var entries: Int
    var head: String?
    var faults: [String]
  }

  func run() throws {
    let report = try databaseOptions.open().verify(noted: head)
    let faults = report.faults.map(\.description)
    if json {
      try JSONOutput.print(Output(entries: report.entryCount, head: report.head, faults: faults))
    } else if faults.isEmpty {
      print("\(report.entryCount) entries, in order; last digest \(report.head ?? "-")")
    } else {
      for fault in faults { print(fault) }
    }
    if !faults.isEmpty { throw ExitCode(ExitStatus.failure) }
  }
}

/// Says what the ratings come to.
struct RateSummaryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "summary",
    abstract: "Grades and win rates of the models, and how far the side of a pair decided.")

  @Flag(name: .long, help: "Print one JSON object.")
  var json = false

  @OptionGroup var bootstrapOptions: BootstrapOptions
  @OptionGroup var databaseOptions: RatingDatabaseOptions

  func run() throws {
    let store = try databaseOptions.open()
    let summary = RatingSummary(items: try store.items(), records: try store.records())
    if json {
      try JSONOutput.print(summary.output(bootstrap: bootstrapOptions.bootstrap))
    } else {
      for line in summary.lines(bootstrap: bootstrapOptions.bootstrap) { print(line) }
      print(bootstrapOptions.caption(items: "answers and questions"))
    }
  }
}
