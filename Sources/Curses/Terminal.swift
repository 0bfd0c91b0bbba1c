// Curses: the terminal. Draws what changed between two frames, reads keys, resolves roles to
// colours; the only code that knows ncurses.
//
// Invariants: between `init` and `end` the terminal is ours, and CTerminal gives it back whatever
// ends the process; ncurses' screen equals `shown`; ncurses reads no input.
// May not know what is drawn, or handle signals other than the fatal ones.

import CNcurses
import CTerminal
import Glibc
public import Screen

/// The terminal that the program was started in, taken over for panes. One at a time.
@MainActor
public final class Terminal {
  /// How roles look. A change shows with the next frame or `redraw`.
  public var theme: Theme {
    didSet { if theme != oldValue { resolveTheme() } }
  }

  /// Whether presses and the wheel of the mouse are reported as keys. Off, the terminal keeps them for
  /// its own selection.
  public var reportsMouse = false {
    didSet { if reportsMouse != oldValue { whileOpen { sendMouseMode() } } }
  }

  /// Columns and rows, as of the start or the last `resize`.
  public private(set) var size: Size

  /// Becomes readable when keys have come.
  public let inputDescriptor: Int32

  let ports: TerminalPorts
  let ability: ColorAbility
  let hasDefaultColors: Bool
  var palette: Palette
  /// The last frame that was drawn.
  var frame: Frame?
  /// What ncurses' screen holds; nil where that is not known.
  var shown: Frame?
  var parser: KeyParser
  /// True once reading has failed.
  var inputHasEnded = false
  /// True where the terminal is known to mark pasted text.
  let marksPastes: Bool
  private let files: [UnsafeMutablePointer<FILE>]
  private let screen: OpaquePointer
  private var hasEnded = false

  /// Takes over the terminal of standard input and output.
  ///
  /// - Throws: `notATerminal`, `unknownTerminal`, `cannotPlaceCursor` where panes cannot be drawn,
  ///   with the terminal as it was; `systemCall` where the system refuses.
  public convenience init(theme: Theme) throws(TerminalError) {
    try self.init(theme: theme, ports: .standard())
  }

  /// Takes over the terminal at `ports`, which need not be one.
  init(theme: Theme, ports: TerminalPorts) throws(TerminalError) {
    Self.setLocale()
    var files: [UnsafeMutablePointer<FILE>] = []
    do throws(TerminalError) {
      for (descriptor, mode) in [(ports.output, "w"), (ports.input, "r")] {
        files.append(try Self.open(descriptor, mode: mode))
      }
      // The modes are remembered before ncurses changes them; the bytes follow.
      guard terminal_rescue_arm(ports.output, "", 0) == 0 else {
        throw TerminalError.systemCall(name: "sigaction", code: errno)
      }
      screen = try Self.openScreen(name: ports.name, output: files[0], input: files[1])
    } catch {
      terminal_rescue_disarm()
      for file in files { fclose(file) }
      throw error
    }
    self.files = files
    self.theme = theme
    self.ports = ports
    inputDescriptor = ports.input
    Self.setModes()
    start_color()
    hasDefaultColors = use_default_colors() == OK
    ability = ColorAbility.current(colorName: ports.colorName)
    palette = Palette(theme: theme, ability: ability, hasDefaultColors: hasDefaultColors)
    parser = KeyParser(sequences: KeyParser.describedSequences())
    marksPastes = curses_capability("BE") != nil
    size = Size(columns: Int(curses_columns()), rows: Int(curses_lines()))
    takeSize()
    ports.send(TerminalSequence.pasteMarksOn)
    updateRescue()
  }

  // MARK: Start

  /// Characters are UTF-8 whatever the locale says; in the C locale ncurses would write bytes.
  private static func setLocale() {
    setlocale(LC_CTYPE, "")
    if nl_langinfo(CInt(CODESET)).map({ String(cString: $0) }) != "UTF-8" {
      setlocale(LC_CTYPE, "C.UTF-8")
    }
  }

  private static func open(
    _ descriptor: Int32, mode: String
  ) throws(TerminalError) -> UnsafeMutablePointer<FILE> {
    // A copy, since closing the file closes what it was made of.
    let copy = dup(descriptor)
    guard copy >= 0 else { throw .systemCall(name: "dup", code: errno) }
    guard let file = fdopen(copy, mode) else {
      let code = errno
      close(copy)
      throw .systemCall(name: "fdopen", code: code)
    }
    return file
  }

  private static func openScreen(
    name: String, output: UnsafeMutablePointer<FILE>, input: UnsafeMutablePointer<FILE>
  ) throws(TerminalError) -> OpaquePointer {
    guard !name.isEmpty, let screen = newterm(name, output, input) else {
      throw .unknownTerminal(name: name)
    }
    guard curses_capability("cup") != nil else {
      endwin()
      delscreen(screen)
      throw .cannotPlaceCursor(name: name)
    }
    return screen
  }

  /// Every key arrives as it is, ^C and ^Z too; ncurses writes whole frames even when keys wait.
  private static func setModes() {
    raw()
    noecho()
    nonl()
    set_escdelay(25)
    typeahead(-1)
    if let window = curses_standard_screen() {
      keypad(window, true)
      nodelay(window, true)
      scrollok(window, false)
    }
  }

  private func resolveTheme() {
    palette = Palette(theme: theme, ability: ability, hasDefaultColors: hasDefaultColors)
    shown = nil
  }

  // MARK: Size

  /// Asks for the terminal's size, for when it has changed; the next frame is drawn whole.
  public func resize() {
    guard !hasEnded else { return }
    takeSize()
    shown = nil
    clearok(curses_physical_screen(), true)
  }

  private func takeSize() {
    if let present = ports.currentSize,
      present.columns != Int(curses_columns()) || present.rows != Int(curses_lines())
    {
      resizeterm(Int32(clamping: present.rows), Int32(clamping: present.columns))
    }
    size = Size(columns: Int(curses_columns()), rows: Int(curses_lines()))
  }

  // MARK: End

  /// Gives the terminal to the shell and stops the process; returns, with the terminal taken over
  /// again, when it is continued. Its size may have changed meanwhile.
  public func suspend() {
    guard !hasEnded else { return }
    def_prog_mode()
    leaveModes()
    endwin()
    kill(getpid(), SIGSTOP)
    resize()
    redraw()
  }

  /// Gives the terminal back as it was. Only the first call does anything.
  public func end() {
    guard !hasEnded else { return }
    hasEnded = true
    leaveModes()
    curs_set(1)
    endwin()
    terminal_rescue_disarm()
    delscreen(screen)
    for file in files { fclose(file) }
  }

  /// Sets the modes again that another program may have changed.
  func restoreModes() {
    reset_prog_mode()
    ports.send(TerminalSequence.pasteMarksOn)
    if reportsMouse { sendMouseMode() }
  }

  /// Takes back what was switched on beside ncurses.
  private func leaveModes() {
    ports.send(TerminalSequence.pasteMarksOff)
    if reportsMouse { ports.send(TerminalSequence.mouseOff) }
  }

  private func sendMouseMode() {
    ports.send(reportsMouse ? TerminalSequence.mouseOn : TerminalSequence.mouseOff)
  }

  /// Tells CTerminal what leaves the screen as it is now.
  func updateRescue() {
    let leave = Array(TerminalSequence.leave(resetsColors: palette.hasRedefinedColors).utf8)
    terminal_rescue_update(leave, leave.count)
  }

  /// Runs `body` unless the terminal was given back.
  func whileOpen(_ body: () -> Void) {
    if !hasEnded { body() }
  }
}

/// What is sent to a terminal past ncurses.
enum TerminalSequence {
  static let pasteMarksOn = "\u{1B}[?2004h"
  static let pasteMarksOff = "\u{1B}[?2004l"
  /// Presses and the wheel, with numbers in place of bytes.
  static let mouseOn = "\u{1B}[?1000h\u{1B}[?1006h"
  static let mouseOff = "\u{1B}[?1006l\u{1B}[?1003l\u{1B}[?1002l\u{1B}[?1000l"

  /// Leaves panes without ncurses: what the description of the current terminal says, then what
  /// was switched on beside it.
  static func leave(resetsColors: Bool) -> String {
    var names = ["sgr0", "rmkx", "cnorm", "rmcup"]
    if resetsColors { names.insert("oc", at: 0) }
    let described = names.compactMap { curses_capability($0).map { String(cString: $0) } }
    return pasteMarksOff + mouseOff + withoutPadding(described.joined()) + "\r\n"
  }

  /// Descriptions of old terminals hold pauses, `$<2>`, which are not to be sent.
  static func withoutPadding(_ text: String) -> String {
    text.replacing(/\$<[0-9.*\/]*>/, with: "")
  }
}
