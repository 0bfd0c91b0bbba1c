import Llama
import Synchronization
import Tensors
import Testing
import Tokenization

@Suite struct EngineTests {
  private func request(
    _ tiny: TinyModel, _ count: Int = 32, _ sampling: SamplingParameters = .init(),
    seed: UInt64 = 0
  ) -> EngineRequest {
    EngineRequest(
      prompt: tiny.greedyPrompt, maximumTokenCount: count, sampling: sampling, seed: seed)
  }

  @Test(
    "the most probable continuation equals an independent program's",
    arguments: TinyModel.all.filter { $0.file != "tiny-mixed.gguf" })
  func greedyMatchesReference(_ tiny: TinyModel) async throws {
    let result = try await tiny.engine().generate(request(tiny))
    #expect(result.tokens == tiny.greedy)
    #expect(result.stop == .limit)
  }

  @Test("text becomes the tokens of an independent program", arguments: TinyModel.all)
  func tokensMatchReference(_ tiny: TinyModel) throws {
    let (model, _) = try tiny.load()
    let tokens = model.tokenizer.encode(
      tiny.text, addingSpecialTokens: true, readingSpecialTokens: false)
    #expect(tokens == tiny.textTokens)
  }

  @Test("a second question on a note starts where the texts part, with the same answer")
  func prefixIsReused() async throws {
    let tiny = try TinyModel.named("tiny-f32.gguf")
    let engine = try tiny.engine()
    let note = Array(tiny.tokens[0..<30])
    for (index, question) in [[TokenID(40), 41], [50, 51, 52], [40, 41]].enumerated() {
      var asked = EngineRequest(prompt: note + question, maximumTokenCount: 8)
      let found = try await engine.generate(asked)
      asked.prefix = .ignore
      let fresh = try await engine.generate(asked)
      #expect(found.tokens == fresh.tokens)
      #expect(fresh.reusedTokenCount == 0)
      // The third prompt is the first again: all of it is known but the token to compute.
      #expect(found.reusedTokenCount == [0, 30, 31][index])
    }
  }

  @Test("one seed gives the same text, another one another")
  func seedsRepeat() async throws {
    let tiny = try TinyModel.named("tiny-f32.gguf")
    let engine = try tiny.engine()
    let sampling = SamplingParameters(temperature: 1.5, topP: 0.95)
    let texts = try await [1, 1, 2].asyncMap { seed in
      try await engine.generate(self.request(tiny, 16, sampling, seed: seed)).tokens
    }
    #expect(texts[0] == texts[1])
    #expect(texts[0] != texts[2])
  }

  @Test("a prompt that does not fit is refused with the exact counts")
  func longPromptIsRefused() async throws {
    let engine = try TinyModel.named("tiny-f32.gguf").engine()
    let context = engine.model.configuration.contextLength
    let prompt = [TokenID](repeating: 40, count: context - 9)
    await #expect(
      throws: LlamaError.promptTooLong(
        promptTokenCount: context - 9, reservedTokenCount: 10, contextLength: context)
    ) {
      try await engine.generate(EngineRequest(prompt: prompt, maximumTokenCount: 10))
    }
    let fitting = EngineRequest(prompt: Array(prompt.dropLast()), maximumTokenCount: 10)
    let result = try await engine.generate(fitting)
    #expect(result.stop == .limit || result.stop == .end)
  }

  @Test("parameters out of range are refused by name")
  func badParametersAreRefused() async throws {
    let tiny = try TinyModel.named("tiny-f32.gguf")
    let engine = try tiny.engine()
    var beams = SamplingParameters()
    beams.beamCount = 0
    let bad: [SamplingParameters] = [
      .init(temperature: -1), .init(temperature: .nan), .init(topK: -1), .init(topP: 0),
      .init(minP: 1), .init(repeatPenalty: 0), beams,
    ]
    for sampling in bad {
      await #expect(throws: LlamaError.self) {
        try await engine.generate(self.request(tiny, 4, sampling))
      }
    }
    await #expect(throws: LlamaError.emptyPrompt) {
      try await engine.generate(EngineRequest(prompt: [], maximumTokenCount: 4))
    }
  }

  @Test("cancelling keeps what was written and says so")
  func cancelling() async throws {
    let tiny = try TinyModel.named("tiny-f32.gguf")
    let engine = try tiny.engine()
    let seen = SeenTokens()
    let stop = Stop()
    let task = Task {
      try await engine.generate(self.request(tiny)) { event in
        if case .token = event, seen.add() == 3 { stop.press() }
      }
    }
    stop.connect { task.cancel() }
    let result = try await task.value
    #expect(result.stop == .cancelled)
    #expect(result.tokens == Array(tiny.greedy[0..<3]))
  }

  @Test("events tell the prompt's progress and then each token")
  func events() async throws {
    let tiny = try TinyModel.named("tiny-f32.gguf")
    let engine = try tiny.engine()
    let log = Mutex<[EngineEvent]>([])
    let result = try await engine.generate(request(tiny, 5)) { event in
      log.withLock { $0.append(event) }
    }
    let events = log.withLock { $0 }
    #expect(events.first == .prefill(done: 0, total: 12, reused: 0))
    #expect(events.dropFirst().first == .prefill(done: 12, total: 12, reused: 0))
    let tokens = events.compactMap { event -> TokenID? in
      if case .token(let token, _, _) = event { token } else { nil }
    }
    #expect(tokens == result.tokens)
  }

  @Test("perplexity is e to the mean surprise of each window's second half")
  func perplexity() async throws {
    let tiny = try TinyModel.named("tiny-f32.gguf")
    let engine = try tiny.engine()
    let found = try await engine.perplexity(tiny.tokens, contextLength: 16)
    var surprises: [Double] = []
    for start in [0, 16] {
      let window = Array(tiny.tokens[start..<start + 16])
      surprises += try await engine.score(window, []) { surprises, position, next in
        if (8..<15).contains(position) { surprises.append(-next[window[position + 1]]) }
      }
    }
    #expect(found.tokenCount == 14)
    #expect(found.windowCount == 2)
    let mean = surprises.reduce(0, +) / 14
    #expect(abs(found.value.logarithm - mean) < 1e-9)
  }
}

/// A button that is pressed once; whoever presses it waits until it is connected.
private final class Stop: Sendable {
  private let action = Mutex<(@Sendable () -> Void)?>(nil)

  func connect(_ body: @escaping @Sendable () -> Void) { action.withLock { $0 = body } }

  func press() {
    while true {
      if let body = action.withLock({ $0 }) { return body() }
    }
  }
}

private final class SeenTokens: Sendable {
  private let count = Atomic<Int>(0)
  func add() -> Int { count.add(1, ordering: .relaxed).newValue }
}

extension Array {
  fileprivate func asyncMap<T>(_ transform: (Element) async throws -> T) async rethrows -> [T] {
    var result: [T] = []
    for element in self { result.append(try await transform(element)) }
    return result
  }
}
