internal import Foundation
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#endif

/// A program that runs beside this one and whose output is read piece by piece.
struct ChildProcess {
  let executable: String
  let arguments: [String]
  let environment: [String: String]
  /// Where it runs. Python looks for modules there first, so it must be a folder of our own.
  let folder: String

  /// How it ended.
  struct Ending {
    let status: Int32
    /// The end of what it wrote as errors.
    let message: String
  }

  /// Pieces of output that are read at once.
  private static let pieceByteCount = 1 << 18
  /// Of the errors, the end says what happened.
  private static let messageByteCount = 600

  /// Runs the program and hands its output to `receive`; what `receive` throws ends it.
  ///
  /// - Throws: `ModelError.toolFailed` where it cannot be started; `CancellationError`; and what
  ///   `receive` throws.
  func run(
    _ cancellation: Cancellation, receive: (Data) throws -> Void
  ) throws -> Ending {
    let process = Process()
    let output = Pipe()
    let errors = Pipe()
    process.executableURL = URL(filePath: executable)
    process.arguments = arguments
    process.environment = environment
    process.currentDirectoryURL = URL(filePath: folder, directoryHint: .isDirectory)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    do {
      try process.run()
    } catch {
      throw ModelError.toolFailed(
        step: "start \(executable)", status: systemCode(of: error), message: "")
    }
    let message = ErrorTail(errors.fileHandleForReading, atMost: Self.messageByteCount)
    do {
      try cancellation.stopping(with: { Self.end(process) }) {
        while let data = try output.fileHandleForReading.read(upToCount: Self.pieceByteCount),
          !data.isEmpty
        {
          try receive(data)
        }
      }
    } catch {
      Self.end(process)
      process.waitUntilExit()
      throw error
    }
    process.waitUntilExit()
    try cancellation.check()
    return Ending(status: process.terminationStatus, message: message.text())
  }

  // Foundation starts programs with the signals blocked that Dispatch's threads block, among them
  // the one by which `terminate` asks politely.
  private static func end(_ process: Process) {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
  }
}

/// Reads a pipe to its end on a thread of its own, so that its writer never waits, and keeps the
/// last bytes.
private final class ErrorTail: Sendable {
  private let tail = Mutex(Data())
  private let group = DispatchGroup()

  init(_ handle: FileHandle, atMost limit: Int) {
    DispatchQueue.global().async(group: group) { [self] in
      while let data = try? handle.read(upToCount: 4096), !data.isEmpty {
        tail.withLock { tail in
          tail.append(data)
          tail = Data(tail.suffix(limit))
        }
      }
    }
  }

  /// The last lines, once the writer has closed the pipe.
  func text() -> String {
    group.wait()
    let text = tail.withLock { String(decoding: $0, as: UTF8.self) }
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
      .split(separator: "\n").suffix(4).joined(separator: "; ")
  }
}
