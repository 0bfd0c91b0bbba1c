/// A line typed after `:`.
enum Command: Equatable, Sendable {
  case quit
  case help
  case open(String)
  case write(String)
  case receipt(String)
  case theme(String)
  case saveDisplay(String)
  case set(Setting)
  case loadModel
  case download
  case unsafe
  case outline
  case bare
  case blank

  /// A value that `:set` changes.
  enum Setting: Equatable, Sendable {
    case temperature(Double)
    case seed(UInt64)
    case maximumTokenCount(Int)
    case topK(Int)
    case topP(Double)
    case minP(Double)
    case repeatPenalty(Double)
  }

  /// Why a line is no command: one sentence that says what to type.
  struct Problem: Error, Equatable {
    var text: String
  }

  /// The commands as the help page shows them.
  static let summaries: [(line: String, explanation: String)] = [
    (":open FILE", "open another note"),
    (":w FILE", "write this session: .md, .jsonl with provenance, or .txt"),
    (":receipt FILE", "write what ask --receipt makes this answer again from"),
    (":outline", "leave sections of the note out, or take them in again"),
    (":bare", "plain text without frames; :blank shows nothing"),
    (":set", "show the settings; :set NAME VALUE changes one"),
    ("", "temperature  seed  max-tokens  top-k  top-p  min-p  repeat-penalty"),
    (":theme NAME", "use another theme"),
    (":model", "load the model again; :download fetches the default one"),
    (":unsafe", "go on although answers cannot be saved"),
    (":save-display FILE", "write this screen as text"),
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
    case "w", "write": return .write(try argument(rest, "w FILE"))
    case "receipt": return .receipt(try argument(rest, "receipt FILE"))
    case "theme": return .theme(try argument(rest, "theme NAME"))
    case "save-display": return .saveDisplay(try argument(rest, "save-display FILE"))
    case "set": return .set(try setting(rest))
    case "model": return .loadModel
    case "download": return .download
    case "unsafe": return .unsafe
    case "outline": return .outline
    case "bare": return .bare
    case "blank": return .blank
    case let word?: throw Problem(text: "There is no command :\(word). ? lists them.")
    case nil: throw Problem(text: "Type a command, such as :open FILE. ? lists them.")
    }
  }

  private static func argument(_ rest: String, _ usage: String) throws(Problem) -> String {
    guard !rest.isEmpty else { throw Problem(text: "Something is missing: :\(usage)") }
    return rest
  }

  private static func setting(_ text: String) throws(Problem) -> Setting {
    let words = text.split { $0 == " " || $0 == "=" }.map(String.init)
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
      return .topP(try number(value, name, in: 0...1))
    case "min-p":
      return .minP(try number(value, name, in: 0...1))
    case "repeat-penalty":
      return .repeatPenalty(try number(value, name, in: 0.1...10))
    default:
      throw Problem(text: "There is no setting \(name). ? lists them.")
    }
  }

  private static func number(
    _ text: String, _ name: String, in range: ClosedRange<Double>
  ) throws(Problem) -> Double {
    guard let value = Double(text), range.contains(value) else {
      let bounds =
        range.upperBound > 100
        ? "from \(Int(range.lowerBound))"
        : "from \(range.lowerBound) to \(range.upperBound)"
      throw wrong(name, text, "a number \(bounds)")
    }
    return value
  }

  private static func wrong(_ name: String, _ value: String, _ expected: String) -> Problem {
    Problem(text: "\(name) wants \(expected), not \(value).")
  }
}
