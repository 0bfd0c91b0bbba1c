import Screen

/// A place in a session that was kept.
public struct SessionHit: Equatable, Sendable {
  /// What the journal calls the session.
  public var session: String
  /// What it calls the question; nil where the words stand in the note.
  public var exchange: String?
  /// When it was asked, as it is shown.
  public var startedAt: String
  /// What the note is called.
  public var note: String
  /// What was asked; nil where the words stand in the note.
  public var question: String?
  /// The words with some text around them.
  public var excerpt: String

  /// Makes a place in a note; one at a question names that too.
  public init(session: String, startedAt: String, note: String, excerpt: String) {
    self.session = session
    self.startedAt = startedAt
    self.note = note
    self.excerpt = excerpt
  }
}

/// An earlier session as it comes back.
public struct OpenedSession: Equatable, Sendable {
  /// Its exchanges; nil where it is the session that is on the screen.
  public var entries: [TranscriptEntry]?
  /// The number of the exchange to show; nil where none was named.
  public var exchange: Int?

  /// Makes an opened session.
  public init(entries: [TranscriptEntry]?, exchange: Int?) {
    self.entries = entries
    self.exchange = exchange
  }
}

/// The search through all sessions while it is on the screen.
struct SessionSearch: Equatable, Sendable {
  var query = TextEditor()
  /// What was found for the words; nil before the first answer.
  var hits: [SessionHit]?
  var selected = 0
}
