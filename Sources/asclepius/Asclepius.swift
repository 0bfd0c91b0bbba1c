internal import ArgumentParser
internal import Foundation

/// The program: a command for each piece of work, the workbench where none is named.
@main
struct Asclepius: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "asclepius",
    abstract: "Ask a discharge note, with a model that runs on this machine alone.",
    discussion: """
      Without a command the workbench opens: asclepius samples/notes/heart-failure.txt
      Answers can be wrong. Not for clinical decisions.
      """,
    version: ProgramVersion.text,
    subcommands: [
      OpenCommand.self, AskCommand.self, TokenizeCommand.self, DetokenizeCommand.self,
      ScoreCommand.self, PerplexityCommand.self, BenchCommand.self, ModelCommand.self,
      DoctorCommand.self, AgreementCommand.self, MetricsCommand.self, GroundCommand.self,
      RedactCommand.self, ExtractCommand.self,
      DatasetCommand.self, SynthesizeCommand.self, AuditCommand.self, InstructCommand.self,
      AnswerCommand.self, FilterCommand.self, SplitCommand.self, AnswersCommand.self,
      JudgeCommand.self, ExperimentCommand.self, ReportCommand.self, RateCommand.self,
      ThemeCommand.self, TrainCommand.self, JobsCommand.self,
    ],
    defaultSubcommand: OpenCommand.self)

  static func main() async {
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      leave(with: error)
    }
  }

  /// Ends the program: help and version on standard output with status 0, wrong usage with 2, work
  /// that failed with 1.
  private static func leave(with error: any Error) -> Never {
    if let status = error as? ExitCode { Foundation.exit(status.rawValue) }
    let code = exitCode(for: error)
    if code == .success { exit(withError: error) }
    let isUsage = code == .validationFailure
    let text = isUsage ? fullMessage(for: error) : "asclepius: \(describe(error))"
    FileHandle.standardError.write(Data((text + "\n").utf8))
    Foundation.exit(isUsage ? ExitStatus.usage : ExitStatus.failure)
  }
}

/// What the program's exit status means.
enum ExitStatus {
  static let failure: Int32 = 1
  static let usage: Int32 = 2
  static let interrupted: Int32 = 130
}

enum ProgramVersion {
  static let text = "0.1.0"
}

/// What an error says to a person. Errors of this project say it themselves.
func describe(_ error: any Error) -> String {
  switch error {
  case let error as CocoaError: error.localizedDescription
  case let error as any LocalizedError: error.localizedDescription
  default: "\(error)"
  }
}
