import Clinical
import Foundation
import Glibc
import Store
import Testing

@Suite("After a crash")
struct RecoveryTests {
  @Test("what was written before kill -9 is there, and is offered")
  func survivesKill() async throws {
    let folder = try TemporaryFolder()
    let path = folder.database
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let store = try SessionStore(path: path)
      let session = try store.beginSession(title: "cut off", notes: [heartNote])
      let done = try store.beginExchange(asked("first"), in: session)
      try store.finishExchange(done, answer: Answer("whole", state: .end))
      let cut = try store.beginExchange(asked("second"), in: session)
      for count in 1...20 {
        try store.updateExchange(cut, answer: String(repeating: "x", count: count))
      }
      kill(getpid(), SIGKILL)
    }
    let store = try SessionStore(path: path)
    let offered = try #require(try store.unfinishedSession())
    #expect(offered.title == "cut off")
    #expect(offered.exchangeCount == 2)
    let session = try store.resumeSession(offered.id)
    #expect(
      session.exchanges.map(\.exchange.answer) == [
        Answer("whole", state: .end),
        Answer(String(repeating: "x", count: 20), state: .interrupted),
      ])
    #expect(session.notes == [heartNote])
    #expect(try store.unfinishedSession() == nil)
  }

  @Test("a session that a living program works on is not offered, and cannot be taken from it")
  func respectsTheLiving() throws {
    let folder = try TemporaryFolder()
    let other = try SessionStore(path: folder.database)
    var living: SessionStore? = try SessionStore(path: folder.database)
    let session = try #require(living).beginSession(title: "", notes: [heartNote])
    _ = try #require(living).beginExchange(asked("Q"), in: session)
    #expect(try other.unfinishedSession() == nil)
    #expect(try #require(living).unfinishedSession() == nil)
    #expect(throws: StoreError.sessionInUse(session)) { try other.resumeSession(session) }
    #expect(throws: StoreError.sessionInUse(session)) { try other.endSession(session) }
    #expect(throws: StoreError.sessionInUse(session)) { try other.deleteSession(session) }
    living = nil
    #expect(try other.unfinishedSession()?.id == session)
    #expect(try other.resumeSession(session).exchanges.count == 1)
  }

  @Test("sessions that were ended, declined, or never asked anything are not offered")
  func offersOnlyWhatIsUnfinished() throws {
    let folder = try TemporaryFolder()
    var sessions: [SessionID] = []
    do {
      let store = try SessionStore.stepping(folder.database)
      for title in ["older", "ended", "empty"] {
        sessions.append(try store.beginSession(title: title, notes: [heartNote]))
      }
      for session in sessions.prefix(2) { _ = try store.beginExchange(asked("Q"), in: session) }
      try store.endSession(sessions[1])
    }
    let store = try SessionStore(path: folder.database)
    let offered = try #require(try store.unfinishedSession())
    #expect(offered.id == sessions[0])
    try store.endSession(offered.id)
    #expect(try store.unfinishedSession() == nil)
    #expect(try store.sessions().count == 3)
  }

  @Test("two programs that write at once lose nothing")
  func sharesTheFile() async throws {
    let folder = try TemporaryFolder()
    let path = folder.database
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        await #expect(processExitsWith: .success) { [path = path as String] in
          try fill(SessionStore(path: path), title: "child")
        }
      }
      for number in 1...2 {
        group.addTask { try fill(SessionStore(path: path), title: "parent \(number)") }
      }
      try await group.waitForAll()
    }
    let store = try SessionStore(path: path)
    let sessions = try store.sessions()
    #expect(Set(sessions.map(\.title)) == ["child", "parent 1", "parent 2"])
    for summary in sessions {
      let exchanges = try store.session(summary.id).exchanges
      let answers = exchanges.map(\.exchange.answer)
      #expect(answers == (1...20).map { Answer("\(summary.title) \($0)", state: .end) })
    }
  }
}

/// Asks and answers twenty questions.
private func fill(_ store: SessionStore, title: String) throws {
  let session = try store.beginSession(title: title, notes: [heartNote, kidneyNote])
  for number in 1...20 {
    let exchange = try store.beginExchange(asked("Q\(number)"), in: session)
    try store.updateExchange(exchange, answer: title)
    try store.finishExchange(exchange, answer: Answer("\(title) \(number)", state: .end))
  }
}
