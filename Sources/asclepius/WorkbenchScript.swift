import Foundation
import Screen
import Workbench

/// A file of what a person would do, one step a line, for tests and for screens in documents.
///
/// `type TEXT` types, `key NAME ...` presses keys (`enter`, `^c`, `pgup`, `f2`, `x`), `paste TEXT`
/// pastes with `\n` for a new line, `wait ready` waits until nothing is under way, `wait tokens N`
/// until the running answer has N tokens, `wait digest` until the model's digest is known or it
/// cannot be used, `resize COLSxROWS`, `save-display FILE` writes the screen. Lines that begin with
/// `#` are left out.
struct WorkbenchScript: Sendable {
  /// One line.
  enum Step: Equatable, Sendable {
    case keys([Key])
    case waitReady
    case waitTokens(Int)
    case waitDigest
    case resize(Size)
    case saveDisplay(String)
  }

  /// The steps and the lines they stand on, from 1.
  var steps: [(line: Int, step: Step)]

  /// Reads a script from its text; `path` is for errors.
  ///
  /// - Throws: `WorkbenchError.badScript` with the line.
  init(_ text: String, path: String) throws {
    steps = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    where !line.allSatisfy(\.isWhitespace) && !line.hasPrefix("#") {
      guard let step = Self.step(line) else {
        throw WorkbenchError.badScript(
          path: path, line: index + 1,
          reason: "expected type, key, paste, wait, resize or save-display")
      }
      steps.append((index + 1, step))
    }
  }

  private static func step(_ line: Substring) -> Step? {
    let parts = line.split(separator: " ", maxSplits: 1)
    let rest = parts.count > 1 ? String(parts[1]) : ""
    let words = rest.split(separator: " ").map(String.init)
    switch parts.first {
    case "type": return .keys(rest.map { .character($0) })
    case "paste": return .keys([.paste(rest.replacingOccurrences(of: "\\n", with: "\n"))])
    case "key":
      let keys = words.compactMap(key(named:))
      return keys.count == words.count && !keys.isEmpty ? .keys(keys) : nil
    case "wait" where words == ["ready"]: return .waitReady
    case "wait" where words == ["digest"]: return .waitDigest
    case "wait" where words.count == 2 && words[0] == "tokens":
      return Int(words[1]).map { .waitTokens($0) }
    case "resize": return Size(text: rest).map { .resize($0) }
    case "save-display" where !rest.isEmpty: return .saveDisplay(rest)
    default: return nil
    }
  }

  private static let namedKeys: [String: Key] = [
    "enter": .enter, "newline": .newline, "tab": .tab, "s-tab": .backTab, "up": .up,
    "down": .down, "left": .left, "right": .right, "home": .home, "end": .end, "pgup": .pageUp,
    "pgdn": .pageDown, "backspace": .backspace, "delete": .delete, "esc": .escape,
    "space": .character(" "),
  ]

  /// The key of that name: `enter`, `^c`, `alt-l`, `pgup`, `f2`, `x`.
  static func key(named name: String) -> Key? {
    if let key = namedKeys[name.lowercased()] { return key }
    if name.count == 1, let character = name.first { return .character(character) }
    if name.count == 2, name.first == "^", let character = name.lowercased().last {
      return character == "j" ? .newline : .control(character)
    }
    if name.count == 5, name.lowercased().hasPrefix("alt-"), let character = name.last {
      return .alt(character)
    }
    if name.lowercased().hasPrefix("f"), let number = Int(name.dropFirst()) {
      return .function(number)
    }
    return nil
  }
}

extension Size {
  /// Reads `120x40`.
  init?(text: String) {
    let parts = text.lowercased().split(separator: "x").map { Int($0) }
    guard parts.count == 2, let columns = parts[0], let rows = parts[1],
      (1...10_000).contains(columns), (1...10_000).contains(rows)
    else { return nil }
    self.init(columns: columns, rows: rows)
  }
}

/// Runs a script without a terminal.
@MainActor
final class ScriptRun {
  private static let patience = 120.0
  /// What the stepped clock moves on with each event of an answer.
  private static let secondsPerEvent = 0.05

  private let session: WorkbenchSession
  private let script: WorkbenchScript
  private let path: String
  /// Events of the answer that the script has not got to yet, oldest first.
  private var waiting: [Post] = []

  init(session: WorkbenchSession, script: WorkbenchScript, path: String) {
    self.session = session
    self.script = script
    self.path = path
  }

  /// - Throws: `WorkbenchError` where a wait takes too long or a screen cannot be written.
  func run() throws {
    var failure: (any Error)?
    session.display = { [session] command in
      guard case .saveDisplay(let path) = command else { return }
      do {
        try overwriteFile(view(session.state, size: session.state.size).text + "\n", path: path)
      } catch {
        failure = error
      }
    }
    session.start()
    for (line, step) in script.steps where session.departure == nil {
      try perform(step, line: line)
      if let failure { throw failure }
    }
    session.deliver(.command("q"))
    try wait(line: script.steps.last?.line ?? 1) { session.hasEnded }
  }

  private func perform(_ step: WorkbenchScript.Step, line: Int) throws {
    switch step {
    case .keys(let keys):
      for key in keys { session.deliver(.key(key)) }
    case .waitReady:
      try wait(line: line) {
        session.state.isAtRest && session.isJournalOpen || session.departure != nil
      }
    case .waitTokens(let count):
      try wait(line: line) {
        session.state.generatedTokenCount >= count || session.departure != nil
      }
    case .waitDigest:
      try wait(line: line) {
        if case .failed = session.state.model { return true }
        return session.state.isModelIdentified || session.departure != nil
      }
    case .resize(let size):
      session.deliver(.resized(size))
    case .saveDisplay(let path):
      session.display(.saveDisplay(path: path))
    }
  }

  private func wait(line: Int, until isDone: () -> Bool) throws {
    let deadline = WorkbenchClock.monotonicSeconds() + Self.patience
    while !isDone() {
      guard WorkbenchClock.monotonicSeconds() < deadline else {
        throw WorkbenchError.scriptTimedOut(path: path, line: line)
      }
      if !takePost() { _ = waitForInput(on: [session.mailbox.descriptor], seconds: 0.2) }
    }
  }

  /// Takes in one thing that has happened. Events of an answer wait until savings and counts are
  /// done, so that their order, and with it the screen, is the same each time.
  private func takePost() -> Bool {
    for post in session.mailbox.take() {
      if case .message(.generation) = post {
        waiting.append(post)
      } else {
        session.handle(post)
      }
    }
    guard !waiting.isEmpty, !session.state.hasOpenRequests else { return false }
    session.clock.advance(by: Self.secondsPerEvent)
    session.deliver(.tick(session.clock.now()))
    session.handle(waiting.removeFirst())
    return true
  }
}
