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
          SELECT sessions.id AS session, exchanges.id AS exchange, updated, title,
            started_at AS started, CAST(exchanges.question AS BLOB) AS question,
            snippet(exchanges_search, -1, '', '', '…', 16) AS excerpt
          FROM exchanges_search
          JOIN exchanges ON exchanges.id = exchanges_search.rowid
          JOIN session_notes USING (session_id, note_id)
          JOIN (SELECT id, updated_at AS updated FROM sessions) AS sessions
            ON sessions.id = exchanges.session_id
          WHERE exchanges_search MATCH :pattern
          UNION ALL
          SELECT sessions.id, NULL, updated, title, started, NULL,
            snippet(notes_search, -1, '', '', '…', 16)
          FROM notes_search
          JOIN session_notes ON session_notes.note_id = notes_search.rowid
          JOIN (SELECT id, updated_at AS updated, started_at AS started FROM sessions) AS sessions
            ON sessions.id = session_notes.session_id
          WHERE notes_search MATCH :pattern
          ORDER BY updated DESC, session DESC, exchange
          LIMIT :limit
          """,
        arguments: ["pattern": pattern, "limit": limit])
      return rows.map { row in
        let exchange = (row["exchange"] as Int64?).map(ExchangeID.init)
        return SearchHit(
          session: SessionID(row["session"]), exchange: exchange, noteTitle: row["title"],
          startedAt: row["started"], question: exchange.map { _ in row.text("question") },
          excerpt: row["excerpt"])
      }
    }
  }
}
