internal import ArgumentParser
internal import Clinical
internal import Foundation
internal import Store
internal import Synthesis

/// Dollars for a million tokens.
struct TokenPrices: Sendable {
  var input: Double
  var output: Double

  /// What the tokens of a run cost, in dollars.
  func cost(of status: RunStatus) -> Double {
    (Double(status.promptTokenCount) * input + Double(status.tokenCount) * output) / 1_000_000
  }
}

extension Teacher {
  /// The same teacher, whose replies are counted, and who begins nothing new while `job` rests.
  func recorded(by job: RunRecorder, prices: TokenPrices?) -> Teacher {
    var teacher = self
    teacher.write = { [write] prompt, parameters in
      try await job.waitWhileHeld()
      let reply = try await write(prompt, parameters)
      job.update { status in
        status.promptTokenCount += reply.promptTokenCount
        status.tokenCount += reply.tokenCount
        status.cost = prices?.cost(of: status)
      }
      return reply
    }
    return teacher
  }
}

extension RunRecorder {
  /// The run of this process, whose results go into `folder`.
  ///
  /// - Throws: `RunFilesError` where another process works there.
  static func begin(in folder: URL) throws -> RunRecorder {
    let status = RunStatus(
      arguments: Array(CommandLine.arguments.dropFirst()),
      directory: FileManager.default.currentDirectoryPath, model: "-")
    var path = folder.standardizedFileURL.path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return try RunRecorder(
      status, folder: path,
      registry: RunRegistry(environment: ProcessInfo.processInfo.environment))
  }

  /// Takes up the tokens that a journal has of earlier processes.
  func takeUp(_ journal: RunJournal) {
    let counts = journal.tokenCounts
    takeUp(promptTokenCount: counts.prompt, tokenCount: counts.reply)
  }

  /// Does the work and writes how it ended.
  func record<Result>(_ work: () async throws -> Result) async throws -> Result {
    do {
      let result = try await work()
      end(.done)
      return result
    } catch {
      throw ended(by: error)
    }
  }

  /// Does the work and writes how it ended.
  func record<Result>(_ work: () throws -> Result) throws -> Result {
    do {
      let result = try work()
      end(.done)
      return result
    } catch {
      throw ended(by: error)
    }
  }

  private func ended(by error: any Error) -> any Error {
    if (error as? ExitCode)?.rawValue == ExitStatus.interrupted {
      end(.stopped)
    } else {
      end(.failed, problem: describe(error))
    }
    return error
  }
}
