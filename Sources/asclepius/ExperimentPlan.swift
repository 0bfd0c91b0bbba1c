import Foundation
import TOMLKit

/// What an experiment is: `plan.toml` in its folder. Files are named as seen from the folder.
struct ExperimentPlan: Equatable, Sendable {
  var title = "Experiment"
  /// Where orders and intervals start.
  var seed: UInt64 = 1
  /// How often patients are drawn again for the intervals.
  var resamples = 2000
  /// The longest answer, in tokens.
  var maxTokens = 400
  var questions: [Questions] = []
  var models: [Model] = []
  var answers: [Answers] = []
  var judges: [JudgeEntry] = []
  var comparisons: [Comparison] = []
  var corpora: [Corpus] = []
  var ratings: [String] = []

  /// A question set.
  struct Questions: Equatable, Sendable {
    var name: String
    var file: String
  }

  /// A model that answers.
  struct Model: Equatable, Sendable {
    var name: String
    var model: String
    var adapter: String?
    var template: String?
    /// The name of the model that this one is a quantisation of.
    var quantizedFrom: String?
  }

  /// Answers that were made elsewhere, to be judged beside the others.
  struct Answers: Equatable, Sendable {
    var questions: String
    var file: String
  }

  /// A judge.
  struct JudgeEntry: Equatable, Sendable {
    var name: String
    /// A model, or `endpoint:URL#NAME`.
    var judge: String
    var adapter: String?
    var alone = true
    var orders = 4
    var repeats = 1
    var controls = true
    /// Judged of each question set: every so many questions, 1 for all.
    var every = 1
  }

  /// Models that differ in one thing; each is set against the first.
  struct Comparison: Equatable, Sendable {
    var title: String
    var models: [String]
  }

  /// Texts whose perplexity is measured.
  struct Corpus: Equatable, Sendable {
    var name: String
    var file: String
    /// The member of each record that holds the text.
    var field = "note"
    /// Tokens in a window.
    var context = 512
  }

  /// What is wrong with a plan, and where.
  struct Problem: Error, CustomStringConvertible {
    var path: String
    var text: String

    var description: String { "\(path): \(text)" }
  }

  /// Reads the plan in a folder.
  ///
  /// - Throws: `Problem`, `TextInputError`.
  init(folder: String) throws {
    let path = folder + "/plan.toml"
    try self.init(toml: TextInput.read(path), path: path)
  }

  init(toml text: String, path: String) throws(Problem) {
    let table: TOMLTable
    do {
      table = try TOMLTable(string: text)
    } catch let error as TOMLParseError {
      throw Problem(path: path, text: "line \(error.source.begin.line): \(error.description)")
    } catch {
      throw Problem(path: path, text: "\(error)")
    }
    let root = PlanTable(table, place: "the plan", path: path)
    try root.check([
      "title", "seed", "resamples", "max_tokens", "questions", "models", "answers", "judges",
      "comparisons", "corpora", "ratings",
    ])
    title = try root.text("title") ?? title
    seed = UInt64(try root.number("seed", 0...Int.max) ?? 1)
    resamples = try root.number("resamples", 0...1_000_000) ?? resamples
    maxTokens = try root.number("max_tokens", 1...100_000) ?? maxTokens
    try readLists(root)
    try checkNames(path)
  }

  private mutating func readLists(_ root: PlanTable) throws(Problem) {
    for entry in try root.tables("questions", ["name", "file"]) {
      questions.append(Questions(name: try entry.name(), file: try entry.need("file")))
    }
    for entry in try root.tables(
      "models", ["name", "model", "adapter", "template", "quantized_from"])
    {
      models.append(
        Model(
          name: try entry.name(), model: try entry.need("model"),
          adapter: try entry.text("adapter"), template: try entry.text("template"),
          quantizedFrom: try entry.text("quantized_from")))
    }
    for entry in try root.tables("answers", ["questions", "file"]) {
      answers.append(
        Answers(questions: try entry.need("questions"), file: try entry.need("file")))
    }
    for entry in try root.tables(
      "judges", ["name", "judge", "adapter", "alone", "orders", "repeats", "controls", "every"])
    {
      var judge = JudgeEntry(name: try entry.name(), judge: try entry.need("judge"))
      judge.adapter = try entry.text("adapter")
      judge.alone = try entry.truth("alone") ?? true
      judge.orders = try entry.number("orders", 0...100) ?? 4
      judge.repeats = try entry.number("repeats", 1...100) ?? 1
      judge.controls = try entry.truth("controls") ?? true
      judge.every = try entry.number("every", 1...1_000_000) ?? 1
      judges.append(judge)
    }
    for entry in try root.tables("comparisons", ["title", "models"]) {
      comparisons.append(
        Comparison(title: try entry.need("title"), models: try entry.texts("models")))
    }
    for entry in try root.tables("corpora", ["name", "file", "field", "context"]) {
      var corpus = Corpus(name: try entry.name(), file: try entry.need("file"))
      corpus.field = try entry.text("field") ?? corpus.field
      corpus.context = try entry.number("context", 4...1_000_000) ?? corpus.context
      corpora.append(corpus)
    }
    for entry in try root.tables("ratings", ["file"]) { ratings.append(try entry.need("file")) }
  }

  /// Names within the plan have to lead somewhere.
  private func checkNames(_ path: String) throws(Problem) {
    let names = models.map(\.name)
    for (kind, list) in [
      ("questions", questions.map(\.name)), ("models", names), ("judges", judges.map(\.name)),
      ("corpora", corpora.map(\.name)),
    ] where Set(list).count < list.count {
      throw Problem(path: path, text: "two \(kind) have the same name")
    }
    for model in models {
      if let base = model.quantizedFrom, !names.contains(base) {
        throw Problem(
          path: path, text: "\(model.name) is quantized_from \(base), which is no model here")
      }
    }
    for entry in answers where !questions.contains(where: { $0.name == entry.questions }) {
      throw Problem(
        path: path, text: "\(entry.file) answers \(entry.questions), which is no question set here")
    }
  }
}

/// A table of a plan that tells what is wrong with it.
private struct PlanTable {
  private let table: TOMLTable
  private let place: String
  private let path: String

  init(_ table: TOMLTable, place: String, path: String) {
    self.table = table
    self.place = place
    self.path = path
  }

  private func problem(_ text: String) -> ExperimentPlan.Problem {
    ExperimentPlan.Problem(path: path, text: "\(place): \(text)")
  }

  /// Unknown keys are typing errors.
  func check(_ known: [String]) throws(ExperimentPlan.Problem) {
    if let key = table.keys.first(where: { !known.contains($0) }) {
      throw problem("there is no key \(key); known are \(known.joined(separator: " "))")
    }
  }

  func tables(_ key: String, _ known: [String]) throws(ExperimentPlan.Problem) -> [PlanTable] {
    guard let value = table[key] else { return [] }
    guard let array = value.array else { throw problem("write [[\(key)]] for each of \(key)") }
    var tables: [PlanTable] = []
    for (index, value) in array.enumerated() {
      guard let entry = value.table else {
        throw problem("write [[\(key)]] for each of \(key)")
      }
      let table = PlanTable(entry, place: "[[\(key)]] number \(index + 1)", path: path)
      try table.check(known)
      tables.append(table)
    }
    return tables
  }

  func text(_ key: String) throws(ExperimentPlan.Problem) -> String? {
    guard let value = table[key] else { return nil }
    guard let text = value.string, !text.isEmpty else {
      throw problem("\(key) must be text in quotes")
    }
    return text
  }

  func need(_ key: String) throws(ExperimentPlan.Problem) -> String {
    guard let text = try text(key) else { throw problem("\(key) is missing") }
    return text
  }

  /// A name that can be part of a file's.
  func name() throws(ExperimentPlan.Problem) -> String {
    let name = try need("name")
    guard !name.contains("/"), !name.hasPrefix("."), !name.hasPrefix("(") else {
      throw problem("the name \(name) holds a slash, or begins with a dot or a bracket")
    }
    return name
  }

  func texts(_ key: String) throws(ExperimentPlan.Problem) -> [String] {
    let texts = table[key]?.array?.map { $0.string } ?? []
    guard texts.count > 1, texts.allSatisfy({ $0 != nil }) else {
      throw problem("\(key) must be two names or more: [\"a\", \"b\"]")
    }
    return texts.compactMap(\.self)
  }

  func number(
    _ key: String, _ range: ClosedRange<Int>
  ) throws(ExperimentPlan.Problem) -> Int? {
    guard let value = table[key] else { return nil }
    guard let number = value.int, range.contains(number) else {
      throw problem("\(key) must be a whole number from \(range.lowerBound) on")
    }
    return number
  }

  func truth(_ key: String) throws(ExperimentPlan.Problem) -> Bool? {
    guard let value = table[key] else { return nil }
    guard let truth = value.bool else { throw problem("\(key) must be true or false") }
    return truth
  }
}
