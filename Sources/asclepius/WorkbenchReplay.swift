import Clinical
import Foundation

/// Recorded answers that stand in for a model, for demonstrations and tests.
///
/// A file of JSON Lines. The first describes the model: `{"model": "demo", "quantization": "Q8_0",
/// "context": 2048}`. Then come events, each with the seconds since its answer began:
/// `{"at": 0.5, "prefill": 812, "of": 1248, "reused": 0}`, `{"at": 1.2, "id": 7, "text": " oral"}`,
/// and at the end of each answer `{"at": 3.0, "stop": "end"}`. Answers are given in turn, and from
/// the first again after the last.
struct Replay: Sendable {
  /// How fast events come.
  enum Pacing: Equatable, Sendable {
    /// At the times that were recorded.
    case recorded
    /// As fast as they are taken.
    case none
  }

  /// An event and its time in seconds since the answer began.
  struct TimedEvent: Equatable, Sendable {
    var at: Double
    var event: GenerationEvent
  }

  var model: ModelDescription
  var answers: [[TimedEvent]]

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
    var model: ModelDescription?
    var answers: [[TimedEvent]] = []
    var events: [TimedEvent] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    where !line.allSatisfy(\.isWhitespace) {
      guard let record = try? JSONDecoder().decode(Line.self, from: Data(line.utf8)) else {
        throw WorkbenchError.badReplay(
          path: path, line: index + 1, reason: "this is not a line of a recording")
      }
      if let name = record.model {
        model = ModelDescription(
          name: name, quantization: record.quantization ?? "",
          contextLength: record.context ?? 2048)
      } else if let event = record.event(after: events.map(\.event)) {
        events.append(TimedEvent(at: record.at ?? 0, event: event))
        if record.stop != nil {
          answers.append(events)
          events = []
        }
      } else {
        throw WorkbenchError.badReplay(
          path: path, line: index + 1, reason: "neither prefill, token nor stop")
      }
    }
    guard let model, !answers.isEmpty else {
      throw WorkbenchError.badReplay(
        path: path, line: 1, reason: "a recording needs a model and an answer with its stop")
    }
    self.model = model
    self.answers = answers
  }

  /// What stands in for loading a model.
  func loading(
    pacing: Pacing
  ) -> @Sendable () -> AsyncThrowingStream<ModelLoading, any Error> {
    let generator = generator(pacing: pacing)
    return {
      AsyncThrowingStream { continuation in
        continuation.yield(.ready(generator))
        continuation.finish()
      }
    }
  }

  /// A generator that gives the recorded answers in turn. Four bytes count as a token.
  func generator(pacing: Pacing) -> TextGenerator {
    let turn = ReplayTurn()
    let answers = answers
    return TextGenerator(
      description: model,
      generate: { _ in
        AsyncThrowingStream { continuation in
          let task = Task.detached {
            let answer = answers[await turn.next() % answers.count]
            var elapsed = 0.0
            for step in answer {
              if pacing == .recorded, step.at > elapsed {
                try? await Task.sleep(for: .seconds(step.at - elapsed))
                elapsed = step.at
              }
              if Task.isCancelled { break }
              continuation.yield(step.event)
            }
            continuation.finish()
          }
          continuation.onTermination = { _ in task.cancel() }
        }
      },
      countTokens: { text in (text.utf8.count + 3) / 4 })
  }

  private struct Line: Decodable {
    var model: String?
    var quantization: String?
    var context: Int?
    var at: Double?
    var prefill: Int?
    var of: Int?
    var reused: Int?
    var id: Int32?
    var text: String?
    var stop: StopReason?

    /// The event of this line; `earlier` are those of the same answer.
    func event(after earlier: [GenerationEvent]) -> GenerationEvent? {
      if let prefill { return .prefill(done: prefill, total: of ?? prefill, reused: reused ?? 0) }
      if let id { return .token(id: id, text: text ?? "") }
      guard let stop else { return nil }
      var summary = GenerationSummary(
        stop: stop, text: "", tokens: [], promptTokenCount: 0, reusedTokenCount: 0,
        prefillSeconds: 0, decodeSeconds: at ?? 0)
      for event in earlier {
        switch event {
        case .prefill(_, let total, let reused):
          summary.promptTokenCount = total
          summary.reusedTokenCount = reused
        case .token(let id, let text):
          summary.tokens.append(id)
          summary.text += text
        case .finished:
          break
        }
      }
      return .finished(summary)
    }
  }
}

/// Counts the answers that were asked for.
private actor ReplayTurn {
  private var count = 0

  func next() -> Int {
    defer { count += 1 }
    return count
  }
}
