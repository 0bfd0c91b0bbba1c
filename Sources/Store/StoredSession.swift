public import Clinical
public import Foundation

/// Names a session.
public struct SessionID: Hashable, Sendable {
  /// Its number in the database, from 1. Numbers are never used again.
  public var number: Int64

  /// Makes the name of session `number`.
  public init(_ number: Int64) {
    self.number = number
  }
}

/// Names an exchange.
public struct ExchangeID: Hashable, Sendable {
  /// Its number in the database, from 1. Numbers are never used again.
  public var number: Int64

  /// Makes the name of exchange `number`.
  public init(_ number: Int64) {
    self.number = number
  }
}

/// What a list of sessions shows.
public struct SessionSummary: Equatable, Sendable {
  /// The session.
  public var id: SessionID
  /// What it is called.
  public var title: String
  /// When it was begun.
  public var startedAt: Date
  /// When anything in it last changed.
  public var updatedAt: Date
  /// How many questions were asked.
  public var exchangeCount: Int
}

/// A session with all that it holds.
public struct StoredSession: Equatable, Sendable {
  /// The session.
  public var id: SessionID
  /// What it is called.
  public var title: String
  /// The notes, in the order in which they were added.
  public var notes: [ClinicalNote]
  /// The exchanges, in the order in which they were begun.
  public var exchanges: [StoredExchange]
}

/// An exchange as it is kept.
public struct StoredExchange: Equatable, Sendable {
  /// The exchange's name.
  public var id: ExchangeID
  /// What was asked and answered.
  public var exchange: Exchange
  /// When it was asked.
  public var startedAt: Date
  /// When the answer last changed.
  public var updatedAt: Date
}

/// A place where a search found its words.
public struct SearchHit: Equatable, Sendable {
  /// The session to open.
  public var session: SessionID
  /// The exchange that holds the words; nil where they stand in a note.
  public var exchange: ExchangeID?
  /// The words with some text around them.
  public var excerpt: String
}
