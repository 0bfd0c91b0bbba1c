internal import ArgumentParser
internal import Clinical
internal import Foundation
internal import Store

/// Shows and steers runs of the pipeline and of training, as Jobs of the workbench does.
struct JobsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jobs",
    abstract: "Shows runs of the pipeline and of training; pauses, stops and resumes them.",
    subcommands: [List.self, Pause.self, Resume.self, Stop.self], defaultSubcommand: List.self)

  /// Lists runs.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists the runs that were begun on this machine, and those in further folders.")

    @Argument(help: "Further folders of runs.")
    var folders: [String] = []

    @Flag(name: .long, help: "Print one JSON object a line.")
    var json = false

    func run() throws {
      let services = RunServices.registered(in: ProcessInfo.processInfo.environment)
      for run in services.list(folders.map(JobsCommand.absolute)) {
        if json { try JSONOutput.print(Row(run)) } else { print(words(on: run)) }
      }
    }

    private func words(on run: ObservedRun) -> String {
      let status = run.status
      var parts = ["\(status.stage) \(status.doneCount) of \(status.totalCount)"]
      if status.tokensPerSecond > 0, run.isAlive {
        parts.append(String(format: "%.1f tokens a second", status.tokensPerSecond))
      }
      if let left = status.secondsLeft, run.isAlive {
        let seconds = Int(min(max(0, left), 1e9))
        parts.append(String(format: "%d:%02d left", seconds / 60, seconds % 60))
      }
      if let cost = status.cost { parts.append(String(format: "$%.2f", cost)) }
      if let problem = status.problem { parts.append(problem) }
      return "\(run.folder)\t\(run.state.rawValue)\t\(parts.joined(separator: ", "))"
    }

    private struct Row: Encodable {
      let folder: String
      let state: RunStatus.State
      let status: RunStatus

      init(_ run: ObservedRun) {
        folder = run.folder
        state = run.state
        status = run.status
      }
    }
  }

  /// Lets a run rest.
  struct Pause: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lets a run rest; in process within a pass of its model, before the next request.")

    @Argument(help: "The folder of the run.")
    var folder: String

    func run() throws { try JobsCommand.control(.pause, folder) }
  }

  /// Lets a run go on.
  struct Resume: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lets a run go on after a pause, or begins it again where its process is gone.")

    @Argument(help: "The folder of the run.")
    var folder: String

    func run() throws {
      let isAlive = RunFiles(folder: JobsCommand.absolute(folder)).observe()?.isAlive == true
      try JobsCommand.control(isAlive ? .goOn : .start, folder)
    }
  }

  /// Ends a run.
  struct Stop: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Ends a run as ^C does: what it has is kept, and the same command goes on.")

    @Argument(help: "The folder of the run.")
    var folder: String

    func run() throws { try JobsCommand.control(.stop, folder) }
  }

  private static func absolute(_ path: String) -> String {
    URL(filePath: path).standardizedFileURL.path
  }

  private static func control(_ control: RunControl, _ path: String) throws {
    let folder = absolute(path)
    guard let run = RunFiles(folder: folder).observe() else { throw NoRun(folder: path) }
    if control != .start, !run.isAlive { throw NotRunning(folder: path) }
    try RunServices.control(control, folder: folder)
  }

  private struct NoRun: Error, CustomStringConvertible {
    let folder: String
    var description: String { "\(folder) holds no run; `asclepius jobs` lists those there are" }
  }

  private struct NotRunning: Error, CustomStringConvertible {
    let folder: String
    var description: String {
      "nothing runs in \(folder) now; `asclepius jobs resume` begins it again"
    }
  }
}
