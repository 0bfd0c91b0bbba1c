public import Clinical
import Foundation
import GRDB

extension SessionStore {
  /// Keeps an exchange that has just been asked.
  ///
  /// - Throws: `StoreError.noSuchNote` where the session does not hold the note that was asked about,
  ///   `StoreError.noSuchSession`, and others of `StoreError`.
  public func beginExchange(
    _ exchange: Exchange, lineage: ExchangeLineage = ExchangeLineage(), in session: SessionID
  ) throws(StoreError) -> ExchangeID {
    try write { database in
      try touch(session, in: database)
      let time = now()
      try database.execute(
        sql: """
          INSERT INTO exchanges (session_id, note_id, question, task, answer, state, provenance,
            version_of, edited_from, left_out, started_at, updated_at)
          SELECT session_id, note_id, CAST(:question AS TEXT), :task, CAST(:answer AS TEXT), :state,
            :provenance, :version_of, :edited_from, :left_out, :time, :time
          FROM session_notes JOIN notes ON notes.id = note_id
          WHERE session_id = :session AND digest = :digest
          """,
        arguments: [
          "question": exchange.instruction.text.stored, "task": exchange.instruction.task?.rawValue,
          "answer": exchange.answer.text.stored, "state": exchange.answer.state.rawValue,
          "provenance": Self.json(exchange.provenance), "time": time, "session": session.number,
          "digest": exchange.noteID, "version_of": lineage.versionOf?.number,
          "edited_from": lineage.editedFrom?.number,
          "left_out": JSONValue.array(lineage.leftOut.map { .number(String($0)) }).line,
        ])
      guard database.changesCount == 1 else {
        throw StoreError.noSuchNote(digest: exchange.noteID, session: session)
      }
      return ExchangeID(database.lastInsertedRowID)
    }
  }

  /// Takes up an answer that had ended: more of it comes.
  ///
  /// - Throws: `StoreError.noSuchExchange` and others of `StoreError`.
  public func reopenExchange(_ exchange: ExchangeID) throws(StoreError) {
    try write { database in
      try database.execute(
        sql: "UPDATE exchanges SET state = ? WHERE id = ?",
        arguments: [AnswerState.writing.rawValue, exchange.number])
      try touchSession(of: exchange, in: database)
    }
  }

  /// Keeps what an answer has come to so far. A nil `provenance` leaves what is known. Callers hold back so that a fast model does
  /// not make a commit of each token. Where the answer has ended already, nothing changes: a late
  /// part never undoes the whole.
  ///
  /// - Throws: `StoreError.noSuchExchange` and others of `StoreError`.
  public func updateExchange(
    _ exchange: ExchangeID, answer: String, provenance: Provenance? = nil
  ) throws(StoreError) {
    try write { database in
      try database.execute(
        sql: """
          UPDATE exchanges SET answer = CAST(? AS TEXT), provenance = COALESCE(?, provenance),
            updated_at = ? WHERE id = ? AND state = ?
          """,
        arguments: [
          answer.stored, Self.json(provenance), now(), exchange.number,
          AnswerState.writing.rawValue,
        ])
      try touchSession(of: exchange, in: database)
    }
  }

  /// Keeps an answer as it ended, and how it came about. A nil `provenance` leaves what is known.
  ///
  /// - Throws: `StoreError.noSuchExchange` and others of `StoreError`.
  public func finishExchange(
    _ exchange: ExchangeID, answer: Answer, provenance: Provenance? = nil
  ) throws(StoreError) {
    try write { database in
      try database.execute(
        sql: """
          UPDATE exchanges SET answer = CAST(? AS TEXT), state = ?, provenance = COALESCE(?, provenance),
            updated_at = ? WHERE id = ?
          """,
        arguments: [
          answer.text.stored, answer.state.rawValue, Self.json(provenance), now(), exchange.number,
        ])
      try touchSession(of: exchange, in: database)
    }
  }

  private func touchSession(of exchange: ExchangeID, in database: Database) throws {
    let session = try Int64.fetchOne(
      database, sql: "SELECT session_id FROM exchanges WHERE id = ?", arguments: [exchange.number])
    guard let session else { throw StoreError.noSuchExchange(exchange) }
    try touch(SessionID(session), in: database)
  }

  private static func json(_ provenance: Provenance?) throws -> String? {
    guard let provenance else { return nil }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return String(decoding: try encoder.encode(provenance), as: UTF8.self)
  }
}
