internal import Foundation
internal import Logging

/// What the program tells someone who looks for a fault: times and counts, never a word of a note, a
/// question or an answer. Written to the file that `ASCLEPIUS_LOG` names; nowhere by default, since
/// the screen belongs to the workbench.
enum ProgramLog {
  /// The log of one part of the program.
  static func logger(_ part: String) -> Logger {
    guard let path = ProcessInfo.processInfo.environment["ASCLEPIUS_LOG"], !path.isEmpty else {
      return Logger(label: part) { _ in SwiftLogNoOpLogHandler() }
    }
    return Logger(label: part) { FileLogHandler(label: $0, path: path) }
  }
}

/// Appends a line for each message to a file that only its owner can read.
private struct FileLogHandler: LogHandler {
  let label: String
  let path: String
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.debug

  init(label: String, path: String) {
    self.label = label
    self.path = path
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let all = metadata.merging(event.metadata ?? [:]) { $1 }
    let details = all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
    let time = Date().formatted(.iso8601)
    let line = "\(time) \(event.level) \(label): \(event.message)\(details)\n"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    try? handle.write(contentsOf: Data(line.utf8))
  }
}
