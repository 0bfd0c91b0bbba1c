import Clinical
import Foundation
import Store

/// What the workbench needs to know of runs in other processes, and can ask of them.
struct RunServices: Sendable {
  /// The runs of this person on this machine and those in further folders. Blocks.
  var list: @Sendable (_ folders: [String]) -> [ObservedRun] = { _ in [] }
  /// Asks a run for something. Blocks.
  var control: @Sendable (RunControl, _ folder: String) throws -> Void = { _, _ in }
  /// Lets all runs rest until the result is released; nil where there are none to tell.
  var beginQuery: @Sendable () -> FileLock? = { nil }

  /// No runs but those in folders that are named, for scripts and demonstrations.
  static let named = RunServices(
    list: { folders in folders.compactMap { RunFiles(folder: $0).observe() } },
    control: Self.control)

  /// The runs of the registry of this person.
  static func registered(in environment: [String: String]) -> RunServices {
    guard let registry = RunRegistry(environment: environment) else { return .named }
    return RunServices(
      list: { registry.runs(and: $0) }, control: Self.control,
      beginQuery: { registry.beginQuery() })
  }

  /// - Throws: `RunFilesError`, `RunNotStarted`.
  static func control(_ control: RunControl, folder: String) throws {
    let files = RunFiles(folder: folder)
    switch control {
    case .pause: try files.pause()
    case .goOn: files.goOn()
    case .stop: try files.stop()
    case .start:
      guard let run = files.observe(), !run.isAlive else { return }
      try start(run)
    }
  }

  /// Begins the run's command again as a process of its own, which outlives this one and the
  /// terminal; what it prints is added to `run.log`.
  private static func start(_ run: ObservedRun) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    // Through `setsid --fork`, so that no child is left to wait for and no hang-up reaches it.
    let script = #"exec setsid --fork "$0" "$@" </dev/null >>"$ASCLEPIUS_RUN_LOG" 2>&1"#
    process.arguments =
      ["-c", script, try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")]
      + run.status.arguments
    process.currentDirectoryURL = URL(filePath: run.status.directory, directoryHint: .isDirectory)
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["ASCLEPIUS_RUN_LOG": run.folder + "/run.log"]) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw RunNotStarted(folder: run.folder) }
  }
}

/// A run that could not be begun again.
struct RunNotStarted: Error, CustomStringConvertible {
  let folder: String

  var description: String {
    "the run in \(folder) could not be begun again; \(folder)/run.log may say why"
  }
}
