/// Rows of comma-separated values, quoted fields with line ends and doubled quotes included.
///
/// Written here because a bad row has to be named by its line while the rest is kept, which the
/// packages at hand do not do: they give up the file.
///
/// - Source: RFC 4180.
public struct CommaSeparatedRows: Sequence, IteratorProtocol {
  /// A row, or what is wrong with it.
  public struct Row: Equatable {
    /// The line on which it begins, from 1.
    public var line: Int
    /// Its fields, or nil where a quote is not closed or text follows a closing quote.
    public var fields: [String]?
  }

  private let bytes: [UInt8]
  private var place = 0
  private var line = 1

  /// The rows of `bytes`; a byte order mark at the start is passed over.
  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
  }

  /// The next row; nil at the end.
  public mutating func next() -> Row? {
    guard place < bytes.count else { return nil }
    let (start, first) = (place, line)
    if let fields = readFields() { return Row(line: first, fields: fields) }
    // Back to where the row began: an open quote would swallow every row to come.
    (place, line) = (start, first)
    skipLine()
    return Row(line: first, fields: nil)
  }

  private mutating func skipLine() {
    while place < bytes.count, bytes[place] != UInt8(ascii: "\n") { place += 1 }
    place += 1
    line += 1
  }

  /// The fields up to the end of the row; nil where the row is malformed.
  private mutating func readFields() -> [String]? {
    var fields: [String] = []
    while true {
      guard let field = readField() else { return nil }
      fields.append(field)
      guard place < bytes.count else { return fields }
      let byte = bytes[place]
      place += 1
      if byte == UInt8(ascii: ",") { continue }
      if byte == UInt8(ascii: "\r"), place < bytes.count, bytes[place] == UInt8(ascii: "\n") {
        place += 1
      }
      line += 1
      return fields
    }
  }

  private mutating func readField() -> String? {
    if place < bytes.count, bytes[place] == UInt8(ascii: "\"") { return readQuoted() }
    let start = place
    while place < bytes.count, !Self.ends.contains(bytes[place]) { place += 1 }
    return String(decoding: bytes[start..<place], as: UTF8.self)
  }

  private mutating func readQuoted() -> String? {
    var text: [UInt8] = []
    place += 1
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      if byte != UInt8(ascii: "\"") {
        if byte == UInt8(ascii: "\n") { line += 1 }
        text.append(byte)
      } else if place < bytes.count, bytes[place] == UInt8(ascii: "\"") {
        text.append(byte)
        place += 1
      } else {
        let isEnd = place == bytes.count || Self.ends.contains(bytes[place])
        return isEnd ? String(decoding: text, as: UTF8.self) : nil
      }
    }
    return nil
  }

  private static let ends = [UInt8(ascii: ","), UInt8(ascii: "\r"), UInt8(ascii: "\n")]
}
