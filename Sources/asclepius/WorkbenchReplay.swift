import Clinical
import Foundation

/// A recording that stands in for a model.
struct Replay: Sendable {
  /// How fast events come.
  enum Pacing: Equatable, Sendable {
    /// At the times that were recorded.
    case recorded
    /// As fast as they are taken.
    case none
  }

  /// A question that the recording has no answer to.
  struct NotRecorded: Error, CustomStringConvertible {
    var description: String {
      "this recording has no answer to that question on that note; Up shows those that it has"
    }
  }

  /// An answer that is to go on other than it was recorded.
  struct OnlyAsRecorded: Error, CustomStringConvertible {
    var description: String { "a recording has only the answers that were recorded" }
  }

  let recording: Recording

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

  /// The prompt that a question on a note is recognised by.
  static func prompt(note: String, question: String) -> Prompt {
    PromptTemplate.plain.render(note: note, question: question)
  }

  /// The questions of the recording, the first one last, as a history has them.
  var history: [String] { recording.answers.compactMap(\.question).reversed() }

  /// A generator that gives the recorded answers: to the questions that were recorded, or, where
  /// none were, in turn and from the first again after the last.
  func generator(pacing: Pacing) -> TextGenerator {
    let turn = ReplayTurn()
    return TextGenerator(
      description: recording.model,
      generate: { request in
        AsyncThrowingStream { continuation in
          let task = Task.detached {
            guard let answer = await answer(to: request.prompt, turn) else {
              continuation.finish(throwing: NotRecorded())
              return
            }
            var given = request.given[...]
            var elapsed = 0.0
            for step in answer.events {
              if case .token(let id, _, _) = step.event, let expected = given.first {
                guard id == expected else {
                  continuation.finish(throwing: OnlyAsRecorded())
                  return
                }
                given.removeFirst()
                continue
              }
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
      countTokens: { countTokens(of: $0) })
  }

  private func answer(to prompt: Prompt, _ turn: ReplayTurn) async -> Recording.Answer? {
    guard recording.namesQuestions else {
      return recording.answers[await turn.next() % recording.answers.count]
    }
    return recording.answers.first { self.prompt(of: $0)?.text == prompt.text }
  }

  private func prompt(of answer: Recording.Answer) -> Prompt? {
    guard let note = answer.note, let question = answer.question else { return nil }
    return Self.prompt(note: recording.notes[note].text, question: question)
  }

  /// What was recorded of a note or a prompt; of anything else four bytes count as a token.
  private func countTokens(of text: String) -> Int {
    if let count = recording.notes.first(where: { $0.text == text })?.tokenCount { return count }
    for answer in recording.answers where prompt(of: answer)?.text == text {
      for case .prefill(_, let total, _) in answer.events.map(\.event) { return total }
    }
    let known = recording.notes.first { $0.tokenCount != nil && text.contains($0.text) }
    let rest = text.utf8.count - (known?.text.utf8.count ?? 0)
    return (known?.tokenCount ?? 0) + (rest + 3) / 4
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
