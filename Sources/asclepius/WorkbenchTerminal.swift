import Curses
import Foundation
import Screen
import Workbench

/// The workbench on a real terminal: waits for keys and posts, draws at most so many frames a
/// second.
@MainActor
final class TerminalWorkbench {
  private let options: WorkbenchOptions
  private let services: WorkbenchServices
  private var terminal: Terminal
  private let session: WorkbenchSession
  private var pacer = FramePacer()
  private var hasKeysToShow = false
  private var wantsSuspension = false
  /// The instruction that waits for the person's editor.
  private var textToEdit: String?

  init(options: WorkbenchOptions, services: WorkbenchServices) throws {
    self.options = options
    self.services = services
    let chrome = TerminalAbility.chrome
    // Notes are read first: a name mistyped is reported on a screen that was left alone.
    session = try WorkbenchSession(
      options: options, services: services, size: Size(columns: 80, rows: 24), chrome: chrome)
    if chrome == .ascii, options.configuration.complaint == nil {
      session.deliver(
        .reported(
          Notice(
            .information,
            "The locale is not UTF-8, so lines are drawn in ASCII. LANG=C.UTF-8 draws them.")))
    }
    let name = ThemeLibrary.chosenName(
      argument: options.theme, environment: ProcessInfo.processInfo.environment,
      configuration: options.configuration.theme)
    do {
      let theme = try services.theme(name)
      terminal = try Terminal(theme: theme)
      session.showTheme(named: name)
    } catch let problem as ThemeError {
      terminal = try Terminal(theme: .system)
      session.deliver(.reported(Notice(.error, "\(problem). The theme is now system.")))
    }
  }

  func run() throws {
    defer { terminal.end() }
    let signals = SignalPosts(
      [SIGWINCH, SIGTSTP, SIGCONT, SIGHUP, SIGTERM, SIGINT], to: session.mailbox)
    defer { signals.cancel() }
    session.display = { [unowned self] in show($0) }
    session.deliver(.resized(terminal.size))
    draw()
    session.start()
    while !session.hasEnded {
      turn()
    }
  }

  /// Waits for something to happen, takes it in and draws.
  private func turn() {
    let ready = waitForInput(
      on: [terminal.inputDescriptor, session.mailbox.descriptor], seconds: secondsToWait)
    session.deliverTime()
    if ready[0] { takeKeys() }
    if ready[1] { takePosts() }
    if wantsSuspension { suspend() }
    if let text = textToEdit { edit(text) }
    if isFrameDue { draw() }
  }

  /// Until the next frame is due, the rate of a running answer changes, or the end is given up.
  private var secondsToWait: Double? {
    if session.departure != nil { return 0.1 }
    if session.isStale { return secondsToFrame }
    return session.state.isGenerating ? 0.5 : nil
  }

  private var isFrameDue: Bool { session.isStale && secondsToFrame <= 0 }

  private var secondsToFrame: Double {
    pacer.secondsToWait(
      at: WorkbenchClock.monotonicSeconds(), forKeys: hasKeysToShow,
      link: session.state.slowLink == .on ? .slow : .fast)
  }

  private func draw() {
    terminal.reportsMouse = session.state.mouse == .on
    terminal.draw(view(session.state, size: session.state.size))
    session.isStale = false
    pacer.drew(at: WorkbenchClock.monotonicSeconds(), forKeys: hasKeysToShow)
    hasKeysToShow = false
  }

  private func takeKeys() {
    let keys = terminal.pollKeys()
    // Readable without a key in it, again and again, is a line that is gone.
    guard !keys.isEmpty || !isInputAtEnd else {
      session.deliver(.hungUp)
      return
    }
    for key in keys {
      session.deliver(.key(key))
      hasKeysToShow = true
    }
  }

  private var isInputAtEnd: Bool {
    var entry = pollfd(fd: terminal.inputDescriptor, events: Int16(POLLIN), revents: 0)
    return poll(&entry, 1, 0) > 0 && Int32(entry.revents) & Int32(POLLHUP | POLLERR) != 0
  }

  private func takePosts() {
    for post in session.mailbox.take() {
      if case .signal(SIGWINCH) = post { resize() }
      if case .signal(SIGCONT) = post { terminal.redraw() }
      session.handle(post)
    }
  }

  private func resize() {
    terminal.resize()
    session.deliver(.resized(terminal.size))
  }

  private func suspend() {
    wantsSuspension = false
    terminal.suspend()
    resize()
  }

  /// Gives the terminal to the person's editor until it has ended. What the model writes meanwhile
  /// waits in the mailbox.
  private func edit(_ text: String) {
    textToEdit = nil
    let result: Message
    do throws(ExternalEditor.Failure) {
      let editor = try ExternalEditor(environment: ProcessInfo.processInfo.environment)
      terminal.end()
      defer { takeTerminalBack() }
      result = .editedExternally(try editor.edited(text))
    } catch {
      result = .reported(Notice(.error, "Not edited: \(error)"))
    }
    for post in session.mailbox.take() {
      // Keys for the editor reach this program as signals too.
      if case .signal(let number) = post, [SIGINT, SIGTSTP].contains(number) { continue }
      session.handle(post)
    }
    session.deliver(result)
  }

  private func takeTerminalBack() {
    let theme = terminal.theme
    do {
      terminal = try Terminal(theme: theme)
      session.deliver(.resized(terminal.size))
    } catch {
      session.deliver(.hungUp)
    }
  }

  private func copy(_ text: String) {
    let sequence = ClipboardSequence.setting(
      text, insideTmux: ProcessInfo.processInfo.environment["TMUX"]?.isEmpty == false)
    do {
      try FileHandle.standardOutput.write(contentsOf: Data(sequence.utf8))
      session.mailbox.post(
        .reported(
          Notice(
            .information,
            "Sent \(text.utf8.count) bytes by OSC 52 (not confirmed); :bare or w to save")))
    } catch {
      session.deliver(.hungUp)
    }
  }

  private func show(_ command: DisplayCommand) {
    switch command {
    case .suspend:
      wantsSuspension = true
    case .editExternally(let text):
      textToEdit = text
    case .copy(let text):
      copy(text)
    case .redraw:
      terminal.redraw()
      session.isStale = true
    case .saveDisplay(let path):
      saveDisplay(to: path)
    case .setTheme(let name):
      setTheme(named: name)
    }
  }

  private func saveDisplay(to path: String) {
    do {
      try writeNewFile(view(session.state, size: session.state.size).text + "\n", path: path)
      session.mailbox.post(.reported(Notice(.information, "Screen written to \(path)")))
    } catch {
      session.mailbox.post(.reported(Notice(.error, "Not written: \(error)")))
    }
  }

  private func setTheme(named name: String) {
    do {
      terminal.theme = try services.theme(name)
      session.showTheme(named: name)
      terminal.redraw()
    } catch {
      session.mailbox.post(.reported(Notice(.error, "\(error)")))
    }
  }
}
