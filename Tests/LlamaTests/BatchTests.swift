import Synchronization
import Tensors
import Testing
import Tokenization

@testable import Llama

@Suite struct BatchTests {
  private func engine(_ tiny: TinyModel, width: Int) throws -> InferenceEngine {
    let (model, pool) = try tiny.load()
    var settings = InferenceEngine.Settings()
    settings.batchWidth = width
    return InferenceEngine(model, pool: pool, settings: settings)
  }

  /// Requests of all kinds: prompts long and short, greedy, drawn, with beams, with guesses.
  private func requests(_ tiny: TinyModel) -> [(id: Int, request: EngineRequest)] {
    let note = tiny.greedyPrompt + tiny.greedy + tiny.greedyPrompt
    return (0..<14).map { index in
      var sampling = SamplingParameters()
      if index % 3 == 1 { sampling = .init(temperature: 1.2, topK: 20, repeatPenalty: 1.1) }
      if index % 5 == 2 { sampling.beamCount = 3 }
      let prompt =
        index.isMultiple(of: 2)
        ? note + [TokenID(40 + index)] : Array(tiny.tokens[index % 7..<10 + index])
      return (
        index,
        EngineRequest(
          prompt: prompt, maximumTokenCount: 3 + 5 * (index % 4), sampling: sampling,
          seed: UInt64(index))
      )
    }
  }

  @Test("texts written together are those written alone", arguments: TinyModel.all)
  func equalsAlone(_ tiny: TinyModel) async throws {
    let alone = try engine(tiny, width: 1)
    var expected: [Int: EngineResult] = [:]
    for (id, request) in requests(tiny) {
      var request = request
      request.prefix = .ignore
      expected[id] = try await alone.generate(request)
    }
    for width in [2, 5, 8] {
      let together = try engine(tiny, width: width)
      var count = 0
      for await answer in together.answers(to: requests(tiny)) {
        let result = try answer.result.get()
        #expect(result.tokens == expected[answer.id]?.tokens, "request \(answer.id) of \(width)")
        #expect(result.text == expected[answer.id]?.text)
        #expect(result.stop == expected[answer.id]?.stop)
        count += 1
      }
      #expect(count == 14)
    }
  }

  @Test("a text that ends makes room for the next at once")
  func finishingOrder() async throws {
    let tiny = try TinyModel.named("tiny-f32.gguf")
    let requests = [200, 3, 4, 5].enumerated().map { index, count in
      var request = EngineRequest(
        prompt: Array(tiny.tokens[index..<index + 8]), maximumTokenCount: count)
      request.lookup = .off
      return (id: index, request: request)
    }
    var order: [Int] = []
    for await answer in try engine(tiny, width: 2).answers(to: requests) {
      _ = try answer.result.get()
      order.append(answer.id)
    }
    // Which of the short ones comes first is the tasks' to settle; the long one lasts longer than
    // all of them one after another.
    #expect(Set(order.dropLast()) == [1, 2, 3])
    #expect(order.last == 0)
  }

  @Test("questions on one note read it once")
  func notesAreShared() async throws {
    let tiny = try TinyModel.named("tiny-f32.gguf")
    let note = tiny.greedyPrompt + tiny.greedy
    let requests = (0..<6).map { index in
      (
        id: index,
        request: EngineRequest(
          prompt: note + [TokenID(40 + index), TokenID(60 + index)], maximumTokenCount: 9)
      )
    }
    var reused: [Int] = []
    for await answer in try engine(tiny, width: 4).answers(to: requests) {
      reused.append(try answer.result.get().reusedTokenCount)
    }
    #expect(reused.sorted() == [0] + Array(repeating: note.count, count: 5))
  }

  @Test("a question that somebody waits for goes first")
  func interactiveGoesFirst() async throws {
    let tiny = try TinyModel.named("tiny-f32.gguf")
    let engine = try engine(tiny, width: 4)
    let log = EventLog()
    let (started, start) = AsyncStream.makeStream(of: Void.self)
    let background = Task {
      await withTaskGroup(of: Void.self) { group in
        for index in 0..<6 {
          var request = EngineRequest(
            prompt: Array(tiny.tokens[index..<index + 12]), maximumTokenCount: 40)
          request.urgency = .background
          group.addTask { [request] in
            _ = try? await engine.generate(request) { event in
              guard case .token = event else { return }
              log.add("background")
              start.yield()
              // The first token waits until the question is on its way.
              while log.all == ["background"], engine.arrivals.load(ordering: .relaxed) == 0 {}
            }
          }
        }
      }
    }
    for await _ in started { break }
    let result = try await engine.generate(
      EngineRequest(prompt: tiny.greedyPrompt, maximumTokenCount: 12)
    ) { _ in log.add("interactive") }
    #expect(result.tokens == Array(tiny.greedy[0..<12]))
    await background.value
    let events = log.all
    let first = try #require(events.firstIndex(of: "interactive"))
    let last = try #require(events.lastIndex(of: "interactive"))
    #expect(events[first...last].allSatisfy { $0 == "interactive" })
    #expect(events[last...].contains("background"))
  }

  @Test(
    "background work rests while it is told to, questions do not, and what rests can be stopped")
  func rests() async throws {
    let tiny = try TinyModel.named("tiny-f32.gguf")
    let engine = try engine(tiny, width: 4)
    let isToRest = Mutex(true)
    await engine.rest(while: { isToRest.withLock { $0 } })
    var request = EngineRequest(prompt: tiny.greedyPrompt, maximumTokenCount: 12)
    let log = EventLog()
    let answer = try await engine.generate(request) { _ in log.add("interactive") }
    #expect(answer.tokens == Array(tiny.greedy[0..<12]))
    request.urgency = .background
    let unwanted = Task { [request] in try await engine.generate(request) }
    unwanted.cancel()
    #expect(try await unwanted.value.stop == .cancelled)
    let background = Task { [request] in
      try await engine.generate(request) { _ in log.add("background") }
    }
    // A second question goes by while the first piece of background work waits.
    _ = try await engine.generate(
      EngineRequest(prompt: tiny.greedyPrompt + [40], maximumTokenCount: 4))
    #expect(!log.all.contains("background"))
    isToRest.withLock { $0 = false }
    #expect(try await background.value.tokens == Array(tiny.greedy[0..<12]))
  }

  @Test("a batch that nobody wants any more ends, and what fails stops nothing else")
  func cancellingAndFailing() async throws {
    let tiny = try TinyModel.named("tiny-f32.gguf")
    let engine = try engine(tiny, width: 3)
    let context = engine.model.configuration.contextLength
    var requests = requests(tiny)
    requests.insert(
      (99, EngineRequest(prompt: Array(repeating: 40, count: context), maximumTokenCount: 4)),
      at: 1)
    var failed: [Int] = []
    for await answer in engine.answers(to: requests) {
      if case .failure(let error) = answer.result {
        failed.append(answer.id)
        #expect(error is LlamaError)
      }
    }
    #expect(failed == [99])
    for await _ in engine.answers(to: requests) { break }
    let result = try await engine.generate(
      EngineRequest(prompt: tiny.greedyPrompt, maximumTokenCount: 32, prefix: .ignore))
    #expect(result.tokens == tiny.greedy)
  }
}

private final class EventLog: Sendable {
  private let events = Mutex<[String]>([])
  var all: [String] { events.withLock { $0 } }
  func add(_ event: String) { events.withLock { $0.append(event) } }
}
