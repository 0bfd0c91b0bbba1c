import Clinical
import Foundation
import GRDB

extension SessionStore {
  /// Reads a session with all that it holds.
  static func load(_ session: SessionID, from database: Database) throws -> StoredSession {
    let title = try String.fetchOne(
      database, sql: "SELECT title FROM sessions WHERE id = ?", arguments: [session.number])
    guard let title else { throw StoreError.noSuchSession(session) }
    let notes = try Row.fetchAll(
      database,
      sql: """
        SELECT session_notes.title, CAST(notes.text AS BLOB) AS text FROM session_notes
        JOIN notes ON notes.id = note_id WHERE session_id = ? ORDER BY position
        """,
      arguments: [session.number])
    let exchanges = try Row.fetchAll(
      database,
      sql: """
        SELECT exchanges.id, digest, task, state, provenance, started_at, updated_at,
          version_of, edited_from, left_out, CAST(question AS BLOB) AS question, CAST(answer AS BLOB) AS answer FROM exchanges
        JOIN notes ON notes.id = note_id WHERE session_id = ? ORDER BY exchanges.id
        """,
      arguments: [session.number])
    return StoredSession(
      id: session, title: title,
      notes: notes.map { ClinicalNote(title: $0["title"], text: $0.text("text")) },
      exchanges: exchanges.map(exchange))
  }

  /// Reads summaries of the sessions that `condition`, a piece of SQL, picks.
  static func summaries(
    where condition: String, limit: Int, in database: Database
  ) throws -> [SessionSummary] {
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT id, title, started_at, updated_at,
          (SELECT COUNT(*) FROM exchanges WHERE session_id = sessions.id) AS exchange_count
        FROM sessions WHERE \(condition) ORDER BY updated_at DESC, id DESC LIMIT ?
        """,
      arguments: [limit])
    return rows.map { row in
      SessionSummary(
        id: SessionID(row["id"]), title: row["title"], startedAt: row["started_at"],
        updatedAt: row["updated_at"], exchangeCount: row["exchange_count"])
    }
  }

  private static func exchange(_ row: Row) -> StoredExchange {
    let instruction = Instruction(
      row.text("question"), task: (row["task"] as String?).flatMap(ClinicalTask.init(rawValue:)))
    // A state that only a later version knows is shown as what is certain: it is not complete.
    let state = AnswerState(rawValue: row["state"]) ?? .interrupted
    let provenance = (row["provenance"] as String?).flatMap {
      try? JSONDecoder().decode(Provenance.self, from: Data($0.utf8))
    }
    return StoredExchange(
      id: ExchangeID(row["id"]),
      exchange: Exchange(
        noteID: row["digest"], instruction: instruction,
        answer: Answer(row.text("answer"), state: state), provenance: provenance),
      lineage: lineage(row), startedAt: row["started_at"], updatedAt: row["updated_at"])
  }

  private static func lineage(_ row: Row) -> ExchangeLineage {
    let written = Data((row["left_out"] as String).utf8)
    let leftOut = try? JSONDecoder().decode([Int].self, from: written)
    return ExchangeLineage(
      versionOf: (row["version_of"] as Int64?).map(ExchangeID.init),
      editedFrom: (row["edited_from"] as Int64?).map(ExchangeID.init), leftOut: leftOut ?? [])
  }
}
