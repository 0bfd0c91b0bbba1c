internal import Clinical
internal import Evaluation
internal import Foundation

/// All records of an experiment that are there, ready to be put into tables.
struct ExperimentRecords {
  /// An answer with all that is known of it.
  struct Item {
    let answer: GivenAnswer
    /// The lexical metrics; nil without a reference.
    let scores: LexicalScores?
    let isRefusal: Bool
    /// The share of the answer's claims that the note supports; nil without claims.
    let support: Double?
  }

  /// A question set with its answers by model, in the plan's order.
  struct QuestionRecords {
    let name: String
    let models: [String]
    let items: [String: [Item]]
    /// The judgements of each judge, in the plan's order.
    let judgements: [(judge: ExperimentPlan.JudgeEntry, rows: [JudgementRow])]
  }

  let plan: ExperimentPlan
  let sets: [QuestionRecords]
  let losses: [PerplexityRow]
  let ratings: [Rating]

  var bootstrap: Bootstrap {
    Bootstrap(resampleCount: plan.resamples, seed: plan.seed)
  }

  /// Reads what is there; what is missing is told and left out.
  init(folder: ExperimentFolder) throws {
    let plan = try ExperimentPlan(folder: folder.path)
    self.plan = plan
    let files = FileManager.default
    sets = try plan.questions.map { questions in
      let models = plan.models.filter { model in
        let isThere = files.fileExists(atPath: folder.answers(questions, model))
        if !isThere { tell("\(questions.name): no answers of \(model.name) yet; left out") }
        return isThere
      }
      var present = plan
      present.models = models
      let answers = try folder.allAnswers(questions, present)
      let judgements = try plan.judges.compactMap { judge in
        let path = folder.judgements(questions, judge)
        guard files.fileExists(atPath: path) else {
          tell("\(questions.name): no scores of \(judge.name) yet; left out")
          return nil as (ExperimentPlan.JudgeEntry, [JudgementRow])?
        }
        return (judge, try Self.rows(path))
      }
      return Self.records(questions.name, models.map(\.name), answers, judgements)
    }
    losses =
      files.fileExists(atPath: folder.perplexity) ? try Self.rows(folder.perplexity) : []
    ratings = try AgreementCommand.ratings(plan.ratings.map(folder.file))
  }

  private static func records(
    _ name: String, _ planned: [String], _ answers: [GivenAnswer],
    _ judgements: [(ExperimentPlan.JudgeEntry, [JudgementRow])]
  ) -> QuestionRecords {
    var notes: [String: NoteClaims] = [:]
    var items: [String: [Item]] = [:]
    for answer in answers {
      let digest = answer.note.map { contentDigest(of: $0) } ?? ""
      if notes[digest] == nil { notes[digest] = NoteClaims(answer.note ?? "") }
      let item = Item(
        answer: answer,
        scores: answer.reference.map { LexicalScores(answer: answer.answer, reference: $0) },
        isRefusal: Refusal.isRefusal(answer.answer),
        support: notes[digest]?.support(of: answer.answer, question: answer.question))
      items[answer.model, default: []].append(item)
    }
    let others = Set(items.keys).subtracting(planned).sorted()
    return QuestionRecords(
      name: name, models: planned + others,
      items: items.mapValues { items in
        items.sorted {
          ($0.answer.patientID, $0.answer.number) < ($1.answer.patientID, $1.answer.number)
        }
      }, judgements: judgements)
  }

  /// The rows of a file that this program wrote.
  private static func rows<Row: Decodable>(_ path: String) throws -> [Row] {
    let decoder = JSONDecoder()
    let bytes = try Data(contentsOf: URL(filePath: path))
    return try bytes.split(separator: UInt8(ascii: "\n")).map { line in
      try decoder.decode(Row.self, from: line)
    }
  }
}

extension ExperimentRecords.QuestionRecords {
  /// How many patients the answers are about.
  var patientCount: Int {
    Set(items.values.joined().map(\.answer.patientID)).count
  }

  /// The tasks in the order of the paper, others behind them by name.
  var tasks: [String] {
    let found = Set(items.values.joined().compactMap(\.answer.task))
    let known = ClinicalTask.allCases.map(\.rawValue).filter(found.contains)
    return known + found.subtracting(known).sorted()
  }

  /// The mean of a judge's scores of each answer shown by itself, over repeats: the expected score
  /// where the judge tells it, else the score.
  static func points(_ rows: [JudgementRow], _ mode: JudgementRow.Mode) -> [String: Double] {
    let own = rows.filter { $0.mode == mode }
    return Dictionary(grouping: own, by: \.item).compactMapValues { rows in
      let values = rows.compactMap { $0.expected ?? $0.score.map(Double.init) }
      return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
  }
}
