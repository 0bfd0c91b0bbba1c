// Keeps sessions, their notes and their exchanges in one SQLite file, so that nothing asked or
// answered is lost when the program ends, however it ends.
//
// Invariants: what a call has returned from is on the disk; two programs can work on one file at
// once; no error shows any text of a note, question or answer; files are readable by their owner
// alone. Knows nothing of screens or models. The only room that imports GRDB.

public import Foundation
import GRDB

/// The database of sessions.
///
/// Calls block until the disk has answered, so they belong on a queue of the caller's, never on the
/// one that draws. They may come from several threads at once.
///
/// `synchronous` is FULL: a commit is flushed before a call returns, so that the screen's `saved`
/// also holds through a power cut. It costs a flush, some milliseconds, at the few commits a second
/// that a throttled answer makes.
public final class SessionStore: Sendable {
  /// Where the database lies.
  public let path: String
  let database: DatabasePool
  let locks: SessionLocks
  let now: @Sendable () -> Date

  /// Opens the database at `path`; makes it, and folders that are missing, on first use.
  ///
  /// - Parameters:
  ///   - path: The file's path.
  ///   - folderRule: What to do about a folder that others can look into.
  ///   - now: The clock that entries are dated by.
  /// - Throws: `StoreError`: the folder cannot be made or is open to others, the file is damaged, from
  ///   a newer version, locked for too long, or cannot be written.
  public init(
    path: String, folderRule: FolderRule = .refuse,
    now: @escaping @Sendable () -> Date = { Date() }
  ) throws(StoreError) {
    self.path = path
    self.now = now
    let opened = try DatabaseFile.open(path, folderRule: folderRule, migrator: Schema.migrator)
    database = opened.database
    locks = opened.locks
  }

  /// Opens the database at its usual place, `defaultPath(environment:)`, and closes its folder to
  /// others where it was not.
  ///
  /// - Throws: As `init(path:folderRule:now:)`, and `StoreError.noHome`.
  public convenience init(environment: [String: String]) throws(StoreError) {
    try self.init(path: Self.defaultPath(environment: environment), folderRule: .repair)
  }

  /// `$XDG_STATE_HOME/asclepius/sessions.sqlite`, or under `~/.local/state` where that is not set.
  ///
  /// - Throws: `StoreError.noHome` where the environment names neither folder.
  public static func defaultPath(environment: [String: String]) throws(StoreError) -> String {
    try DatabaseFile.stateFolder(environment: environment) + "/sessions.sqlite"
  }

  /// Runs `body` in a transaction that is undone where it throws.
  func write<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
    try database.writing(path, body)
  }

  /// Runs `body` on an unchanging view of the database.
  func read<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
    try database.reading(path, body)
  }
}
