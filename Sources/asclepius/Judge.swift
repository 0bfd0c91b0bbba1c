internal import Clinical
internal import Endpoints
internal import Evaluation
internal import Foundation
internal import Llama
internal import Tokenization

/// A prompt to be judged, and the places of its answers that still want a score.
struct JudgeAsk: Sendable {
  let id: Int
  let prompt: JudgePrompt
  let places: [Int]
}

/// What a judge makes of one answer.
struct JudgeVerdict: Hashable, Sendable {
  /// 1 to 4; nil where the reply does not say clearly.
  var score: Int?
  /// The probabilities of the four scores, where the judge runs in this process.
  var distribution: ScoreDistribution?
  /// The reply as it came.
  var reply: String
}

/// Verdicts on answers of an ask, or why there are none.
struct JudgeOutcome: Sendable {
  let ask: Int
  /// How many answers it is about.
  let placeCount: Int
  let result: Result<[(place: Int, verdict: JudgeVerdict)], any Error>
}

/// Whoever grades: a model in this process, an endpoint, or a script in tests.
struct Judge: Sendable {
  /// What is recorded of it.
  var description: ModelDescription
  /// Grades many prompts, each outcome as it comes. An error of one prompt is its outcome and stops
  /// no other; one that is thrown ends the run.
  var grade: @Sendable ([JudgeAsk]) -> AsyncThrowingStream<JudgeOutcome, any Error>
}

extension Judge {
  /// Tokens that a reply about one answer may have.
  static let replyTokenCount = 8

  /// A judge behind an endpoint: one reply about all answers of a prompt.
  init(
    _ endpoint: Endpoint, description: ModelDescription, options: EndpointOptions, seed: UInt64
  ) {
    self.description = description
    grade = { asks in
      AsyncThrowingStream { continuation in
        let task = Task {
          do {
            try await withThrowingTaskGroup(of: JudgeOutcome.self) { group in
              var rest = asks.makeIterator()
              func addNext() {
                guard let ask = rest.next() else { return }
                group.addTask { try await Self.outcome(of: ask, endpoint, options, seed) }
              }
              for _ in 0..<options.requestsAtOnce { addNext() }
              while let outcome = try await group.next() {
                continuation.yield(outcome)
                addNext()
              }
            }
            continuation.finish()
          } catch {
            continuation.finish(throwing: error)
          }
        }
        continuation.onTermination = { @Sendable _ in task.cancel() }
      }
    }
  }

  private static func outcome(
    of ask: JudgeAsk, _ endpoint: Endpoint, _ options: EndpointOptions, _ seed: UInt64
  ) async throws -> JudgeOutcome {
    let count = ask.prompt.answers.count
    var parameters = GenerationParameters(
      // Chatty judges get room for a sentence; what they say beside the score is not read.
      maximumTokenCount: 64 + 8 * replyTokenCount * count)
    parameters.seed = seed
    do {
      let reply = try await endpoint.write(options.sendable(ask.prompt.text), parameters)
      let scores =
        ask.prompt.letters.isEmpty
        ? [JudgeReply.score(in: reply.text)]
        : JudgeReply.scores(in: reply.text, letters: ask.prompt.letters)
      let verdicts = ask.places.map { place in
        (place, JudgeVerdict(score: scores[place], distribution: nil, reply: reply.text))
      }
      return JudgeOutcome(ask: ask.id, placeCount: ask.places.count, result: .success(verdicts))
    } catch let error as PromptTooLong {
      return JudgeOutcome(ask: ask.id, placeCount: ask.places.count, result: .failure(error))
    }
  }
}

extension LoadedModel {
  /// The model as a judge. The words before each number are given to it, so that its probabilities
  /// of "1" to "4" are those of the four scores; answers shown together are graded each by itself,
  /// unmoved by the grades of the others.
  func judge() throws -> Judge {
    var description = description
    description.digest = try digest()
    let chat = try model.chatTemplateSource.map { try model.tokenizer.chatTemplate($0) }
    // Refused here and not a thousand times later.
    _ = try GradeTokens(opening: "Score: ", model.tokenizer)
    return Judge(description: description) { asks in
      AsyncThrowingStream { continuation in
        let task = Task {
          do {
            let requests = try asks.flatMap { ask in try self.requests(for: ask, chat) }
            for await answer in engine.answers(to: requests) {
              if case .success(let result) = answer.result, result.stop == .cancelled { break }
              continuation.yield(
                JudgeOutcome(
                  ask: answer.id.ask, placeCount: 1,
                  result: answer.result.map { result in
                    let opening = answer.id.opening
                    return [(answer.id.place, JudgeVerdict(result, opening: opening))]
                  }))
            }
            continuation.finish()
          } catch {
            continuation.finish(throwing: error)
          }
        }
        continuation.onTermination = { @Sendable _ in task.cancel() }
      }
    }
  }

  /// Where a grade belongs.
  private struct GradePlace: Sendable {
    let ask: Int
    let place: Int
    let opening: String
  }

  private func requests(
    for ask: JudgeAsk, _ chat: ChatTemplate?
  ) throws -> [(id: GradePlace, request: EngineRequest)] {
    let tokenizer = model.tokenizer
    let segments =
      chat?.render([ChatMessage(.user, ask.prompt.text)])
      ?? [TextSegment(ask.prompt.text + "\n", isTemplate: false)]
    let prompt = tokenizer.encode(segments, addingSpecialTokens: true)
    return try ask.places.map { place in
      let opening = ask.prompt.replyOpening(place: place)
      let tokens = try GradeTokens(opening: opening, tokenizer)
      var request = EngineRequest(
        prompt: prompt, maximumTokenCount: tokens.opening.count + Judge.replyTokenCount)
      request.given = tokens.opening
      request.askedTokens = tokens.grades
      return (GradePlace(ask: ask.id, place: place, opening: opening), request)
    }
  }
}

extension JudgeVerdict {
  fileprivate init(_ result: EngineResult, opening: String) {
    // Only the line that was begun: small models go on with answers that nobody asked for.
    let line = result.text.split(separator: "\n", maxSplits: 1).first.map(String.init) ?? ""
    let letter = String(opening.prefix(1))
    score =
      opening.hasPrefix("Score")
      ? JudgeReply.score(in: line)
      : JudgeReply.scores(in: line, letters: [letter])[0]
    distribution = result.firstWeights.map { weights in
      ScoreDistribution(probabilities: weights.asked.map { exp(Double($0)) })
    }
    reply = result.text
  }
}

/// The tokens with which a reply begins, and those of the four numbers behind them.
struct GradeTokens: Equatable {
  let opening: [TokenID]
  let grades: [TokenID]

  /// - Throws: `GradeTokenError` where the numbers are no single tokens behind the same beginning.
  init(opening text: String, _ tokenizer: Tokenizer) throws(GradeTokenError) {
    let texts = (1...4).map { grade in
      tokenizer.encode(
        text + String(grade), addingSpecialTokens: false, readingSpecialTokens: false)
    }
    opening = Array(texts[0].dropLast())
    grades = texts.compactMap(\.last)
    let opening = opening
    guard texts.allSatisfy({ $0.dropLast().elementsEqual(opening) }), Set(grades).count == 4 else {
      throw GradeTokenError()
    }
  }
}

/// A vocabulary in which a score is no token of its own.
struct GradeTokenError: Error, CustomStringConvertible {
  var description: String {
    "this model's vocabulary has no tokens of their own for the scores 1 to 4, so it cannot judge "
      + "in this process; serve it with --judge endpoint:URL"
  }
}
