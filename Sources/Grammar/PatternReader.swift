/// Reads a regular expression by recursive descent.
struct PatternReader {
  private let scalars: [Unicode.Scalar]
  private var position = 0
  private var depth = 0

  /// The most that a repetition may count to.
  private static let greatestCount = 1000
  private static let greatestDepth = 50
  private static let greatestPlaceCount = 100_000

  init(_ pattern: String) { scalars = Array(pattern.unicodeScalars) }

  private var current: Unicode.Scalar? {
    position < scalars.count ? scalars[position] : nil
  }

  private func fault(_ reason: String) -> ScalarPattern.Fault {
    ScalarPattern.Fault(offset: position, reason: reason)
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard current == scalar else { return false }
    position += 1
    return true
  }

  /// The whole pattern, as what a whole text has to be.
  mutating func whole() throws(ScalarPattern.Fault) -> PatternTree {
    let anything = PatternTree.repetition(.set(.all), 0, nil)
    var branches: [PatternTree] = []
    repeat {
      let isAtStart = take("^")
      let middle = try sequence()
      let isAtEnd = take("$")
      if let current, current != "|" {
        throw fault(isAtEnd ? "\"$\" can only end a pattern" : "no group is open here")
      }
      branches.append(
        .sequence((isAtStart ? [] : [anything]) + [middle] + (isAtEnd ? [] : [anything])))
    } while take("|")
    let tree = PatternTree.choice(branches)
    guard tree.placeCount <= Self.greatestPlaceCount else {
      throw fault("the pattern unfolds to too many places")
    }
    return tree
  }

  private mutating func choice() throws(ScalarPattern.Fault) -> PatternTree {
    var branches = [try sequence()]
    while take("|") { branches.append(try sequence()) }
    return branches.count == 1 ? branches[0] : .choice(branches)
  }

  private mutating func sequence() throws(ScalarPattern.Fault) -> PatternTree {
    var parts: [PatternTree] = []
    while let next = current, next != "|", next != ")", next != "$" {
      parts.append(try repetition(try atom()))
    }
    return .sequence(parts)
  }

  private mutating func repetition(
    _ part: PatternTree
  ) throws(ScalarPattern.Fault) -> PatternTree {
    var result = part
    switch current {
    case "*": result = .repetition(part, 0, nil)
    case "+": result = .repetition(part, 1, nil)
    case "?": result = .repetition(part, 0, 1)
    case "{":
      position += 1
      result = try counted(part)
      position -= 1
    default: return part
    }
    position += 1
    // A lazy repetition has the same texts.
    _ = take("?")
    if let next = current, ["*", "+", "?", "{"].contains(next) {
      throw fault("there is nothing to repeat here")
    }
    guard result.placeCount <= Self.greatestPlaceCount else {
      throw fault("this repetition unfolds to too many places")
    }
    return result
  }

  /// Reads a count up to and with its closing brace.
  private mutating func counted(
    _ part: PatternTree
  ) throws(ScalarPattern.Fault) -> PatternTree {
    guard let minimum = number() else { throw fault("a count such as {2} or {2,5} is expected") }
    var maximum: Int? = minimum
    if take(",") { maximum = number() }
    guard take("}") else { throw fault("the count is not closed by \"}\"") }
    guard max(minimum, maximum ?? 0) <= Self.greatestCount else {
      throw fault("a count above \(Self.greatestCount) is not supported")
    }
    guard maximum ?? minimum >= minimum else { throw fault("the count ends below its start") }
    return .repetition(part, minimum, maximum)
  }

  private mutating func number() -> Int? {
    var digits = ""
    while let digit = current, ("0"..."9").contains(digit), digits.count < 6 {
      digits.unicodeScalars.append(digit)
      position += 1
    }
    return Int(digits)
  }

  private mutating func atom() throws(ScalarPattern.Fault) -> PatternTree {
    switch current {
    case "(": return try group()
    case "[": return .set(try set())
    case ".":
      position += 1
      let lineEnds = ScalarRanges([0x0A...0x0A, 0x0D...0x0D, 0x2028...0x2029])
      return .set(lineEnds.complement)
    case "\\":
      return .set(try escape(inSet: false))
    case "*", "+", "?", "{": throw fault("there is nothing to repeat here")
    case "^": throw fault("\"^\" can only begin a pattern")
    case "}", "]": throw fault("this bracket was not opened; write it with a backslash")
    case let scalar?:
      position += 1
      return .set(ScalarRanges(scalar))
    case nil: throw fault("something is missing at the end")
    }
  }

  private mutating func group() throws(ScalarPattern.Fault) -> PatternTree {
    let start = position
    position += 1
    depth += 1
    guard depth <= Self.greatestDepth else { throw fault("groups are nested too deep") }
    if take("?"), !take(":") { throw fault("only groups with (?: are supported, no look-around") }
    let inner = try choice()
    guard take(")") else {
      position = min(position, scalars.count)
      if current == "$" { throw fault("\"$\" can only end a pattern") }
      position = start
      throw fault("this group is not closed")
    }
    depth -= 1
    return inner
  }

  private mutating func set() throws(ScalarPattern.Fault) -> ScalarRanges {
    let start = position
    position += 1
    let isOpposite = take("^")
    var (set, hasShorthand) = (ScalarRanges([]), false)
    while let next = current, next != "]" {
      let isShorthand = next == "\\" && isShorthandNext
      hasShorthand = hasShorthand || isShorthand
      let low = try member()
      guard !isShorthand, current == "-", position + 1 < scalars.count,
        scalars[position + 1] != "]"
      else {
        set = set.union(low)
        continue
      }
      position += 1
      guard !isShorthandNext || current != "\\" else { throw fault("a range ends in a class") }
      let high = try member()
      guard let first = low.ranges.first?.lowerBound, let last = high.ranges.last?.upperBound,
        first <= last
      else { throw fault("the range ends before its start") }
      set = set.union(ScalarRanges([first...last]))
    }
    guard take("]") else {
      position = start
      throw fault("this class is not closed")
    }
    if isOpposite { set = set.complement }
    // What else is a digit or a blank is not the same everywhere.
    if isOpposite, hasShorthand { set = set.intersection(Self.ascii) }
    guard !set.isEmpty else { throw fault("this class has no character") }
    return set
  }

  private var isShorthandNext: Bool {
    let next = position + 1
    return next < scalars.count && "dDwWsS".unicodeScalars.contains(scalars[next])
  }

  private mutating func member() throws(ScalarPattern.Fault) -> ScalarRanges {
    if current == "\\" { return try escape(inSet: true) }
    guard let scalar = current else { throw fault("this class is not closed") }
    position += 1
    return ScalarRanges(scalar)
  }

  private static let ascii = ScalarRanges([0...0x7F])
  private static let digits = ScalarRanges([0x30...0x39])
  private static let words = ScalarRanges([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
  private static let blanks = ScalarRanges([0x09...0x0D, 0x20...0x20])

  private mutating func escape(inSet: Bool) throws(ScalarPattern.Fault) -> ScalarRanges {
    position += 1
    guard let scalar = current else { throw fault("something is missing behind the backslash") }
    position += 1
    switch scalar {
    case "d": return Self.digits
    case "D": return Self.digits.complement.intersection(Self.ascii)
    case "w": return Self.words
    case "W": return Self.words.complement.intersection(Self.ascii)
    case "s": return Self.blanks
    case "S": return Self.blanks.complement.intersection(Self.ascii)
    case "t": return ScalarRanges("\t")
    case "n": return ScalarRanges("\n")
    case "r": return ScalarRanges("\r")
    case "f": return ScalarRanges("\u{C}")
    case "v": return ScalarRanges("\u{B}")
    case "x": return try code(digitCount: 2)
    case "u": return try code(digitCount: 4)
    case "b" where inSet: return ScalarRanges("\u{8}")
    case _ where scalar.properties.isAlphabetic || ("0"..."9").contains(scalar):
      position -= 1
      throw fault("\"\\\(scalar)\" is not supported")
    default: return ScalarRanges(scalar)
    }
  }

  private mutating func code(digitCount: Int) throws(ScalarPattern.Fault) -> ScalarRanges {
    let digits = scalars[position...].prefix(digitCount)
    var text = ""
    text.unicodeScalars.append(contentsOf: digits)
    guard digits.count == digitCount, text.allSatisfy(\.isHexDigit),
      let code = UInt32(text, radix: 16), let scalar = Unicode.Scalar(code)
    else { throw fault("\(digitCount) hexadecimal digits of a character are expected") }
    position += digitCount
    return ScalarRanges(scalar)
  }
}
