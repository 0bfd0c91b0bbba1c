/// Finds what may tell who a person is, in one pass per kind over the words of a text.
struct IdentifierFinder {
  let scalars: [Unicode.Scalar]
  let tokens: [Token]
  /// Kind of the identifier that a token belongs to.
  private(set) var found: [Identifier] = []

  static func identifiers(in scalars: [Unicode.Scalar]) -> [Identifier] {
    var finder = IdentifierFinder(scalars: scalars)
    finder.addresses()
    finder.labelled()
    finder.phones()
    finder.dates()
    finder.ages()
    finder.places()
    finder.names()
    return finder.merged()
  }

  private init(scalars: [Unicode.Scalar]) {
    self.scalars = scalars
    tokens = Lexer.tokens(of: scalars)
  }

  /// What was found, ascending; of two that overlap, the first and longer one, grown to hold both.
  private func merged() -> [Identifier] {
    let sorted = found.filter { !$0.range.isEmpty }.sorted {
      ($0.range.lowerBound, $1.range.upperBound) < ($1.range.lowerBound, $0.range.upperBound)
    }
    var result: [Identifier] = []
    for next in sorted {
      if let last = result.last, next.range.lowerBound < last.range.upperBound {
        result[result.count - 1].range =
          last.range.lowerBound..<max(last.range.upperBound, next.range.upperBound)
      } else {
        result.append(next)
      }
    }
    return result
  }

  mutating func add(_ kind: IdentifierKind, tokens range: ClosedRange<Int>) {
    guard range.lowerBound >= 0, range.upperBound < tokens.count else { return }
    found.append(
      Identifier(
        kind: kind,
        range: tokens[range.lowerBound].range
          .lowerBound..<tokens[range.upperBound].range
          .upperBound))
  }

  mutating func add(_ kind: IdentifierKind, scalars range: Range<Int>) {
    found.append(Identifier(kind: kind, range: range))
  }

  // MARK: Looking at words

  func text(_ index: Int) -> String { tokens.indices.contains(index) ? tokens[index].text : "" }

  /// The word as it is written.
  func written(_ index: Int) -> String {
    guard tokens.indices.contains(index) else { return "" }
    return String(String.UnicodeScalarView(scalars[tokens[index].range]))
  }

  func isNumber(_ index: Int, digits: ClosedRange<Int> = 1...24) -> Bool {
    tokens.indices.contains(index) && tokens[index].kind == .number
      && digits.contains(tokens[index].range.count)
  }

  func number(_ index: Int) -> Int? {
    isNumber(index) ? Int(String(String.UnicodeScalarView(scalars[tokens[index].range]))) : nil
  }

  /// Whether a word begins with a capital and goes on in small letters, or is one capital alone.
  func isCapitalized(_ index: Int) -> Bool {
    guard tokens.indices.contains(index), tokens[index].kind == .word else { return false }
    let range = tokens[index].range
    guard scalars[range.lowerBound].properties.isUppercase else { return false }
    return range.count == 1 || scalars[range.lowerBound + 1].properties.isLowercase
      || scalars[range.lowerBound + 1].isApostrophe
      || (range.count > 2 && scalars[range.lowerBound + 2].properties.isLowercase)
  }

  /// Whether two tokens stand beside each other without a blank between.
  func touches(_ index: Int) -> Bool {
    index > 0 && index < tokens.count
      && tokens[index - 1].range.upperBound == tokens[index].range.lowerBound
  }

  /// Whether the line ends between a token and the one before.
  func beginsLine(_ index: Int) -> Bool { index == 0 || text(index - 1) == "\n" }
}
