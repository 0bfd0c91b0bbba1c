/// A text whose words strings may be taken from, and where they stand in it.
///
/// A string goes from the start of a word to the end of one and never cuts a number. White space
/// counts as one blank, also where a long line is wrapped; a string never goes on behind a sentence
/// or into another line of a list.
public struct VerbatimSource: Sendable {
  /// A character of the text as strings spell it.
  struct Letter: Sendable {
    var scalar: Unicode.Scalar
    /// Where it stands, in scalars of the text.
    var offset: Int
    var mayStart = false
    var mayEnd = false
  }

  /// Stretches that strings stay within.
  let stretches: [[Letter]]

  /// The words of `text`.
  public init(_ text: String) {
    let scalars = Array(text.unicodeScalars)
    var stretches: [[Letter]] = []
    var letters: [Letter] = []
    func finish() {
      while letters.last?.scalar == " " { letters.removeLast() }
      if !letters.isEmpty { stretches.append(Self.marked(letters)) }
      letters = []
    }
    for (offset, scalar) in scalars.enumerated() {
      if scalar == "\n" {
        if !Self.isWrapped(scalars, at: offset) { finish() }
        if letters.last.map({ $0.scalar != " " }) ?? false {
          letters.append(Letter(scalar: " ", offset: offset))
        }
      } else if scalar.properties.isWhitespace {
        if Self.isSentenceEnd(scalars, at: offset) { finish() }
        if letters.last.map({ $0.scalar != " " }) ?? false {
          letters.append(Letter(scalar: " ", offset: offset))
        }
      } else if scalar.value < 0x20 {
        finish()
      } else {
        letters.append(Letter(scalar: scalar, offset: offset))
      }
    }
    finish()
    self.stretches = stretches
  }

  /// Positions that the strings take in a grammar, escapes apart.
  func positionCount(maximumLength: Int?) -> Int {
    stretches.reduce(0) { sum, letters in
      guard let maximumLength, maximumLength < letters.count else { return sum + letters.count }
      return sum + letters.count { $0.mayStart } * maximumLength
    }
  }

  /// Where a string stands in the text, as ranges of scalars, the first first.
  public func places(of string: String) -> [Range<Int>] {
    let wanted = Array(string.unicodeScalars)
    guard let first = wanted.first else { return [] }
    return stretches.flatMap { letters -> [Range<Int>] in
      guard letters.count >= wanted.count else { return [] }
      return (0...letters.count - wanted.count).compactMap { start -> Range<Int>? in
        let end = start + wanted.count
        guard letters[start].mayStart, letters[start].scalar == first, letters[end - 1].mayEnd,
          zip(letters[start..<end], wanted).allSatisfy({ $0.scalar == $1 })
        else { return nil }
        return letters[start].offset..<letters[end - 1].offset + 1
      }
    }
  }

  /// A line of this many characters is taken to be broken by its width alone.
  private static let wrappedLineLength = 50

  /// Whether the line that ends at `offset` goes on in the next one.
  private static func isWrapped(_ scalars: [Unicode.Scalar], at offset: Int) -> Bool {
    let length = scalars[..<offset].reversed().prefix { $0 != "\n" }.count
    let next = scalars[(offset + 1)...].drop { $0 == " " || $0 == "\t" }.first
    guard length >= wrappedLineLength, let next else { return false }
    let before = scalars[..<offset].last { !$0.properties.isWhitespace }
    let endsSentence = before.map { ".:;!?".unicodeScalars.contains($0) } ?? true
    return !endsSentence && next.properties.isAlphabetic
  }

  /// Whether a sentence ends before the white space at `offset`.
  private static func isSentenceEnd(_ scalars: [Unicode.Scalar], at offset: Int) -> Bool {
    guard offset > 0, ".!?".unicodeScalars.contains(scalars[offset - 1]) else { return false }
    let next = scalars[offset...].first { !$0.properties.isWhitespace }
    return next?.properties.isUppercase ?? true
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || scalar.properties.numericType != nil
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
    ("0"..."9").contains(scalar)
  }

  /// The letters with marks where strings may start and end.
  private static func marked(_ letters: [Letter]) -> [Letter] {
    var letters = letters
    for index in letters.indices {
      let scalar = letters[index].scalar
      let before = index > 0 ? letters[index - 1].scalar : " "
      let after = index + 1 < letters.count ? letters[index + 1].scalar : " "
      let isInNumber =
        index > 1 && isDigit(scalar) && (before == "." || before == ",")
        && isDigit(letters[index - 2].scalar)
      let goesOn =
        index + 2 < letters.count && isDigit(scalar) && (after == "." || after == ",")
        && isDigit(letters[index + 2].scalar)
      let isSign = "<>~≤≥".unicodeScalars.contains(scalar)
      letters[index].mayStart = (isWord(scalar) && !isWord(before) && !isInNumber) || isSign
      let isCloser = "%)]+".unicodeScalars.contains(scalar)
      letters[index].mayEnd = isWord(scalar) && !isWord(after) && !goesOn || isCloser
    }
    return letters
  }
}

extension ByteGrammar {
  /// Adds a rule whose texts are the strings of a source, as a JSON string spells them, without the
  /// quotes.
  ///
  /// The rule is the source itself, a position behind each letter: a string that stands in several
  /// places is followed in all of them at once.
  ///
  /// - Parameter maximumLength: The most characters of a string; nil sets no limit.
  mutating func addStrings(of source: VerbatimSource, maximumLength: Int?) -> Int32 {
    let (rule, entry) = newRule()
    for letters in source.stretches {
      guard let maximumLength, maximumLength < letters.count else {
        addChain(letters[...], entry: entry) { $0.mayStart }
        continue
      }
      for start in letters.indices where letters[start].mayStart {
        let first = letters[start].offset
        addChain(letters[start...].prefix(maximumLength), entry: entry) { $0.offset == first }
      }
    }
    return rule
  }

  private mutating func addChain(
    _ letters: ArraySlice<VerbatimSource.Letter>, entry: Int32,
    _ isStart: (VerbatimSource.Letter) -> Bool
  ) {
    var place: Int32?
    for letter in letters {
      let next = newPosition()
      let set = ScalarRanges(letter.scalar)
      if let place { addScalars(set, from: place, to: next) }
      if isStart(letter) { addScalars(set, from: entry, to: next) }
      if letter.mayEnd { setEnd(next) }
      place = next
    }
  }
}
