import Foundation
import GGUF
import Testing
import Tokenization

@testable import Llama

@Suite struct LoopGuardTests {
  /// Feeds `text` a character at a time, as a byte-level vocabulary without merges would, and
  /// returns what there was when it was taken for a loop; nil where it never was.
  private func loop(_ text: String) -> String? {
    var loops = LoopGuard()
    for (index, byte) in text.utf8.enumerated() {
      loops.append(TokenID(byte), [byte])
      if loops.isLoop { return String(text.utf8.prefix(index + 1)) }
    }
    return nil
  }

  @Test("a stretch over and over is one after four times, a single token after 25")
  func repeated() throws {
    let line = "He has been prescribed 10 mg of it. "
    let found = try #require(loop("The plan. " + String(repeating: line, count: 20)))
    #expect(found.count <= "The plan. ".count + 4 * line.count)
    #expect(found.count > "The plan. ".count + 3 * line.count)
    #expect(loop(String(repeating: line, count: 3)) == nil)
    #expect(loop(String(repeating: "-", count: 24)) == nil)
    #expect(loop(String(repeating: "-", count: 40))?.count == 25)
  }

  @Test("a list that counts the same line up is one, also where the numbers grow longer")
  func counted() throws {
    let list = (5...60).map { "\($0). Patient: EDD-\($0)\n" }.joined()
    #expect(try #require(loop(list)).contains("\n12. Patient: EDD-12"))
    let second = (1...60).map { "\($0). 64 M, teacher (HS)\n" }.joined()
    #expect(loop(second) != nil)
  }

  @Test("what only says much alike is none")
  func alike() {
    let series = [1.2, 1.4, 1.3, 1.6, 1.9, 2.2, 2.0, 1.8, 1.5, 1.1, 1.3, 1.2]
    let days = series.enumerated().map { "Day \($0.offset + 1): creatinine \($0.element).\n" }
    #expect(loop(days.joined()) == nil)
    let drugs = ["aspirin", "warfarin", "digoxin", "lisinopril", "metoprolol", "furosemide"]
    let list = drugs.enumerated().map { "\($0.offset + 1). \($0.element) 25 mg daily\n" }
    #expect(loop(list.joined()) == nil)
    #expect(loop("Pain 0/10. Pain 0/10. Pain 0/10. Discharged home.") == nil)
  }

  /// Answers of the default model to questions on the sample notes, taken down with the guard off;
  /// the recipe is `Tests/Recipes/looping_answers.py`.
  @Test("the answers in which the default model runs in circles are found, each before its end")
  func realAnswers() throws {
    struct Answer: Decodable {
      let question: String
      let pieces: [String]
      let tokens: [TokenID]
    }
    let data = try Data(contentsOf: URL(filePath: TinyModel.path("looping-answers.json")))
    let answers = try JSONDecoder().decode([Answer].self, from: data)
    #expect(answers.count >= 10)
    for answer in answers {
      var loops = LoopGuard()
      let place = zip(answer.tokens, answer.pieces).enumerated().first { _, token in
        loops.append(token.0, Array(token.1.utf8))
        return loops.isLoop
      }
      #expect(place != nil, "\(answer.question)")
    }
  }

  @Test(
    "no note and no answer of the corpus is taken for one",
    .enabled(if: DefaultModel.path != nil, DefaultModel.reason))
  func corpus() throws {
    struct Record: Decodable {
      struct Pair: Decodable { let answer: String }
      let note: String
      let pairs: [Pair]
    }
    let tokenizer = try Tokenizer(Vocabulary(GGUFFile(path: try #require(DefaultModel.path))))
    let corpus = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "samples/corpus/patients.jsonl")
    var textCount = 0
    for line in try String(contentsOf: corpus, encoding: .utf8).split(separator: "\n") {
      let record = try JSONDecoder().decode(Record.self, from: Data(line.utf8))
      for text in [record.note] + record.pairs.map(\.answer) {
        var loops = LoopGuard()
        for token in tokenizer.encode(
          text, addingSpecialTokens: false, readingSpecialTokens: false)
        {
          loops.append(token, tokenizer.bytes(of: token))
          #expect(!loops.isLoop, "\(text.prefix(60))")
          if loops.isLoop { break }
        }
        textCount += 1
      }
    }
    #expect(textCount > 1000)
  }

  @Test("the engine stops a loop with its own reason, and only where it is told to")
  func engine() async throws {
    let tiny = try TinyModel.named("tiny-f32.gguf")
    let engine = try tiny.engine()
    // A penalty far below 1 draws towards what was said last, which is one token alone.
    var request = EngineRequest(
      prompt: Array(repeating: 194, count: SamplingParameters.repeatWindow), maximumTokenCount: 100,
      sampling: SamplingParameters(repeatPenalty: 0.01))
    let whole = try await engine.generate(request)
    request.loop = .stop
    let guarded = try await engine.generate(request)
    try #require(guarded.stop == .loop)
    #expect(whole.stop == .limit)
    #expect(guarded.tokens.count < whole.tokens.count)
    #expect(guarded.tokens[...] == whole.tokens.prefix(guarded.tokens.count))
    // Going on without the guard gives what would have come.
    request.given = guarded.tokens
    request.loop = .goOn
    #expect(try await engine.generate(request).tokens == whole.tokens)
  }
}
