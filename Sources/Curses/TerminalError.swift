/// Why panes cannot be drawn; the caller shows plain lines then.
public enum TerminalError: Error, Hashable, Sendable {
  /// Standard input or output leads elsewhere.
  case notATerminal(descriptor: Int32)
  /// `TERM` is empty, or no description of such a terminal is installed.
  case unknownTerminal(name: String)
  /// The terminal has no addressable cursor (`dumb`, printers).
  case cannotPlaceCursor(name: String)
  /// A system call was refused while the terminal was taken over.
  case systemCall(name: String, code: Int32)
}

extension TerminalError: CustomStringConvertible {
  /// What is wrong, and what to do.
  public var description: String {
    switch self {
    case .notATerminal(let descriptor):
      let stream =
        switch descriptor {
        case 0: "standard input"
        case 1: "standard output"
        default: "descriptor \(descriptor)"
        }
      return "\(stream) is not a terminal; use --plain"
    case .unknownTerminal(let name):
      return name.isEmpty
        ? "TERM is not set; set it, or use --plain"
        : "no description of the terminal \"\(name)\" (TERM) is installed; use --plain"
    case .cannotPlaceCursor(let name):
      return "the terminal \"\(name)\" (TERM) cannot place its cursor; use --plain"
    case .systemCall(let name, let code):
      return "the terminal could not be taken over: \(name) failed with error \(code); use --plain"
    }
  }
}
