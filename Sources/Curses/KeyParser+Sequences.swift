import CNcurses
import Screen

extension KeyParser {
  /// The key of `ESC [ parameters final`; nil for those that have no meaning here, such as arrows
  /// with a modifier.
  static func key(final: UInt8, parameters: String) -> Key? {
    if final == UInt8(ascii: "~") { return key(number: parameters) }
    if parameters.hasPrefix("<") {
      return final == UInt8(ascii: "M") ? pointer(parameters.dropFirst()) : nil
    }
    if final == UInt8(ascii: "Z"), parameters.isEmpty || parameters == "1;2" { return .backTab }
    guard parameters.isEmpty || parameters == "1" else { return nil }
    return cursorKey(final)
  }

  /// The key of `ESC O letter`: cursor keys in application mode, F1 to F4, the number pad.
  static func key(shifted letter: UInt8) -> Key? {
    switch letter {
    case UInt8(ascii: "P")...UInt8(ascii: "S"):
      return .function(Int(letter - UInt8(ascii: "P")) + 1)
    case UInt8(ascii: "M"): return .enter
    case UInt8(ascii: "I"): return .tab
    case UInt8(ascii: " "): return .character(" ")
    case UInt8(ascii: "X"): return .character("=")
    // The pad's `* + , - . / 0` to `9` stand in the order of ASCII.
    case UInt8(ascii: "j")...UInt8(ascii: "y"):
      return .character(Character(Unicode.Scalar(letter - 0x40)))
    default: return cursorKey(letter)
    }
  }

  /// What `ESC [ < button ; column ; row M` says of the mouse: the first button and the wheel. The
  /// bits of the modifiers are passed over; those of movement are never asked for.
  private static func pointer(_ parameters: Substring) -> Key? {
    let numbers = parameters.split(separator: ";").compactMap { Int($0) }
    guard numbers.count == 3, numbers[1] > 0, numbers[2] > 0 else { return nil }
    let place = Point(x: numbers[1] - 1, y: numbers[2] - 1)
    switch numbers[0] & ~0b11100 {
    case 0: return .pointer(PointerEvent(.press, at: place))
    case 64: return .pointer(PointerEvent(.wheelUp, at: place))
    case 65: return .pointer(PointerEvent(.wheelDown, at: place))
    default: return nil
    }
  }

  private static func cursorKey(_ letter: UInt8) -> Key? {
    switch letter {
    case UInt8(ascii: "A"): .up
    case UInt8(ascii: "B"): .down
    case UInt8(ascii: "C"): .right
    case UInt8(ascii: "D"): .left
    case UInt8(ascii: "H"): .home
    case UInt8(ascii: "F"): .end
    default: nil
    }
  }

  /// The key of `ESC [ number ~`, as DEC's terminals number them.
  private static func key(number: String) -> Key? {
    switch Int(number) {
    case 1, 7: .home
    case 4, 8: .end
    case 3: .delete
    case 5: .pageUp
    case 6: .pageDown
    case .some(let code): functionNumbers.firstIndex(of: code).map { .function($0 + 1) }
    case nil: nil
    }
  }

  /// F1, F2 and so on. The gaps are in the standard.
  private static let functionNumbers = [
    11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 23, 24, 25, 26, 28, 29, 31, 32, 33, 34,
  ]

  /// What the current terminal's description says that its keys send. Keys that send one byte are
  /// left to the parser.
  static func describedSequences() -> [[UInt8]: Key] {
    var named: [(String, Key)] = [
      ("kcuu1", .up), ("kcud1", .down), ("kcub1", .left), ("kcuf1", .right), ("khome", .home),
      ("kend", .end), ("kpp", .pageUp), ("knp", .pageDown), ("kdch1", .delete), ("kcbt", .backTab),
      ("kent", .enter),
    ]
    // Beyond 12 the description means F keys with a modifier.
    named += (1...12).map { ("kf\($0)", .function($0)) }
    var sequences: [[UInt8]: Key] = [:]
    for (name, key) in named {
      guard let text = curses_capability(name) else { continue }
      let bytes = Array(String(cString: text).utf8)
      if bytes.count > 1, bytes[0] == 0x1B { sequences[bytes] = key }
    }
    return sequences
  }

  /// Where a terminal does not mark pasted text, an Enter with text on both sides that came in the
  /// same burst is a new line of it.
  static func foldingBurst(_ keys: [Key]) -> [Key] {
    keys.indices.map { index in
      guard keys[index] == .enter, index > 0, index + 1 < keys.count else { return keys[index] }
      return isText(keys[index - 1]) && isText(keys[index + 1]) ? .newline : .enter
    }
  }

  private static func isText(_ key: Key) -> Bool {
    switch key {
    case .character, .enter, .newline, .tab: true
    default: false
    }
  }
}
