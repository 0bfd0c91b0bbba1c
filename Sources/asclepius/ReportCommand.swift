internal import ArgumentParser
internal import Evaluation
internal import Foundation

/// Writes tables and plots of an experiment.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Tables and plots of an experiment: Markdown, CSV, SVG and one HTML page.",
    discussion: """
      The folder is one of `asclepius experiment`. The same records give the same bytes. Each figure \
      has its interval, over patients drawn again, and its n.
      """)

  @Argument(help: "The experiment's folder, with plan.toml.")
  var folder: String

  @Option(name: .long, help: "The folder to write to.")
  var output: String

  func validate() throws {
    if output.isEmpty { throw ValidationError("--output names no folder") }
  }

  func run() throws {
    let records = try ExperimentRecords(folder: ExperimentFolder(path: folder))
    let files = ExperimentReport(records).page.files
    try FileManager.default.createDirectory(
      atPath: output, withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
    for (name, text) in files {
      try Data(text.utf8).write(to: URL(filePath: output + "/" + name), options: .atomic)
    }
    tell("\(files.count) files; \(output)/report.html")
  }
}
