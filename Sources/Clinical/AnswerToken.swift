/// A token of an answer as it was written.
public struct AnswerToken: Equatable, Codable, Sendable {
  /// The token.
  public var id: Int32
  /// What became certain with it: nothing while a character is incomplete. Nil where only the id
  /// was kept.
  public var text: String?
  /// What the model weighed; nil where that was not recorded.
  public var choice: TokenChoice?

  /// Makes a token.
  public init(id: Int32, text: String? = nil, choice: TokenChoice? = nil) {
    self.id = id
    self.text = text
    self.choice = choice
  }
}
