internal import Foundation
internal import Store

/// The rows of a run: a file that grows while it runs, and one that appears when it is complete.
final class RowFile<Row: Codable> {
  /// The rows that are there, in the order in which they came.
  private(set) var rows: [Row] = []
  private let path: String
  private let words: String
  private var file: FileHandle?
  private var lock: FileLock?

  private var partPath: String { path + ".part" }

  /// Where a run begins.
  enum Beginning {
    /// With the rows of a stopped run.
    case stopped
    /// With those, or else with the rows of a finished one.
    case finished
  }

  /// A file at `path` of what `words` says, such as "answers".
  init(path: String, words: String) {
    self.path = path
    self.words = words
  }

  /// Opens the growing file; a line that broke off is cut away.
  func open(_ beginning: Beginning = .stopped) throws {
    let files = FileManager.default
    if !files.fileExists(atPath: partPath) {
      let finished =
        beginning == .finished && files.fileExists(atPath: path)
        ? try Data(contentsOf: URL(filePath: path)) : Data()
      try finished.write(to: URL(filePath: partPath), options: .atomic)
    }
    let lock = try FileLock(path: partPath)
    guard lock.tryTake(.exclusive) else { throw RowsInUse(path: partPath) }
    self.lock = lock
    let file = try FileHandle(forUpdating: URL(filePath: partPath))
    let bytes = try file.readToEnd() ?? Data()
    let whole = bytes.lastIndex(of: UInt8(ascii: "\n")).map { bytes[...$0] } ?? bytes[..<0]
    let decoder = JSONDecoder()
    for line in whole.split(separator: UInt8(ascii: "\n")) {
      if let row = try? decoder.decode(Row.self, from: line) { rows.append(row) }
    }
    try file.truncate(atOffset: UInt64(whole.count))
    try file.seekToEnd()
    if !rows.isEmpty, beginning == .stopped {
      tell("goes on behind \(rows.count) \(words) of \(partPath)")
    }
    self.file = file
  }

  /// Adds a row; it is on the disk when this returns.
  func add(_ row: Row) throws {
    try file?.write(contentsOf: JSONOutput.line(row))
    try file?.synchronize()
    rows.append(row)
  }

  /// Writes the rows that count, sorted, whole or not at all.
  ///
  /// - Returns: How many there are.
  func finish(
    keeping isKept: (Row) -> Bool = { _ in true }, by areInOrder: (Row, Row) -> Bool
  ) throws -> Int {
    let sorted = rows.filter(isKept).sorted(by: areInOrder)
    let text = try sorted.map { try JSONOutput.line($0) }.reduce(into: Data()) { $0 += $1 }
    try text.write(to: URL(filePath: path), options: .atomic)
    try file?.close()
    try FileManager.default.removeItem(atPath: partPath)
    lock = nil
    return sorted.count
  }
}

/// Another process adds rows to the same file.
struct RowsInUse: Error, CustomStringConvertible {
  let path: String

  var description: String {
    "\(path): another process writes here; stop it first, or choose another output"
  }
}
