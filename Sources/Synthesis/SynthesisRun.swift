public import Clinical
internal import Foundation

/// What a run depends on beside its input and its teacher.
public struct SynthesisSettings: Hashable, Codable, Sendable {
  /// Where every random number starts.
  public var seed: UInt64 = 0
  /// Questions asked of each note.
  public var questionsPerNote = 3
  /// How often a question is asked for again when it is too like an earlier one.
  public var questionAttemptCount = 3
  /// Notes with a smaller share of supported sentences are set aside.
  public var smallestSupport = 0.5
  /// Sampling temperature of all stages.
  public var temperature = 1.0
  /// New tokens that a note may have.
  public var noteTokenCount = 1024
  /// New tokens that a question may have.
  public var questionTokenCount = 300
  /// New tokens that an answer may have.
  public var answerTokenCount = 400

  /// The paper's values where it gives one.
  public init() {}
}

/// Where a run stands.
public struct SynthesisProgress: Hashable, Sendable {
  /// Which stage.
  public var stage: SynthesisStage
  /// Requests of the stage that are done.
  public var done: Int
  /// Requests that the stage makes at least.
  public var total: Int
}

/// The stages in their order; the raw value is the command's name.
public enum SynthesisStage: String, CaseIterable, Codable, Sendable {
  /// Case reports become notes.
  case synthesize
  /// Each note's sentences are compared with its case report.
  case audit
  /// Questions are written on each note.
  case instruct
  /// Each question is answered.
  case answer
  /// Rows that break a rule are dropped.
  case filter
}

/// Runs stages over records. Each stage takes records and gives records; what it could not do with
/// a record is written into the record (`set_aside`), never lost.
public struct SynthesisRun: Sendable {
  private let settings: SynthesisSettings
  private let teacher: Teacher
  private let journal: RunJournal
  private let report: @Sendable (SynthesisProgress) -> Void

  /// A run with everything it needs.
  ///
  /// - Parameter report: Called after each request, from any thread.
  public init(
    settings: SynthesisSettings, teacher: Teacher, journal: RunJournal,
    report: @escaping @Sendable (SynthesisProgress) -> Void = { _ in }
  ) {
    self.settings = settings
    self.teacher = teacher
    self.journal = journal
    self.report = report
  }

  // MARK: Stages

  /// Writes the note of each record that has a case report and no note.
  public func synthesize(_ records: [PatientRecord]) async throws -> [PatientRecord] {
    var records = records
    let open = records.indices.filter { records[$0].note == nil && records[$0].caseReport != nil }
    let requests = open.map { index in
      Request(
        key: "note/\(records[index].patientID)",
        prompt: .note(report: records[index].caseReport ?? ""), limit: settings.noteTokenCount)
    }
    let outcomes = try await ask(requests, stage: .synthesize)
    for (place, index) in open.enumerated() {
      switch outcomes[place] {
      case .reply(let reply) where reply.stop == .end && !Self.isBlank(reply.text):
        records[index].note = Self.trimmed(reply.text)
        records[index].addProvenance("note", provenance(of: requests[place], reply))
      case .reply(let reply):
        records[index].setAside(
          reply.stop == .end
            ? "the teacher wrote nothing"
            : "the note was not finished after \(reply.tokenCount) tokens")
      case .tooLong(let prompt, let context):
        records[index].setAside(
          "the case report needs \(prompt) tokens, but the teacher holds \(context)")
      }
    }
    return records
  }

  /// Compares each sentence of a note with its case report, by rules and without a teacher; what is
  /// not supported is listed, and a note of which a share below `smallestSupport` is supported is
  /// set aside.
  public static func audit(
    _ records: [PatientRecord], smallestSupport: Double,
    report: @Sendable (SynthesisProgress) -> Void = { _ in }
  ) -> [PatientRecord] {
    var records = records
    for index in records.indices {
      guard let note = records[index].note, let text = records[index].caseReport else { continue }
      let audit = FaithfulnessAudit(note: note, caseReport: text)
      records[index].object["audit"] = audit.value
      if audit.support < smallestSupport {
        records[index].setAside(
          "\(audit.claimCount - audit.supportedCount) of \(audit.claimCount) sentences are not in "
            + "the case report")
      }
      report(SynthesisProgress(stage: .audit, done: index + 1, total: records.count))
    }
    return records
  }

  /// Writes questions on each note that has none.
  ///
  /// Notes are taken in waves. All questions of a wave see the pool as it stood when the wave
  /// began, and join it in the order of the notes; so the set does not depend on which reply comes
  /// first.
  public func instruct(_ records: [PatientRecord]) async throws -> [PatientRecord] {
    var records = records
    var pool = InstructionPool()
    let open = records.indices.filter {
      records[$0].note != nil && records[$0].pairs.isEmpty && !records[$0].isSetAside
    }
    var done = 0
    let total = open.count * settings.questionsPerNote
    for start in stride(from: 0, to: open.count, by: Self.waveNoteCount) {
      let wave = open[start..<min(start + Self.waveNoteCount, open.count)]
      var wanted = wave.flatMap { index in
        (0..<settings.questionsPerNote).map { Place(record: index, number: $0) }
      }
      for attempt in 0..<settings.questionAttemptCount where !wanted.isEmpty {
        let drafts = wanted.map { draft(at: $0, attempt, records, pool) }
        let outcomes = try await ask(drafts.map(\.request), stage: .instruct, done: done, total)
        var refused: [Place] = []
        for (index, place) in wanted.enumerated() {
          guard let pair = accepted(drafts[index], outcomes[index], pool) else {
            refused.append(place)
            continue
          }
          pool.add(pair.question, task: drafts[index].task)
          records[place.record].pairs += [pair]
          done += 1
        }
        wanted = refused
      }
      done += wanted.count
    }
    return records
  }

  /// Answers each question that has no answer yet.
  public func answer(_ records: [PatientRecord]) async throws -> [PatientRecord] {
    var records = records
    let places = records.indices.flatMap { index in
      records[index].pairs.indices.compactMap { number in
        records[index].pairs[number].answer.isEmpty ? Place(record: index, number: number) : nil
      }
    }
    let requests = places.map { place in
      let record = records[place.record]
      return Request(
        key: "answer/\(record.patientID)/\(place.number)",
        prompt: .answer(
          question: record.pairs[place.number].question, note: record.note ?? ""),
        limit: settings.answerTokenCount)
    }
    let outcomes = try await ask(requests, stage: .answer)
    for (number, place) in places.enumerated() {
      var pairs = records[place.record].pairs
      switch outcomes[number] {
      case .reply(let reply):
        pairs[place.number].answer = Self.trimmed(reply.text)
        pairs[place.number].addProvenance("answer", provenance(of: requests[number], reply))
      case .tooLong(let prompt, let context):
        pairs[place.number].object["set_aside"] = .string(
          "the prompt needs \(prompt) tokens, but the teacher holds \(context)")
      }
      records[place.record].pairs = pairs
    }
    return records
  }

  // MARK: Requests

  /// Notes in a wave of `instruct`.
  private static let waveNoteCount = 16

  private struct Place {
    var record: Int
    var number: Int
  }

  private struct Request {
    var key: String
    var prompt: TeacherPrompt
    var limit: Int
  }

  private struct Draft {
    var task: ClinicalTask
    var request: Request
  }

  private func draft(
    at place: Place, _ attempt: Int, _ records: [PatientRecord], _ pool: InstructionPool
  ) -> Draft {
    let record = records[place.record]
    let key = "question/\(record.patientID)/\(place.number)/\(attempt)"
    var random = RowRandom(seed: settings.seed, key: key)
    let task = ClinicalTask.allCases.randomElement(using: &random) ?? .questionAnswering
    let examples = pool.examples(of: task, using: &random)
    return Draft(
      task: task,
      request: Request(
        key: key,
        prompt: .question(task: task, examples: examples, note: record.note ?? ""),
        limit: settings.questionTokenCount))
  }

  private func accepted(
    _ draft: Draft, _ outcome: TeacherOutcome, _ pool: InstructionPool
  ) -> QuestionPair? {
    guard case .reply(let reply) = outcome, reply.stop == .end,
      let question = Self.question(in: reply.text), pool.accepts(question, task: draft.task)
    else { return nil }
    var pair = QuestionPair(task: draft.task, question: question, answer: "")
    pair.object["answer"] = nil
    pair.addProvenance("question", provenance(of: draft.request, reply))
    return pair
  }

  /// Outcomes of `requests` in their order; those that the journal has are not asked for again.
  private func ask(
    _ requests: [Request], stage: SynthesisStage, done: Int = 0, _ total: Int? = nil
  ) async throws -> [TeacherOutcome] {
    var outcomes = requests.map { journal.outcome(of: $0.key) }
    let open = outcomes.indices.filter { outcomes[$0] == nil }
    var doneCount = done + requests.count - open.count
    let total = total ?? requests.count
    report(SynthesisProgress(stage: stage, done: doneCount, total: total))
    try await withThrowingTaskGroup(of: (Int, TeacherOutcome).self) { group in
      var waiting = open.makeIterator()
      func begin() {
        guard let index = waiting.next() else { return }
        group.addTask { (index, try await outcome(of: requests[index])) }
      }
      for _ in 0..<max(1, teacher.rowsAtOnce) { begin() }
      for try await (index, outcome) in group {
        outcomes[index] = outcome
        doneCount += 1
        report(SynthesisProgress(stage: stage, done: doneCount, total: total))
        begin()
      }
    }
    return outcomes.compactMap { $0 }
  }

  private func outcome(of request: Request) async throws -> TeacherOutcome {
    try Task.checkCancellation()
    let outcome: TeacherOutcome
    do {
      outcome = .reply(try await teacher.write(request.prompt, parameters(of: request)))
    } catch let error as PromptTooLong {
      outcome = .tooLong(prompt: error.promptTokenCount, context: error.contextLength)
    }
    // What was cut short by us is no reply of the teacher's.
    if case .reply(let reply) = outcome, reply.stop == .cancelled { throw CancellationError() }
    try journal.append(outcome, key: request.key)
    return outcome
  }

  private func parameters(of request: Request) -> GenerationParameters {
    var random = RowRandom(seed: settings.seed, key: request.key)
    return GenerationParameters(
      maximumTokenCount: request.limit, temperature: settings.temperature, seed: random.next())
  }

  private func provenance(of request: Request, _ reply: TeacherReply) -> JSONObject {
    let parameters = parameters(of: request)
    return JSONObject([
      .init(name: "teacher", value: .string(teacher.description.name)),
      .init(name: "teacher_digest", value: .string(teacher.description.digest)),
      .init(name: "prompt_digest", value: .string(request.prompt.templateDigest)),
      .init(name: "seed", value: .number("\(parameters.seed)")),
      .init(name: "temperature", value: .number("\(parameters.temperature)")),
      .init(name: "max_tokens", value: .number("\(parameters.maximumTokenCount)")),
      .init(name: "tokens", value: .number("\(reply.tokenCount)")),
      .init(name: "stop", value: .string(reply.stop.rawValue)),
    ])
  }

  // MARK: Texts

  private static func isBlank(_ text: String) -> Bool { text.allSatisfy(\.isWhitespace) }

  private static func trimmed(_ text: String) -> String {
    text.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// The question in a reply: its first line that says something, without the list marks and
  /// quotation marks that models like to add.
  static func question(in reply: String) -> String? {
    let line = reply.split(whereSeparator: \.isNewline).map { trimmed(String($0)) }
      .first { $0.contains(where: \.isLetter) }
    guard var question = line else { return nil }
    if let mark = question.prefixMatch(of: /(?:[-*•]|\d{1,2}[.)]|Instruction:|Question:)\s+/) {
      question.removeSubrange(mark.range)
    }
    if question.count > 1, question.first == "\"", question.last == "\"" {
      question = String(question.dropFirst().dropLast())
    }
    return question.isEmpty ? nil : question
  }
}
