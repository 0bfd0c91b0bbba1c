import Foundation
import Testing

/// The real program at the other end of a line that is dropped: a login by SSH in a terminal, as a
/// person has it.
@Suite(
  .serialized, .enabled(if: TmuxTerminal.isThere, "tmux or bash is missing"),
  .enabled(if: Program.executable != nil, "the program was not built"),
  .enabled(
    if: ProcessInfo.processInfo.environment["ASCLEPIUS_SLOW_TESTS"] != nil,
    "it takes a dozen seconds: ASCLEPIUS_SLOW_TESTS=1 runs it"),
  .enabled(
    if: SecureShellServer.whyMissing == nil,
    Comment(rawValue: SecureShellServer.whyMissing ?? "")))
struct DroppedLineTests {
  /// How a line ends that nobody hung up.
  enum Drop: String, CaseIterable, Sendable {
    /// The near end is killed, as when a laptop's lid closes on the terminal.
    case killed
    /// The near end answers no more, as when the network is gone; the server gives up after a while.
    case silent
  }

  @Test(arguments: Drop.allCases)
  func theAnswerIsKeptAndOfferedAgain(drop: Drop) throws {
    let program = try Program()
    defer { program.remove() }
    let server = try SecureShellServer(program)
    let model = try program.tinyModel(contextLength: 65_536)
    let start =
      "sh -c 'echo $$ > program.pid; exec \(program.executable.path) 0142.txt --model"
      + " \(model.path) --template plain --max-tokens 60000 --no-loop-guard'; echo end-$?"

    let near = try TmuxTerminal(program)
    try near.run("stty -a > before.txt")
    try near.run(server.login)
    try near.wait(for: "remote$")
    try near.run(start)
    let idle = try near.wait(describing: "a count of tokens") { screen in
      screen.contains("IDLE") && Self.contextTokenCount(screen) != nil
    }
    let promptTokenCount = try #require(Self.contextTokenCount(idle))
    try near.type("Course?")
    try near.press("Enter")
    try near.wait(for: "DECODE")
    // What the person has seen when the line is dropped.
    let seen = try near.wait(describing: "60 tokens") { screen in
      (Self.contextTokenCount(screen) ?? 0) > promptTokenCount + 60
    }
    let seenTokenCount = try #require(Self.contextTokenCount(seen)) - promptTokenCount
    let client = try processID(in: "client.pid", program)
    kill(client, drop == .killed ? SIGKILL : SIGSTOP)
    try waitForEnd(of: processID(in: "program.pid", program))
    if drop == .silent {
      // Awake again it finds the line closed, and gives the near terminal back.
      try near.run("fg")
      try waitForEnd(of: client)
      try near.run("")
      try near.run("stty -a > after.txt; touch written")
      try waitForFile("written", program)
      #expect(
        try String(contentsOf: program.file("before.txt"), encoding: .utf8)
          == String(contentsOf: program.file("after.txt"), encoding: .utf8))
    }

    let again = try TmuxTerminal(program)
    try again.run(server.login)
    try again.wait(for: "remote$")
    try again.run(start)
    try again.wait(for: "Resume session of")
    try again.type("y")
    let resumed = try again.wait(for: "Session resumed.")
    try again.run(":w kept.jsonl")
    try again.wait(for: "Written to kept.jsonl")
    let kept = try Kept(file: program.file("kept.jsonl"))
    #expect(kept.question == "Course?")
    // The question is a few tokens of what was counted before.
    #expect(kept.tokenCount + 16 >= seenTokenCount, "nothing that was seen is lost")

    if drop == .killed {
      // It was stopped at once, says so, and goes on where it was.
      #expect(Self.number(behind: "stopped at token ", in: resumed) == kept.tokenCount)
      try again.run(":continue")
      try again.wait(for: "DECODE")
      try again.press("C-c")
      let stopped = try again.wait(for: "stopped at token ")
      #expect((Self.number(behind: "stopped at token ", in: stopped) ?? 0) >= kept.tokenCount)
    }
    // Left in good order it is not offered again.
    try again.run(":q")
    try again.wait(for: "end-0")
    try again.run(start)
    try again.wait(for: "IDLE")
    #expect(try !again.screen().contains("Resume session of"), "it was closed")
  }

  /// The one line of a session that was written as JSON Lines.
  private struct Kept: Decodable {
    struct Provenance: Decodable {
      var tokens: [Int]
    }

    var question: String
    var provenance: Provenance

    var tokenCount: Int { provenance.tokens.count }

    init(file: URL) throws {
      self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: file))
    }
  }

  /// The tokens that the status row says are used: `ctx 1312/2048`.
  private static func contextTokenCount(_ screen: String) -> Int? {
    number(behind: "| ctx ", in: screen)
  }

  /// The number that follows `text`, commas left out.
  private static func number(behind text: String, in screen: String) -> Int? {
    guard let range = screen.range(of: text) else { return nil }
    let digits = screen[range.upperBound...].prefix { $0.isNumber || $0 == "," }
    return Int(digits.filter(\.isNumber))
  }

  private func processID(in name: String, _ program: Program) throws -> pid_t {
    let text = try String(contentsOf: program.file(name), encoding: .utf8)
    return try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
  }

  private func waitForEnd(of process: pid_t) throws {
    try wait("the end of process \(process)") {
      // One whose parent is gone stays as a zombie where nobody reaps it.
      let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
      return status?.contains(") Z ") ?? true
    }
  }

  private func waitForFile(_ name: String, _ program: Program) throws {
    try wait(name) { FileManager.default.fileExists(atPath: program.file(name).path) }
  }

  private func wait(_ wanted: String, until isDone: () -> Bool) throws {
    let end = Date().addingTimeInterval(60)
    while !isDone() {
      guard Date() < end else { throw TmuxTerminal.TimedOut(wanted: wanted) }
      usleep(20_000)
    }
  }
}
