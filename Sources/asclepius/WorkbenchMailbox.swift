import Clinical
import Foundation
import Synchronization
import Workbench

/// Something that background work hands to the main thread.
enum Post: Sendable {
  case message(Message)
  /// A model that can be asked from now on.
  case generator(TextGenerator)
  case signal(Int32)
  /// What an earlier run left behind has been posted.
  case journalOpened
  /// All savings asked for before are on the disk.
  case journalEnded
}

/// Posts from any thread to the main one, which waits for them with `poll`.
final class WorkbenchMailbox: Sendable {
  private let posts = Mutex<[Post]>([])
  /// Readable while there are posts.
  let descriptor: Int32
  private let writeEnd: Int32

  /// - Throws: `WorkbenchError.system` where no pipe can be had.
  init() throws {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw WorkbenchError.system(call: "pipe", code: errno) }
    for end in ends {
      _ = fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    (descriptor, writeEnd) = (ends[0], ends[1])
  }

  deinit {
    close(descriptor)
    close(writeEnd)
  }

  /// Adds a post and wakes the main thread.
  func post(_ post: Post) {
    let wasEmpty = posts.withLock { posts in
      posts.append(post)
      return posts.count == 1
    }
    guard wasEmpty else { return }
    var byte: UInt8 = 1
    // A full pipe wakes the reader just as well.
    _ = write(writeEnd, &byte, 1)
  }

  /// Adds a message and wakes the main thread.
  func post(_ message: Message) { post(.message(message)) }

  /// Takes the oldest `limit` posts.
  func take(limit: Int = .max) -> [Post] {
    var bytes = [UInt8](repeating: 0, count: 64)
    while read(descriptor, &bytes, bytes.count) > 0 {}
    let (taken, hasMore) = posts.withLock { posts in
      let taken = Array(posts.prefix(limit))
      posts.removeFirst(taken.count)
      return (taken, !posts.isEmpty)
    }
    if hasMore {
      var byte: UInt8 = 1
      _ = write(writeEnd, &byte, 1)
    }
    return taken
  }
}

/// What can keep the workbench from running.
enum WorkbenchError: Error, Equatable, CustomStringConvertible {
  case system(call: String, code: Int32)
  case unreadable(path: String, reason: String)
  case badScript(path: String, line: Int, reason: String)
  case badReplay(path: String, line: Int, reason: String)
  case scriptTimedOut(path: String, line: Int)

  var description: String {
    switch self {
    case .system(let call, let code):
      "\(call) failed: \(String(cString: strerror(code)))"
    case .unreadable(let path, let reason):
      "cannot read \(path): \(reason)"
    case .badScript(let path, let line, let reason):
      "\(path), line \(line): \(reason)"
    case .badReplay(let path, let line, let reason):
      "\(path), line \(line): \(reason)"
    case .scriptTimedOut(let path, let line):
      "\(path), line \(line): waited 120 seconds for this in vain"
    }
  }
}
