public import Foundation
import GRDB

/// The database that raters share: what is rated, who has what before them, and a log of all that
/// was said, to which lines are only ever added.
///
/// Calls block until the disk has answered, so they belong on a queue of the caller's. They may come
/// from several threads and several programs at once.
public final class RatingStore: Sendable {
  /// Where the database lies.
  public let path: String
  let database: DatabasePool
  /// A rater's session holds a lock here, so that the lease of a program that was killed ends.
  let locks: SessionLocks
  let now: @Sendable () -> Date
  /// How long a rater keeps an item without doing anything, in seconds.
  public let leaseSeconds: Double

  /// Opens the database at `path`; makes it, and folders that are missing, on first use.
  ///
  /// - Throws: `StoreError`: the folder cannot be made or is open to others, the file is damaged, from
  ///   a newer version, locked for too long, or cannot be written.
  public init(
    path: String, folderRule: FolderRule = .refuse, leaseSeconds: Double = 600,
    now: @escaping @Sendable () -> Date = { Date() }
  ) throws(StoreError) {
    self.path = path
    self.now = now
    self.leaseSeconds = leaseSeconds
    let opened = try DatabaseFile.open(
      path, folderRule: folderRule, migrator: RatingSchema.migrator)
    database = opened.database
    locks = opened.locks
  }

  /// Opens the database at its usual place, `ratings.sqlite` in the folder of the sessions, and
  /// closes that folder to others where it was not.
  ///
  /// - Throws: As `init(path:folderRule:leaseSeconds:now:)`, and `StoreError.noHome`.
  public convenience init(environment: [String: String]) throws(StoreError) {
    try self.init(
      path: DatabaseFile.stateFolder(environment: environment) + "/ratings.sqlite",
      folderRule: .repair)
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
