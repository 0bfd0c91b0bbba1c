import Clinical
import Foundation
import Store
import Testing

@Suite("Sessions")
struct SessionStoreTests {
  @Test("come back as they were kept, byte for byte")
  func roundTrips() throws {
    let folder = try TemporaryFolder()
    let store = try SessionStore.stepping(folder.database)
    let session = try store.beginSession(title: "Ward round", notes: [heartNote, kidneyNote])
    let first = try store.beginExchange(asked("Why?\n\u{0}é"), in: session)
    try store.updateExchange(first, answer: "Dysp")
    try store.finishExchange(
      first, answer: Answer("Dyspnoea. 心不全\u{0}", state: .end),
      provenance: provenance(tokens: [7, 8]))
    _ = try store.beginExchange(asked("Creatinine?", about: kidneyNote), in: session)
    try store.endSession(session)

    let again = try SessionStore(path: folder.database).session(session)
    #expect(again.title == "Ward round")
    #expect(again.notes == [heartNote, kidneyNote])
    #expect(again.notes.map { Array($0.text.utf8) }.first == Array(heartNote.text.utf8))
    let exchange = try #require(again.exchanges.first)
    #expect(exchange.id == first)
    #expect(exchange.exchange.noteID == heartNote.id)
    #expect(exchange.exchange.instruction == Instruction("Why?\n\u{0}é", task: .questionAnswering))
    #expect(exchange.exchange.answer == Answer("Dyspnoea. 心不全\u{0}", state: .end))
    #expect(exchange.exchange.provenance == provenance(tokens: [7, 8]))
    #expect(exchange.startedAt < exchange.updatedAt)
    #expect(again.exchanges.map(\.exchange.noteID) == [heartNote.id, kidneyNote.id])
    #expect(again.exchanges.last?.exchange.answer.state == .interrupted)
  }

  @Test("keep which exchange another came of and what of the note it left out")
  func keepsLineage() throws {
    let folder = try TemporaryFolder()
    let store = try SessionStore.stepping(folder.database)
    let session = try store.beginSession(title: "Ward round", notes: [heartNote])
    let first = try store.beginExchange(asked("Why?"), in: session)
    let version = ExchangeLineage(versionOf: first, leftOut: [0, 12])
    _ = try store.beginExchange(asked("Why?"), lineage: version, in: session)
    let edited = ExchangeLineage(editedFrom: first)
    _ = try store.beginExchange(asked("Why not?"), lineage: edited, in: session)
    try store.endSession(session)
    let again = try SessionStore(path: folder.database).session(session)
    #expect(again.exchanges.map(\.lineage) == [ExchangeLineage(), version, edited])
    try store.deleteSession(session)
    #expect(try store.sessions().isEmpty)
  }

  @Test("are listed with the one changed last first")
  func listsByChange() throws {
    let folder = try TemporaryFolder()
    let store = try SessionStore.stepping(folder.database)
    let first = try store.beginSession(title: "1", notes: [heartNote])
    let second = try store.beginSession(title: "2", notes: [heartNote])
    #expect(try store.sessions().map(\.id) == [second, first])
    let exchange = try store.beginExchange(asked("Q"), in: first)
    #expect(try store.sessions().map(\.id) == [first, second])
    #expect(try store.sessions().map(\.exchangeCount) == [1, 0])
    try store.addNote(kidneyNote, to: second)
    #expect(try store.sessions().map(\.id) == [second, first])
    try store.updateExchange(exchange, answer: "A")
    #expect(try store.sessions(limit: 1).map(\.id) == [first])
  }

  @Test("a late part of an answer never undoes the whole")
  func ignoresLateParts() throws {
    let folder = try TemporaryFolder()
    let store = try SessionStore.stepping(folder.database)
    let session = try store.beginSession(title: "", notes: [heartNote])
    let exchange = try store.beginExchange(asked("Q"), in: session)
    try store.finishExchange(
      exchange, answer: Answer("whole", state: .cancelled), provenance: provenance(tokens: [1]))
    try store.updateExchange(exchange, answer: "wh")
    let kept = try store.session(session).exchanges.map(\.exchange)
    #expect(kept.map(\.answer) == [Answer("whole", state: .cancelled)])
  }

  @Test("what is known of an answer's making stays when it is kept again without it")
  func keepsProvenance() throws {
    let folder = try TemporaryFolder()
    let store = try SessionStore.stepping(folder.database)
    let session = try store.beginSession(title: "", notes: [heartNote])
    let exchange = try store.beginExchange(asked("Q"), in: session)
    try store.finishExchange(
      exchange, answer: Answer("a", state: .limit), provenance: provenance(tokens: [1]))
    try store.finishExchange(exchange, answer: Answer("a b", state: .end))
    let kept = try store.session(session).exchanges.map(\.exchange)
    #expect(kept.map(\.answer) == [Answer("a b", state: .end)])
    #expect(kept.map(\.provenance) == [provenance(tokens: [1])])
  }

  @Test("a note that two sessions hold is kept once, until the last of them is deleted")
  func sharesNotes() throws {
    let folder = try TemporaryFolder()
    let store = try SessionStore.stepping(folder.database)
    let first = try store.beginSession(title: "1", notes: [heartNote])
    var renamed = heartNote
    renamed.title = "other name"
    let second = try store.beginSession(title: "2", notes: [renamed, renamed])
    try store.deleteSession(first)
    #expect(try store.session(second).notes == [renamed])
    try store.deleteSession(second)
    #expect(try store.sessions() == [])
    #expect(throws: StoreError.noSuchSession(second)) { try store.session(second) }
  }

  @Test("what is deleted is gone from the files")
  func deletesForGood() throws {
    let folder = try TemporaryFolder()
    do {
      let store = try SessionStore.stepping(folder.database)
      let text = String(repeating: "Zanubrutinib again. ", count: 500)
      let note = ClinicalNote(title: "n", text: text)
      let session = try store.beginSession(title: "", notes: [note])
      let exchange = try store.beginExchange(asked("zanubrutinib?", about: note), in: session)
      try store.finishExchange(exchange, answer: Answer("Zanubrutinib", state: .end))
      try store.deleteSession(session)
    }
    // The last store to close has emptied the write-ahead log into the file.
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      let data = try Data(contentsOf: URL(filePath: folder.path + "/" + name))
      let text = String(decoding: data, as: UTF8.self).lowercased()
      #expect(!text.contains("zanubrutinib"), "\(name)")
    }
  }

  @Test("what does not exist is an error that names it")
  func namesWhatIsMissing() throws {
    let folder = try TemporaryFolder()
    let store = try SessionStore.stepping(folder.database)
    let nowhere = SessionID(99)
    let session = try store.beginSession(title: "", notes: [heartNote])
    #expect(throws: StoreError.noSuchSession(nowhere)) { try store.resumeSession(nowhere) }
    #expect(throws: StoreError.noSuchSession(nowhere)) { try store.endSession(nowhere) }
    #expect(throws: StoreError.noSuchSession(nowhere)) { try store.deleteSession(nowhere) }
    #expect(throws: StoreError.noSuchSession(nowhere)) { try store.addNote(heartNote, to: nowhere) }
    #expect(throws: StoreError.noSuchSession(nowhere)) {
      try store.beginExchange(asked("Q"), in: nowhere)
    }
    #expect(throws: StoreError.noSuchNote(digest: kidneyNote.id, session: session)) {
      try store.beginExchange(asked("Q", about: kidneyNote), in: session)
    }
    #expect(throws: StoreError.noSuchExchange(ExchangeID(99))) {
      try store.updateExchange(ExchangeID(99), answer: "A")
    }
    #expect(throws: StoreError.noSuchExchange(ExchangeID(99))) {
      try store.finishExchange(ExchangeID(99), answer: Answer("A", state: .end))
    }
  }
}
