import GRDB

/// The tables of the database of ratings.
enum RatingSchema {
  // A migration that has been released is never edited: a new one is added behind it.
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("ratings 1") { try $0.execute(sql: tables) }
    return migrator
  }

  /// `rating_marks` says again what the log says, for quick questions; `verify` compares the two.
  /// The triggers are against accidents: who means to change the log is found by its digests.
  private static let tables = """
    CREATE TABLE rated_notes (
      id INTEGER PRIMARY KEY,
      digest TEXT NOT NULL UNIQUE,
      text TEXT NOT NULL
    );
    CREATE TABLE rated_items (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL UNIQUE,
      note_id INTEGER NOT NULL REFERENCES rated_notes,
      patient TEXT NOT NULL,
      number INTEGER NOT NULL,
      task TEXT,
      question TEXT NOT NULL,
      model TEXT NOT NULL,
      answer TEXT NOT NULL,
      digest TEXT NOT NULL
    );
    CREATE TABLE rater_sessions (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      rater TEXT NOT NULL,
      started_at REAL NOT NULL
    );
    CREATE TABLE rating_leases (
      subject TEXT PRIMARY KEY,
      session_id INTEGER NOT NULL REFERENCES rater_sessions,
      rater TEXT NOT NULL,
      until REAL NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE rating_drafts (
      rater TEXT NOT NULL,
      subject TEXT NOT NULL,
      body TEXT NOT NULL,
      PRIMARY KEY (rater, subject)
    ) WITHOUT ROWID;
    CREATE TABLE rating_log (
      entry INTEGER PRIMARY KEY,
      previous TEXT NOT NULL,
      digest TEXT NOT NULL UNIQUE,
      body TEXT NOT NULL
    );
    CREATE TRIGGER rating_log_is_not_changed BEFORE UPDATE ON rating_log
      BEGIN SELECT RAISE(ABORT, 'entries of the log are never changed'); END;
    CREATE TRIGGER rating_log_is_not_deleted BEFORE DELETE ON rating_log
      BEGIN SELECT RAISE(ABORT, 'entries of the log are never deleted'); END;
    CREATE TABLE rating_marks (
      entry INTEGER PRIMARY KEY REFERENCES rating_log,
      rater TEXT NOT NULL,
      subject TEXT NOT NULL,
      scope TEXT NOT NULL,
      act TEXT NOT NULL,
      of INTEGER,
      is_active INTEGER NOT NULL
    );
    CREATE INDEX rating_marks_by_rater ON rating_marks (rater, scope);
    """
}
