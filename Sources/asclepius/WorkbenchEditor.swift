import Foundation

/// The person's own editor, run on a text.
///
/// The text lies in a file that only they can read, in a folder of its own, which is gone when the
/// editor has ended, however it ended.
struct ExternalEditor {
  /// What is run by the shell, with the path behind it; such as `code --wait`.
  let command: String

  /// Why a text did not come back.
  enum Failure: Error, Equatable, CustomStringConvertible {
    case noEditor
    case endedBadly(command: String, status: Int32)
    case unreadable
    case system(call: String, code: Int32)

    var description: String {
      switch self {
      case .noEditor:
        "no editor is set: put  export EDITOR=nano  (or another) into your shell's start file"
      case .endedBadly(let command, let status):
        "\(command) ended with status \(status); the instruction is as it was"
      case .unreadable:
        "the editor left no UTF-8 text behind; the instruction is as it was"
      case .system(let call, let code):
        "\(call) failed: \(String(cString: strerror(code)))"
      }
    }
  }

  /// The editor that the environment names, `VISUAL` before `EDITOR`.
  ///
  /// - Throws: `noEditor`.
  init(environment: [String: String]) throws(Failure) {
    let named = ["VISUAL", "EDITOR"].compactMap { environment[$0] }.first {
      !$0.allSatisfy(\.isWhitespace)
    }
    guard let named else { throw .noEditor }
    command = named
  }

  /// Runs the editor on `text` to its end and returns what it left.
  ///
  /// - Throws: `Failure`.
  func edited(_ text: String) throws(Failure) -> String {
    let folder = try Self.makeFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/instruction.txt"
    do {
      try writeNewFile(text.isEmpty ? "" : text + "\n", path: path)
    } catch {
      throw .system(call: "writing \(path)", code: errno)
    }
    let status = try run(on: path)
    guard status == 0 else { throw .endedBadly(command: command, status: status) }
    guard let bytes = FileManager.default.contents(atPath: path),
      let result = String(validating: bytes, as: UTF8.self)
    else { throw .unreadable }
    // Editors end a file with a line end that nobody typed.
    return result.hasSuffix("\n") ? String(result.dropLast()) : result
  }

  /// A new folder that only its owner can look into.
  private static func makeFolder() throws(Failure) -> String {
    var template = Array(
      (FileManager.default.temporaryDirectory.path + "/asclepius-XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else { throw .system(call: "mkdtemp", code: errno) }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Signals that this program handles itself work in the editor as in any other program.
  private func run(on path: String) throws(Failure) -> Int32 {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK))

    // The shell, since people write options into these variables.
    let arguments: [String] = ["sh", "-c", "\(command) \"$1\"", "sh", path]
    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    words.append(nil)
    defer { for word in words { free(word) } }
    var child = pid_t()
    let code = posix_spawn(&child, "/bin/sh", nil, &attributes, words, environ)
    guard code == 0 else { throw .system(call: "starting the editor", code: code) }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 {
      guard errno == EINTR else { throw .system(call: "waitpid", code: errno) }
    }
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
  }
}
