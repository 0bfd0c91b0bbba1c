import Clinical
import Foundation
import Grounding
import Llama
import Tensors
import Testing
import Tokenization

@testable import asclepius

/// Answers of models with random weights, which write numbers as readily as anything else.
@Suite struct NoteLockAnswerTests {
  private static let note = "72F, BP 120/80, Hb 9.4. Warfarin 2.5 mg OD, seen 2024-03-15, K 4."
  private static let numbers: Set<String> = [
    "72", "120/80", "120", "80", "9.4", "2.5", "2024-03-15", "2024-03", "2024", "03-15", "03", "15",
    "4",
  ]

  private func model(_ file: String) throws -> (model: LlamaModel, pool: WorkerPool) {
    let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "LlamaTests/Resources/\(file)").path
    let pool = WorkerPool(workerCount: 2)
    return (try LlamaModel(path: path, pool: pool), pool)
  }

  @Test(
    "no number that the note lacks is ever written",
    arguments: ["tiny-f32.gguf", "tiny-llama3.gguf", "tiny-spm.gguf"])
  func numbers(_ file: String) async throws {
    let (model, pool) = try model(file)
    let engine = InferenceEngine(model, pool: pool)
    let lock = NoteLockConstraint(NoteIndex(Self.note), model)
    var runCount = 0
    var freeCount = 0
    for seed in 0..<24 {
      var request = EngineRequest(
        prompt: [5, 6, 7], maximumTokenCount: 60,
        sampling: SamplingParameters(temperature: 2), seed: UInt64(seed))
      freeCount += runs(try await engine.generate(request)).count { !Self.numbers.contains($0) }
      request.constraint = lock
      let result = try await engine.generate(request)
      for run in runs(result) {
        #expect(Self.numbers.contains(run), "seed \(seed)")
        runCount += 1
      }
    }
    // Unlocked, these models write other numbers; locked, they still write some.
    #expect(freeCount > 0)
    #expect(runCount > 0)
  }

  @Test(
    "each mask is what trying every token gives",
    arguments: ["tiny-f32.gguf", "tiny-llama3.gguf", "tiny-spm.gguf"])
  func masks(_ file: String) throws {
    let (model, _) = try model(file)
    let tokenizer = model.tokenizer
    let lock = NoteLock(NoteIndex(Self.note))
    let constraint = NoteLockConstraint(NoteIndex(Self.note), model)
    func walk(_ token: TokenID, _ state: NoteLock.State) -> NoteLock.State? {
      tokenizer.bytes(of: token).reduce(state as NoteLock.State?) { state, byte in
        state.flatMap { lock.state(after: byte, $0) }
      }
    }
    for text in [
      "", "the ", "z", "2", "2.", "2.5", "120", "120/", "2024-0", "warfari", "warfarin", "aspiri",
      "simvastati", "abcdefpri",
    ] {
      var held = constraint
      var state = NoteLock.State()
      for token in tokenizer.answerTokens(of: text).map(\.id) {
        state = try #require(walk(token, state))
        held.accept(token)
      }
      let allowed = held.allowed(remainingTokenCount: 9)
      let mask = try #require(allowed)
      for token in 0..<TokenID(tokenizer.count) {
        if tokenizer.endTokens.contains(token) {
          #expect(mask.contains(token) == lock.mayEnd(state), "\(text)")
        } else if !tokenizer.bytes(of: token).isEmpty {
          #expect(mask.contains(token) == (walk(token, state) != nil), "\(text), token \(token)")
        }
      }
    }
  }

  /// The numbers of an answer; one that the limit broke off may be the beginning of another.
  private func runs(_ result: EngineResult) -> [String] {
    // By scalars: a digit with an accent on it is still a digit.
    let number = /[0-9]+(?:[.,\/:\-][0-9]+)*/.matchingSemantics(.unicodeScalar)
    var runs = result.text.matches(of: number).map { String($0.output) }
    let isOpen = result.text.last.map { $0.isASCII && ($0.isNumber || ".,/:-".contains($0)) }
    if result.stop == .limit, isOpen == true, !runs.isEmpty { runs.removeLast() }
    return runs
  }
}
