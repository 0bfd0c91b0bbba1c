internal import Clinical
internal import Evaluation
internal import Grounding

/// A note that answers are held against.
struct NoteClaims {
  private let index: NoteIndex

  init(_ note: String) {
    index = NoteIndex(note)
  }

  /// The share of an answer's claims that the note supports; nil where it has none.
  func support(of answer: String, question: String) -> Double? {
    let claims = index.claims(of: answer, question: question)
    guard !claims.isEmpty else { return nil }
    return Double(claims.count { $0.verdict == .supported }) / Double(claims.count)
  }
}

/// The notes of a file of records, by patient.
struct NotesOfPatients {
  private let notes: [String: NoteClaims]

  init(path: String) throws {
    let records = try DatasetCommand.records(path).records
    notes = Dictionary(
      records.compactMap { record in record.note.map { (record.patientID, NoteClaims($0)) } },
      uniquingKeysWith: { first, _ in first })
  }

  /// The share of an answer's claims that the patient's note supports; nil without note or claim.
  func support(of answer: String, question: String, patientID: String) -> Double? {
    notes[patientID]?.support(of: answer, question: question)
  }
}

/// An answer with all that can be measured without a judge.
struct MeasuredAnswer {
  let model: String
  let task: String?
  let scores: LexicalScores
  let isRefusal: Bool
  let isAnswerable: Bool?
  /// Whether the answer ended by itself; nil where the row does not say.
  let isFinished: Bool?
  let support: Double?

  init(
    _ row: RecordLines.Row, stemming: Rouge.Stemming, notes: NotesOfPatients?
  ) throws(RecordError) {
    let answer = try row.string("answer")
    let reference = try row.string("reference")
    model = row.object["model"]?.string ?? ""
    task = row.object["task"]?.string
    scores = LexicalScores(answer: answer, reference: reference, stemming: stemming)
    isRefusal = Refusal.isRefusal(answer)
    isAnswerable = row.object["answerable"]?.bool
    isFinished = row.object["stop"]?.string.map { $0 == "end" }
    support = notes?.support(
      of: answer, question: row.object["question"]?.string ?? "",
      patientID: row.object["patient_id"]?.string ?? "")
  }
}

/// The figures of one model's answers.
struct AnswerReport: Encodable {
  private struct Figure {
    let key: String
    let title: String
    let value: Estimate?
  }

  private let model: String
  private let answerCount: Int
  private let figures: [Figure]
  private let tasks: [(name: String, count: Int, figures: [Figure])]

  init(model: String, _ answers: [MeasuredAnswer], bootstrap: Bootstrap) {
    self.model = model
    answerCount = answers.count
    let summary = LexicalSummary(answers.map(\.scores), bootstrap: bootstrap)
    let means = LexicalMetric.allCases.map {
      Figure(key: $0.rawValue, title: $0.title, value: summary.means[$0])
    }
    figures =
      means + [
        Figure(key: "bleu_corpus", title: "BLEU, corpus", value: summary.corpusBleu),
        Figure(key: "chrf_corpus", title: "chrF, corpus", value: summary.corpusChrF),
      ] + Self.behaviour(answers, bootstrap)
    let named = Dictionary(grouping: answers.filter { $0.task != nil }) { $0.task ?? "" }
    tasks = named.keys.sorted().map { task in
      let answers = named[task] ?? []
      let lexical: [(LexicalMetric)] = [.tokenF1, .rougeL, .numberRecall]
      let figures = lexical.map { metric in
        Figure(
          key: metric.rawValue, title: metric.title,
          value: bootstrap.mean(answers.map { $0.scores.values[metric] }))
      }
      return (task, answers.count, figures + Self.behaviour(answers, bootstrap))
    }
  }

  /// What the rows say beyond words: only figures that some row has.
  private static func behaviour(
    _ answers: [MeasuredAnswer], _ bootstrap: Bootstrap
  ) -> [Figure] {
    func figure(
      _ key: String, _ title: String, _ value: (MeasuredAnswer) -> Double?
    ) -> [Figure] {
      let values = answers.map(value)
      guard values.contains(where: { $0 != nil }) else { return [] }
      return [Figure(key: key, title: title, value: bootstrap.mean(values))]
    }
    return figure("refused_unanswerable", "Unanswerable refused") {
      $0.isAnswerable == false ? ($0.isRefusal ? 1 : 0) : nil
    }
      + figure("refused_answerable", "Answerable refused") {
        $0.isAnswerable == true ? ($0.isRefusal ? 1 : 0) : nil
      } + figure("unfinished", "Loops or never ends") { $0.isFinished.map { $0 ? 0 : 1 } }
      + figure("evidence_support", "Supported by the note") { $0.support }
  }

  /// The figures as tables for people.
  var text: String {
    var lines = [(model.isEmpty ? "" : "\(model): ") + "\(answerCount) answers", ""]
    lines += figures.map { EstimateOutput($0.value).text($0.title) }
    for task in tasks {
      lines += ["", "\(task.name): \(task.count) answers"]
      lines += task.figures.map { EstimateOutput($0.value).text("  " + $0.title) }
    }
    return lines.joined(separator: "\n")
  }

  private enum CodingKeys: CodingKey { case rows, model, metrics, tasks }

  private struct TaskOutput: Encodable {
    let rows: Int
    let metrics: [String: EstimateOutput]
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(answerCount, forKey: .rows)
    try container.encode(Self.output(figures), forKey: .metrics)
    if !model.isEmpty { try container.encode(model, forKey: .model) }
    guard !tasks.isEmpty else { return }
    let output = tasks.map {
      ($0.name, TaskOutput(rows: $0.count, metrics: Self.output($0.figures)))
    }
    try container.encode(
      Dictionary(output, uniquingKeysWith: { first, _ in first }), forKey: .tasks)
  }

  private static func output(_ figures: [Figure]) -> [String: EstimateOutput] {
    Dictionary(
      figures.map { ($0.key, EstimateOutput($0.value)) }, uniquingKeysWith: { first, _ in first })
  }
}
