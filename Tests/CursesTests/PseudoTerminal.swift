import Glibc
import Screen

@testable import Curses

/// Two ends of a terminal inside of the test: the program's and the person's.
final class PseudoTerminal {
  /// The person's end: what is written here are keys, what is read here was drawn.
  let person: Int32
  /// The program's end.
  let program: Int32

  init(columns: Int = 80, rows: Int = 24) throws {
    var ends: (Int32, Int32) = (-1, -1)
    var size = winsize(
      ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    guard openpty(&ends.0, &ends.1, nil, nil, &size) == 0 else { throw SystemFailure(code: errno) }
    person = ends.0
    program = ends.1
    _ = fcntl(person, F_SETFL, O_NONBLOCK)
  }

  deinit {
    close(person)
    close(program)
  }

  func ports(name: String = "xterm-256color") -> TerminalPorts {
    TerminalPorts(input: program, output: program, name: name, colorName: "")
  }

  /// The modes as text, so that two of them can be compared.
  var modes: String {
    var modes = termios()
    tcgetattr(program, &modes)
    let characters = withUnsafeBytes(of: modes.c_cc) { Array($0) }
    return "\(modes.c_iflag) \(modes.c_oflag) \(modes.c_cflag) \(modes.c_lflag) \(characters)"
  }

  func resize(columns: Int, rows: Int) {
    var size = winsize(
      ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(person, UInt(TIOCSWINSZ), &size)
  }

  /// Types as much as the line takes at once and returns how many bytes that were.
  func type(_ bytes: some Collection<UInt8>) -> Int {
    let array = Array(bytes)
    return max(0, write(person, array, array.count))
  }

  /// Types and returns when the program's end can be read: a line delivers in its own time.
  func type(_ text: String) {
    _ = type(Array(text.utf8))
    waitForTyped()
  }

  func waitForTyped() {
    _ = isReadable(program, within: 5_000)
  }

  /// All that was drawn since the last call: up to a mark that is sent behind it.
  func drawn() -> String {
    let mark = Array("\u{0}mark\u{0}".utf8)
    _ = write(program, mark, mark.count)
    var all: [UInt8] = []
    while !all.ends(with: mark), isReadable(person, within: 5_000) { all += readAll(person) }
    return String(decoding: all.dropLast(mark.count), as: UTF8.self)
  }
}

/// A system call that a test needs was refused.
struct SystemFailure: Error {
  var code: Int32
}

extension Array where Element: Equatable {
  fileprivate func ends(with other: [Element]) -> Bool { suffix(other.count).elementsEqual(other) }
}

/// True when the descriptor can be read, at the latest after the time given.
func isReadable(_ descriptor: Int32, within milliseconds: Int32) -> Bool {
  var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
  return poll(&entry, 1, milliseconds) > 0
}

/// Reads what is there, without waiting.
func readAll(_ descriptor: Int32) -> [UInt8] {
  var all: [UInt8] = []
  var block = [UInt8](repeating: 0, count: 65_536)
  while true {
    guard isReadable(descriptor, within: 0) else { return all }
    let count = read(descriptor, &block, block.count)
    guard count > 0 else { return all }
    all += block[..<count]
  }
}

/// A terminal of a fixed size that writes into a pipe and reads nothing.
@MainActor
final class PipedTerminal {
  let terminal: Terminal
  private let reader: Int32
  private let descriptors: [Int32]

  init(
    _ size: Size, theme: Theme = .system, name: String = "xterm-256color", colorName: String = ""
  ) throws {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw SystemFailure(code: errno) }
    reader = ends[0]
    // F_SETPIPE_SZ, so that a whole screen of the largest size fits in.
    _ = fcntl(ends[1], 1031, 1 << 20)
    let empty = open("/dev/null", O_RDONLY)
    descriptors = ends + [empty]
    terminal = try Terminal(
      theme: theme,
      ports: TerminalPorts(
        input: empty, output: ends[1], name: name, colorName: colorName, size: size))
  }

  /// Draws, and returns the bytes that were sent for it.
  func draw(_ frame: Frame) -> [UInt8] {
    terminal.draw(frame)
    return readAll(reader)
  }

  /// Sends the whole screen again and returns the bytes.
  func redraw() -> [UInt8] {
    terminal.redraw()
    return readAll(reader)
  }

  func end() {
    terminal.end()
    for descriptor in descriptors { close(descriptor) }
  }
}

/// A seeded source (SplitMix64), so that every run draws the same.
struct SeededSource: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
