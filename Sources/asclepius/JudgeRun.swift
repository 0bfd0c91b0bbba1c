internal import ArgumentParser
internal import Clinical
internal import Evaluation
internal import Foundation

/// A judge's work on a set of answers.
struct JudgeRun {
  let judge: Judge
  let plan: JudgePlan
  /// What the judge is called in the rows.
  let name: String

  /// One prompt and the rows that its verdicts become.
  private struct Sheet {
    var prompt: JudgePrompt
    var rows: [JudgementRow]
  }

  /// - Parameter name: Nil takes the judge's own name.
  init(_ judge: Judge, _ plan: JudgePlan, name: String? = nil) {
    self.judge = judge
    self.plan = plan
    self.name = name ?? judge.description.title
  }

  /// Judges what is not judged yet, the questions on a note after each other.
  ///
  /// - Returns: The keys of all rows that belong to these answers, to tell them from older ones.
  func judge(_ answers: [GivenAnswer], into file: RowFile<JudgementRow>) async throws -> Set<
    JudgementKey
  > {
    let sheets = sheets(answers)
    let wanted = Set(sheets.flatMap(\.rows).map(JudgementKey.init))
    let known = Set(file.rows.map(JudgementKey.init))
    let asks = sheets.enumerated().compactMap { id, sheet -> JudgeAsk? in
      let places = sheet.rows.indices.filter { !known.contains(JudgementKey(sheet.rows[$0])) }
      return places.isEmpty ? nil : JudgeAsk(id: id, prompt: sheet.prompt, places: places)
    }
    let total = asks.reduce(0) { $0 + $1.places.count }
    let progress = ProgressLine("judging")
    defer { progress.clear() }
    var done = 0
    for try await outcome in judge.grade(asks) {
      let sheet = sheets[outcome.ask]
      switch outcome.result {
      case .success(let verdicts):
        for (place, verdict) in verdicts {
          try file.add(sheet.rows[place].with(verdict))
        }
      case .failure(let error):
        let first = sheet.rows[0]
        let words = first.mode == .alone ? "answer of \(first.model)" : "order \(first.order)"
        tell(
          "\(first.patient_id), question \(first.number), \(words): \(describe(error)); left out")
      }
      done += outcome.placeCount
      progress.show(Double(done) / Double(max(1, total)), "\(done) of \(total)")
    }
    if done < total { throw ExitCode(ExitStatus.interrupted) }
    return wanted
  }

  // MARK: What is asked

  private func sheets(_ answers: [GivenAnswer]) -> [Sheet] {
    let questions = Dictionary(grouping: answers, by: \.key)
    let keys = questions.keys.sorted()
    return keys.flatMap { key -> [Sheet] in
      let answers = (questions[key] ?? []).sorted { $0.model < $1.model }
      return (1...max(1, plan.repeatCount)).flatMap { turn in
        (plan.showsAlone ? answers.compactMap { alone($0, turn) } : []) + together(answers, turn)
      }
    }
  }

  private func alone(_ answer: GivenAnswer, _ turn: Int) -> Sheet? {
    guard let note = answer.note else { return nil }
    let prompt = JudgePrompt.alone(note: note, question: answer.question, answer: answer.answer)
    let row = row(answer, prompt, .alone, order: 0, place: 1, shown: 1, turn)
    return Sheet(prompt: prompt, rows: [row])
  }

  /// The orders of a block of the Latin square: with as many orders as answers (twice as many for an
  /// odd number) each answer stands in each place equally often.
  private func together(_ answers: [GivenAnswer], _ turn: Int) -> [Sheet] {
    guard answers.count > 1, let first = answers.first, let note = first.note else { return [] }
    guard answers.count <= JudgePrompt.greatestAnswerCount else {
      tell(
        "\(first.key): \(answers.count) answers, but at most \(JudgePrompt.greatestAnswerCount) can "
          + "be shown together; judged alone only")
      return []
    }
    // Which orders a question gets depends on the question alone, not on what else is judged.
    let digest = contentDigest(of: first.key + "\n" + first.question)
    let seed = plan.seed ^ (UInt64(digest.prefix(16), radix: 16) ?? 0)
    let square = LatinSquare(conditionCount: answers.count, seed: seed)
    return (0..<plan.orderCount).map { number in
      let shown = square.order(ofItem: number).map { answers[$0] }
      let prompt = JudgePrompt.together(
        note: note, question: first.question, answers: shown.map(\.answer))
      let rows = shown.enumerated().map { place, answer in
        row(
          answer, prompt, .together, order: number + 1, place: place + 1, shown: shown.count, turn)
      }
      return Sheet(prompt: prompt, rows: rows)
    }
  }

  private func row(
    _ answer: GivenAnswer, _ prompt: JudgePrompt, _ mode: JudgementRow.Mode, order: Int,
    place: Int, shown: Int, _ turn: Int
  ) -> JudgementRow {
    let words = mode == .alone ? "alone" : "order \(order)"
    return JudgementRow(
      item: answer.item, rater: "\(name), \(words)" + (turn > 1 ? ", repeat \(turn)" : ""),
      patient_id: answer.patientID, number: answer.number, task: answer.task, model: answer.model,
      mode: mode, order: order, place: place, shown: shown, repeat: turn,
      provenance: JudgementProvenance(
        judge_digest: judge.description.digest,
        adapter_digest: judge.description.adapter?.digest, prompt_digest: prompt.templateDigest,
        text_digest: contentDigest(of: prompt.text), seed: plan.seed,
        // Only an endpoint has no digest; a model in this process gets the text as it is.
        redacted: plan.isRedacted && judge.description.digest.isEmpty ? true : nil))
  }
}

/// What tells one request about one answer from all others.
struct JudgementKey: Hashable {
  private let item: String
  private let rater: String
  private let provenance: JudgementProvenance

  init(_ row: JudgementRow) {
    item = row.item
    rater = row.rater
    provenance = row.provenance
  }
}

extension JudgementRow {
  /// The row with what the judge said.
  func with(_ verdict: JudgeVerdict) -> JudgementRow {
    var row = self
    row.score = verdict.score
    row.expected = verdict.distribution?.expected
    row.probabilities = verdict.distribution?.probabilities
    row.reply = verdict.score == nil ? verdict.reply : nil
    return row
  }

  /// The order in which a finished file has them.
  static func areInOrder(_ first: JudgementRow, _ second: JudgementRow) -> Bool {
    (first.rater, first.patient_id, first.number, first.model)
      < (second.rater, second.patient_id, second.number, second.model)
  }
}
