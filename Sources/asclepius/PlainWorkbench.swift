import Foundation
import Screen
import Workbench

/// The workbench in plain lines: no cursor movement, no boxes, nothing redrawn. For screen readers,
/// pipes and terminals that cannot draw.
@MainActor
final class PlainWorkbench {
  private let session: WorkbenchSession
  private var feed = PlainFeed()
  private var input = LineBuffer()
  private var isInputAtEnd = false

  init(options: WorkbenchOptions, services: WorkbenchServices) throws {
    var services = services
    // Where input comes from a pipe, its first line must not answer a question it cannot know of.
    if isatty(STDIN_FILENO) == 0 { services.journal.unfinished = { nil } }
    session = try WorkbenchSession(
      options: options, services: services, size: Size(columns: 80, rows: 24), chrome: .ascii)
  }

  func run() throws {
    let signals = SignalPosts([SIGHUP, SIGTERM, SIGINT], to: session.mailbox)
    defer { signals.cancel() }
    session.display = { [session] command in
      switch command {
      case .saveDisplay, .editExternally, .copy:
        session.mailbox.post(.reported(Notice(.warning, "There is no screen in plain mode.")))
      case .suspend, .redraw, .setTheme:
        break
      }
    }
    write("Asclepius, plain mode. Not for clinical decisions.\n")
    write(PlainFeed.taskList)
    write("Type a question, a number, or :help. :q or the end of input leaves.\n")
    session.start()
    while !session.hasEnded {
      turn()
    }
    write(feed.news(of: session.state))
  }

  private func turn() {
    let wantsInput = !isInputAtEnd && canTakeLine && !input.hasLine
    let descriptors = [session.mailbox.descriptor] + (wantsInput ? [STDIN_FILENO] : [])
    let ready = waitForInput(on: descriptors, seconds: 0.5)
    session.deliverTime()
    for post in session.mailbox.take() {
      if case .signal(SIGINT) = post, !session.state.isGenerating {
        session.deliver(.command("q"))
      } else {
        session.handle(post)
      }
    }
    if wantsInput, ready.count > 1, ready[1] { isInputAtEnd = !input.fill(from: STDIN_FILENO) }
    write(feed.news(of: session.state))
    if canTakeLine { takeLine() }
  }

  /// A line is taken when what came before it is done.
  private var canTakeLine: Bool {
    session.departure == nil && (session.state.isAsking || session.state.isAtRest)
  }

  private func takeLine() {
    if let line = input.nextLine(atEnd: isInputAtEnd) {
      if line.trimmingCharacters(in: .whitespaces) == ":help" {
        write(PlainFeed.taskList + PlainFeed.commandList)
        return
      }
      for message in PlainFeed.messages(for: line, state: session.state) {
        session.deliver(message)
      }
      write(feed.news(of: session.state))
    } else if isInputAtEnd {
      session.deliver(.command("q"))
    }
  }

  private func write(_ text: String) {
    guard !text.isEmpty else { return }
    do {
      try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    } catch {
      // Nobody reads any more.
      session.deliver(.hungUp)
    }
  }
}

/// Bytes of standard input, given out line by line.
struct LineBuffer {
  private static let longestLine = 4 << 20
  private var bytes: [UInt8]

  init(_ bytes: [UInt8] = []) { self.bytes = bytes }

  var hasLine: Bool { bytes.contains(0x0A) }

  /// Reads what is there. False at the end of the input.
  mutating func fill(from descriptor: Int32) -> Bool {
    var chunk = [UInt8](repeating: 0, count: 65_536)
    let count = read(descriptor, &chunk, chunk.count)
    guard count > 0 else { return count < 0 && (errno == EINTR || errno == EAGAIN) }
    if bytes.count < Self.longestLine { bytes += chunk[..<count] }
    return true
  }

  /// The next line without its end; at the end of the input also one that has none.
  mutating func nextLine(atEnd: Bool) -> String? {
    if let end = bytes.firstIndex(of: 0x0A) {
      let line = String(decoding: bytes[..<end], as: UTF8.self)
      bytes.removeFirst(end + 1)
      return line.hasSuffix("\r") ? String(line.dropLast()) : line
    }
    guard atEnd, !bytes.isEmpty else { return nil }
    defer { bytes = [] }
    return String(decoding: bytes, as: UTF8.self)
  }
}
