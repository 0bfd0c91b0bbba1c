import Clinical
import Foundation
import Store
import Synchronization

/// A folder of its own for one test, removed with its contents at the end.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "store-\(UUID())").path
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Where the test's database goes.
  var database: String { path + "/sessions.sqlite" }
}

/// A clock that goes on by a second each time it is read.
final class StepClock: Sendable {
  private let reading = Mutex(0.0)

  func now() -> Date {
    reading.withLock { seconds in
      seconds += 1
      return Date(timeIntervalSince1970: 1_800_000_000 + seconds)
    }
  }
}

let heartNote = ClinicalNote(
  title: "heart.txt",
  text: "67M with dyspnoea. EF 30 %.\r\nFurosemide 40 mg BD, Café µg 心不全 👩‍⚕️\u{0}\n")
let kidneyNote = ClinicalNote(title: "kidney.txt", text: "Creatinine 1.8 mg/dL, settled at 1.2.")

func asked(_ question: String, about note: ClinicalNote = heartNote) -> Exchange {
  Exchange(noteID: note.id, instruction: Instruction(question, task: .questionAnswering))
}

func provenance(tokens: [Int32]) -> Provenance {
  Provenance(
    model: ModelDescription(name: "M", quantization: "Q8_0", contextLength: 2048, digest: "ab"),
    template: .asclepius, noteDigest: heartNote.id,
    parameters: GenerationParameters(seed: .max), tokens: tokens)
}

extension SessionStore {
  /// Opens a store with a clock that cannot stand still.
  static func stepping(_ path: String) throws -> SessionStore {
    let clock = StepClock()
    return try SessionStore(path: path, now: { clock.now() })
  }
}
