internal import Clinical
internal import Foundation
internal import Llama
internal import Synchronization
internal import Tokenization

/// Adds an answer to a recording while it is written.
final class Recorder: Sendable {
  private let path: String
  private let recording: Recording
  private let tokenizer: Tokenizer
  private let steps = Mutex<(start: ContinuousClock.Instant, events: [Recording.TimedEvent])>(
    (.now, []))

  /// Goes on with the recording at `path`, or begins one there.
  ///
  /// - Throws: `WorkbenchError.badReplay` for a file that is none, `RecorderError.otherModel`.
  init(path: String, model: ModelDescription, tokenizer: Tokenizer) throws {
    self.path = path
    self.tokenizer = tokenizer
    guard FileManager.default.fileExists(atPath: path) else {
      recording = Recording(model: model)
      return
    }
    recording = try Recording(contentsOf: path)
    let known = recording.model
    guard known.name == model.name, known.quantization == model.quantization,
      known.contextLength == model.contextLength
    else { throw RecorderError.otherModel(path: path, name: known.name) }
  }

  /// Time runs from here.
  func begin() { steps.withLock { $0.start = .now } }

  /// Takes in what happens, from any thread.
  func take(_ event: EngineEvent) {
    let step: GenerationEvent =
      switch event {
      case .prefill(let done, let total, let reused):
        .prefill(done: done, total: total, reused: reused)
      case .token(let id, let text, let weights):
        .token(id: id, text: text, choice: weights.map { TokenChoice($0, tokenizer) })
      case .rest(let text): .rest(text)
      }
    add(step)
  }

  private func add(_ event: GenerationEvent) {
    steps.withLock { steps in
      let at = (ContinuousClock.now - steps.start) / .seconds(1)
      steps.events.append(Recording.TimedEvent(at: at, event: event))
    }
  }

  /// Writes the recording with this answer at its end.
  func write(_ note: Recording.Note, question: String, end: GenerationSummary) throws {
    add(.finished(end))
    var whole = recording
    let index = whole.notes.firstIndex(of: note) ?? whole.notes.count
    if index == whole.notes.count { whole.notes.append(note) }
    whole.answers.append(
      Recording.Answer(note: index, question: question, events: steps.withLock { $0.events }))
    try overwriteFile(try whole.lines, path: path)
  }
}

/// Why an answer is not recorded.
enum RecorderError: Error, Equatable, CustomStringConvertible {
  case otherModel(path: String, name: String)

  var description: String {
    switch self {
    case .otherModel(let path, let name):
      "\(path) holds answers of another model, \(name); name a new file for this one"
    }
  }
}
