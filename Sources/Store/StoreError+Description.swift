import Glibc

extension StoreError: CustomStringConvertible {
  /// What is wrong, where, and what to do about it.
  public var description: String {
    switch self {
    case .noHome:
      "there is no folder to keep anything in: set HOME or XDG_STATE_HOME to an absolute path"
    case .cannotPrepare(let path, let code):
      "\(path): \(String(cString: strerror(code))); nothing can be kept there. Choose another "
        + "folder with XDG_STATE_HOME."
    case .openToOthers(let path, let mode):
      "\(path): others can look into this folder (mode \(String(mode, radix: 8))), and the file "
        + "holds patients' notes. Close it with: chmod 700 \(path)"
    case .notWritable(let path):
      "\(path): cannot be written; nothing is kept. Make the file and its folder writable."
    case .diskFull(let path):
      "\(path): the disk is full; the last change was not kept. Make room and try again."
    case .damaged(let path):
      "\(path): this is no database, or it is damaged. Move it away, with the files of the same "
        + "name ending in -wal and -shm, to start a new one; `sqlite3 FILE .recover` may save what "
        + "it holds."
    case .newerVersion(let path):
      "\(path): a newer version of asclepius has used this file. Use that version, or another "
        + "folder with XDG_STATE_HOME."
    case .busy(let path):
      "\(path): another program has kept this file locked for ten seconds. Close it and try again."
    case .sessionInUse(let session):
      "session \(session.number) is open in another running asclepius; close it there first"
    case .noSuchSession(let session): "there is no session \(session.number)"
    case .noSuchExchange(let exchange): "there is no exchange \(exchange.number)"
    case .noSuchNote(let digest, let session):
      "session \(session.number) holds no note with the digest \(digest); add the note first"
    case .digestCollision(let digest):
      "two different notes have the digest \(digest); the second was not kept"
    case .itemDiffers(let name):
      "the database holds another answer as \(name). Rate answers that were made anew in a database "
        + "of their own: --database FILE"
    case .noSuchItem(let name):
      "there is no answer \(name) in this database; import the answers first: asclepius rate ANSWERS"
    case .database(let path, let code):
      "\(path): SQLite error \(code); the last change was not kept. If it happens again, check the "
        + "disk."
    }
  }
}
