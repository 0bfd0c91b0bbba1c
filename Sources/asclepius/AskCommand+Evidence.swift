internal import Clinical
internal import Foundation
internal import Grounding
internal import Llama

extension AskOutput {
  /// A sentence of the answer with what the note has for it, as `ground` prints it.
  struct Claim: Encodable {
    let text: String
    let verdict: String
    let spans: [[Int]]
    let reason: String

    init(_ claim: GroundedClaim) {
      text = claim.text
      verdict = claim.verdict.rawValue
      spans = claim.spans.map { [$0.lowerBound, $0.upperBound] }
      reason = claim.reason
    }
  }
}

extension AskOutput {
  /// What the model tells of an answer beside the rules: figures of reading, not of truth.
  struct Grounding: Encodable {
    let answerable: Double?
    let premises: [String]
    let tokens: [Token]
    let probes: ProbeReport?

    /// A token of the answer.
    struct Token: Encodable {
      /// Unicode scalars of the answer.
      let range: [Int]
      let logprob: Double
      let logprob_without_note: Double
      /// The sentences of the note that had most of the attention: start, end, share.
      let looked_at: [LookedAt]
    }

    /// A sentence with its share, written as a list.
    struct LookedAt: Encodable {
      let range: Range<Int>
      let share: Double

      func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(range.lowerBound)
        try container.encode(range.upperBound)
        try container.encode(share)
      }
    }
  }
}

/// The model layer of one question: what is told before the answer, and after it.
struct AnswerGrounding {
  let tracer: AnswerTracer
  let note: String
  let question: String
  let index: NoteIndex
  /// How likely the note is to answer the question, 0 to 1; nil where nothing was fitted.
  let answerable: Double?
  /// What the question takes for granted and the note does not have.
  let premises: [String]
  /// What to watch while the answer is written.
  let watch: AttentionWatch

  /// Reads the note and the question, and tells what can be told before there is an answer.
  init(_ tracer: AnswerTracer, _ prompt: Prompt, note: String, question: String) async throws {
    self.tracer = tracer
    self.note = note
    self.question = question
    index = NoteIndex(note)
    watch = tracer.watch(prompt, note: note, index: index)
    // Signs delay the answer: they are looked for only where a gauge reads them.
    let signs =
      try await QuestionGauge.readsSigns(of: tracer.tables)
      ? tracer.signs(of: question, note: note, index: index) : nil
    answerable = index.answerability(of: question, signs: signs, model: tracer.tables)
    premises = index.doubtfulPremises(of: question)
  }

  /// What is said on standard error before the answer.
  var warnings: [String] {
    premises.map { "the question takes something for granted: \($0)" }
      + (answerable.map { $0 < 0.5 } ?? false
        ? ["the note may not answer this (\(Self.percent(answerable ?? 0)) that it does)"] : [])
  }

  /// What is told of an answer.
  struct Report {
    let claims: [GroundedClaim]
    let trace: ModelTrace
    let index: NoteIndex
    let output: AskOutput.Grounding
  }

  func report(
    _ result: EngineResult, _ weights: [TokenWeights], probes: [AnswerProbe],
    parameters: GenerationParameters, isLocked: Bool
  ) async throws -> Report {
    let answer = AnswerTracer.Answer(
      tokens: result.tokens, question: question, tokenizer: tracer.loaded.model.tokenizer)
    // Beams tell nothing while they write: their answer is read again.
    let trace =
      try await weights.count == result.tokens.count
      ? tracer.trace(answer, weights, watch)
      : tracer.trace(answer, note: note, index: index)
    let claims = index.claims(
      of: result.text, question: question, model: ModelLayer(trace, tracer.tables))
    let prober = AnswerProber(
      tracer: tracer, note: note, index: index, question: question, parameters: parameters,
      result: result, claims: claims, isLocked: isLocked)
    let found = try await probes.isEmpty ? nil : prober.report(probes)
    return Report(
      claims: claims, trace: trace, index: index,
      output: AskOutput.Grounding(
        answerable: answerable, premises: premises, tokens: trace.tokens.map(output),
        probes: found))
  }

  private func output(_ token: ModelTrace.Token) -> AskOutput.Grounding.Token {
    let shares = ModelTrace.shares(of: token, sentenceCount: index.sentences.count)
    let best = shares.indices.sorted { (shares[$1], $0) < (shares[$0], $1) }.prefix(3)
    return AskOutput.Grounding.Token(
      range: [token.range.lowerBound, token.range.upperBound], logprob: token.logProbability,
      logprob_without_note: token.withoutNote,
      looked_at: best.map { .init(range: index.sentences[$0].range, share: shares[$0]) })
  }

  static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
}

extension AskCommand {
  /// Prints where in the note each sentence of an answer stands, and which ones do not.
  func printEvidence(_ report: AnswerGrounding.Report, note: String) {
    let (index, claims) = (report.index, report.claims)
    let scalars = Array(note.unicodeScalars)
    print("\nEvidence in the note (found there, which is not the same as clinically right):")
    for (number, claim) in claims.enumerated() {
      print("\(number + 1). \(claim.verdict.mark) \(claim.verdict.words): \(claim.text)")
      for span in claim.spans { print("     " + Self.place(span, index, scalars)) }
      if claim.verdict != .supported {
        print("     \(claim.reason)")
        if let span = Self.lookedAt(claim, report) {
          print("     ~ looked at: " + Self.place(span, index, scalars))
        }
      }
    }
    let missing = claims.count { $0.verdict != .supported }
    print(
      "\(claims.count) sentences: \(claims.count - missing) found in note, \(missing) NOT FOUND")
    if let answerable = report.output.answerable {
      print("Answerable from the note: \(AnswerGrounding.percent(answerable))")
    }
    report.output.probes?.lines().forEach { print($0) }
  }

  /// The section and the words of a stretch of the note.
  private static func place(
    _ span: Range<Int>, _ index: NoteIndex, _ scalars: [Unicode.Scalar]
  ) -> String {
    let section = index.sentences.first { $0.range == span }.map { index.sections[$0.section] }
    let title = section.map(\.title) ?? ""
    let quote = String(String.UnicodeScalarView(scalars[span]))
    return (title.isEmpty ? "" : title + ": ") + quote
  }

  /// The sentence that had more of the attention than all others together while a claim was written;
  /// nil where none had.
  private static func lookedAt(
    _ claim: GroundedClaim, _ report: AnswerGrounding.Report
  ) -> Range<Int>? {
    let shares = report.trace.lookedAt(
      in: claim.range, sentenceCount: report.index.sentences.count)
    return shares.firstIndex { $0 > 0.5 }.map { report.index.sentences[$0].range }
  }
}
