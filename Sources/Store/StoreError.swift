import GRDB

/// Why the database could not do what was asked. Holds paths, ids and codes, never any text of a
/// note, question or answer.
public enum StoreError: Error, Hashable {
  /// The environment names no folder to keep sessions in.
  case noHome
  /// A folder or file cannot be made, looked at or closed to others; `code` is the system's.
  case cannotPrepare(path: String, code: Int32)
  /// People other than the owner can look into the folder; `mode` holds its permission bits.
  case openToOthers(path: String, mode: UInt32)
  /// The file cannot be written.
  case notWritable(path: String)
  /// The disk has no room left.
  case diskFull(path: String)
  /// The file is no database, or its contents are broken.
  case damaged(path: String)
  /// A later version of the program has changed the file's layout.
  case newerVersion(path: String)
  /// Another program kept the file locked for longer than ten seconds.
  case busy(path: String)
  /// Another running program works on the session.
  case sessionInUse(SessionID)
  /// There is no such session.
  case noSuchSession(SessionID)
  /// There is no such exchange.
  case noSuchExchange(ExchangeID)
  /// The exchange is about a note that its session does not hold.
  case noSuchNote(digest: String, session: SessionID)
  /// Two different texts claim the same digest.
  case digestCollision(digest: String)
  /// Answers to be rated hold an item of that name with other words.
  case itemDiffers(name: String)
  /// There is no item of that name among the answers to be rated.
  case noSuchItem(name: String)
  /// Anything else, with SQLite's extended result code.
  case database(path: String, code: Int32)

  /// Sorts out what GRDB or this room threw. SQLite's own message is dropped, since it can quote
  /// what was being written or searched for.
  init(_ error: any Error, path: String) {
    if let error = error as? StoreError {
      self = error
      return
    }
    guard let error = error as? DatabaseError else {
      self = .database(path: path, code: ResultCode.SQLITE_ERROR.rawValue)
      return
    }
    switch error.resultCode {
    case .SQLITE_FULL: self = .diskFull(path: path)
    case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM: self = .notWritable(path: path)
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .damaged(path: path)
    case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy(path: path)
    default: self = .database(path: path, code: error.extendedResultCode.rawValue)
    }
  }
}
