extension PromptTemplate {
  /// Puts `note` and `question` into their places.
  ///
  /// Line ends around the note and around the question are left out, as they were in training.
  /// Everything in front of the question up to the end of the note is marked as shared, so that a
  /// further question on the note need not compute it again.
  public func render(note: String, question: String) -> Prompt {
    let question = question.trimmingScalars(in: needsChatTemplate ? Self.blanks : ["\n"])
    var segments: [Prompt.Segment] = []
    var isShared = true
    let pieces = PromptLibrary.pieces(of: self)
    let lastShared = pieces.firstIndex(of: .question).map { pieces[..<$0] } ?? pieces[...]
    let sharedCount = (lastShared.lastIndex(of: .note) ?? lastShared.endIndex - 1) + 1
    for (index, piece) in pieces.enumerated() {
      isShared = index < sharedCount
      switch piece {
      case .text(let text):
        segments.append(Prompt.Segment(text: text, isTemplate: true, isShared: isShared))
      case .note:
        let text = note.trimmingScalars(in: ["\n"])
        segments.append(Prompt.Segment(text: text, isTemplate: false, isShared: isShared))
      case .question:
        segments.append(Prompt.Segment(text: question, isTemplate: false, isShared: isShared))
      }
    }
    return Prompt(segments: segments)
  }

  // Chat templates trim a message themselves; doing it here keeps both ways of rendering one.
  private static let blanks: Set<Unicode.Scalar> = [" ", "\t", "\r", "\n"]
}

extension Prompt {
  /// The prompt with a chat template's own text around it.
  ///
  /// - Parameters:
  ///   - before: What precedes the user's message, a system message included.
  ///   - after: What follows it, up to where the answer begins.
  public func wrapped(before: [Segment], after: [Segment]) -> Prompt {
    var before = before
    var after = after
    for index in before.indices { before[index].isShared = true }
    for index in after.indices { after[index].isShared = false }
    return Prompt(segments: before + segments + after)
  }

  /// The prompt within a conversation that a chat template has written down, with the prompt's own
  /// text as the last user message.
  ///
  /// - Returns: nil where no segment from outside the template says what the prompt says.
  public func placed(in conversation: [Segment]) -> Prompt? {
    let place = conversation.lastIndex { !$0.isTemplate && $0.text == text }
    return place.map { place in
      wrapped(
        before: Array(conversation[..<place]), after: Array(conversation[(place + 1)...]))
    }
  }

  /// The prompt between two texts of a chat template.
  public func wrapped(before: String, after: String) -> Prompt {
    wrapped(
      before: [Segment(text: before, isTemplate: true, isShared: true)],
      after: [Segment(text: after, isTemplate: true, isShared: false)])
  }
}

extension String {
  /// The string without those of `scalars` that stand at its ends.
  fileprivate func trimmingScalars(in scalars: Set<Unicode.Scalar>) -> String {
    // By scalar, not by Character: "\r\n" is one Character, but only its "\n" is a line end here.
    let head = unicodeScalars.drop { scalars.contains($0) }
    guard let last = head.lastIndex(where: { !scalars.contains($0) }) else { return "" }
    return String(head[...last])
  }
}
