import Clinical
import Store
import Testing

@Suite("Search in sessions")
struct SearchTests {
  private let folder: TemporaryFolder
  private let store: SessionStore
  private let session: SessionID
  private let exchange: ExchangeID

  init() throws {
    folder = try TemporaryFolder()
    store = try SessionStore.stepping(folder.database)
    session = try store.beginSession(title: "", notes: [heartNote])
    exchange = try store.beginExchange(asked("Which diuretic?"), in: session)
    try store.updateExchange(exchange, answer: "Torasem")
    try store.finishExchange(
      exchange, answer: Answer("Torasemide, naïvely \"quoted\".", state: .end))
  }

  @Test(
    "finds words and their beginnings, whatever the case and accents",
    arguments: [
      "diuretic", "DIURETIC", "which diur", "naive", "NAÏVELY", "torasemide quoted", "\"quoted",
    ])
  func findsExchanges(text: String) throws {
    let hits = try store.search(text)
    #expect(hits.map(\.session) == [session])
    #expect(hits.map(\.exchange) == [exchange])
    #expect(hits.map(\.question) == ["Which diuretic?"])
    #expect(hits.map(\.noteTitle) == [heartNote.title])
    #expect(try hits.map(\.startedAt) == [store.session(session).exchanges[0].startedAt])
  }

  @Test("finds words of the note", arguments: ["furosemide", "cafe", "µg", "心不全"])
  func findsNotes(text: String) throws {
    let hits = try store.search(text)
    #expect(hits.map(\.session) == [session])
    #expect(hits.map(\.exchange) == [nil])
    #expect(hits.map(\.question) == [nil])
    #expect(hits.map(\.noteTitle) == [heartNote.title])
    #expect(hits.first?.excerpt.contains("Furosemide") == true)
  }

  @Test(
    "finds nothing, and breaks nothing, where there is nothing to find",
    arguments: ["", " ", "\"", "*", "AND", "absent", "diuretic absent", "answer:diuretic", "'; --"])
  func findsNothing(text: String) throws {
    #expect(try store.search(text) == [])
  }

  @Test("finds what was kept of an answer that was cut off")
  func findsParts() throws {
    let part = try store.beginExchange(asked("Q"), in: session)
    try store.updateExchange(part, answer: "Spironolact")
    #expect(try store.search("spiro").map(\.exchange) == [part])
  }

  @Test("forgets what is deleted, and what an answer no longer says")
  func forgets() throws {
    #expect(try store.search("torasem").count == 1)
    try store.finishExchange(exchange, answer: Answer("Bumetanide", state: .end))
    #expect(try store.search("torasem") == [])
    try store.deleteSession(session)
    #expect(try store.search("bumetanide") == [])
    #expect(try store.search("furosemide") == [])
  }

  @Test("lists the session changed last first, and no more than asked for")
  func orders() throws {
    let later = try store.beginSession(title: "", notes: [heartNote])
    #expect(try store.search("furosemide").map(\.session) == [later, session])
    #expect(try store.search("furosemide", limit: 1).map(\.session) == [later])
  }
}
