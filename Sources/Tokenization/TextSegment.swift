/// A stretch of a prompt, and whether it may hold special tokens.
public struct TextSegment: Equatable, Sendable {
  /// What is written.
  public var text: String
  /// True for text that a template wrote; false for what a user, a note or a model wrote: there the
  /// text of a special token is only text.
  public var isTemplate: Bool

  /// Makes a segment.
  public init(_ text: String, isTemplate: Bool) {
    self.text = text
    self.isTemplate = isTemplate
  }
}
