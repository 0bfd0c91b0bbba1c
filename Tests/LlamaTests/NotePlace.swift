import Foundation
import Kernels
import Synchronization
import Tensors
import Testing
import Tokenization

@testable import Llama

/// A folder of its own for the note memory of a tiny model, gone with the test.
final class NotePlace: Sendable {
  let tiny: TinyModel
  let root: String
  let folder: String
  /// What its sequences and its memories keep, where no settings are named.
  let keyValueType: KeyValueType
  private let model: LlamaModel
  private let pool = WorkerPool(workerCount: 1)
  private let reported = Mutex<[NoteMemoryProblem]>([])

  init(_ tiny: TinyModel, folder: String? = nil, _ keyValueType: KeyValueType = .f16) throws {
    self.keyValueType = keyValueType
    self.tiny = tiny
    let name = "note-memory-\(UUID().uuidString)"
    root = FileManager.default.temporaryDirectory.appending(path: name).path
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    self.folder = folder ?? root + "/state/asclepius/note-memory"
    model = try tiny.load(workerCount: 1).model
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  /// What the memories told so far.
  var problems: [NoteMemoryProblem] { reported.withLock { $0 } }

  /// A memory as a new process would open it.
  func memory(_ settings: NoteMemory.Settings? = nil) -> NoteMemory {
    var own = NoteMemory.Settings()
    own.keyValueType = keyValueType
    return NoteMemory(model, folder: folder, settings: settings ?? own) { problem in
      self.reported.withLock { $0.append(problem) }
    }
  }

  /// The first `count` tokens of a text without end.
  func tokens(_ count: Int) -> [TokenID] {
    (0..<count).map { tiny.tokens[($0 * $0 / 7 + $0) % tiny.tokens.count] }
  }

  func read(_ tokens: [TokenID]) throws -> KeyValueSequence {
    var sequences = [KeyValueSequence(model.configuration, keyValueType)]
    let pass = ForwardPass(model, pool: pool)
    try pass.run([BatchPart(sequence: 0, tokens: tokens)], in: &sequences, wanted: .none)
    return sequences[0]
  }

  /// Bits of the logits of a few more tokens.
  func logits(after sequence: KeyValueSequence) throws -> [UInt32] {
    var sequences = [sequence]
    let pass = ForwardPass(model, pool: pool)
    try pass.run(
      [BatchPart(sequence: 0, tokens: [40, 41, 42, 43, 44])], in: &sequences, wanted: .all)
    return pass.withLogits { $0.map(\.bitPattern) }
  }

  /// Reads a note of `count` tokens and keeps it.
  func keepNote(_ count: Int, _ settings: NoteMemory.Settings? = nil) throws -> [TokenID] {
    let note = tokens(count)
    let memory = memory(settings)
    memory.keep(note, try read(note))
    memory.waitUntilWritten()
    return note
  }

  /// Answers in a process of its own, as far as the memory can tell.
  func run(_ request: EngineRequest) async throws -> EngineResult {
    let memory = memory()
    var settings = InferenceEngine.Settings()
    settings.keyValueType = keyValueType
    let engine = InferenceEngine(
      model, pool: WorkerPool(workerCount: 1), settings: settings, noteMemory: memory)
    let result = try await engine.generate(request)
    memory.waitUntilWritten()
    return result
  }

  /// Names in the folder.
  func names() throws -> [String] {
    guard FileManager.default.fileExists(atPath: folder) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  /// The path of the one file in the folder.
  func onlyFile() throws -> String {
    let names = try names()
    try #require(names.count == 1)
    return folder + "/" + names[0]
  }

  func mode(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }
}
