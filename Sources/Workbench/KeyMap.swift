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

    /// Heading on the help page.
    public var title: String {
      switch self {
      case .everywhere: "Everywhere"
      case .panes: "In the note and the answers"
      case .instruction: "In the instruction"
      case .note: "In the note"
      case .outline: "In the outline"
      case .answer: "In the answers"
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

extension KeyMap {
  /// The keys the program comes with.
  public static let standard = KeyMap(
    bindings: everywhere + panes + instruction + note + outline + answer)

  private static let everywhere: [Binding] = [
    Binding([.function(1)], .help, in: .everywhere),
    Binding([.tab], .focusNext, in: .everywhere),
    Binding([.backTab], .focusPrevious, in: .everywhere),
    Binding([.control("c")], .stop, in: .everywhere),
    Binding([.control("z")], .suspend, in: .everywhere),
    Binding([.control("l")], .redraw, in: .everywhere),
    Binding([.escape], .peel, in: .everywhere),
    Binding([.function(2)], .showQuery, in: .everywhere),
    Binding([.function(3)], .showRating, in: .everywhere),
    Binding([.function(4)], .showCompare, in: .everywhere),
    Binding([.function(5)], .showJobs, in: .everywhere),
    Binding([.control("t")], .tasks, in: .everywhere),
    Binding([.control("r")], .historySearch, in: .everywhere),
    Binding([.control("g")], .editor, in: .everywhere),
    Binding([.alt("l")], .bare, in: .everywhere),
  ]

  private static let panes: [Binding] = [
    Binding([.character("?")], .help, in: .panes),
    Binding([.character("/")], .find, in: .panes),
    Binding([.character("n")], .findNext, in: .panes),
    Binding([.character("N")], .findPrevious, in: .panes),
    Binding([.character(":")], .command, in: .panes),
    Binding([.character("q")], .back, in: .panes),
    Binding([.character("o")], .outline, in: .panes),
    Binding([.character("B")], .blank, in: .panes),
    Binding([.character("g"), .character("q")], .showQuery, in: .panes),
    Binding([.character("g"), .character("r")], .showRating, in: .panes),
    Binding([.character("g"), .character("c")], .showCompare, in: .panes),
    Binding([.character("g"), .character("j")], .showJobs, in: .panes),
    Binding([.up], .lineUp, in: .panes),
    Binding([.down], .lineDown, in: .panes),
    Binding([.pageUp], .pageUp, in: .panes),
    Binding([.pageDown], .pageDown, in: .panes),
    Binding([.home], .top, in: .panes),
    Binding([.end], .end, in: .panes),
  ]

  private static let instruction: [Binding] = [
    Binding([.enter], .send, in: .instruction),
    Binding([.newline], .newline, in: .instruction),
    Binding([.up], .historyOlder, in: .instruction),
    Binding([.down], .historyNewer, in: .instruction),
    Binding([.pageUp], .answerPageUp, in: .instruction),
    Binding([.pageDown], .answerPageDown, in: .instruction),
  ]

  private static let note: [Binding] = [
    Binding([.character("{")], .sectionPrevious, in: .note),
    Binding([.character("}")], .sectionNext, in: .note),
    Binding([.character("["), .character("n")], .notePrevious, in: .note),
    Binding([.character("]"), .character("n")], .noteNext, in: .note),
  ]

  private static let outline: [Binding] = [
    Binding([.character(" ")], .toggleSection, in: .outline),
    Binding([.enter], .goToSection, in: .outline),
  ]

  private static let answer: [Binding] = [
    Binding([.character("r")], .again, in: .answer),
    Binding([.character("R")], .newSeed, in: .answer),
    Binding([.character("<")], .versionPrevious, in: .answer),
    Binding([.character(">")], .versionNext, in: .answer),
    Binding([.character("{")], .questionPrevious, in: .answer),
    Binding([.character("}")], .questionNext, in: .answer),
    Binding([.character("E")], .editQuestion, in: .answer),
    Binding([.character("y")], .copy, in: .answer),
    Binding([.character("w")], .export, in: .answer),
  ]
}

extension Key {
  /// The key as it is written on the screen.
  var label: String {
    switch self {
    case .character(" "): "Space"
    case .character(let character): String(character)
    case .enter: "Enter"
    case .newline: "^J"
    case .tab: "Tab"
    case .backTab: "S-Tab"
    case .up: "Up"
    case .down: "Down"
    case .left: "Left"
    case .right: "Right"
    case .home: "Home"
    case .end: "End"
    case .pageUp: "PgUp"
    case .pageDown: "PgDn"
    case .backspace: "Backspace"
    case .delete: "Delete"
    case .escape: "Esc"
    case .function(let number): "F\(number)"
    case .control(let character): "^\(character.uppercased())"
    case .alt(let character): "Alt-\(character)"
    case .paste: "paste"
    }
  }
}
