/// A set of Unicode scalars: ranges in order that do not touch. Surrogates are in none.
struct ScalarRanges: Hashable, Sendable {
  private(set) var ranges: [ClosedRange<UInt32>]

  /// The set of all these ranges together.
  init(_ ranges: [ClosedRange<UInt32>]) {
    var merged: [ClosedRange<UInt32>] = []
    for range in Self.withoutSurrogates(ranges).sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = merged.last, range.lowerBound <= last.upperBound &+ 1 {
        merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    // What touches across the surrogates does not touch.
    self.ranges = merged
  }

  /// The set of one scalar.
  init(_ scalar: Unicode.Scalar) { self.init([scalar.value...scalar.value]) }

  static let all = ScalarRanges([0...0x10FFFF])

  var isEmpty: Bool { ranges.isEmpty }

  /// All scalars that are not in the set.
  var complement: ScalarRanges {
    var rest: [ClosedRange<UInt32>] = []
    var next: UInt32 = 0
    for range in ranges {
      if range.lowerBound > next { rest.append(next...range.lowerBound - 1) }
      next = range.upperBound + 1
    }
    if next <= 0x10FFFF { rest.append(next...0x10FFFF) }
    return ScalarRanges(rest)
  }

  func union(_ other: ScalarRanges) -> ScalarRanges { ScalarRanges(ranges + other.ranges) }

  func intersection(_ other: ScalarRanges) -> ScalarRanges {
    complement.union(other.complement).complement
  }

  private static func withoutSurrogates(
    _ ranges: [ClosedRange<UInt32>]
  ) -> [ClosedRange<UInt32>] {
    ranges.flatMap { range -> [ClosedRange<UInt32>] in
      var parts: [ClosedRange<UInt32>] = []
      if range.lowerBound < 0xD800 {
        parts.append(range.lowerBound...min(range.upperBound, 0xD7FF))
      }
      if range.upperBound > 0xDFFF {
        parts.append(max(range.lowerBound, 0xE000)...range.upperBound)
      }
      return parts
    }
  }
}

extension ByteGrammar {
  /// Adds steps by the characters of a set, as a JSON string spells them: quote, backslash and
  /// control codes as escapes, all others as UTF-8.
  mutating func addScalars(_ set: ScalarRanges, from: Int32, to: Int32) {
    for range in set.ranges {
      addEscaped(range, from: from, to: to)
      for part in Self.unescaped where part.overlaps(range) {
        addUTF8(part.clamped(to: range), from: from, to: to)
      }
    }
  }

  /// What stands in a JSON string as it is, cut where the length of its UTF-8 changes.
  private static let unescaped: [ClosedRange<UInt32>] = [
    0x20...0x21, 0x23...0x5B, 0x5D...0x7F, 0x80...0x7FF, 0x800...0xFFFF, 0x10000...0x10FFFF,
  ]

  private mutating func addEscaped(_ range: ClosedRange<UInt32>, from: Int32, to: Int32) {
    let escaped = Array(0..<UInt32(0x20)) + [0x22, 0x5C]
    for code in escaped where range.contains(code) {
      let short: UInt8? =
        switch code {
        case 0x22: UInt8(ascii: "\"")
        case 0x5C: UInt8(ascii: "\\")
        case 0x08: UInt8(ascii: "b")
        case 0x09: UInt8(ascii: "t")
        case 0x0A: UInt8(ascii: "n")
        case 0x0C: UInt8(ascii: "f")
        case 0x0D: UInt8(ascii: "r")
        default: nil
        }
      let digits = String(code, radix: 16)
      let long = "u" + String(repeating: "0", count: 4 - digits.count) + digits
      let bytes = [UInt8(ascii: "\\")] + (short.map { [$0] } ?? Array(long.utf8))
      let last = addLiteral(bytes.dropLast(), from: from)
      if let end = bytes.last { addBytes(end...end, from: last, to: to) }
    }
  }

  /// Adds steps by the UTF-8 of a range whose scalars all take the same number of bytes.
  private mutating func addUTF8(_ range: ClosedRange<UInt32>, from: Int32, to: Int32) {
    let first = Self.utf8(range.lowerBound)
    let last = Self.utf8(range.upperBound)
    addSequences(first[...], last[...], from: from, to: to)
  }

  /// Adds steps by all byte strings from `first` to `last`, whose bytes but the first are
  /// continuation bytes.
  private mutating func addSequences(
    _ first: ArraySlice<UInt8>, _ last: ArraySlice<UInt8>, from: Int32, to: Int32
  ) {
    guard let low = first.first, let high = last.first else { return }
    if first.count == 1 { return addBytes(low...high, from: from, to: to) }
    let restCount = first.count - 1
    let lowest = [UInt8](repeating: 0x80, count: restCount)[...]
    let highest = [UInt8](repeating: 0xBF, count: restCount)[...]
    if low == high {
      let middle = newPosition()
      addBytes(low...low, from: from, to: middle)
      return addSequences(first.dropFirst(), last.dropFirst(), from: middle, to: to)
    }
    var (firstWhole, lastWhole) = (low, high)
    if first.dropFirst() != lowest {
      addSequences(first, ([low] + highest)[...], from: from, to: to)
      firstWhole += 1
    }
    if last.dropFirst() != highest {
      addSequences(([high] + lowest)[...], last, from: from, to: to)
      lastWhole -= 1
    }
    guard firstWhole <= lastWhole else { return }
    let middle = newPosition()
    addBytes(firstWhole...lastWhole, from: from, to: middle)
    addSequences(lowest, highest, from: middle, to: to)
  }

  private static func utf8(_ code: UInt32) -> [UInt8] {
    Unicode.Scalar(code).flatMap { UTF8.encode($0).map(Array.init) } ?? []
  }
}
