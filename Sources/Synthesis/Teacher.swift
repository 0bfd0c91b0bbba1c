public import Clinical

/// Whoever writes notes, questions and answers: the in-process engine, an endpoint, or a scripted
/// list in tests. A struct of closures, since no caller needs more.
public struct Teacher: Sendable {
  /// What is recorded of it.
  public var description: ModelDescription
  /// Rows that it likes to have at work at a time.
  public var rowsAtOnce: Int
  /// Writes one text.
  ///
  /// Throws `PromptTooLong` where the prompt leaves no room, which sets the row aside; any other
  /// error ends the run, to be gone on with later.
  public var write: @Sendable (TeacherPrompt, GenerationParameters) async throws -> TeacherReply

  /// Makes a teacher of its parts.
  public init(
    description: ModelDescription, rowsAtOnce: Int,
    write: @escaping @Sendable (TeacherPrompt, GenerationParameters) async throws -> TeacherReply
  ) {
    self.description = description
    self.rowsAtOnce = rowsAtOnce
    self.write = write
  }
}

/// What a teacher wrote.
public struct TeacherReply: Hashable, Codable, Sendable {
  /// The text as it came.
  public var text: String
  /// Why it ended.
  public var stop: StopReason
  /// Tokens of the prompt; 0 where the teacher does not say.
  public var promptTokenCount: Int
  /// Tokens of the text; 0 where the teacher does not say.
  public var tokenCount: Int

  /// Makes a reply.
  public init(text: String, stop: StopReason, promptTokenCount: Int = 0, tokenCount: Int = 0) {
    self.text = text
    self.stop = stop
    self.promptTokenCount = promptTokenCount
    self.tokenCount = tokenCount
  }

  private enum CodingKeys: String, CodingKey {
    case text, stop
    case promptTokenCount = "prompt_tokens"
    case tokenCount = "tokens"
  }
}

/// What became of a request: a reply, or why there is none.
public enum TeacherOutcome: Hashable, Codable, Sendable {
  /// The teacher wrote a text.
  case reply(TeacherReply)
  /// The prompt does not fit; nothing was cut. Token counts as `PromptTooLong` has them.
  case tooLong(prompt: Int, context: Int)
}
