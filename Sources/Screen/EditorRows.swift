/// Where the rows of a text that is being written begin, kept up to date while it changes: a key in
/// a long text costs breaking its line again, not the text.
struct EditorRows: Sendable {
  /// Columns that each row has at most.
  let columns: Int
  /// The first byte of each row, in order. Blanks at which a row breaks belong to it, since the
  /// cursor can stand among them.
  private(set) var starts: [Int]

  /// Breaks `text` into rows.
  init(_ text: String, columns: Int) {
    self.columns = max(1, columns)
    starts = Self.starts(of: text, text.startIndex..<text.endIndex, columns: self.columns)
  }

  /// Takes in that the bytes of `range` were replaced by `byteCount` others, which made `text`.
  mutating func replace(_ range: Range<Int>, byteCount: Int, text: String) {
    let bytes = text.utf8
    let change = bytes.index(bytes.startIndex, offsetBy: range.lowerBound)
    let changeEnd = bytes.index(change, offsetBy: byteCount)
    let start =
      bytes[..<change].lastIndex(of: 0x0A).map { bytes.index(after: $0) } ?? text.startIndex
    let end = bytes[changeEnd...].firstIndex(of: 0x0A) ?? text.endIndex
    let growth = byteCount - range.count
    let firstByte = bytes.distance(from: bytes.startIndex, to: start)
    let oldEnd = bytes.distance(from: bytes.startIndex, to: end) - growth
    let first = index(ofFirstStartAtOrBehind: firstByte)
    let next = index(ofFirstStartAtOrBehind: oldEnd + 1)
    for index in next..<starts.count { starts[index] += growth }
    starts.replaceSubrange(
      first..<next, with: Self.starts(of: text, start..<end, columns: columns))
  }

  /// The row that the byte `offset` stands in.
  func row(of offset: Int) -> Int { max(0, index(ofFirstStartAtOrBehind: offset + 1) - 1) }

  private func index(ofFirstStartAtOrBehind offset: Int) -> Int {
    var low = 0
    var high = starts.count
    while low < high {
      let middle = (low + high) / 2
      if starts[middle] < offset { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private static func starts(
    of text: String, _ range: Range<String.Index>, columns: Int
  ) -> [Int] {
    var starts: [Int] = []
    var start = range.lowerBound
    while true {
      let end = text.utf8[start..<range.upperBound].firstIndex(of: 0x0A) ?? range.upperBound
      TextWidth.wrapParagraph(text, start..<end, columns: columns) {
        starts.append(text.utf8.distance(from: text.startIndex, to: $0.lowerBound))
      }
      guard end < range.upperBound else { return starts }
      start = text.utf8.index(after: end)
    }
  }
}
