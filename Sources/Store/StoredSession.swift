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
  /// What it came of.
  public var lineage: ExchangeLineage
  /// When it was asked.
  public var startedAt: Date
  /// When the answer last changed.
  public var updatedAt: Date
}

/// What an exchange came of, and how much of the note it was about.
public struct ExchangeLineage: Equatable, Sendable {
  /// The exchange whose question this asks once more; nil for a first version.
  public var versionOf: ExchangeID?
  /// The exchange whose question was edited into this one.
  public var editedFrom: ExchangeID?
  /// The sections of the note, counted from 0, that the model was not given.
  public var leftOut: [Int]

  /// Makes a lineage; without arguments, that of a new question about a whole note.
  public init(
    versionOf: ExchangeID? = nil, editedFrom: ExchangeID? = nil, leftOut: [Int] = []
  ) {
    self.versionOf = versionOf
    self.editedFrom = editedFrom
    self.leftOut = leftOut
  }
}

/// A place where a search found its words.
public struct SearchHit: Equatable, Sendable {
  /// The session to open.
  public var session: SessionID
  /// The exchange that holds the words; nil where they stand in a note.
  public var exchange: ExchangeID?
  /// What the note is called that the words stand in or were about.
  public var noteTitle: String
  /// When the question was asked, or the session begun.
  public var startedAt: Date
  /// What was asked; nil where the words stand in a note.
  public var question: String?
  /// The words with some text around them.
  public var excerpt: String
}
