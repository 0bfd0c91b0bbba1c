import Curses
import Workbench

/// The states in which something is wrong, each of which has to be shown with its cause and with
/// what can be done. Those of grounding (no support found) and of rating (an item that another rater
/// holds) come with them.
///
/// `ErrorStateTests` brings about each of them; one that nobody brings about does not compile, and
/// neither does a new way to fail that is given none of these states below.
enum ErrorState: String, CaseIterable, Sendable {
  case promptTooLong
  case stoppedByPerson, stoppedByHangUp, tokenLimit, loop, notFinite
  case noModel, modelFileMissing, modelAltered, notEnoughMemory
  case journalNotWritable, diskFull
  case noteNotUTF8, noteControlByte
  case notATerminal
  case clipboardNotConfirmed, themeFault, terminalCannotDraw, terminalUnknown, localeNotUTF8

  /// True for what only a terminal shows.
  var needsTerminal: Bool {
    switch self {
    case .clipboardNotConfirmed, .themeFault, .terminalCannotDraw, .terminalUnknown,
      .localeNotUTF8:
      true
    default: false
    }
  }

  /// What stands on the screen then, and at no other time.
  var words: [String] {
    switch self {
    case .promptTooLong: ["Needs ", "of 2,048 tokens", "nothing was sent", "Leave sections out"]
    case .stoppedByPerson: ["stopped at token 5", "(:continue)", "STOPPED"]
    case .stoppedByHangUp: ["stopped at token", "(:continue)", "Session resumed."]
    case .tokenLimit: ["not finished: limit of 5 tokens reached", "(:continue)", "LIMIT"]
    case .loop: ["the answer repeats itself", "(:continue)", "LOOP"]
    case .notFinite: ["not finite from layer 1 on", "at token 1 of the answer", "ERROR"]
    case .noModel: ["No model is here yet.", "Press Enter to download it.", "NO MODEL"]
    case .modelFileMissing: ["The model cannot be used.", "nowhere.gguf", ":model tries again"]
    case .modelAltered: ["The model cannot be used.", "b179c9523d0e", ":model tries again"]
    case .notEnoughMemory:
      ["The model cannot be used.", "1099512 MB of memory", ":model tries again"]
    case .journalNotWritable:
      ["Not saved:", ":unsafe goes on without saving", "Answers cannot be saved."]
    case .diskFull: ["Not saved:", "disk is full", ":unsafe goes on without saving"]
    case .noteNotUTF8: ["not UTF-8 (byte 0xe4 at offset 9)", "Send it as shown? y/n"]
    case .noteControlByte: ["has a control code (byte 0x1b at offset 5)", "Send it as shown? y/n"]
    case .notATerminal: ["plain lines, since standard input is not a terminal"]
    case .clipboardNotConfirmed: ["bytes by OSC 52 (not confirmed); :bare or w to save"]
    case .themeFault: ["line 3", "The theme is now system."]
    case .terminalCannotDraw: ["plain lines, since TERM names no terminal that can draw"]
    case .terminalUnknown: ["plain lines, since no description of the terminal \"nosuchterm\""]
    case .localeNotUTF8: ["The locale is not UTF-8, so lines are drawn in ASCII."]
    }
  }
}

// What the program's own types tell apart, without a default: a case that is added there has to be
// given a state here, and with it a test.

extension ErrorState {
  /// Nil where the answer is well, or still being written.
  init?(_ status: AnswerStatus) {
    switch status {
    case .waiting, .writing, .complete: return nil
    case .stopped: self = .stoppedByPerson
    case .limit: self = .tokenLimit
    case .loop: self = .loop
    case .failed: self = .notFinite
    }
  }

  /// Nil where there is a model, or where one is on its way.
  init?(_ model: ModelPhase) {
    switch model {
    case .starting, .downloading, .loading, .ready: return nil
    case .missing: self = .noModel
    case .failed: self = .modelFileMissing
    }
  }

  init(_ problem: NoteDocument.Problem) {
    switch problem {
    case .notUTF8: self = .noteNotUTF8
    case .controlByte: self = .noteControlByte
    }
  }

  /// Nil for what no test can bring about: that the system refuses to open what is open already.
  init?(_ error: TerminalError) {
    switch error {
    case .notATerminal: self = .notATerminal
    case .unknownTerminal: self = .terminalUnknown
    case .cannotPlaceCursor: self = .terminalCannotDraw
    case .systemCall: return nil
    }
  }
}
