public import Screen

/// Which keys do what and where. Data, so that a configuration file can change it and the help page
/// shows what is really bound.
public struct KeyMap: Equatable, Sendable {
  /// Where a binding holds.
  public enum Context: String, CaseIterable, Sendable {
    case everywhere
    /// In the note and in the answers, where letters are commands.
    case panes
    case instruction
    case note
    case outline
    case answer
    /// At a token of an answer, while the inspector is open.
    case tokens
    /// The places that F3 to F5 lead to.
    case qa
    case compare
    case jobs
    /// At the desk of a rater: in QA, in Compare, and while words are marked.
    case grading
    case comparing
    case marking
    /// Every text that is being typed.
    case editing
    /// The line after `:` or `/`.
    case line
    /// A pop-up to choose from.
    case choice
    /// The list of notes.
    case notes
    /// The panel of settings.
    case settings
    /// A text over the whole screen: help, plain text.
    case page
    /// A question with the answers yes and no.
    case question

    /// Heading on the help page.
    public var title: String {
      switch self {
      case .everywhere: "Everywhere"
      case .panes: "In the note and the answers"
      case .instruction: "In the instruction"
      case .note: "In the note"
      case .outline: "In the outline"
      case .answer: "In the answers"
      case .tokens: "In the token inspector"
      case .qa: "In QA"
      case .compare: "In Compare"
      case .jobs: "In Jobs"
      case .grading: "While rating answers (asclepius rate)"
      case .comparing: "While comparing answers (asclepius rate)"
      case .marking: "While marking words"
      case .editing: "While typing"
      case .line: "In the line after : or /"
      case .choice: "In a list to choose from"
      case .notes: "In the list of notes"
      case .settings: "In the settings"
      case .page: "In help and plain text"
      case .question: "At a question with yes and no"
      }
    }
  }

  /// One key, or a few in a row, and what they do.
  public struct Binding: Equatable, Sendable {
    /// The keys, one after another.
    public var keys: [Key]
    /// What they do.
    public var action: Action
    /// Where they do it.
    public var context: Context

    /// Makes a binding.
    public init(_ keys: [Key], _ action: Action, in context: Context) {
      self.keys = keys
      self.action = action
      self.context = context
    }
  }

  /// What a row of keys means.
  public enum Match: Equatable, Sendable {
    case action(Action)
    /// The start of something longer.
    case prefix
    case nothing
  }

  /// All bindings; of two that match, the first holds.
  public var bindings: [Binding]

  /// Makes a map.
  public init(bindings: [Binding]) { self.bindings = bindings }

  /// What `keys` mean in `contexts`; a more special context, named first, wins.
  public func match(_ keys: [Key], in contexts: [Context]) -> Match {
    for context in contexts {
      if let exact = bindings.first(where: { $0.context == context && $0.keys == keys }) {
        return .action(exact.action)
      }
    }
    let isPrefix = bindings.contains {
      contexts.contains($0.context) && $0.keys.count > keys.count && $0.keys.starts(with: keys)
    }
    return isPrefix ? .prefix : .nothing
  }

  /// Lets `keys` do `action` in `context`, whatever they did there before; nil lets them do nothing.
  /// Longer rows that begin with them, and shorter ones that they begin with, give way.
  public mutating func bind(_ keys: [Key], to action: Action?, in context: Context) {
    bindings.removeAll {
      $0.context == context && ($0.keys.starts(with: keys) || keys.starts(with: $0.keys))
    }
    if let action { bindings.append(Binding(keys, action, in: context)) }
  }

  /// The keys of the first binding of `action`, as they are written on the screen.
  func label(of action: Action, in contexts: [Context] = Context.allCases) -> String? {
    contexts.lazy.compactMap { context in
      bindings.first { $0.context == context && $0.action == action }
    }.first.map { Self.label($0.keys) }
  }

  /// `keys` as they are written on the screen: `g q`, `^J`, `PgUp`.
  static func label(_ keys: [Key]) -> String { keys.map(\.label).joined(separator: " ") }
}
