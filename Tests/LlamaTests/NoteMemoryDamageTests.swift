import Foundation
import Kernels
import Llama
import Tensors
import Testing
import Tokenization

@Suite struct NoteMemoryDamageTests {
  @Test("a byte changed anywhere is noticed, said once, and the file goes")
  func changedBytes() throws {
    let place = try NotePlace(TinyModel.named("tiny-f32.gguf"))
    let note = try place.keepNote(150)
    let path = try place.onlyFile()
    let whole = try Data(contentsOf: URL(filePath: path))
    let memory = place.memory()
    var random = SeededRandom(seed: 1)
    let anywhere = (0..<400).map { _ in Int(random.next() % UInt64(whole.count)) }
    for (index, offset) in (Array(0..<64) + anywhere + [whole.count - 1]).enumerated() {
      var bytes = whole
      bytes[offset] ^= UInt8(1 << (random.next() % 8))
      try bytes.write(to: URL(filePath: path))
      #expect(memory.restore(note) == nil)
      #expect(place.problems.count == index + 1)
      #expect(!FileManager.default.fileExists(atPath: path))
    }
    try whole.write(to: URL(filePath: path))
    #expect(memory.restore(note) != nil)
  }

  @Test("a file of any other length is noticed and goes")
  func otherLengths() throws {
    let place = try NotePlace(TinyModel.named("tiny-f32.gguf"))
    let note = try place.keepNote(150)
    let path = try place.onlyFile()
    let whole = try Data(contentsOf: URL(filePath: path))
    let memory = place.memory()
    let cut = Array(0..<100) + Array(stride(from: 100, to: whole.count, by: 61))
    for length in cut + [whole.count - 1] {
      try whole.prefix(length).write(to: URL(filePath: path))
      #expect(memory.restore(note) == nil)
      #expect(
        place.problems.last
          == .damaged(path: path, fault: .size(expected: whole.count, found: length)))
      #expect(!FileManager.default.fileExists(atPath: path))
    }
    try (whole + [0]).write(to: URL(filePath: path))
    #expect(memory.restore(note) == nil)
  }

  @Test("numbers that a file claims decide nothing, even where all checksums agree")
  func foreignFile() throws {
    let place = try NotePlace(TinyModel.named("tiny-f32.gguf"))
    let note = try place.keepNote(150)
    let first = try place.onlyFile()
    let other = try place.keepNote(151)
    let second = try #require(place.names().map { place.folder + "/" + $0 }.first { $0 != first })
    // Whole and sound, but another note's, under this one's name.
    try FileManager.default.removeItem(atPath: first)
    try FileManager.default.copyItem(atPath: second, toPath: first)
    #expect(place.memory().restore(note) == nil)
    #expect(place.problems == [.damaged(path: first, fault: .head)])
    #expect(place.memory().restore(other) != nil)
  }

  @Test("a damaged note is read anew, with the same answer, and kept again")
  func readAnew() async throws {
    let place = try NotePlace(TinyModel.named("tiny-f32.gguf"))
    var request = EngineRequest(prompt: place.tokens(150) + [40, 41], maximumTokenCount: 8)
    request.sharedTokenCount = 150
    let first = try await place.run(request)
    let path = try place.onlyFile()
    let whole = try Data(contentsOf: URL(filePath: path))
    var bytes = whole
    bytes[bytes.count - 100] ^= 4
    try bytes.write(to: URL(filePath: path))
    let second = try await place.run(request)
    #expect(second.tokens == first.tokens)
    #expect(second.reusedTokenCount == 0)
    #expect(place.problems == [.damaged(path: path, fault: .page(2))])
    #expect(try Data(contentsOf: URL(filePath: path)) == whole)
    let told = "\(try #require(place.problems.first))"
    #expect(told.hasSuffix("damaged (page 2) and removed; the note is read anew"))
    #expect(!told.contains("\n"))
  }

  @Test("only the owner can look at the files and their folder")
  func permissions() throws {
    let place = try NotePlace(TinyModel.named("tiny-f32.gguf"))
    _ = try place.keepNote(150)
    #expect(try place.mode(place.onlyFile()) == 0o600)
    #expect(try place.mode(place.folder) == 0o700)
    #expect(try place.mode(place.root + "/state") == 0o700)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: place.folder)
    _ = try place.keepNote(151)
    #expect(try place.mode(place.folder) == 0o700)
  }

  @Test("where nothing can be written, answers come all the same and it is said")
  func unwritableFolder() async throws {
    let place = try NotePlace(TinyModel.named("tiny-f32.gguf"))
    try Data().write(to: URL(filePath: place.root + "/state"))
    var request = EngineRequest(prompt: place.tokens(150) + [40, 41], maximumTokenCount: 4)
    request.sharedTokenCount = 150
    let result = try await place.run(request)
    #expect(result.tokens.count == 4)
    #expect(
      place.problems.contains { if case .unwritable = $0 { true } else { false } })
  }

  @Test("several memories use one folder at once")
  func severalMemories() async throws {
    let place = try NotePlace(TinyModel.named("tiny-f32.gguf"))
    let notes = [140, 150, 160].map { place.tokens($0) }
    let sequence = try place.read(place.tokens(160))
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          let memory = place.memory()
          for note in notes {
            memory.keep(note, sequence)
            _ = memory.restore(note)
          }
          memory.waitUntilWritten()
        }
      }
    }
    #expect(place.problems.isEmpty)
    #expect(try place.names().count == 3)
    for note in notes { #expect(place.memory().restore(note)?.count == note.count) }
  }

  @Test("forgetting all leaves other files alone")
  func removeAll() throws {
    let place = try NotePlace(TinyModel.named("tiny-f32.gguf"))
    let note = try place.keepNote(150)
    let digest = try #require(place.names().first).prefix(32)
    let others = ["letter.note", "\(digest).txt", ".hidden.part"]
    for name in others + [".\(digest).abc.part"] {
      try Data([1]).write(to: URL(filePath: place.folder + "/" + name))
    }
    try place.memory().removeAll()
    #expect(try place.names() == others.sorted())
    #expect(place.memory().restore(note) == nil)
    try NoteMemory.removeAll(in: place.root + "/missing")
  }

  @Test(
    "with the default model a restored note gives the same logits to the bit",
    .enabled(if: DefaultModel.path != nil, DefaultModel.reason))
  func defaultModel() throws {
    let pool = WorkerPool(workerCount: 2)
    let model = try LlamaModel(path: try #require(DefaultModel.path), pool: pool)
    let place = try NotePlace(TinyModel.named("tiny-f32.gguf"))
    let pass = ForwardPass(model, pool: pool)
    let note = model.tokenizer.encode(
      String(repeating: "Warfarin 5 mg, INR 2.1 on the day of discharge. ", count: 12),
      addingSpecialTokens: true, readingSpecialTokens: false)
    func logits(_ sequence: KeyValueSequence) throws -> [UInt32] {
      var sequences = [sequence]
      try pass.run(
        [BatchPart(sequence: 0, tokens: [198, 2, 30])], in: &sequences, wanted: .lastOfEachPart)
      return pass.withLogits { $0.map(\.bitPattern) }
    }
    var sequences = [KeyValueSequence(model.configuration, .f16)]
    try pass.run([BatchPart(sequence: 0, tokens: note)], in: &sequences, wanted: .none)
    let memory = NoteMemory(model, folder: place.folder) { Issue.record("\($0)") }
    memory.keep(note, sequences[0])
    memory.waitUntilWritten()
    #expect(try logits(#require(memory.restore(note))) == logits(sequences[0]))
  }
}
