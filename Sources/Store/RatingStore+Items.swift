import Clinical
import GRDB

extension RatingStore {
  /// Takes in answers to be rated. One that is there already changes nothing.
  ///
  /// - Returns: How many were new.
  /// - Throws: `StoreError.itemDiffers` where an item of the same name has other words, with nothing
  ///   taken in, and others of `StoreError`.
  public func addItems(_ items: [RatedItem]) throws(StoreError) -> Int {
    try write { database in
      var count = 0
      for item in items where try Self.add(item, to: database) { count += 1 }
      return count
    }
  }

  /// All items in the order in which they were taken in.
  public func items() throws(StoreError) -> [RatedItem] {
    try read {
      try Row.fetchAll($0, sql: Self.itemQuery + " ORDER BY rated_items.id").map(Self.item)
    }
  }

  /// The item of that name.
  ///
  /// - Throws: `StoreError.noSuchItem` and others of `StoreError`.
  public func item(named name: String) throws(StoreError) -> RatedItem {
    try read { try Self.item(named: name, in: $0) }
  }

  private static func add(_ item: RatedItem, to database: Database) throws -> Bool {
    let known = try String.fetchOne(
      database, sql: "SELECT digest FROM rated_items WHERE name = ?", arguments: [item.name])
    if let known {
      guard known == item.digest else { throw StoreError.itemDiffers(name: item.name) }
      return false
    }
    let noteDigest = contentDigest(of: item.note)
    try database.execute(
      sql: "INSERT OR IGNORE INTO rated_notes (digest, text) VALUES (?, CAST(? AS TEXT))",
      arguments: [noteDigest, item.note.stored])
    try database.execute(
      sql: """
        INSERT INTO rated_items (name, note_id, patient, number, task, question, model, answer, digest)
        SELECT ?, id, ?, ?, ?, CAST(? AS TEXT), ?, CAST(? AS TEXT), ? FROM rated_notes WHERE digest = ?
        """,
      arguments: [
        item.name, item.patient, item.number, item.task, item.question.stored, item.model,
        item.answer.stored, item.digest, noteDigest,
      ])
    return true
  }

  static func item(named name: String, in database: Database) throws -> RatedItem {
    let row = try Row.fetchOne(
      database, sql: itemQuery + " WHERE rated_items.name = ?", arguments: [name])
    guard let row else { throw StoreError.noSuchItem(name: name) }
    return item(row)
  }

  private static let itemQuery = """
    SELECT patient, number, task, model, CAST(question AS BLOB) AS question,
      CAST(answer AS BLOB) AS answer, CAST(rated_notes.text AS BLOB) AS note
    FROM rated_items JOIN rated_notes ON rated_notes.id = note_id
    """

  private static func item(_ row: Row) -> RatedItem {
    RatedItem(
      patient: row["patient"], number: row["number"], task: row["task"],
      question: row.text("question"), model: row["model"], answer: row.text("answer"),
      note: row.text("note"))
  }
}
