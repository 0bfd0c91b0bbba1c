public import Clinical
import Foundation
import GRDB

extension SessionStore {
  /// Begins a session on `notes` and holds it until `endSession` or the end of the program.
  ///
  /// - Throws: `StoreError`.
  public func beginSession(title: String, notes: [ClinicalNote]) throws(StoreError) -> SessionID {
    let session = try write { database in
      try database.execute(
        sql: """
          INSERT INTO sessions (title, state, started_at, updated_at) VALUES (?, 'open', ?, ?)
          """,
        arguments: [title, now(), now()])
      let session = SessionID(database.lastInsertedRowID)
      for note in notes { try Self.add(note, to: session, in: database) }
      return session
    }
    try locks.lock(session)
    return session
  }

  /// Adds a note to a session; one that it holds already changes nothing.
  ///
  /// - Throws: `StoreError.noSuchSession` and others of `StoreError`.
  public func addNote(_ note: ClinicalNote, to session: SessionID) throws(StoreError) {
    try write { database in
      try touch(session, in: database)
      try Self.add(note, to: session, in: database)
    }
  }

  /// Ends a session: it is kept, but no longer offered as unfinished.
  ///
  /// - Throws: `StoreError.sessionInUse` where another program works on it, and others of
  ///   `StoreError`.
  public func endSession(_ session: SessionID) throws(StoreError) {
    try locks.lock(session)
    defer { locks.unlock(session) }
    try write { database in
      try Self.interruptExchanges(of: session, in: database)
      try database.execute(
        sql: "UPDATE sessions SET state = 'closed' WHERE id = ?", arguments: [session.number])
      guard database.changesCount == 1 else { throw StoreError.noSuchSession(session) }
    }
  }

  /// Takes up a session again and holds it. Answers that were still being written when its program
  /// ended are marked as interrupted.
  ///
  /// - Throws: `StoreError.sessionInUse` where another program works on it,
  ///   `StoreError.noSuchSession`, and others of `StoreError`.
  public func resumeSession(_ session: SessionID) throws(StoreError) -> StoredSession {
    try locks.lock(session)
    do {
      return try write { database in
        try Self.interruptExchanges(of: session, in: database)
        try database.execute(
          sql: "UPDATE sessions SET state = 'open' WHERE id = ?", arguments: [session.number])
        return try Self.load(session, from: database)
      }
    } catch {
      locks.unlock(session)
      throw error
    }
  }

  /// A session with its notes and exchanges, to look at.
  ///
  /// - Throws: `StoreError.noSuchSession` and others of `StoreError`.
  public func session(_ session: SessionID) throws(StoreError) -> StoredSession {
    try read { try Self.load(session, from: $0) }
  }

  /// The sessions, those changed last first.
  ///
  /// - Throws: `StoreError`.
  public func sessions(limit: Int = 100) throws(StoreError) -> [SessionSummary] {
    try read { try Self.summaries(where: "TRUE", limit: limit, in: $0) }
  }

  /// The session changed last among those that no program ended and none works on: what a crash or
  /// a dropped line left behind. Sessions in which nothing was asked are passed over.
  ///
  /// - Throws: `StoreError`.
  public func unfinishedSession() throws(StoreError) -> SessionSummary? {
    let open = try read {
      try Self.summaries(where: "state = 'open'", limit: Int(Int32.max), in: $0)
    }
    return open.first { $0.exchangeCount > 0 && !locks.isLocked($0.id) }
  }

  /// Deletes a session with its exchanges, and those of its notes that no other session holds.
  ///
  /// - Throws: `StoreError.sessionInUse` where another program works on it,
  ///   `StoreError.noSuchSession`, and others of `StoreError`.
  public func deleteSession(_ session: SessionID) throws(StoreError) {
    try locks.lock(session)
    defer { locks.unlock(session) }
    try write { database in
      try database.execute(sql: "DELETE FROM sessions WHERE id = ?", arguments: [session.number])
      guard database.changesCount == 1 else { throw StoreError.noSuchSession(session) }
      try database.execute(
        sql: "DELETE FROM notes WHERE id NOT IN (SELECT note_id FROM session_notes)")
      // Until its parts are merged, an index still holds the words of deleted texts.
      for index in ["exchanges_search", "notes_search"] {
        try database.execute(sql: "INSERT INTO \(index) (\(index)) VALUES ('optimize')")
      }
    }
  }

  /// Dates a change of `session`.
  func touch(_ session: SessionID, in database: Database) throws {
    try database.execute(
      sql: "UPDATE sessions SET updated_at = ? WHERE id = ?", arguments: [now(), session.number])
    guard database.changesCount == 1 else { throw StoreError.noSuchSession(session) }
  }

  private static func add(
    _ note: ClinicalNote, to session: SessionID, in database: Database
  ) throws {
    try database.execute(
      sql: """
        INSERT INTO notes (digest, text) VALUES (?, CAST(? AS TEXT)) ON CONFLICT (digest) DO NOTHING
        """,
      arguments: [note.id, note.text.stored])
    let row = try Row.fetchOne(
      database, sql: "SELECT id, CAST(text AS BLOB) AS text FROM notes WHERE digest = ?",
      arguments: [note.id])
    guard let row, row["text"] as Data == note.text.stored else {
      throw StoreError.digestCollision(digest: note.id)
    }
    try database.execute(
      sql: """
        INSERT INTO session_notes (session_id, note_id, position, title)
        SELECT :session, :note, COUNT(*), :title FROM session_notes WHERE session_id = :session
        ON CONFLICT (session_id, note_id) DO NOTHING
        """,
      arguments: ["session": session.number, "note": row["id"] as Int64, "title": note.title])
  }

  private static func interruptExchanges(of session: SessionID, in database: Database) throws {
    try database.execute(
      sql: "UPDATE exchanges SET state = ? WHERE session_id = ? AND state = ?",
      arguments: [
        AnswerState.interrupted.rawValue, session.number, AnswerState.writing.rawValue,
      ])
  }
}
