import GRDB

/// What is wrong with a log of ratings, by the entry it was found at.
public enum RatingLogFault: Hashable, Sendable {
  /// The numbers are not 1, 2, 3 ...: an entry is missing before this one.
  case missing(before: Int64)
  /// It does not name the digest of the entry before it.
  case broken(entry: Int64)
  /// Its digest is not that of its words: they were changed.
  case changed(entry: Int64)
  /// Its words are no entry of this program.
  case unreadable(entry: Int64)
  /// An item it is about is gone, or is not the one that was rated.
  case otherItem(entry: Int64, name: String)
  /// The table for quick questions says something else than the log.
  case otherMark(entry: Int64)
  /// No entry has the digest that somebody noted.
  case headMissing(digest: String)
}

/// What a look at the whole log found.
public struct RatingLogReport: Hashable, Sendable {
  /// How many entries there are.
  public var entryCount: Int
  /// The digest of the last one; nil for an empty log. Whoever notes it can later tell whether
  /// entries were taken away at the end.
  public var head: String?
  /// What is wrong, the earliest entry first; empty where nothing is.
  public var faults: [RatingLogFault]
}

extension RatingStore {
  /// Looks through the whole log: each digest, the chain of them, the items, the marks.
  ///
  /// - Parameter noted: A digest that the log had as its last one at an earlier time.
  /// - Throws: `StoreError`.
  public func verify(noted: String? = nil) throws(StoreError) -> RatingLogReport {
    try read { database in
      var report = RatingLogReport(entryCount: 0, head: nil, faults: [])
      var items: [String: String] = [:]
      for name in try String.fetchAll(database, sql: "SELECT name FROM rated_items") {
        items[name] = try Self.item(named: name, in: database).digest
      }
      var expected: [Int64: RatingMark] = [:]
      var hasNoted = noted == nil
      let rows = try Row.fetchCursor(
        database, sql: "SELECT entry, previous, digest, body FROM rating_log ORDER BY entry")
      while let row = try rows.next() {
        let entry = row["entry"] as Int64
        if entry != Int64(report.entryCount) + 1 { report.faults.append(.missing(before: entry)) }
        report.faults += Self.faults(of: row, after: report.head, items)
        if let record = RatingRecord(body: row["body"]) {
          var mark = RatingMark(entry: entry, record)
          if let of = mark.of {
            expected[of]?.isActive = mark.act == "redo"
            mark.scope = expected[of]?.scope
          }
          expected[entry] = mark
        }
        report.entryCount = Int(entry)
        report.head = row["digest"]
        hasNoted = hasNoted || report.head == noted
      }
      let marks = try Row.fetchAll(database, sql: "SELECT * FROM rating_marks").map(RatingMark.init)
      let found = Dictionary(uniqueKeysWithValues: marks.map { ($0.entry, $0) })
      for entry in Set(found.keys).union(expected.keys).sorted()
      where found[entry] != expected[entry] {
        report.faults.append(.otherMark(entry: entry))
      }
      if let noted, !hasNoted { report.faults.append(.headMissing(digest: noted)) }
      return report
    }
  }

  private static func faults(
    of row: Row, after head: String?, _ items: [String: String]
  ) -> [RatingLogFault] {
    let entry = row["entry"] as Int64
    let (previous, body) = (row["previous"] as String, row["body"] as String)
    var faults: [RatingLogFault] = []
    if previous != head ?? firstPrevious { faults.append(.broken(entry: entry)) }
    if row["digest"] != digest(previous: previous, body: body) {
      faults.append(.changed(entry: entry))
    }
    guard let record = RatingRecord(body: body) else {
      return faults + [.unreadable(entry: entry)]
    }
    for (name, digest) in zip(record.subject.itemNames, RatingRecord.itemDigests(body: body))
    where items[name] != digest {
      faults.append(.otherItem(entry: entry, name: name))
    }
    return faults
  }
}

extension RatingLogFault: CustomStringConvertible {
  /// What is wrong, and where.
  public var description: String {
    switch self {
    case .missing(let entry): "an entry is missing before entry \(entry)"
    case .broken(let entry): "entry \(entry) does not follow from the one before it"
    case .changed(let entry): "entry \(entry) was changed after it was written"
    case .unreadable(let entry): "entry \(entry) cannot be read"
    case .otherItem(let entry, let name):
      "the item \(name) of entry \(entry) is not the one that was rated"
    case .otherMark(let entry): "the quick index says something else of entry \(entry)"
    case .headMissing(let digest): "no entry has the digest \(digest): the log was cut or replaced"
    }
  }
}
