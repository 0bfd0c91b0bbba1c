import Clinical
import Screen

extension WorkbenchState {
  /// Completes the line after `:`, or goes on to the way to complete it that is `step` further.
  mutating func complete(_ line: LineInput, by step: Int) -> [Effect] {
    var line = line
    if var shown = line.completion, !shown.candidates.isEmpty {
      let text = shown.choose(by: step)
      line.replace(by: text)
      line.completion = shown
      overlay = .commandLine(line)
      return []
    }
    let wanted = CompletionRequest(of: line.text, themes: themeNames)
    switch wanted.source {
    case .words(let words):
      show(words, of: wanted, in: line)
      return []
    case .files:
      return [.listFiles(prefix: wanted.start)]
    }
  }

  /// Takes in the files that a line was to be completed by, if it still stands as it was.
  mutating func takeFiles(_ paths: [String], beginningWith prefix: String) {
    guard case .commandLine(let line) = overlay else { return }
    let wanted = CompletionRequest(of: line.text, themes: themeNames)
    guard wanted.source == .files, wanted.start == prefix else { return }
    show(paths, of: wanted, in: line)
  }

  /// Writes what all ways to complete have in common, and shows them where there are several.
  private mutating func show(
    _ candidates: [String], of wanted: CompletionRequest, in line: LineInput
  ) {
    var line = line
    var completion = Completion(
      stem: wanted.stem, candidates: candidates.filter { $0.hasPrefix(wanted.start) })
    if !completion.candidates.isEmpty { line.replace(by: wanted.stem + completion.commonStart) }
    if let only = completion.candidates.first, completion.candidates.count == 1 {
      if !only.hasSuffix("/"), wanted.isFollowed { line.replace(by: line.text + " ") }
      completion.candidates = []
      line.completion = nil
    } else {
      line.completion = completion
    }
    overlay = .commandLine(line)
  }
}

/// What the end of a line could be completed to.
struct CompletionRequest: Equatable {
  enum Source: Equatable {
    case words([String])
    case files
  }

  /// What stays of the line.
  var stem: String
  /// What the candidates have to begin with.
  var start: String
  var source: Source
  /// True where something is to follow a word that was completed.
  var isFollowed: Bool

  init(of line: String, themes: [String]) {
    guard let blank = line.firstIndex(of: " ") else {
      self.init(stem: "", start: line, source: .words(Self.commandNames), isFollowed: true)
      return
    }
    let command = String(line[..<blank])
    let rest = String(line[blank...].drop { $0 == " " })
    let stem = String(line.dropLast(rest.count))
    switch Self.argument(of: command) {
    case "FILE":
      self.init(stem: stem, start: rest, source: .files, isFollowed: false)
    case "NAME" where rest.contains("/") || rest.contains("."):
      self.init(stem: stem, start: rest, source: .files, isFollowed: false)
    case "NAME":
      self.init(stem: stem, start: rest, source: .words(themes), isFollowed: false)
    default:
      self = Self.ofSetting(rest, stem: stem, isSetting: command == "set")
    }
  }

  private init(stem: String, start: String, source: Source, isFollowed: Bool) {
    self.stem = stem
    self.start = start
    self.source = source
    self.isFollowed = isFollowed
  }

  private static func ofSetting(_ rest: String, stem: String, isSetting: Bool) -> Self {
    guard isSetting else {
      return Self(stem: stem, start: rest, source: .words([]), isFollowed: false)
    }
    guard let blank = rest.firstIndex(of: " ") else {
      return Self(
        stem: stem, start: rest, source: .words(Command.Setting.names), isFollowed: true)
    }
    let name = String(rest[..<blank])
    let value = String(rest[blank...].dropFirst())
    let values =
      name == GenerationSetting.template.rawValue
      ? PromptTemplate.allCases.map(\.rawValue)
      : Command.Setting.switches.contains(name)
        ? WorkbenchState.Switch.allCases.map(\.rawValue) : []
    return Self(
      stem: stem + name + " ", start: value, source: .words(values), isFollowed: false)
  }

  /// The commands as the help page names them.
  private static var commandNames: [String] {
    var names: [String] = []
    for (line, _) in Command.summaries where !line.isEmpty {
      let name = String(line.dropFirst().prefix { $0 != " " })
      if !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// What the help page says that a command wants: `FILE`, `NAME` or nothing.
  private static func argument(of command: String) -> String? {
    Command.summaries.map(\.line).first { $0.hasPrefix(":\(command) ") }
      .map { String($0.dropFirst(command.count + 2)) }
  }
}
