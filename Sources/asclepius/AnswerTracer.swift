internal import Clinical
internal import Grounding
internal import Llama
internal import Tokenization

/// Reads an answer under the model as if it were writing it: how sure it was of each token, with
/// the note and without, and which sentences it looked at.
struct AnswerTracer: Sendable {
  let loaded: LoadedModel
  let writer: PromptWriter
  /// What was fitted to models of this shape; nil where nothing was.
  let tables: ModelTables?

  init(_ loaded: LoadedModel, _ writer: PromptWriter) {
    self.loaded = loaded
    self.writer = writer
    let c = loaded.model.configuration
    tables = ModelTables.fitted(
      layerCount: c.layerCount, headCount: c.headCount, embeddingSize: c.embeddingSize)
  }

  /// The heads that are watched: those that were fitted, or for another model all heads of the
  /// middle layers, which say less.
  var heads: [AttentionWatch.Head] {
    if let tables { return tables.heads.map { .init(layer: $0.layer, head: $0.head) } }
    let count = loaded.model.configuration.layerCount
    return AttentionWatch.allHeads(of: loaded.model.configuration).filter {
      $0.layer >= count / 2 && $0.layer < max(count / 2 + 1, count * 3 / 4)
    }
  }

  /// An answer to be read: tokens with the text that each makes certain.
  struct Answer: Sendable {
    let question: String
    let tokens: [AnswerToken]

    /// An answer that is there as text alone.
    init(_ text: String, question: String, tokenizer: Tokenizer) {
      self.question = question
      tokens = tokenizer.answerTokens(of: text)
    }

    /// An answer as it was written.
    init(tokens: [TokenID], question: String, tokenizer: Tokenizer) {
      self.question = question
      var decoder = StreamingDecoder()
      self.tokens = tokens.map {
        AnswerToken(id: $0, text: decoder.append(tokenizer.bytes(of: $0)))
      }
    }

    /// Offsets of each token in Unicode scalars of the answer. A token within a character has the
    /// place behind what was certain before it.
    var ranges: [Range<Int>] {
      var end = 0
      return tokens.map { token in
        let start = end
        end += token.text?.unicodeScalars.count ?? 0
        return start..<end
      }
    }
  }

  /// The trace of an answer over a note.
  ///
  /// - Parameter watching: The heads to watch; those of `heads` unless others are chosen from.
  func trace(
    _ answer: Answer, note: String, index: NoteIndex, watching: [AttentionWatch.Head]? = nil
  ) async throws -> ModelTrace {
    let tokenizer = loaded.model.tokenizer
    let placement = NotePlacement(
      writer.prompt(note: note, question: answer.question), note: note, index: index,
      tokenizer: tokenizer)
    let watch = AttentionWatch(heads: watching ?? heads, ranges: placement.ranges)
    let ids = answer.tokens.map(\.id)
    let with = try await loaded.engine.trace(ids, behind: placement.tokens, watch: watch)
    return try await trace(answer, with.weights, watch)
  }

  /// What to watch while an answer to a question is written, for the trace below.
  func watch(_ prompt: Prompt, note: String, index: NoteIndex) -> AttentionWatch {
    AttentionWatch(
      heads: heads,
      ranges: NotePlacement(
        prompt, note: note, index: index, tokenizer: loaded.model.tokenizer
      ).ranges)
  }

  /// The trace of an answer from what was weighed while it was written; only the branch without the
  /// note is computed.
  func trace(
    _ answer: Answer, _ weights: [TokenWeights], _ watch: AttentionWatch
  ) async throws -> ModelTrace {
    let without = try await loaded.engine.trace(
      answer.tokens.map(\.id),
      behind: loaded.model.tokenizer.encode(writer.prompt(note: "", question: answer.question)))
    let ranges = answer.ranges
    return ModelTrace(
      tokens: zip(weights, without.weights).enumerated().map { token, pair in
        let (with, without) = pair
        return ModelTrace.Token(
          range: ranges[token], logProbability: Double(with.logProbability),
          bestLogProbability: Double(with.top.first?.logProbability ?? with.logProbability),
          entropy: Double(with.entropy), withoutNote: Double(without.logProbability),
          lookedAt: watch.byHead(with.attention))
      })
  }

  /// How sure the model is of an answer with some note; what it looked at is not told.
  func sureness(of answer: Answer, note: String) async throws -> ModelTrace {
    let prompt = loaded.model.tokenizer.encode(
      writer.prompt(note: note, question: answer.question))
    let trace = try await loaded.engine.trace(answer.tokens.map(\.id), behind: prompt)
    return ModelTrace(
      tokens: zip(trace.weights, answer.ranges).map { weights, range in
        ModelTrace.Token(
          range: range, logProbability: Double(weights.logProbability),
          bestLogProbability: Double(
            weights.top.first?.logProbability ?? weights.logProbability),
          entropy: Double(weights.entropy), withoutNote: 0, lookedAt: [])
      })
  }
}
