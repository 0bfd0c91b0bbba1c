import Clinical
import Foundation
import GRDB
import Testing

@testable import Store

@Suite("The database file")
struct StoreFileTests {
  private func mode(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require(attributes[.posixPermissions] as? Int)
  }

  private func setMode(_ mode: Int, of path: String) throws {
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
  }

  @Test("and all that lies beside it can be read by its owner alone")
  func isPrivate() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/new/folder/sessions.sqlite"
    let store = try SessionStore(path: path)
    _ = try store.beginSession(title: "", notes: [heartNote])
    #expect(try mode(folder.path + "/new") == 0o700)
    #expect(try mode(folder.path + "/new/folder") == 0o700)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/new/folder")
    #expect(names.contains("sessions.sqlite-wal"))
    for name in names { #expect(try mode(folder.path + "/new/folder/" + name) == 0o600, "\(name)") }
  }

  @Test("is closed to others where it was open to them")
  func repairsTheFile() throws {
    let folder = try TemporaryFolder()
    _ = try SessionStore(path: folder.database)
    try setMode(0o644, of: folder.database)
    _ = try SessionStore(path: folder.database)
    #expect(try mode(folder.database) == 0o600)
  }

  @Test("does not go into a folder that others can look into")
  func refusesOpenFolders() throws {
    let folder = try TemporaryFolder()
    try setMode(0o755, of: folder.path)
    let error = #expect(throws: StoreError.self) { try SessionStore(path: folder.database) }
    #expect(error == .openToOthers(path: folder.path, mode: 0o755))
    #expect(error?.description.contains("chmod 700 \(folder.path)") == true)
    #expect(!FileManager.default.fileExists(atPath: folder.database))
  }

  @Test("at its usual place makes its folder its own")
  func repairsItsOwnFolder() throws {
    let folder = try TemporaryFolder()
    let own = folder.path + "/asclepius"
    try FileManager.default.createDirectory(
      atPath: own, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
    let store = try SessionStore(environment: ["XDG_STATE_HOME": folder.path])
    #expect(store.path == own + "/sessions.sqlite")
    #expect(try mode(own) == 0o700)
  }

  @Test("lies where the environment says")
  func findsItsPlace() throws {
    let place = SessionStore.defaultPath(environment:)
    #expect(
      try place(["XDG_STATE_HOME": "/s", "HOME": "/h"]) == "/s/asclepius/sessions.sqlite")
    let usual = "/h/.local/state/asclepius/sessions.sqlite"
    #expect(try place(["HOME": "/h"]) == usual)
    #expect(try place(["XDG_STATE_HOME": "relative", "HOME": "/h"]) == usual)
    #expect(throws: StoreError.noHome) { try place([:]) }
  }

  @Test("that is no database is an error that says so")
  func refusesOtherFiles() throws {
    let folder = try TemporaryFolder()
    try Data(repeating: 0x41, count: 8192).write(to: URL(filePath: folder.database))
    #expect(throws: StoreError.damaged(path: folder.database)) {
      try SessionStore(path: folder.database)
    }
  }

  @Test("with broken pages is an error that shows none of its text")
  func reportsDamage() throws {
    let folder = try TemporaryFolder()
    do {
      let store = try SessionStore(path: folder.database)
      let session = try store.beginSession(title: "", notes: [heartNote])
      for number in 1...200 { _ = try store.beginExchange(asked("Q\(number)"), in: session) }
    }
    var bytes = try Data(contentsOf: URL(filePath: folder.database))
    // All pages but the first two, so that the schema's root is still found.
    bytes.replaceSubrange(8192..., with: Data(repeating: 0xA5, count: bytes.count - 8192))
    try bytes.write(to: URL(filePath: folder.database))
    let error = #expect(throws: StoreError.self) {
      try SessionStore(path: folder.database).sessions()
    }
    #expect(error == .damaged(path: folder.database))
    #expect(error?.description.contains("Furosemide") == false)
  }

  @Test("on a full disk keeps what it had and says so")
  func reportsFullDisk() throws {
    let folder = try TemporaryFolder()
    let store = try SessionStore(path: folder.database)
    let session = try store.beginSession(title: "", notes: [heartNote])
    try store.database.writeWithoutTransaction { database in
      let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
      try database.execute(sql: "PRAGMA max_page_count = \(pages)")
    }
    let long = ClinicalNote(title: "", text: String(repeating: "SECRET ", count: 20_000))
    let error = #expect(throws: StoreError.self) { try store.addNote(long, to: session) }
    #expect(error == .diskFull(path: folder.database))
    #expect(error?.description.contains("SECRET") == false)
    #expect(try store.session(session).notes == [heartNote])
  }

  @Test("that cannot be written is an error, and reading goes on")
  func reportsReadOnly() throws {
    let folder = try TemporaryFolder()
    let store = try SessionStore(path: folder.database)
    let session = try store.beginSession(title: "", notes: [heartNote])
    try store.database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA query_only = ON") }
    #expect(throws: StoreError.notWritable(path: folder.database)) {
      try store.beginExchange(asked("Q"), in: session)
    }
    #expect(try store.session(session).notes == [heartNote])
  }

  @Test("in a place where nothing can be made is an error with the place")
  func reportsImpossiblePlaces() {
    #expect(throws: StoreError.cannotPrepare(path: "/proc/asclepius", code: ENOENT)) {
      try SessionStore(path: "/proc/asclepius/sessions.sqlite")
    }
    #expect(throws: StoreError.cannotPrepare(path: "/dev/null/x", code: ENOTDIR)) {
      try SessionStore(path: "/dev/null/x/sessions.sqlite")
    }
  }

  @Test("from a newer version is left alone")
  func refusesNewerVersions() throws {
    let folder = try TemporaryFolder()
    do {
      let store = try SessionStore(path: folder.database)
      try store.database.write { database in
        try database.execute(sql: "INSERT INTO grdb_migrations VALUES ('99 from the future')")
      }
    }
    #expect(throws: StoreError.newerVersion(path: folder.database)) {
      try SessionStore(path: folder.database)
    }
  }

  @Test("holds the tables of this version, checked and in step, whether new or opened again")
  func migrates() throws {
    let folder = try TemporaryFolder()
    for _ in 1...2 {
      let store = try SessionStore(path: folder.database)
      let (steps, settings) = try store.database.writeWithoutTransaction { database in
        let query = "SELECT identifier FROM grdb_migrations ORDER BY 1"
        return (
          try String.fetchAll(database, sql: query),
          try ["integrity_check", "journal_mode", "foreign_keys", "synchronous"].map {
            try String.fetchOne(database, sql: "PRAGMA \($0)")
          }
        )
      }
      #expect(steps == ["1 sessions", "2 search", "3 lineage"])
      // The last 2 is FULL.
      #expect(settings == ["ok", "wal", "1", "2"])
    }
  }

  @Test("two texts that claim one digest are never taken for each other")
  func refusesCollisions() throws {
    let folder = try TemporaryFolder()
    let store = try SessionStore(path: folder.database)
    let session = try store.beginSession(title: "", notes: [heartNote])
    try store.database.write { try $0.execute(sql: "UPDATE notes SET text = 'another text'") }
    #expect(throws: StoreError.digestCollision(digest: heartNote.id)) {
      try store.addNote(heartNote, to: session)
    }
  }
}
