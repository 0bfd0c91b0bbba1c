import Foundation
import Kernels
import Synchronization
import Tensors
import Testing
import Tokenization

@testable import Llama

@Suite struct NoteMemoryTests {
  /// The expected values are those of the Python package xxhash:
  /// `xxhash.xxh64(bytes((i * 7 + 3) % 256 for i in range(n)), seed=s).hexdigest()`
  @Test(
    "checksums are those of an independent program",
    arguments: [
      (0, 0xef46_db37_51d8_e999, 0xd5af_ba13_36a3_be4b),
      (3, 0x31d2_363f_52e5_64c9, 0x2d80_e074_130d_0176),
      (14, 0xc7f1_d4d0_acfa_5a14, 0xb2f6_c164_4fef_e871),
      (31, 0xa2aa_5f33_cc4a_6119, 0xaaca_4e41_ffca_e21c),
      (32, 0x23c3_c17e_f790_fd97, 0x7421_b79a_02b4_2132),
      (63, 0x5e3e_54b4_31c7_493c, 0xb1ab_b4a5_ad0e_2943),
      (100, 0xa61f_8d4c_170f_e531, 0x8d89_57e6_8f02_c7ce),
      (1024, 0xe681_6a6e_134b_7a33, 0xaf23_f186_1599_5924),
    ] as [(Int, UInt64, UInt64)])
  func checksums(_ count: Int, _ first: UInt64, _ second: UInt64) {
    let bytes = (0..<count).map { UInt8(($0 * 7 + 3) % 256) }
    bytes.withUnsafeBytes {
      #expect(XXHash64.digest($0, seed: 0) == first)
      #expect(XXHash64.digest($0, seed: 1) == second)
    }
  }

  @Test(
    "restored notes give the same logits to the bit",
    arguments: TinyModel.all, KeyValueType.allCases)
  func logitsAreEqual(_ tiny: TinyModel, _ type: KeyValueType) throws {
    let place = try NotePlace(tiny, type)
    for count in [128, 130, 143, 144, 192, 200] {
      let note = place.tokens(count)
      let computed = try place.read(note)
      let memory = place.memory()
      memory.keep(note, computed)
      memory.waitUntilWritten()
      let restored = try #require(place.memory().restore(note))
      #expect(restored.count == count)
      #expect(try place.logits(after: restored) == place.logits(after: computed))
    }
    #expect(place.problems.isEmpty)
  }

  @Test(
    "after a restart the first question starts behind the note, with the same answer",
    arguments: KeyValueType.allCases)
  func engineStartsBehindTheNote(_ type: KeyValueType) async throws {
    let place = try NotePlace(TinyModel.named("tiny-f32.gguf"), type)
    let note = place.tokens(150)
    var request = EngineRequest(prompt: note + [40, 41, 42], maximumTokenCount: 8)
    request.sharedTokenCount = note.count
    let first = try await place.run(request)
    let second = try await place.run(request)
    #expect([first, second].map(\.reusedTokenCount) == [0, 150])
    #expect(first.tokens == second.tokens)
    var other = EngineRequest(prompt: note + [50, 51], maximumTokenCount: 8)
    other.sharedTokenCount = note.count
    #expect(try await place.run(other).reusedTokenCount == 150)
    other.prefix = .ignore
    #expect(try await place.run(other).reusedTokenCount == 0)
  }

  @Test("of a prompt that is all shared, the last token is computed")
  func wholePromptShared() async throws {
    let place = try NotePlace(TinyModel.named("tiny-f32.gguf"))
    var request = EngineRequest(prompt: place.tokens(150), maximumTokenCount: 8)
    request.sharedTokenCount = 1000
    let results = [try await place.run(request), try await place.run(request)]
    #expect(results.map(\.reusedTokenCount) == [0, 149])
    #expect(results[0].tokens == results[1].tokens)
  }

  @Test("another model, text, kernel, adapter or kind of cache finds nothing, and nothing is amiss")
  func keyed() throws {
    let place = try NotePlace(TinyModel.named("tiny-f32.gguf"))
    let note = try place.keepNote(150)
    var settings = NoteMemory.Settings()
    settings.kernelName = "other"
    #expect(place.memory(settings).restore(note) == nil)
    settings = NoteMemory.Settings()
    settings.adapterDigest = "ab"
    #expect(place.memory(settings).restore(note) == nil)
    settings = NoteMemory.Settings()
    settings.keyValueType = .q8_0
    #expect(place.memory(settings).restore(note) == nil)
    #expect(place.memory().restore(note.dropLast() + [note[149] + 1]) == nil)
    #expect(place.memory().restore(note.dropLast()) == nil)
    let other = try NotePlace(TinyModel.named("tiny-spm.gguf"), folder: place.folder)
    #expect(other.memory().restore(note) == nil)
    #expect(place.memory().restore(note) != nil)
    #expect(place.problems.isEmpty)
  }

  @Test("the model is known by its bytes, not by its path")
  func keyedByBytes() throws {
    let tiny = try TinyModel.named("tiny-f32.gguf")
    let place = try NotePlace(tiny)
    let note = try place.keepNote(150)
    var bytes = try Data(contentsOf: URL(filePath: TinyModel.path(tiny.file)))
    for change in [false, true] {
      if change { bytes[bytes.count - 1] ^= 1 }
      let path = place.root + "/copy.gguf"
      try bytes.write(to: URL(filePath: path))
      let model = try LlamaModel(path: path, pool: WorkerPool(workerCount: 1))
      let memory = NoteMemory(model, folder: place.folder) { _ in }
      #expect((memory.restore(note) == nil) == change)
    }
  }

  @Test(
    "what came after the note leaves no trace in its file", arguments: KeyValueType.allCases)
  func onlyTheNoteIsKept(_ type: KeyValueType) throws {
    let place = try NotePlace(TinyModel.named("tiny-f32.gguf"), type)
    let note = place.tokens(133)
    var files: [Data] = []
    for more in [[], [7, 8, 9], place.tokens(90)] as [[TokenID]] {
      try place.memory().removeAll()
      let memory = place.memory()
      memory.keep(note, try place.read(note + more))
      memory.waitUntilWritten()
      files.append(try Data(contentsOf: URL(filePath: try place.onlyFile())))
    }
    #expect(files[0] == files[1])
    #expect(files[0] == files[2])
  }

  @Test("short notes, and ones larger than the whole memory, are not kept")
  func limits() throws {
    let place = try NotePlace(TinyModel.named("tiny-f32.gguf"))
    _ = try place.keepNote(127)
    var settings = NoteMemory.Settings()
    settings.byteLimit = 10_000
    _ = try place.keepNote(150, settings)
    #expect(try place.names().isEmpty)
    #expect(place.problems.isEmpty)
  }

  @Test("beyond the limit the note used longest ago goes")
  func eviction() throws {
    let place = try NotePlace(TinyModel.named("tiny-f32.gguf"))
    let first = try place.keepNote(150)
    let size = try Data(contentsOf: URL(filePath: place.onlyFile())).count
    var settings = NoteMemory.Settings()
    settings.byteLimit = 3 * size
    let second = try place.keepNote(151, settings)
    let third = try place.keepNote(152, settings)
    #expect(place.memory().restore(first) != nil)
    // Kept again: it counts as used, though nothing is written.
    _ = try place.keepNote(151, settings)
    let fourth = try place.keepNote(153, settings)
    let isKept = [first, second, third, fourth].map { place.memory().restore($0) != nil }
    #expect(isKept == [true, true, false, true])
    #expect(try place.names().count == 3)
  }
}
