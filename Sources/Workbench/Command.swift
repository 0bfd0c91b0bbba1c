import Clinical

/// A line typed after `:`.
enum Command: Equatable, Sendable {
  case quit
  case help
  case open(String)
  case notes
  case with(NoteChoice)
  case sessions(String)
  case write(String)
  case receipt(String)
  case continueAnswer
  case theme(String)
  case saveDisplay(String)
  case set(Setting)
  case settings
  case loadModel
  case useModel(String)
  case models
  case download
  case unsafe
  case outline
  case bare
  case blank
  /// The page of jobs, with the run in a further folder where one is named.
  case jobs(String)

  /// A value that `:set` changes.
  enum Setting: Equatable, Sendable {
    case temperature(Double)
    case seed(UInt64)
    case maximumTokenCount(Int)
    case topK(Int)
    case topP(Double)
    case minP(Double)
    case repeatPenalty(Double)
    case beams(Int)
    case template(PromptTemplate)
    case lookup(WorkbenchState.Switch)
    case loopGuard(WorkbenchState.Switch)
    case mouse(WorkbenchState.Switch)
    case slowLink(WorkbenchState.Switch)
    case redact(WorkbenchState.Switch)

    /// The names that `:set` knows.
    static let names =
      GenerationSetting.allCases.map(\.rawValue) + ["mouse", "slow-link", "redact"]
    /// Those whose values are on and off.
    static let switches = ["lookup", "loop-guard", "mouse", "slow-link", "redact"]
  }

  /// Notes that are to be asked about together.
  enum NoteChoice: Equatable, Sendable {
    /// Those that the person marks in the list.
    case ask
    case all
    /// By their numbers in the list, from 1.
    case numbers([Int])
  }

  /// Why a line is no command: one sentence that says what to type.
  struct Problem: Error, Equatable {
    var text: String
  }

  /// The commands as the help page shows them.
  static let summaries: [(line: String, explanation: String)] = [
    (":open FILE", "open notes: a file, a folder, or several with blanks between"),
    (":notes", "list the notes that are open and what they cost"),
    (":with", "ask about several notes together: :with 1 3, :with all"),
    (":sessions", "search all sessions that were kept; :sessions WORDS"),
    (":w FILE", "write this session: .md, .jsonl with provenance, or .txt"),
    (":receipt FILE", "write what ask --receipt makes this answer again from"),
    (":continue", "let an answer that was stopped or cut off go on"),
    (":outline", "leave sections of the note out, or take them in again"),
    (":bare", "plain text without frames, to select and copy"),
    (":blank", "show nothing; any key brings the screen back"),
    (":jobs FILE", "show what runs; also the run in a further folder"),
    (":settings", "how answers are written: bounds, explanations, defaults"),
    (":set", "the same in a line; :set NAME VALUE changes one"),
    ("", Setting.names.prefix(5).joined(separator: "  ")),
    ("", Setting.names.dropFirst(5).prefix(5).joined(separator: "  ")),
    ("", Setting.names.dropFirst(10).joined(separator: "  ")),
    (":set mouse", "wheel and clicks; :set mouse off gives them back"),
    (":set slow-link", "draw less often, for slow lines"),
    (":set redact on", "tags in place of names, dates and numbers in what is copied or written"),
    (":theme NAME", "use another theme; :theme FILE one of your own or base16"),
    (":models", "the models and adapters that are here, and which is loaded"),
    (":model FILE", "use another model; :model alone loads the same again"),
    (":download", "fetch the default model; Esc stops that and keeps the part"),
    (":unsafe", "go on although answers cannot be saved"),
    (":save-display FILE", "write this screen as text"),
    (":help", "the keys and the commands"),
    (":q", "quit"),
  ]

  /// Reads a line, the colon left out.
  static func parse(_ line: String) throws(Problem) -> Command {
    let words = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
    let rest = words.count > 1 ? trimmingBlanks(String(words[1])) : ""
    switch words.first {
    case "q", "quit": return .quit
    case "help", "h": return .help
    case "open", "e": return .open(try argument(rest, "open FILE"))
    case "notes": return .notes
    case "with": return .with(try noteChoice(rest))
    case "sessions": return .sessions(rest)
    case "w", "write": return .write(try argument(rest, "w FILE"))
    case "receipt": return .receipt(try argument(rest, "receipt FILE"))
    case "continue": return .continueAnswer
    case "theme": return .theme(try argument(rest, "theme NAME"))
    case "save-display": return .saveDisplay(try argument(rest, "save-display FILE"))
    case "set": return .set(try setting(rest))
    case "settings": return .settings
    case "models": return .models
    case "model": return rest.isEmpty ? .loadModel : .useModel(rest)
    case "download": return .download
    case "unsafe": return .unsafe
    case "outline": return .outline
    case "bare": return .bare
    case "blank": return .blank
    case "jobs": return .jobs(rest)
    case let word?: throw Problem(text: "There is no command :\(word). ? lists them.")
    case nil: throw Problem(text: "Type a command, such as :open FILE. ? lists them.")
    }
  }

  private static func noteChoice(_ text: String) throws(Problem) -> NoteChoice {
    if text.isEmpty { return .ask }
    if text == "all" { return .all }
    let words = text.split { $0 == " " || $0 == "," }
    let numbers = words.compactMap { Int($0) }
    guard numbers.count == words.count, Set(numbers).count == numbers.count else {
      throw wrong("with", text, "numbers of notes, each once, or all")
    }
    return .numbers(numbers)
  }

  private static func argument(_ rest: String, _ usage: String) throws(Problem) -> String {
    guard !rest.isEmpty else { throw Problem(text: "Something is missing: :\(usage)") }
    return rest
  }

  private static func setting(_ text: String) throws(Problem) -> Setting {
    var words = text.split { $0 == " " || $0 == "=" }.map(String.init)
    if words.count == 1, Setting.switches.contains(words[0]) { words.append("on") }
    guard words.count == 2 else {
      throw Problem(text: "Write :set NAME VALUE, such as :set seed 7")
    }
    let (name, value) = (words[0], words[1])
    switch name {
    case "temperature", "temp":
      return .temperature(try number(value, name, in: 0...10))
    case "seed":
      guard let seed = UInt64(value) else { throw wrong(name, value, "a whole number from 0") }
      return .seed(seed)
    case "max-tokens":
      return .maximumTokenCount(Int(try number(value, name, in: 1...1_000_000)))
    case "top-k":
      return .topK(Int(try number(value, name, in: 0...1_000_000)))
    case "top-p":
      return .topP(try number(value, name, in: 0.01...1))
    case "min-p":
      return .minP(try number(value, name, in: 0...0.99))
    case "repeat-penalty":
      return .repeatPenalty(try number(value, name, in: 0.1...10))
    case "beams":
      return .beams(Int(try number(value, name, in: 1...32)))
    case "template":
      guard let template = PromptTemplate(rawValue: value) else {
        let names = PromptTemplate.allCases.map(\.rawValue).joined(separator: ", ")
        throw wrong(name, value, "one of \(names)")
      }
      return .template(template)
    case "lookup":
      return .lookup(try onOrOff(value, name))
    case "loop-guard":
      return .loopGuard(try onOrOff(value, name))
    case "mouse":
      return .mouse(try onOrOff(value, name))
    case "slow-link":
      return .slowLink(try onOrOff(value, name))
    case "redact":
      return .redact(try onOrOff(value, name))
    default:
      throw Problem(text: "There is no setting \(name). ? lists them.")
    }
  }

  private static func onOrOff(
    _ value: String, _ name: String
  ) throws(Problem) -> WorkbenchState.Switch {
    guard let found = WorkbenchState.Switch(rawValue: value) else {
      throw wrong(name, value, "on or off")
    }
    return found
  }

  private static func number(
    _ text: String, _ name: String, in range: ClosedRange<Double>
  ) throws(Problem) -> Double {
    guard let value = Double(text), range.contains(value) else {
      let bounds =
        range.upperBound > 100
        ? "from \(Int(range.lowerBound))"
        : "from \(GenerationSetting.shown(range.lowerBound))"
          + " to \(GenerationSetting.shown(range.upperBound))"
      throw wrong(name, text, "a number \(bounds)")
    }
    return value
  }

  private static func wrong(_ name: String, _ value: String, _ expected: String) -> Problem {
    Problem(text: "\(name) wants \(expected), not \(value).")
  }
}
