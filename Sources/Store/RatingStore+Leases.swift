public import Foundation
import GRDB

/// A rater at work: from the start of a program to its end.
public struct RaterSession: Hashable, Sendable {
  /// Who rates.
  public let rater: String
  /// The session's number in the database, from 1.
  let number: Int64
}

/// What came of asking for something to rate.
public enum LeaseOutcome: Hashable, Sendable {
  /// It is the rater's alone until the lease ends; `draft` is what was left of an earlier run.
  case leased(RatingSubject, draft: String?)
  /// All that is left is before other raters.
  case held(count: Int, by: String, until: Date)
  /// Nothing is left.
  case finished
}

extension RatingStore {
  /// Begins a session, which ends with the program or by `endSession`.
  ///
  /// - Throws: `StoreError`.
  public func beginSession(rater: String) throws(StoreError) -> RaterSession {
    let number = try write { database in
      try database.execute(
        sql: "INSERT INTO rater_sessions (rater, started_at) VALUES (?, ?)",
        arguments: [rater, now().timeIntervalSince1970])
      return database.lastInsertedRowID
    }
    try locks.lock(SessionID(number))
    return RaterSession(rater: rater, number: number)
  }

  /// Ends a session and gives back what it had before it.
  ///
  /// - Throws: `StoreError`.
  public func endSession(_ session: RaterSession) throws(StoreError) {
    defer { locks.unlock(SessionID(session.number)) }
    try release(session)
  }

  /// Gives the rater the first of `candidates` that no other rater has before them, and gives back
  /// what the session had before. A rater's own lease of an earlier session is taken over.
  ///
  /// A lease ends with its time or with the program that took it, whatever comes first.
  ///
  /// - Throws: `StoreError`.
  public func lease(
    _ candidates: [RatingSubject], to session: RaterSession
  ) throws(StoreError) -> LeaseOutcome {
    try write { database in
      let time = now().timeIntervalSince1970
      try Self.release(session, in: database)
      var held: (count: Int, by: String, until: Double) = (0, "", .infinity)
      for subject in candidates {
        let holder = try holder(of: subject, besides: session, at: time, in: database)
        if let holder {
          held.count += 1
          if holder.until < held.until { (held.by, held.until) = (holder.rater, holder.until) }
          continue
        }
        try take(subject, for: session, at: time, in: database)
        let draft = try String.fetchOne(
          database, sql: "SELECT body FROM rating_drafts WHERE rater = ? AND subject = ?",
          arguments: [session.rater, subject.key])
        return .leased(subject, draft: draft)
      }
      guard held.count > 0 else { return .finished }
      return .held(
        count: held.count, by: held.by, until: Date(timeIntervalSince1970: held.until))
    }
  }

  /// Lets the session's lease of `subject` begin anew.
  ///
  /// - Returns: The other rater who has it by now, and until when; nil where it is still this one's.
  /// - Throws: `StoreError`.
  public func renewLease(
    of subject: RatingSubject, to session: RaterSession
  ) throws(StoreError) -> (rater: String, until: Date)? {
    try write { database in
      let time = now().timeIntervalSince1970
      if let holder = try holder(of: subject, besides: session, at: time, in: database) {
        return (holder.rater, Date(timeIntervalSince1970: holder.until))
      }
      try take(subject, for: session, at: time, in: database)
      return nil
    }
  }

  /// Gives back what the session has before it.
  ///
  /// - Throws: `StoreError`.
  public func release(_ session: RaterSession) throws(StoreError) {
    try write { try Self.release(session, in: $0) }
  }

  /// Keeps what a rater has begun to say, so that it survives the program; nil forgets it.
  ///
  /// - Throws: `StoreError`.
  public func keepDraft(
    _ draft: String?, of subject: RatingSubject, by rater: String
  ) throws(StoreError) {
    try write { database in
      guard let draft else {
        return try Self.forgetDraft(of: subject, by: rater, in: database)
      }
      try database.execute(
        sql: """
          INSERT INTO rating_drafts (rater, subject, body) VALUES (?, ?, ?)
          ON CONFLICT (rater, subject) DO UPDATE SET body = excluded.body
          """,
        arguments: [rater, subject.key, draft])
    }
  }

  static func forgetDraft(
    of subject: RatingSubject, by rater: String, in database: Database
  ) throws {
    try database.execute(
      sql: "DELETE FROM rating_drafts WHERE rater = ? AND subject = ?",
      arguments: [rater, subject.key])
  }

  private func take(
    _ subject: RatingSubject, for session: RaterSession, at time: Double, in database: Database
  ) throws {
    try database.execute(
      sql: """
        INSERT INTO rating_leases (subject, session_id, rater, until) VALUES (?, ?, ?, ?)
        ON CONFLICT (subject) DO UPDATE SET session_id = excluded.session_id,
          rater = excluded.rater, until = excluded.until
        """,
      arguments: [subject.leaseKey, session.number, session.rater, time + leaseSeconds])
  }

  private static func release(_ session: RaterSession, in database: Database) throws {
    try database.execute(
      sql: "DELETE FROM rating_leases WHERE session_id = ?", arguments: [session.number])
  }

  /// The other rater who has it before them, and until when; nil for none.
  private func holder(
    of subject: RatingSubject, besides session: RaterSession, at time: Double, in database: Database
  ) throws -> (rater: String, until: Double)? {
    let row = try Row.fetchOne(
      database,
      sql: """
        SELECT session_id, rater, until FROM rating_leases
        WHERE subject = ? AND rater <> ? AND until > ?
        """,
      arguments: [subject.leaseKey, session.rater, time])
    guard let row, locks.isLocked(SessionID(row["session_id"])) else { return nil }
    return (row["rater"], row["until"])
  }
}
