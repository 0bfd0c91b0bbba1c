import Clinical
import GRDB

extension SessionStore {
  /// Finds the places where every word of `text` stands, or a word that begins with it, in questions
  /// and answers or in notes, whatever the case and accents. Sessions changed last come first.
  ///
  /// - Throws: `StoreError`.
  public func search(_ text: String, limit: Int = 100) throws(StoreError) -> [SearchHit] {
    guard let pattern = FTS5Pattern(matchingAllPrefixesIn: text) else { return [] }
    return try read { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT sessions.id AS session, exchanges.id AS exchange, updated,
            snippet(exchanges_search, -1, '', '', '…', 16) AS excerpt
          FROM exchanges_search
          JOIN exchanges ON exchanges.id = exchanges_search.rowid
          JOIN (SELECT id, updated_at AS updated FROM sessions) AS sessions
            ON sessions.id = exchanges.session_id
          WHERE exchanges_search MATCH :pattern
          UNION ALL
          SELECT sessions.id, NULL, updated, snippet(notes_search, -1, '', '', '…', 16)
          FROM notes_search
          JOIN session_notes ON session_notes.note_id = notes_search.rowid
          JOIN (SELECT id, updated_at AS updated FROM sessions) AS sessions
            ON sessions.id = session_notes.session_id
          WHERE notes_search MATCH :pattern
          ORDER BY updated DESC, session DESC, exchange
          LIMIT :limit
          """,
        arguments: ["pattern": pattern, "limit": limit])
      return rows.map { row in
        SearchHit(
          session: SessionID(row["session"]),
          exchange: (row["exchange"] as Int64?).map(ExchangeID.init), excerpt: row["excerpt"])
      }
    }
  }
}
