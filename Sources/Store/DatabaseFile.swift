import GRDB

/// How the databases of this room are opened.
enum DatabaseFile {
  /// Opens the database at `path`; makes it, and folders that are missing, on first use.
  ///
  /// - Parameter migrator: Brings its tables to the newest form.
  /// - Throws: `StoreError`: the folder cannot be made or is open to others, the file is damaged, from
  ///   a newer version, locked for too long, or cannot be written.
  static func open(
    _ path: String, folderRule: FolderRule, migrator: DatabaseMigrator
  ) throws(StoreError) -> (database: DatabasePool, locks: SessionLocks) {
    try PrivateFile.prepareFolder(of: path, rule: folderRule)
    let locks = try SessionLocks(path: path + ".lock")
    // Two programs that open a new file at once would both try to lay it out.
    try locks.lockOpening()
    defer { locks.unlockOpening() }
    try PrivateFile.prepare(path)
    let database: DatabasePool
    do {
      database = try DatabasePool(path: path, configuration: configuration)
      if try database.read({ try migrator.hasBeenSuperseded($0) }) {
        throw StoreError.newerVersion(path: path)
      }
      try migrator.migrate(database)
      try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
    } catch {
      throw StoreError(error, path: path)
    }
    for suffix in ["-wal", "-shm"] { try PrivateFile.restrict(path + suffix) }
    return (database, locks)
  }

  /// `$XDG_STATE_HOME/asclepius`, or under `~/.local/state` where that is not set.
  ///
  /// - Throws: `StoreError.noHome` where the environment names neither folder.
  static func stateFolder(environment: [String: String]) throws(StoreError) -> String {
    // The XDG specification has relative paths ignored.
    if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
      return state + "/asclepius"
    }
    guard let home = environment["HOME"], home.hasPrefix("/") else { throw .noHome }
    return home + "/.local/state/asclepius"
  }

  private static var configuration: Configuration {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = true
    configuration.busyMode = .timeout(10)
    configuration.maximumReaderCount = 2
    configuration.prepareDatabase { database in
      // Deleted notes are overwritten, not merely unlinked.
      try database.execute(sql: "PRAGMA secure_delete = ON")
    }
    return configuration
  }
}

extension DatabasePool {
  /// Runs `body` in a transaction that is undone where it throws.
  func writing<Value>(
    _ path: String, _ body: (Database) throws -> Value
  ) throws(StoreError) -> Value {
    do {
      return try write(body)
    } catch {
      throw StoreError(error, path: path)
    }
  }

  /// Runs `body` on an unchanging view of the database.
  func reading<Value>(
    _ path: String, _ body: (Database) throws -> Value
  ) throws(StoreError) -> Value {
    do {
      return try read(body)
    } catch {
      throw StoreError(error, path: path)
    }
  }
}
