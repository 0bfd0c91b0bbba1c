internal import Foundation

#if canImport(Glibc)
  internal import Glibc
#endif

/// Every reply of a run, each on the disk before it counts: a file that only grows.
///
/// A run is a function of its settings and of the teacher's replies. Going on with a stopped run is
/// therefore doing it again with the replies that are here already, and gives the same set.
///
/// Only one process can have a journal open. A line that was being written when the machine went
/// down is cut off at the next start.
public final class RunJournal: @unchecked Sendable {
  // Unchecked: the file and the table are used under the lock alone.
  private let lock = NSLock()
  private let file: FileHandle
  private var outcomes: [String: TeacherOutcome] = [:]

  private struct Header: Codable, Equatable {
    var asclepiusRun: Int
    var settings: String

    enum CodingKeys: String, CodingKey {
      case asclepiusRun = "asclepius_run"
      case settings
    }
  }

  private struct Line: Codable {
    var key: String
    var outcome: TeacherOutcome
  }

  /// Opens or begins the journal at `path`.
  ///
  /// - Parameter settings: What the run depends on, as text; a journal of other settings is refused.
  /// - Throws: `RunJournalError`.
  public init(path: String, settings: String) throws(RunJournalError) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .unwritable(path: path, reason: Self.reason()) }
    file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw .inUse(path: path) }
    let bytes: Data
    do {
      bytes = try file.readToEnd() ?? Data()
    } catch {
      throw .unwritable(path: path, reason: error.localizedDescription)
    }
    let whole = bytes.lastIndex(of: UInt8(ascii: "\n")).map { bytes[...$0] } ?? bytes[..<0]
    let header = Header(asclepiusRun: 1, settings: settings)
    try read(whole, expecting: header, path)
    if whole.isEmpty {
      try restart(after: 0, path)
      try write(header, path)
    } else {
      try restart(after: whole.count, path)
    }
  }

  deinit {
    // Closing alone would leave the lock to a child that was forked meanwhile and has not reached
    // its exec; unlocking takes it from every copy of the descriptor.
    _ = flock(file.fileDescriptor, LOCK_UN)
  }

  /// The outcome of a request that was made before, or nil.
  public func outcome(of key: String) -> TeacherOutcome? { lock.withLock { outcomes[key] } }

  /// Tokens of the prompts and of the replies in the journal, where the teacher told them.
  public var tokenCounts: (prompt: Int, reply: Int) {
    lock.withLock {
      outcomes.values.reduce(into: (0, 0)) { sums, outcome in
        guard case .reply(let reply) = outcome else { return }
        sums.0 += reply.promptTokenCount
        sums.1 += reply.tokenCount
      }
    }
  }

  /// Outcomes in the journal.
  public var count: Int { lock.withLock { outcomes.count } }

  /// Adds an outcome; it is on the disk when this returns.
  ///
  /// - Throws: `RunJournalError.unwritable`, for a full disk above all.
  public func append(_ outcome: TeacherOutcome, key: String) throws(RunJournalError) {
    lock.lock()
    defer { lock.unlock() }
    try write(Line(key: key, outcome: outcome), "")
    outcomes[key] = outcome
  }

  private func read(_ bytes: Data, expecting header: Header, _ path: String)
    throws(RunJournalError)
  {
    let decoder = JSONDecoder()
    for (index, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
      if index == 0 {
        guard let found = try? decoder.decode(Header.self, from: line) else {
          throw .damaged(path: path, line: 1)
        }
        guard found == header else { throw .otherSettings(path: path) }
      } else {
        guard let row = try? decoder.decode(Line.self, from: line) else {
          throw .damaged(path: path, line: index + 1)
        }
        outcomes[row.key] = row.outcome
      }
    }
  }

  /// Cuts off what follows the last whole line.
  private func restart(after byteCount: Int, _ path: String) throws(RunJournalError) {
    do {
      try file.truncate(atOffset: UInt64(byteCount))
      try file.seekToEnd()
    } catch {
      throw .unwritable(path: path, reason: error.localizedDescription)
    }
  }

  private func write(_ value: some Encodable, _ path: String) throws(RunJournalError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      let start = try file.offset()
      do {
        try file.write(contentsOf: try encoder.encode(value) + Data("\n".utf8))
        try file.synchronize()
      } catch {
        // Half a line would make the next one unreadable.
        try? file.truncate(atOffset: start)
        throw error
      }
    } catch {
      throw .unwritable(path: path, reason: error.localizedDescription)
    }
  }

  private static func reason() -> String { String(cString: strerror(errno)) }
}

/// Why a journal cannot be used. Nothing in it was changed.
public enum RunJournalError: Error, Hashable, CustomStringConvertible {
  /// The file cannot be opened or written.
  case unwritable(path: String, reason: String)
  /// Another process works on this run.
  case inUse(path: String)
  /// The run was begun with other settings, another teacher or other input.
  case otherSettings(path: String)
  /// A line in the middle is not what this program wrote.
  case damaged(path: String, line: Int)

  /// What, where, and what to do.
  public var description: String {
    switch self {
    case .unwritable(let path, let reason):
      "cannot write the journal\(path.isEmpty ? "" : " \(path)"): \(reason); "
        + "what was written so far is kept, and the same command goes on"
    case .inUse(let path): "\(path): another process works on this run"
    case .otherSettings(let path):
      "\(path) is of a run with other settings, teacher or input; choose another --output, or "
        + "remove the file to begin anew"
    case .damaged(let path, let line):
      "\(path), line \(line): not a line of a journal; remove the line, or the file to begin anew"
    }
  }
}
