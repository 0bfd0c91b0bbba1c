internal import ArgumentParser
internal import Foundation
internal import Grounding
internal import Llama
internal import Models

/// Finds in a note what an answer rests on.
struct GroundCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ground",
    abstract: "Evidence in a note for the claims of given answers, by rules or with a model too.",
    discussion: """
      With --model each answer is also read by the model, as if it were writing it: what it looked
      at, and how sure it was with the note and without, joins what the rules find.

      Standard input: JSON Lines {"note", "question", "answer"}. A line that cannot be read is
      reported on standard error and left out; the exit status is then 1.
      "Supported" means found in the note, not clinically right.
      """)

  @Flag(name: .long, help: "One JSON object a line.")
  var json = false

  @Flag(name: .long, help: "What the fitted trees see, for the recipe that fits them; JSON.")
  var features = false

  @Flag(
    name: .long,
    help: "What every head of the model looks at, for the recipe that chooses among them; JSON.")
  var attention = false

  @Flag(
    name: .long,
    help: """
      Instead of an answer's evidence: how likely the note answers the question, and what the \
      question takes for granted and the note does not have; JSON.
      """)
  var gauge = false

  @Option(name: .long, help: "A model to read the answers too; without it the rules alone do.")
  var model: String?

  @Option(name: .long, help: "Threads to compute on; as many as there are processors by default.")
  var threads: Int?

  @Option(
    name: .long, help: "With --features: heads to watch instead of the fitted ones, as 3.5,11.0.")
  var heads: String?

  @OptionGroup var adapterOptions: AdapterOptions

  func validate() throws {
    if attention, model == nil { throw ValidationError("--attention needs --model") }
    if heads != nil, model == nil || !features {
      throw ValidationError("--heads needs --features and --model")
    }
    if let threads, !(1...256).contains(threads) {
      throw ValidationError("--threads is \(threads), but must be 1 to 256")
    }
    _ = try watched()
  }

  /// The heads that are asked for.
  private func watched() throws -> [AttentionWatch.Head]? {
    try heads?.split(separator: ",").map { name in
      let numbers = name.split(separator: ".").compactMap { Int($0) }
      guard numbers.count == 2, numbers.allSatisfy({ $0 >= 0 }) else {
        throw ValidationError("--heads: \(name) is no head; write layer.head, as 3.5")
      }
      return AttentionWatch.Head(layer: numbers[0], head: numbers[1])
    }
  }

  /// The model that reads the answers too, where one is asked for.
  private func tracer() throws -> AnswerTracer? {
    guard let model else { return nil }
    let path = try ModelLibrary(environment: ProcessInfo.processInfo.environment).resolve(model)
    let loaded = try LoadedModel(
      path: path, adapterPath: adapterOptions.path(),
      threadCount: threads ?? ProcessInfo.processInfo.activeProcessorCount)
    let c = loaded.model.configuration
    if let bad = try watched()?.first(where: { $0.layer >= c.layerCount || $0.head >= c.headCount })
    {
      throw ValidationError(
        "--heads: the model has no head \(bad.layer).\(bad.head); it has \(c.layerCount) layers "
          + "of \(c.headCount) heads")
    }
    return AnswerTracer(loaded, try loaded.promptWriter(templateName: nil))
  }

  func run() async throws {
    let tracer = try tracer()
    if let tracer, tracer.tables == nil, !features, !attention {
      tell("nothing was fitted to models of this shape; the rules alone decide")
    }
    var number = 0
    var bad = 0
    while let line = readLine(strippingNewline: true) {
      number += 1
      if line.allSatisfy(\.isWhitespace) { continue }
      do {
        let row = try JSONDecoder().decode(Row.self, from: Data(line.utf8))
        try await take(row, tracer)
      } catch let error as DecodingError {
        bad += 1
        let text = "asclepius: line \(number): \(Self.reason(error))\n"
        FileHandle.standardError.write(Data(text.utf8))
      } catch let error as LlamaError {
        // A note too long for the model is that line's trouble alone.
        guard case .promptTooLong = error else { throw error }
        bad += 1
        tell("line \(number): \(describe(error))")
      }
    }
    if bad > 0 { throw ExitCode(ExitStatus.failure) }
  }

  private func take(_ row: Row, _ tracer: AnswerTracer?) async throws {
    let index = NoteIndex(row.note)
    let question = row.question ?? ""
    if gauge { return try await writeGauge(question, row.note, index, tracer) }
    var layer: ModelLayer?
    // Without tables a trace is of use to the recipes alone.
    if let tracer, features || attention || tracer.tables != nil {
      let answer = AnswerTracer.Answer(
        row.answer, question: question, tokenizer: tracer.loaded.model.tokenizer)
      if attention {
        let heads = AttentionWatch.allHeads(of: tracer.loaded.model.configuration)
        let trace = try await tracer.trace(
          answer, note: row.note, index: index, watching: heads)
        return try writeAttention(trace, heads, index)
      }
      layer = ModelLayer(
        try await tracer.trace(answer, note: row.note, index: index, watching: watched()),
        tracer.tables)
    }
    if features {
      try writeFeatures(index.features(of: row.answer, question: question, model: layer))
    } else {
      try write(index.claims(of: row.answer, question: question, model: layer))
    }
  }

  private struct Gauge: Encodable {
    let answerable: Double?
    let features: [Double]
    let premises: [String]
  }

  private func writeGauge(
    _ question: String, _ note: String, _ index: NoteIndex, _ tracer: AnswerTracer?
  ) async throws {
    let signs = try await tracer?.signs(of: question, note: note, index: index)
    try JSONOutput.print(
      Gauge(
        answerable: index.answerability(of: question, signs: signs, model: tracer?.tables),
        features: index.gaugeFeatures(of: question, signs: signs),
        premises: index.doubtfulPremises(of: question)))
  }

  private struct HeadShares: Encodable {
    let sentences: [[Int]]
    let heads: [String]
    /// Mean over the answer's tokens of each head's shares within the note, in ten thousandths,
    /// `(heads, sentences)`.
    let shares: [[Int]]
  }

  private func writeAttention(
    _ trace: ModelTrace, _ heads: [AttentionWatch.Head], _ index: NoteIndex
  ) throws {
    let shares = heads.indices.map { head in
      var sums = Array(repeating: Float(0), count: index.sentences.count)
      for token in trace.tokens {
        let total = token.lookedAt[head].reduce(0, +)
        guard total > 0 else { continue }
        for (sentence, share) in token.lookedAt[head].enumerated() {
          sums[sentence] += share / total / Float(trace.tokens.count)
        }
      }
      return sums.map { Int(($0 * 10_000).rounded()) }
    }
    try JSONOutput.print(
      HeadShares(
        sentences: index.sentences.map { [$0.range.lowerBound, $0.range.upperBound] },
        heads: heads.map { "\($0.layer).\($0.head)" }, shares: shares))
  }

  private struct Row: Decodable {
    var note: String
    var question: String?
    var answer: String
  }

  private struct Result: Encodable {
    struct Claim: Encodable {
      var text: String
      var verdict: String
      var spans: [[Int]]
      var reason: String
    }
    var claims: [Claim]
  }

  private func write(_ claims: [GroundedClaim]) throws {
    if json {
      let result = Result(
        claims: claims.map {
          Result.Claim(
            text: $0.text, verdict: $0.verdict.rawValue,
            spans: $0.spans.map { [$0.lowerBound, $0.upperBound] }, reason: $0.reason)
        })
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      FileHandle.standardOutput.write(try encoder.encode(result) + Data("\n".utf8))
    } else {
      for claim in claims {
        let places = claim.spans.map { "\($0.lowerBound)-\($0.upperBound)" }
        let suffix = places.isEmpty ? "" : " [" + places.joined(separator: ", ") + "]"
        print("\(claim.verdict.rawValue): \(claim.text)\(suffix)\n  \(claim.reason)")
      }
      print("")
    }
  }

  private struct FeatureRow: Encodable {
    var kind: String
    var range: [Int]
    var claim: Int
    var values: [Double]
    var is_surely_wrong: Bool
  }

  private func writeFeatures(_ features: GroundingFeatures) throws {
    let rows = features.rows.map {
      FeatureRow(
        kind: $0.kind, range: [$0.range.lowerBound, $0.range.upperBound], claim: $0.claim,
        values: $0.values, is_surely_wrong: $0.isSurelyWrong)
    }
    FileHandle.standardOutput.write(try JSONEncoder().encode(rows) + Data("\n".utf8))
  }

  /// What is wrong with a line, without any of its text.
  private static func reason(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, _): "the key \"\(key.stringValue)\" is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "\"\(context.codingPath.last?.stringValue ?? "")\" is not a string"
    default: "this is not a JSON object"
    }
  }
}
