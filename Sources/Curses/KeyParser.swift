import Screen

/// Turns the bytes that a terminal sends into keys.
///
/// ncurses reads a byte a system call and hands out the pieces of sequences that it does not know
/// as if they had been typed; a pasted megabyte would take seconds and a stray report would write
/// into the prompt. So bytes are taken in blocks and told apart here, by the sequences of the
/// terminal's description and by the grammar that all of today's terminals share.
///
/// Bytes of an unfinished sequence or character are kept until more come or `finish` says that
/// nothing will.
///
/// - Source: ECMA-48, section 5.4 (control sequences); xterm control sequences (paste, SS3 keys).
struct KeyParser {
  /// Most bytes that a paste may have; what is beyond is left out.
  static let pasteCapacity = 16 << 20
  /// Longest control sequence that is waited for.
  private static let sequenceCapacity = 64

  /// What the description says that keys send, by bytes that begin with Escape.
  private let sequences: [[UInt8]: Key]
  private let longestSequence: Int
  private var pending: [UInt8] = []
  private var position = 0
  private var pasted: [UInt8]?
  /// Typed characters, which combine to clusters.
  private var run = String.UnicodeScalarView()
  private var keys: [Key] = []
  /// True once the terminal has marked a paste as one.
  private(set) var hasSeenPaste = false

  init(sequences: [[UInt8]: Key] = [:]) {
    self.sequences = sequences
    longestSequence = sequences.keys.map(\.count).max() ?? 0
  }

  /// True while the start of a sequence or character waits for its rest.
  var isWaiting: Bool { pasted == nil && !pending.isEmpty }

  /// True between the marks of a paste.
  var isInPaste: Bool { pasted != nil }

  /// Takes in bytes and returns the keys that they complete.
  mutating func take(_ bytes: some Collection<UInt8>) -> [Key] {
    pending.append(contentsOf: bytes)
    return parse(isFinal: false)
  }

  /// Returns the keys that waiting bytes are when nothing follows them: a lone Escape for one.
  mutating func finish() -> [Key] {
    parse(isFinal: true)
  }

  private mutating func parse(isFinal: Bool) -> [Key] {
    while position < pending.count {
      let isParsed = pasted == nil ? parseOne(isFinal: isFinal) : parsePaste()
      guard isParsed else { break }
    }
    endRun()
    pending.removeFirst(min(position, pending.count))
    position = 0
    defer { keys = [] }
    return keys
  }

  // MARK: One key

  /// Takes one key off `pending`; false where it is unfinished.
  private mutating func parseOne(isFinal: Bool) -> Bool {
    let byte = pending[position]
    switch byte {
    case 0x1B: return parseEscape(isFinal: isFinal)
    case 0x00..<0x20, 0x7F:
      emit(Self.control(byte))
      position += 1
      return true
    default:
      guard let scalar = scalar(at: position, isFinal: isFinal) else { return false }
      if let character = scalar.character { run.append(character) }
      position += scalar.count
      return true
    }
  }

  private mutating func emit(_ key: Key?) {
    endRun()
    if let key { keys.append(key) }
  }

  private mutating func endRun() {
    guard !run.isEmpty else { return }
    keys.append(contentsOf: String(run).map(Key.character))
    run = String.UnicodeScalarView()
  }

  private static func control(_ byte: UInt8) -> Key {
    switch byte {
    case 0x0D: .enter
    case 0x0A: .newline
    case 0x09: .tab
    // Which of the two the key sends differs between terminals.
    case 0x08, 0x7F: .backspace
    case 0x00: .control(" ")
    case 0x01...0x1A: .control(Character(Unicode.Scalar(byte + 0x60)))
    default: .control(Character(Unicode.Scalar(byte + 0x40)))
    }
  }

  /// The character that begins at `start`: nil while bytes are missing, without a value where they
  /// are no UTF-8.
  private func scalar(
    at start: Int, isFinal: Bool
  ) -> (character: Unicode.Scalar?, count: Int)? {
    let first = pending[start]
    let count =
      switch first {
      case 0x00..<0x80: 1
      case 0xC2...0xDF: 2
      case 0xE0...0xEF: 3
      case 0xF0...0xF4: 4
      default: 0
      }
    guard count > 0 else { return (nil, 1) }
    let present = pending[start...].prefix(count)
    let continuation = present.dropFirst().prefix { $0 & 0xC0 == 0x80 }.count
    guard continuation == count - 1 else {
      if present.count < count, continuation == present.count - 1, !isFinal { return nil }
      return (nil, 1 + continuation)
    }
    var decoder = UTF8()
    var iterator = present.makeIterator()
    guard case .scalarValue(let scalar) = decoder.decode(&iterator) else { return (nil, count) }
    return (scalar, count)
  }

  // MARK: Sequences

  private mutating func parseEscape(isFinal: Bool) -> Bool {
    if let (key, count) = describedKey() {
      emit(key)
      position += count
      return true
    }
    guard position + 1 < pending.count else { return endSequence(.escape, 1, if: isFinal) }
    let next = pending[position + 1]
    switch next {
    case UInt8(ascii: "["): return parseControlSequence(isFinal: isFinal)
    case UInt8(ascii: "O"): return parseShiftedKey(isFinal: isFinal)
    case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "_"), UInt8(ascii: "^"):
      return parseReport()
    case 0x0D, 0x0A: return endSequence(.newline, 2, if: true)
    case 0x7F, 0x08: return endSequence(.alt("\u{7F}"), 2, if: true)
    case 0x00..<0x20: return endSequence(.escape, 1, if: true)
    default:
      guard let scalar = scalar(at: position + 1, isFinal: isFinal) else { return false }
      return endSequence(
        scalar.character.map { .alt(Character($0)) }, 1 + scalar.count, if: true)
    }
  }

  /// Takes `count` bytes as `key` if that is decided; nil is a sequence that means nothing here.
  private mutating func endSequence(_ key: Key?, _ count: Int, if isDecided: Bool) -> Bool {
    guard isDecided else { return false }
    emit(key)
    position += count
    return true
  }

  private func describedKey() -> (Key, Int)? {
    var count = min(longestSequence, pending.count - position)
    while count > 1 {
      if let key = sequences[Array(pending[position..<position + count])] { return (key, count) }
      count -= 1
    }
    return nil
  }

  /// `ESC [ parameters intermediates final`.
  private mutating func parseControlSequence(isFinal: Bool) -> Bool {
    var end = position + 2
    if end < pending.count, pending[end] == UInt8(ascii: "[") {
      // The Linux console's function keys: `ESC [ [` and a letter.
      guard end + 1 < pending.count else { return endSequence(nil, 3, if: isFinal) }
      let number = Int(pending[end + 1]) - 0x40
      return endSequence((1...5).contains(number) ? .function(number) : nil, 4, if: true)
    }
    while end < pending.count, (0x20..<0x40).contains(pending[end]) { end += 1 }
    guard end < pending.count else {
      if end == position + 2 { return endSequence(.alt("["), 2, if: isFinal) }
      return endSequence(
        nil, end - position, if: isFinal || end - position > Self.sequenceCapacity)
    }
    guard (0x40..<0x7F).contains(pending[end]) else {
      return endSequence(nil, end - position, if: true)
    }
    let parameters = String(decoding: pending[position + 2..<end], as: UTF8.self)
    let final = pending[end]
    if final == UInt8(ascii: "~"), parameters == "200" {
      emit(nil)
      position = end + 1
      pasted = []
      hasSeenPaste = true
      return true
    }
    // A mouse report in the oldest form has three bytes behind its end.
    let extra = final == UInt8(ascii: "M") && parameters.isEmpty ? 3 : 0
    guard end + extra < pending.count else {
      return endSequence(nil, pending.count - position, if: isFinal)
    }
    return endSequence(
      Self.key(final: final, parameters: parameters), end + 1 + extra - position, if: true)
  }

  /// `ESC O` and a letter.
  private mutating func parseShiftedKey(isFinal: Bool) -> Bool {
    guard position + 2 < pending.count else { return endSequence(.alt("O"), 2, if: isFinal) }
    return endSequence(Self.key(shifted: pending[position + 2]), 3, if: true)
  }

  /// A report that ends in BEL or `ESC \`; without an end it was Alt and the character.
  private mutating func parseReport() -> Bool {
    let body = pending[(position + 2)...]
    var end: Int?
    if let bell = body.firstIndex(of: 0x07) { end = bell + 1 }
    for index in body.indices.dropLast() where body[index] == 0x1B {
      guard body[index + 1] == UInt8(ascii: "\\"), index + 2 < end ?? Int.max else { continue }
      end = index + 2
      break
    }
    if let end { return endSequence(nil, end - position, if: true) }
    let character = Character(Unicode.Scalar(pending[position + 1]))
    return endSequence(.alt(character), 2, if: true)
  }

  // MARK: Paste

  private static let pasteEnd = Array("\u{1B}[201~".utf8)

  /// Takes bytes up to the mark; false where it has not come.
  private mutating func parsePaste() -> Bool {
    let rest = pending[position...]
    guard let end = Self.firstIndex(of: Self.pasteEnd, in: rest) else {
      // The mark may have come in part.
      let sure = max(0, rest.count - (Self.pasteEnd.count - 1))
      appendPaste(rest.prefix(sure))
      position += sure
      return false
    }
    appendPaste(rest[..<end])
    position = end + Self.pasteEnd.count
    let text = String(decoding: pasted ?? [], as: UTF8.self)
    pasted = nil
    keys.append(.paste(Self.withPlainLineEnds(text)))
    return true
  }

  private mutating func appendPaste(_ bytes: ArraySlice<UInt8>) {
    let room = Self.pasteCapacity - (pasted?.count ?? 0)
    pasted?.append(contentsOf: bytes.prefix(room))
  }

  private static func firstIndex(of mark: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
    var start = bytes.startIndex
    while let escape = bytes[start...].firstIndex(of: 0x1B) {
      if bytes[escape...].starts(with: mark) { return escape }
      start = escape + 1
    }
    return nil
  }

  private static func withPlainLineEnds(_ text: String) -> String {
    guard text.utf8.contains(0x0D) else { return text }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    var previous: UInt8 = 0
    for byte in text.utf8 {
      if byte != 0x0A || previous != 0x0D { bytes.append(byte == 0x0D ? 0x0A : byte) }
      previous = byte
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
