import Clinical
import Foundation
import GRDB
import Store
import Testing

@testable import Store

@Suite("Ratings")
struct RatingStoreTests {
  static func item(_ number: Int, model: String = "A") -> RatedItem {
    RatedItem(
      patient: "p1", number: number, task: "Question Answering", question: "Why?\n\u{0}é",
      model: model, answer: "Dyspnoea \(number). 心不全\u{0}", note: heartNote.text)
  }

  static func store(
    _ folder: TemporaryFolder, itemCount: Int = 3, now: @escaping @Sendable () -> Date = { Date() }
  ) throws -> RatingStore {
    let store = try RatingStore(path: folder.path + "/ratings.sqlite", now: now)
    _ = try store.addItems((0..<itemCount).map { item($0 + 1) })
    return store
  }

  static func subjects(_ count: Int) -> [RatingSubject] {
    (0..<count).map { .item(item($0 + 1).name) }
  }

  static func rating(_ grade: AnswerGrade) -> RatingRecord.Act {
    .rating(AnswerRating(grade: grade))
  }

  @Test("come back as they were given, and so do the answers")
  func roundTrips() throws {
    let folder = try TemporaryFolder()
    let store = try Self.store(folder)
    let session = try store.beginSession(rater: "AB")
    var rating = AnswerRating(
      grade: .unacceptable,
      spans: [
        ErrorSpan(kind: .number, range: 3..<9), ErrorSpan(kind: .omission, range: 0..<4),
      ], harm: .severe, comment: "\"dose\"\n心", isFlagged: true)
    rating.firstGrade = .satisfactory
    try store.add(.rating(rating), to: Self.subjects(1)[0], by: session, seconds: 34.24)
    let verdict = PairVerdict(
      choice: .left, strength: .clearly, reasons: [.accuracy, .brevity], comment: "x")
    let pair = RatingSubject.pair(left: Self.item(2).name, right: Self.item(1).name)
    try store.add(.verdict(verdict), to: pair, by: session)

    let again = try RatingStore(path: store.path)
    #expect(try again.items() == (1...3).map { Self.item($0) })
    let records = try again.records()
    #expect(records.map(\.act) == [.rating(rating), .verdict(verdict)])
    #expect(records.map(\.subject) == [Self.subjects(1)[0], pair])
    #expect(records.map(\.seconds) == [34.2, nil])
    #expect(try again.verify().faults.isEmpty)
    #expect(try again.addItems([Self.item(1), Self.item(4)]) == 1)
    var other = Self.item(1)
    other.answer += " "
    #expect(throws: StoreError.itemDiffers(name: other.name)) { try again.addItems([other]) }
    #expect(throws: StoreError.noSuchItem(name: "none")) {
      try again.add(.skip, to: .item("none"), by: session)
    }
  }

  @Test("lie in files that nobody else can read")
  func filesArePrivate() throws {
    let folder = try TemporaryFolder()
    let store = try Self.store(folder)
    for suffix in ["", "-wal", "-shm", ".lock"] {
      var status = stat()
      #expect(stat(store.path + suffix, &status) == 0)
      #expect(status.st_mode & 0o777 == 0o600, "\(suffix)")
    }
    #expect(chmod(folder.path, 0o755) == 0)
    #expect(throws: StoreError.openToOthers(path: folder.path, mode: 0o755)) {
      _ = try RatingStore(path: store.path)
    }
  }

  @Test("are taken back and given again by entries, never by deletion")
  func undoAndRedo() throws {
    let folder = try TemporaryFolder()
    let store = try Self.store(folder)
    let session = try store.beginSession(rater: "AB")
    let other = try store.beginSession(rater: "CD")
    let subjects = Self.subjects(3)
    for subject in subjects { try store.add(Self.rating(.poor), to: subject, by: session) }
    try store.add(Self.rating(.excellent), to: subjects[0], by: other)
    #expect(try store.undo(.rating, by: session)?.subject == subjects[2])
    #expect(try store.undo(.rating, by: session)?.subject == subjects[1])
    #expect(try store.done(.rating, by: "AB").keys == [subjects[0].key])
    #expect(try store.redo(.rating, by: session)?.subject == subjects[1])
    #expect(try store.redo(.rating, by: session)?.subject == subjects[2])
    #expect(try store.redo(.rating, by: session) == nil)
    #expect(try store.undo(.rating, by: session)?.subject == subjects[2])
    // A new deed ends what can be given again.
    try store.add(.skip, to: subjects[2], by: session)
    #expect(try store.redo(.rating, by: session) == nil)
    #expect(try store.done(.rating, by: "AB").skipped == [subjects[2].key])
    // A later rating of the same answer counts in the place of the earlier, until it is undone.
    try store.add(Self.rating(.satisfactory), to: subjects[0], by: session)
    func grade() throws -> AnswerGrade? {
      for record in try store.records() where record.rater == "AB" {
        if case .rating(let rating) = record.act, record.subject == subjects[0] {
          return rating.grade
        }
      }
      return nil
    }
    #expect(try grade() == .satisfactory)
    _ = try store.undo(.rating, by: session)
    #expect(try grade() == .poor)
    // Each kind of work has its own undo.
    let pair = RatingSubject.pair(left: subjects[0].key, right: subjects[1].key)
    try store.add(.verdict(PairVerdict(choice: .tie)), to: pair, by: session)
    #expect(try store.undo(.rating, by: session)?.act == .skip)
    #expect(try store.undo(.comparison, by: session)?.subject == pair)
    #expect(try store.undo(.comparison, by: session) == nil)
    let report = try store.verify()
    #expect(report.entryCount == 15)
    #expect(report.faults.isEmpty)
  }

  @Test("survive as drafts until they are given")
  func drafts() throws {
    let folder = try TemporaryFolder()
    let store = try Self.store(folder)
    let subject = Self.subjects(1)[0]
    let first = try store.beginSession(rater: "AB")
    try store.keepDraft("one", of: subject, by: "AB")
    try store.keepDraft("two", of: subject, by: "AB")
    try store.endSession(first)
    let session = try store.beginSession(rater: "AB")
    #expect(try store.lease([subject], to: session) == .leased(subject, draft: "two"))
    try store.add(.skip, to: subject, by: session)
    #expect(try store.lease([subject], to: session) == .leased(subject, draft: nil))
  }
}

@Suite("Leases")
struct RatingLeaseTests {
  @Test("give two raters different answers, and one of each to the one who comes first")
  func twoRaters() throws {
    let folder = try TemporaryFolder()
    let store = try RatingStoreTests.store(folder)
    let subjects = RatingStoreTests.subjects(2)
    let first = try store.beginSession(rater: "AB")
    let elsewhere = try RatingStore(path: store.path)
    let second = try elsewhere.beginSession(rater: "CD")
    #expect(try store.lease(subjects, to: first) == .leased(subjects[0], draft: nil))
    #expect(try elsewhere.lease(subjects, to: second) == .leased(subjects[1], draft: nil))
    guard case .held(count: 1, by: "CD", _) = try store.lease([subjects[1]], to: first) else {
      Issue.record("two raters have the same answer")
      return
    }
    // Asking for another gave the first one back.
    #expect(try elsewhere.lease(subjects, to: second) == .leased(subjects[0], draft: nil))
    #expect(try store.lease([], to: first) == .finished)
    // The sides of a pair do not matter.
    let pair = RatingSubject.pair(left: subjects[0].key, right: subjects[1].key)
    let swapped = RatingSubject.pair(left: subjects[1].key, right: subjects[0].key)
    #expect(try store.lease([pair], to: first) == .leased(pair, draft: nil))
    guard case .held = try elsewhere.lease([swapped], to: second) else {
      Issue.record("two raters have the same pair")
      return
    }
  }

  @Test("end with their time, and begin anew when the rater does something")
  func leasesExpire() throws {
    let folder = try TemporaryFolder()
    let clock = StepClock()
    let store = try RatingStoreTests.store(folder, now: { clock.now() })
    let elsewhere = try RatingStore(path: store.path, leaseSeconds: 3, now: { clock.now() })
    let subject = RatingStoreTests.subjects(1)
    let first = try elsewhere.beginSession(rater: "AB")
    let second = try store.beginSession(rater: "CD")
    #expect(try elsewhere.lease(subject, to: first) == .leased(subject[0], draft: nil))
    // The clock goes on by a second each time that it is read.
    guard case .held = try store.lease(subject, to: second) else {
      Issue.record("the lease ended early")
      return
    }
    #expect(try elsewhere.renewLease(of: subject[0], to: first) == nil)
    guard case .held(_, _, let until) = try store.lease(subject, to: second) else {
      Issue.record("the lease was not renewed")
      return
    }
    while clock.now() < until {}
    #expect(try store.lease(subject, to: second) == .leased(subject[0], draft: nil))
    #expect(try elsewhere.renewLease(of: subject[0], to: first)?.rater == "CD")
    // What was rated meanwhile is kept all the same.
    try elsewhere.add(.skip, to: subject[0], by: first)
    #expect(try store.verify().entryCount == 1)
  }

  @Test("end with the program that took them")
  func leasesOfDeadPrograms() throws {
    let folder = try TemporaryFolder()
    let store = try RatingStoreTests.store(folder)
    let subject = RatingStoreTests.subjects(1)
    do {
      // The lock goes with the store, as it does with a killed program; the row stays.
      let elsewhere = try RatingStore(path: store.path)
      let first = try elsewhere.beginSession(rater: "AB")
      #expect(try elsewhere.lease(subject, to: first) == .leased(subject[0], draft: nil))
    }
    let second = try store.beginSession(rater: "CD")
    #expect(try store.lease(subject, to: second) == .leased(subject[0], draft: nil))
  }

  @Test("never give one answer to two of many raters at once, and no rating is lost")
  func manyAtOnce() async throws {
    let folder = try TemporaryFolder()
    let itemCount = 12
    let path = try RatingStoreTests.store(folder, itemCount: itemCount).path
    let subjects = RatingStoreTests.subjects(itemCount)
    let raters = ["AB", "CD", "EF"]
    let shown = ShownItems()
    await withTaskGroup(of: Void.self) { group in
      for rater in raters {
        group.addTask {
          do {
            let store = try RatingStore(path: path)
            let session = try store.beginSession(rater: rater)
            while true {
              let done = try store.done(.rating, by: rater).keys
              let open = subjects.filter { !done.contains($0.key) }
              switch try store.lease(open, to: session) {
              case .leased(let subject, _):
                shown.begin(subject)
                try store.add(RatingStoreTests.rating(.poor), to: subject, by: session)
                shown.end(subject)
              case .held: continue
              case .finished: return
              }
            }
          } catch {
            Issue.record(error)
          }
        }
      }
    }
    #expect(shown.clashCount == 0)
    let store = try RatingStore(path: path)
    #expect(try store.records().count == raters.count * itemCount)
    let report = try store.verify()
    #expect(report.entryCount == raters.count * itemCount)
    #expect(report.faults.isEmpty)
  }
}

/// Which items are on a screen, and how often one was on two.
private final class ShownItems: Sendable {
  private let lock = NSLock()
  nonisolated(unsafe) private var items: Set<RatingSubject> = []
  nonisolated(unsafe) private var clashes = 0

  func begin(_ subject: RatingSubject) {
    lock.withLock { if !items.insert(subject).inserted { clashes += 1 } }
  }

  func end(_ subject: RatingSubject) { lock.withLock { _ = items.remove(subject) } }

  var clashCount: Int { lock.withLock { clashes } }
}

@Suite("The log of ratings")
struct RatingLogTests {
  /// Five entries: three ratings, an undo and a skip.
  private static func log(_ folder: TemporaryFolder) throws -> RatingStore {
    let store = try RatingStoreTests.store(folder)
    let session = try store.beginSession(rater: "AB")
    for subject in RatingStoreTests.subjects(3) {
      try store.add(RatingStoreTests.rating(.poor), to: subject, by: session)
    }
    _ = try store.undo(.rating, by: session)
    try store.add(.skip, to: RatingStoreTests.subjects(3)[2], by: session)
    return store
  }

  @Test("is what sha256sum says of its lines")
  func digestsAreThoseOfOtherPrograms() throws {
    // printf '%064d\n{"entry": 1}' 0 | sha256sum
    #expect(
      RatingStore.digest(previous: RatingStore.firstPrevious, body: #"{"entry": 1}"#)
        == "6766014f3b6742d1ddbb4f4ca9083e53682485966401a938373b7038a16321e5")
  }

  @Test("cannot be changed by accident")
  func triggers() throws {
    let store = try Self.log(try TemporaryFolder())
    for sql in ["DELETE FROM rating_log WHERE entry = 2", "UPDATE rating_log SET body = '{}'"] {
      #expect(throws: DatabaseError.self) { try store.database.write { try $0.execute(sql: sql) } }
    }
  }

  @Test(
    "names the entry that was tampered with",
    arguments: [
      (
        "UPDATE rating_log SET body = replace(body, '\"score\": 2', '\"score\": 4') WHERE entry = 2",
        [RatingLogFault.changed(entry: 2)]
      ),
      ("DELETE FROM rating_log WHERE entry = 3", [.missing(before: 4), .broken(entry: 4)]),
      (
        "UPDATE rated_items SET answer = 'other' WHERE number = 2",
        [.otherItem(entry: 2, name: "p1/2/A")]
      ),
      ("UPDATE rating_marks SET is_active = 0 WHERE entry = 1", [.otherMark(entry: 1)]),
    ])
  func tampering(sql: String, faults: [RatingLogFault]) throws {
    let folder = try TemporaryFolder()
    let store = try Self.log(folder)
    #expect(try store.verify().faults.isEmpty)
    try Self.tamper(store, sql)
    let found = try store.verify().faults
    #expect(faults.allSatisfy(found.contains), "\(found)")
  }

  @Test("is found changed also where the digest was made anew")
  func rechained() throws {
    let folder = try TemporaryFolder()
    let store = try Self.log(folder)
    let head = try #require(try store.verify().head)
    let (previous, body) = try store.database.read { database in
      let row = try #require(
        try Row.fetchOne(database, sql: "SELECT previous, body FROM rating_log WHERE entry = 2"))
      return (row["previous"] as String, row["body"] as String)
    }
    let changed = body.replacingOccurrences(of: "\"score\": 2", with: "\"score\": 4")
    #expect(changed != body)
    let digest = RatingStore.digest(previous: previous, body: changed)
    try Self.tamper(
      store, "UPDATE rating_log SET body = '\(changed)', digest = '\(digest)' WHERE entry = 2")
    #expect(try store.verify().faults == [.broken(entry: 3)])
    // Entries that are taken away at the end leave a whole chain: only a digest that was noted tells.
    try Self.tamper(store, "DELETE FROM rating_marks WHERE entry > 1")
    try Self.tamper(store, "DELETE FROM rating_log WHERE entry > 1")
    #expect(try store.verify().faults.isEmpty)
    #expect(try store.verify(noted: head).faults == [.headMissing(digest: head)])
  }

  private static func tamper(_ store: RatingStore, _ sql: String) throws {
    try store.database.writeWithoutTransaction { database in
      try database.execute(sql: "PRAGMA foreign_keys = OFF")
      try database.execute(sql: "DROP TRIGGER IF EXISTS rating_log_is_not_changed")
      try database.execute(sql: "DROP TRIGGER IF EXISTS rating_log_is_not_deleted")
      try database.execute(sql: sql)
    }
  }
}
