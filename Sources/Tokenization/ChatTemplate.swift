/// One turn of a conversation.
public struct ChatMessage: Equatable, Sendable {
  /// Who speaks.
  public enum Role: String, CaseIterable, Sendable {
    case system, user, assistant
  }

  /// Who speaks.
  public var role: Role
  /// What is said.
  public var content: String

  /// Makes a turn.
  public init(_ role: Role, _ content: String) {
    self.role = role
    self.content = content
  }
}

/// How a model wants a conversation written down.
///
/// Model files carry their template as a Jinja program. It is not run: its family is recognised by
/// what it must contain, and written here as plain frames around each turn.
public struct ChatTemplate: Equatable, Sendable {
  /// The family, such as `chatml`; what `init(named:)` takes.
  public let name: String
  var form: Form

  /// What stands before and behind the content of a turn.
  struct Frame: Equatable, Sendable {
    var before: String
    var after: String

    init(_ before: String, _ after: String) {
      self.before = before
      self.after = after
    }
  }

  /// Where a system message goes.
  enum SystemPlacement: Equatable, Sendable {
    /// A turn of its own.
    case turn
    /// In front of the content of the first user turn, in its own frame.
    case firstUserTurn
    /// In front of the content of the last user turn, in its own frame.
    case lastUserTurn
  }

  /// The frames of a family.
  struct Form: Equatable, Sendable {
    var system: Frame
    var user: Frame
    var assistant: Frame
    /// What the model continues.
    var answerStart: String
    var systemPlacement = SystemPlacement.turn
    /// The system message where the conversation has none; nil: it goes without.
    var defaultSystem: String?
    /// Roles whose content loses white space at both ends.
    var trimmed: Set<ChatMessage.Role> = []
    /// What stands before every user turn but the first.
    var betweenTurns = ""
  }

  /// Writes a conversation down, up to where the model's answer begins.
  ///
  /// The begin-of-text token is not written: `Tokenizer.encode` puts it in front.
  ///
  /// - Returns: what the template wrote and what the messages say, apart, so that the text of a
  ///   special token inside a message stays text.
  public func render(_ messages: [ChatMessage]) -> [TextSegment] {
    var messages = messages
    if messages.first?.role != .system, let system = form.defaultSystem {
      messages.insert(ChatMessage(.system, system), at: 0)
    }
    var writer = SegmentWriter()
    var waiting: [ChatMessage] = []
    if form.systemPlacement != .turn {
      waiting = messages.filter { $0.role == .system }
      messages.removeAll { $0.role == .system }
      // Nothing may get lost: without a user turn, the system message becomes one.
      if !waiting.isEmpty, !messages.contains(where: { $0.role == .user }) {
        messages.append(ChatMessage(.user, ""))
      }
    }
    let host =
      form.systemPlacement == .lastUserTurn
      ? messages.lastIndex { $0.role == .user } : messages.firstIndex { $0.role == .user }
    for (index, message) in messages.enumerated() {
      let frame = frame(of: message.role)
      if message.role == .user, index > 0 { writer.writeTemplate(form.betweenTurns) }
      writer.writeTemplate(frame.before)
      if index == host {
        for system in waiting { write(system, in: form.system, to: &writer) }
      }
      writer.writeContent(content(of: message))
      writer.writeTemplate(frame.after)
    }
    writer.writeTemplate(form.answerStart)
    return writer.segments
  }

  private func write(_ message: ChatMessage, in frame: Frame, to writer: inout SegmentWriter) {
    writer.writeTemplate(frame.before)
    writer.writeContent(content(of: message))
    writer.writeTemplate(frame.after)
  }

  private func frame(of role: ChatMessage.Role) -> Frame {
    switch role {
    case .system: form.system
    case .user: form.user
    case .assistant: form.assistant
    }
  }

  private func content(of message: ChatMessage) -> String {
    form.trimmed.contains(message.role) ? Self.trim(message.content) : message.content
  }

  private static func trim(_ text: String) -> String {
    let isSpace: (Unicode.Scalar) -> Bool = { $0.properties.isWhitespace }
    let kept = text.unicodeScalars.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
    return String(String.UnicodeScalarView(kept))
  }
}

/// Collects segments; neighbours of one sort become one.
private struct SegmentWriter {
  private(set) var segments: [TextSegment] = []

  mutating func writeTemplate(_ text: String) { write(text, isTemplate: true) }

  mutating func writeContent(_ text: String) { write(text, isTemplate: false) }

  private mutating func write(_ text: String, isTemplate: Bool) {
    guard !text.isEmpty else { return }
    if let last = segments.last, last.isTemplate == isTemplate {
      segments[segments.count - 1].text += text
    } else {
      segments.append(TextSegment(text, isTemplate: isTemplate))
    }
  }
}

/// Why a conversation cannot be written down.
public enum ChatTemplateError: Error, Equatable, Sendable {
  /// The model's template is of no known family.
  case unrecognised(byteCount: Int, known: [String])
  /// There is no template of this name.
  case unknownName(found: String, known: [String])
}

extension ChatTemplateError: CustomStringConvertible {
  /// What is wrong, and the ways out.
  public var description: String {
    switch self {
    case .unrecognised(let byteCount, let known):
      "The model's chat template (\(byteCount) bytes) is of no known family. Choose one with "
        + "--template: asclepius for models tuned on clinical notes, or one of "
        + "\(known.joined(separator: ", "))."
    case .unknownName(let found, let known):
      "There is no chat template '\(found)'. Known are \(known.joined(separator: ", "))."
    }
  }
}
