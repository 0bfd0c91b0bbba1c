import Clinical
import Foundation

/// Answers as a model gave them, with the time of each token, for demonstrations and tests.
///
/// A file of JSON Lines. The first describes the model: `{"model": "demo", "quantization": "Q8_0",
/// "context": 2048}`. A note stands before the questions about it: `{"note": "a.txt", "text": "...",
/// "tokens": 512}`, and each question before its answer: `{"question": "Which diuretic?"}`; both may
/// be left out. An answer is events, each with the seconds since it was asked for:
/// `{"at": 0.5, "prefill": 812, "of": 1248, "reused": 0}`, `{"at": 1.2, "id": 7, "text": " oral"}`,
/// where a `choice` says what the model weighed, and at its end `{"at": 3.0, "stop": "end"}`.
struct Recording: Sendable {
  /// An event and its time in seconds since the answer was asked for.
  struct TimedEvent: Equatable, Sendable {
    var at: Double
    var event: GenerationEvent
  }

  /// A note that was asked about.
  struct Note: Equatable, Sendable {
    var name: String
    var text: String
    /// What it costs; nil where that was not recorded.
    var tokenCount: Int?
  }

  /// An answer, and the question where it was recorded.
  struct Answer: Equatable, Sendable {
    /// Index of the note among those of the recording.
    var note: Int?
    var question: String?
    var events: [TimedEvent] = []
  }

  var model: ModelDescription
  var notes: [Note] = []
  var answers: [Answer] = []

  /// True where it says which question each answer belongs to.
  var namesQuestions: Bool { answers.allSatisfy { $0.question != nil } }

  init(model: ModelDescription) { self.model = model }

  /// Reads a recording.
  ///
  /// - Throws: `WorkbenchError.unreadable`, or `.badReplay` with the line.
  init(contentsOf path: String) throws {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw WorkbenchError.unreadable(path: path, reason: "there is no such text file")
    }
    try self.init(text, path: path)
  }

  /// Reads a recording from its text; `path` is for errors.
  ///
  /// - Throws: `WorkbenchError.badReplay` with the line.
  init(_ text: String, path: String) throws {
    var reader = RecordingReader()
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    where !line.allSatisfy(\.isWhitespace) {
      guard let record = try? JSONDecoder().decode(RecordingLine.self, from: Data(line.utf8)) else {
        throw WorkbenchError.badReplay(
          path: path, line: index + 1, reason: "this is not a line of a recording")
      }
      guard reader.take(record) else {
        throw WorkbenchError.badReplay(
          path: path, line: index + 1, reason: "neither note, question, prefill, token nor stop")
      }
    }
    guard let model = reader.model, !reader.answers.isEmpty else {
      throw WorkbenchError.badReplay(
        path: path, line: 1, reason: "a recording needs a model and an answer with its stop")
    }
    self.model = model
    notes = reader.notes
    answers = reader.answers
  }

  /// The lines of the recording's file.
  var lines: String {
    get throws {
      var records = [
        RecordingLine(
          model: model.name, quantization: model.quantization, context: model.contextLength)
      ]
      var shownNote: Int?
      for answer in answers {
        if let index = answer.note, index != shownNote {
          shownNote = index
          let note = notes[index]
          records.append(RecordingLine(text: note.text, note: note.name, tokens: note.tokenCount))
        }
        if let question = answer.question { records.append(RecordingLine(question: question)) }
        records += answer.events.map(RecordingLine.init)
      }
      return try records.map { String(decoding: try JSONOutput.line($0), as: UTF8.self) }.joined()
    }
  }
}

/// Puts the lines of a recording together.
private struct RecordingReader {
  var model: ModelDescription?
  var notes: [Recording.Note] = []
  var answers: [Recording.Answer] = []
  private var answer = Recording.Answer()

  /// False where the line means nothing.
  mutating func take(_ line: RecordingLine) -> Bool {
    if let name = line.model {
      model = ModelDescription(
        name: name, quantization: line.quantization ?? "", contextLength: line.context ?? 2048)
    } else if let name = line.note {
      let note = Recording.Note(name: name, text: line.text ?? "", tokenCount: line.tokens)
      answer.note = notes.firstIndex(of: note) ?? notes.count
      if answer.note == notes.count { notes.append(note) }
    } else if let question = line.question {
      answer.question = question
    } else if let event = line.event(after: answer.events) {
      answer.events.append(Recording.TimedEvent(at: line.at ?? 0, event: event))
      if line.stop != nil {
        answers.append(answer)
        answer = Recording.Answer(note: answer.note)
      }
    } else {
      return false
    }
    return true
  }
}

/// One line of a recording's file.
private struct RecordingLine: Codable {
  var model: String?
  var quantization: String?
  var context: Int?
  var at: Double?
  var prefill: Int?
  var of: Int?
  var reused: Int?
  var id: Int32?
  var text: String?
  var choice: TokenChoice?
  var stop: StopReason?
  var note: String?
  var tokens: Int?
  var question: String?

  init(
    model: String? = nil, quantization: String? = nil, context: Int? = nil, text: String? = nil,
    note: String? = nil, tokens: Int? = nil, question: String? = nil
  ) {
    self.model = model
    self.quantization = quantization
    self.context = context
    self.text = text
    self.note = note
    self.tokens = tokens
    self.question = question
  }

  init(_ step: Recording.TimedEvent) {
    // Tenths of a millisecond are finer than any screen.
    at = (step.at * 10_000).rounded() / 10_000
    switch step.event {
    case .prefill(let done, let total, let reused):
      (prefill, of, self.reused) = (done, total, reused)
    case .token(let id, let text, let choice):
      (self.id, self.text, self.choice) = (id, text, choice)
    case .rest(let text):
      self.text = text
    case .finished(let summary):
      stop = summary.stop
      choice = summary.endChoice
    }
  }

  /// The event of this line; `earlier` are those of the same answer.
  func event(after earlier: [Recording.TimedEvent]) -> GenerationEvent? {
    if let prefill { return .prefill(done: prefill, total: of ?? prefill, reused: reused ?? 0) }
    if let id { return .token(id: id, text: text ?? "", choice: choice) }
    guard let stop else { return text.map { .rest($0) } }
    let end = at ?? 0
    var summary = GenerationSummary(
      stop: stop, text: "", tokens: [], promptTokenCount: 0, reusedTokenCount: 0,
      prefillSeconds: end, decodeSeconds: 0)
    for step in earlier {
      switch step.event {
      case .prefill(_, let total, let reused):
        summary.promptTokenCount = total
        summary.reusedTokenCount = reused
      case .token(let id, let text, _):
        if summary.tokens.isEmpty {
          summary.prefillSeconds = step.at
          summary.decodeSeconds = end - step.at
        }
        summary.tokens.append(id)
        summary.text += text
      case .rest(let text):
        summary.text += text
      case .finished:
        break
      }
    }
    summary.endChoice = choice
    return .finished(summary)
  }
}
