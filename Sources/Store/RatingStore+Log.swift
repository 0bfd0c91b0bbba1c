import Clinical
import GRDB

extension RatingStore {
  /// What the first entry has in the place of the digest before it.
  static let firstPrevious = String(repeating: "0", count: 64)

  /// The digest of an entry: it covers the entry before, and with it all that went before that.
  static func digest(previous: String, body: String) -> String {
    contentDigest(of: previous + "\n" + body)
  }

  /// Adds an entry to the log; it is on the disk when this returns. The rater's draft of the same
  /// subject is forgotten in the same breath.
  ///
  /// - Returns: The record with its number and digest.
  /// - Throws: `StoreError.noSuchItem` and others of `StoreError`.
  @discardableResult
  public func add(_ record: RatingRecord) throws(StoreError) -> RatingRecord {
    try write { database in
      let added = try Self.append(record, to: database)
      try Self.forgetDraft(of: record.subject, by: record.rater, in: database)
      return added
    }
  }

  /// Adds an entry of the rater of `session`, dated now.
  ///
  /// - Throws: As `add(_:)`.
  @discardableResult
  public func add(
    _ act: RatingRecord.Act, to subject: RatingSubject, by session: RaterSession,
    seconds: Double? = nil
  ) throws(StoreError) -> RatingRecord {
    try add(
      RatingRecord(
        rater: session.rater, time: RatingRecord.time(now()), subject: subject, act: act,
        seconds: seconds))
  }

  /// Adds what was exported from another database, or from this one; what is in the log already
  /// changes nothing.
  ///
  /// - Returns: How many were new.
  /// - Throws: `StoreError.noSuchItem` with nothing added, and others of `StoreError`.
  public func add(imported records: [RatingRecord]) throws(StoreError) -> Int {
    try write { database in
      var known = Set(try String.fetchAll(database, sql: "SELECT digest FROM rating_log"))
      for body in try String.fetchAll(database, sql: "SELECT body FROM rating_log") {
        if let origin = RatingRecord(body: body)?.origin { known.insert(origin) }
      }
      var count = 0
      for record in records {
        if let origin = record.origin, !known.insert(origin).inserted { continue }
        try Self.append(record, to: database)
        count += 1
      }
      return count
    }
  }

  /// Takes back the last thing of a kind of work that the rater did, by a new entry.
  ///
  /// - Returns: What was taken back; nil where there is nothing.
  /// - Throws: `StoreError`.
  public func undo(
    _ scope: RatingRecord.Scope, by session: RaterSession
  ) throws(StoreError) -> RatingRecord? {
    try write { database in
      let entry = try Int64.fetchOne(
        database,
        sql: """
          SELECT MAX(entry) FROM rating_marks
          WHERE rater = ? AND scope = ? AND is_active AND of IS NULL
          """, arguments: [session.rater, scope.rawValue])
      guard let entry, let record = try Self.record(entry, in: database) else { return nil }
      try Self.append(
        RatingRecord(
          rater: session.rater, time: RatingRecord.time(now()), subject: record.subject,
          act: .undo(entry: entry)), to: database)
      return record
    }
  }

  /// Lets the thing that was taken back last count again, by a new entry.
  ///
  /// - Returns: What counts again; nil where nothing was taken back since the last other entry.
  /// - Throws: `StoreError`.
  public func redo(
    _ scope: RatingRecord.Scope, by session: RaterSession
  ) throws(StoreError) -> RatingRecord? {
    try write { database in
      let marks = try Row.fetchCursor(
        database,
        sql: """
          SELECT act, of FROM rating_marks WHERE rater = ? AND scope = ? ORDER BY entry DESC
          """, arguments: [session.rater, scope.rawValue])
      var redone: Set<Int64> = []
      while let mark = try marks.next(), let of = mark["of"] as Int64? {
        if mark["act"] == "redo" {
          redone.insert(of)
        } else if redone.remove(of) == nil {
          guard let record = try Self.record(of, in: database) else { return nil }
          try Self.append(
            RatingRecord(
              rater: session.rater, time: RatingRecord.time(now()), subject: record.subject,
              act: .redo(entry: of)), to: database)
          return record
        }
      }
      return nil
    }
  }

  // MARK: Reading

  /// What counts: for each rater and subject the last entry that was not taken back, in the order of
  /// the log.
  ///
  /// - Throws: `StoreError`.
  public func records() throws(StoreError) -> [RatingRecord] {
    try read { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT entry, digest, body FROM rating_log WHERE entry IN (
            SELECT MAX(entry) FROM rating_marks WHERE is_active AND of IS NULL
            GROUP BY rater, subject, scope)
          ORDER BY entry
          """)
      return rows.compactMap(Self.record)
    }
  }

  /// The keys of the subjects that the rater has done with in a kind of work, and those among them
  /// that were passed over. What one settles is settled for all.
  ///
  /// - Throws: `StoreError`.
  public func done(
    _ scope: RatingRecord.Scope, by rater: String
  ) throws(StoreError) -> (keys: Set<String>, skipped: Set<String>) {
    try read { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT subject, act, MAX(entry) FROM rating_marks
          WHERE scope = ? AND (rater = ? OR scope = 'adjudication') AND is_active AND of IS NULL
          GROUP BY subject
          """, arguments: [scope.rawValue, rater])
      let skipped = rows.filter { $0["act"] == "skip" }
      return (Set(rows.map { $0["subject"] }), Set(skipped.map { $0["subject"] }))
    }
  }

  private static func record(_ entry: Int64, in database: Database) throws -> RatingRecord? {
    try Row.fetchOne(
      database, sql: "SELECT entry, digest, body FROM rating_log WHERE entry = ?",
      arguments: [entry]
    ).flatMap(record)
  }

  private static func record(_ row: Row) -> RatingRecord? {
    var record = RatingRecord(body: row["body"])
    record?.entry = row["entry"]
    record?.digest = row["digest"]
    return record
  }

  // MARK: Writing

  @discardableResult
  private static func append(
    _ record: RatingRecord, to database: Database
  ) throws -> RatingRecord {
    let last = try Row.fetchOne(
      database, sql: "SELECT entry, digest FROM rating_log ORDER BY entry DESC LIMIT 1")
    let entry = ((last?["entry"] as Int64?) ?? 0) + 1
    let previous = (last?["digest"] as String?) ?? firstPrevious
    let digests = try record.subject.itemNames.map { name in
      let digest = try String.fetchOne(
        database, sql: "SELECT digest FROM rated_items WHERE name = ?", arguments: [name])
      guard let digest else { throw StoreError.noSuchItem(name: name) }
      return digest
    }
    let body = record.body(entry: entry, itemDigests: digests)
    let digest = digest(previous: previous, body: body)
    try database.execute(
      sql: "INSERT INTO rating_log (entry, previous, digest, body) VALUES (?, ?, ?, ?)",
      arguments: [entry, previous, digest, body])
    var mark = RatingMark(entry: entry, record)
    if let of = mark.of {
      mark.scope = try String.fetchOne(
        database, sql: "SELECT scope FROM rating_marks WHERE entry = ?", arguments: [of])
    }
    try mark.write(to: database)
    var added = record
    (added.entry, added.digest) = (entry, digest)
    return added
  }
}

/// What `rating_marks` says of an entry.
struct RatingMark: Hashable {
  var entry: Int64
  var rater: String
  var subject: String
  /// The kind of work; that of the other entry where this one speaks of one.
  var scope: String?
  var act: String
  /// The entry that this one takes back or lets count again.
  var of: Int64?
  var isActive = true

  init(entry: Int64, _ record: RatingRecord) {
    self.entry = entry
    rater = record.rater
    subject = record.subject.key
    scope = record.scope?.rawValue
    act = record.act.name
    switch record.act {
    case .undo(let entry), .redo(let entry): of = entry
    default: break
    }
  }

  init(_ row: Row) {
    entry = row["entry"]
    rater = row["rater"]
    subject = row["subject"]
    scope = row["scope"]
    act = row["act"]
    of = row["of"]
    isActive = row["is_active"]
  }

  func write(to database: Database) throws {
    try database.execute(
      sql: """
        INSERT INTO rating_marks (entry, rater, subject, scope, act, of, is_active)
        VALUES (?, ?, ?, ?, ?, ?, 1)
        """, arguments: [entry, rater, subject, scope, act, of])
    guard let of else { return }
    try database.execute(
      sql: "UPDATE rating_marks SET is_active = ? WHERE entry = ?", arguments: [act == "redo", of])
  }
}
