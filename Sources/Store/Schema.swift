import GRDB

/// The tables, step by step as versions of the program brought them.
enum Schema {
  // A migration that has been released is never edited: a new one is added behind it.
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 sessions") { try $0.execute(sql: sessions) }
    migrator.registerMigration("2 search") { try createSearch($0) }
    migrator.registerMigration("3 lineage") { try $0.execute(sql: lineage) }
    return migrator
  }

  /// Notes are kept by digest, so a note that several sessions ask about is kept once.
  private static let sessions = """
    CREATE TABLE notes (
      id INTEGER PRIMARY KEY,
      digest TEXT NOT NULL UNIQUE,
      text TEXT NOT NULL
    );
    CREATE TABLE sessions (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      title TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
      started_at TEXT NOT NULL,
      updated_at TEXT NOT NULL
    );
    CREATE INDEX sessions_by_update ON sessions (updated_at);
    CREATE TABLE session_notes (
      session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,
      note_id INTEGER NOT NULL REFERENCES notes,
      position INTEGER NOT NULL,
      title TEXT NOT NULL,
      PRIMARY KEY (session_id, note_id)
    );
    CREATE INDEX session_notes_by_note ON session_notes (note_id);
    CREATE TABLE exchanges (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      session_id INTEGER NOT NULL,
      note_id INTEGER NOT NULL,
      question TEXT NOT NULL,
      task TEXT,
      answer TEXT NOT NULL,
      state TEXT NOT NULL,
      provenance TEXT,
      started_at TEXT NOT NULL,
      updated_at TEXT NOT NULL,
      FOREIGN KEY (session_id, note_id) REFERENCES session_notes ON DELETE CASCADE
    );
    CREATE INDEX exchanges_by_session ON exchanges (session_id, note_id);
    """

  /// Which exchange another came of, and the sections of the note that it left out.
  private static let lineage = """
    ALTER TABLE exchanges ADD COLUMN version_of INTEGER REFERENCES exchanges ON DELETE SET NULL;
    ALTER TABLE exchanges ADD COLUMN edited_from INTEGER REFERENCES exchanges ON DELETE SET NULL;
    ALTER TABLE exchanges ADD COLUMN left_out TEXT NOT NULL DEFAULT '[]';
    """

  /// Full-text indexes that triggers keep in step with their tables.
  private static func createSearch(_ database: Database) throws {
    try database.create(virtualTable: "exchanges_search", using: FTS5()) { table in
      table.synchronize(withTable: "exchanges")
      table.tokenizer = .unicode61(diacritics: .remove)
      table.column("question")
      table.column("answer")
    }
    try database.create(virtualTable: "notes_search", using: FTS5()) { table in
      table.synchronize(withTable: "notes")
      table.tokenizer = .unicode61(diacritics: .remove)
      table.column("text")
    }
  }
}
