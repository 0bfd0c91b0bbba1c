import Curses
import Foundation
import Screen
import Workbench

/// Runs the workbench until the person leaves or the line is dropped.
///
/// The main thread alone touches the terminal; it blocks here, so nothing that this waits for may
/// need the main actor.
///
/// - Throws: `WorkbenchError` where a note, script or recording cannot be read, and errors of the
///   terminal.
@MainActor
func runWorkbench(_ options: WorkbenchOptions, services: WorkbenchServices) throws {
  if let path = options.scriptPath {
    try runScript(path, options: options, services: services)
    return
  }
  if options.display == .plain {
    try PlainWorkbench(options: options, services: services).run()
    return
  }
  var reason = TerminalAbility.whyPlain
  if reason == nil {
    do {
      try TerminalWorkbench(options: options, services: services).run()
      return
    } catch let problem as TerminalError {
      reason = "\(problem)"
    }
  }
  let line = "asclepius: plain lines, since \(reason ?? "")\n"
  FileHandle.standardError.write(Data(line.utf8))
  try PlainWorkbench(options: options, services: services).run()
}

@MainActor
private func runScript(
  _ path: String, options: WorkbenchOptions, services: WorkbenchServices
) throws {
  guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
    throw WorkbenchError.unreadable(path: path, reason: "there is no such text file")
  }
  let script = try WorkbenchScript(text, path: path)
  let session = try WorkbenchSession(
    options: options, services: services, size: options.size, chrome: .ascii, clock: .stepped)
  try ScriptRun(session: session, script: script, path: path).run()
}

/// What the terminal that the program was started in can do.
enum TerminalAbility {
  /// Why panes cannot be drawn here; nil where they can.
  static var whyPlain: String? {
    if isatty(STDIN_FILENO) == 0 { return "standard input is not a terminal" }
    if isatty(STDOUT_FILENO) == 0 { return "standard output is not a terminal" }
    let name = ProcessInfo.processInfo.environment["TERM"] ?? ""
    return name.isEmpty || name == "dumb" ? "TERM names no terminal that can draw" : nil
  }

  /// Line drawing characters where the locale has them.
  static var chrome: Chrome {
    let environment = ProcessInfo.processInfo.environment
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment[$0] }
      .first { !$0.isEmpty }
    let name = locale?.lowercased() ?? ""
    return name.contains("utf-8") || name.contains("utf8") ? .unicode : .ascii
  }
}
