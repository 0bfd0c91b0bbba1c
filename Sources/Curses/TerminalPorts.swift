import Glibc
import Screen

/// Where a terminal is reached.
struct TerminalPorts {
  /// Keys are read from here.
  var input: Int32
  /// Frames are written to here.
  var output: Int32
  /// Name of its description, as in `TERM`.
  var name: String
  /// `COLORTERM`, by which a terminal says that it knows true colour.
  var colorName: String
  /// A size that is fixed; nil asks the terminal.
  var size: Size?

  /// The terminal that the program was started in.
  ///
  /// - Throws: `notATerminal` where input or output was redirected.
  static func standard() throws(TerminalError) -> TerminalPorts {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO] where isatty(descriptor) == 0 {
      throw .notATerminal(descriptor: descriptor)
    }
    return TerminalPorts(
      input: STDIN_FILENO, output: STDOUT_FILENO, name: environment("TERM"),
      colorName: environment("COLORTERM"))
  }

  private static func environment(_ name: String) -> String {
    getenv(name).map { String(cString: $0) } ?? ""
  }

  /// Columns and rows: those that were fixed, else the terminal's; nil where neither is known.
  var currentSize: Size? {
    if let size { return size }
    var window = winsize()
    guard ioctl(output, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0
    else { return nil }
    return Size(columns: Int(window.ws_col), rows: Int(window.ws_row))
  }

  /// Writes all of `text` past ncurses, which has nothing unsent between two updates.
  func send(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(output, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        return
      }
    }
  }
}
