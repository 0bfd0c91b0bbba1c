import Foundation
import Testing

/// A real terminal without a window: a tmux server of its own with one pane that runs a shell.
final class TmuxTerminal {
  private static let patience = 30.0

  private let socket = "asclepius-\(UUID().uuidString.prefix(13))"
  private let environment: [String: String]
  private let capture: URL
  private var server: pid_t = -1

  /// Whether the machine has tmux and bash.
  static let isThere = find("tmux") != nil && find("bash") != nil

  /// Starts a shell in `program`'s folder.
  init(_ program: Program, columns: Int = 80, rows: Int = 24) throws {
    capture = program.file("capture.txt")
    environment = program.environment.merging(["TMUX_TMPDIR": program.folder.path]) { $1 }
    try tmux(
      "-f", "/dev/null", "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)", "-c",
      program.folder.path, "bash --norc --noprofile -i")
    try tmux(["display-message", "-p", "#{pid}"], outputPath: capture.path)
    let text = try String(contentsOf: capture, encoding: .utf8)
    server = try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    try run("PS1='$ '")
  }

  // By its number: the test may have removed the folder with its socket already.
  deinit { if server > 0 { kill(server, SIGTERM) } }

  /// Types `line` and presses Enter.
  func run(_ line: String) throws {
    try type(line)
    try press("Enter")
  }

  /// Types `text` as it is.
  func type(_ text: String) throws {
    // tmux ends a command at a semicolon that an argument ends with.
    let words = text.hasSuffix(";") ? text.dropLast() + "\\;" : text
    try tmux("send-keys", "-l", words)
  }

  /// Presses keys by the names that tmux has for them.
  func press(_ keys: String...) throws { try tmux(["send-keys"] + keys) }

  /// Gives the program a block of text as a paste.
  func paste(_ text: String) throws {
    try tmux("set-buffer", text)
    try tmux("paste-buffer", "-p")
  }

  /// Gives the program a file as a paste: what is too large for a command line.
  func paste(file: URL) throws {
    try tmux("load-buffer", file.path)
    try tmux("paste-buffer", "-p")
  }

  /// Writes to a file, from now on, what programs send to the terminal.
  func record(to file: URL) throws { try tmux("pipe-pane", "cat > '\(file.path)'") }

  func resize(columns: Int, rows: Int) throws {
    try tmux("resize-window", "-x", "\(columns)", "-y", "\(rows)")
  }

  /// The rows of the pane as they are now.
  func screen() throws -> String {
    try tmux(["capture-pane", "-p"], outputPath: capture.path)
    return try String(contentsOf: capture, encoding: .utf8)
  }

  /// Waits until the screen holds `text` and returns it. A terminal tells nobody when it is done, so
  /// this looks again and again.
  @discardableResult
  func wait(for text: String, source: SourceLocation = #_sourceLocation) throws -> String {
    try wait(source: source, describing: text) { $0.contains(text) }
  }

  /// Waits until the screen fulfils `condition`.
  @discardableResult
  func wait(
    source: SourceLocation = #_sourceLocation, describing wanted: String,
    until condition: (String) -> Bool
  ) throws -> String {
    let end = Date().addingTimeInterval(Self.patience)
    var screen = ""
    while Date() < end {
      screen = try self.screen()
      if condition(screen) { return screen }
      usleep(20_000)
    }
    Issue.record("waited in vain for \(wanted); the screen is:\n\(screen)", sourceLocation: source)
    throw TimedOut(wanted: wanted)
  }

  struct TimedOut: Error {
    var wanted: String
  }

  private func tmux(_ arguments: String...) throws { try tmux(arguments) }

  /// Foundation's `Process` takes a child for running as long as anything that came of it holds a
  /// socket it was given, and the server that the first call starts lives on. So this starts tmux
  /// without it, and without anything else to inherit.
  private func tmux(_ arguments: [String], outputPath: String = "/dev/null") throws {
    let executable: URL = try #require(Self.find("tmux"))
    let shell: URL = try #require(Self.find("bash"))
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(
      &actions, 1, outputPath, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)

    // The threads that tests run on block signals, which would be handed down to all that runs here.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var blocked = sigset_t()
    sigemptyset(&blocked)
    posix_spawnattr_setsigmask(&attributes, &blocked)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

    let words =
      ["bash", "-c", Self.withoutDescriptors, executable.path, "-L", socket] + arguments
    let settings = environment.map { "\($0.key)=\($0.value)" }
    var process = pid_t()
    let failure = withCStrings(words) { words in
      withCStrings(settings) { settings in
        posix_spawn(&process, shell.path, &actions, &attributes, words, settings)
      }
    }
    guard failure == 0 else { throw NotStarted(code: failure) }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
  }

  /// Closes all but the standard descriptors and becomes the program that is named.
  private static let withoutDescriptors = """
    for fd in /proc/self/fd/*; do
      fd=${fd##*/}
      if [ "$fd" -gt 2 ]; then eval "exec $fd>&-"; fi
    done
    exec "$0" "$@"
    """

  struct NotStarted: Error {
    var code: Int32
  }

  private static func find(_ name: String) -> URL? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return path.split(separator: ":")
      .map { URL(fileURLWithPath: String($0)).appendingPathComponent(name) }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }
}

/// Lends `texts` as C wants arguments: pointers to strings and a null at the end.
private func withCStrings<Result>(
  _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
  let strings = texts.map { strdup($0) }
  defer { for string in strings { free(string) } }
  return body(strings + [nil])
}
