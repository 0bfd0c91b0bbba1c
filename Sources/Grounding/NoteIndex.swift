/// Grounding: which sentences of a note an answer rests on, and which of its claims the note does
/// not bear out, by rules alone.
///
/// Invariants: offsets are Unicode scalars of the text given; every range lies inside it; any input
/// has a result, in time about linear in its length. "Supported" means found in the note, never
/// clinically right. Imports nothing but the standard library; does no I/O.

/// A note read once, ready to be asked for the evidence of any number of answers.
public struct NoteIndex: Sendable {
  /// The note's parts in order; together they cover it.
  public let sections: [NoteSection]
  /// The units of evidence in order.
  public let sentences: [NoteSentence]

  let scalars: [Unicode.Scalar]
  let tokens: [Token]
  /// Tokens of each sentence, as ranges of `tokens`.
  let sentenceTokens: [Range<Int>]
  /// The sentence of each token, or -1.
  let sentenceOfToken: [Int]
  let quantities: [Quantity]
  let frequencies: [(range: Range<Int>, name: String)]
  /// Sentences that hold a stem; ascending.
  private(set) var sentencesOfStem: [String: [Int]] = [:]
  /// Sentences that hold a word of a group; ascending.
  private(set) var sentencesOfGroup: [Int: [Int]] = [:]
  /// Sentences that hold an abbreviation one of whose senses has the stem; ascending.
  private(set) var sentencesOfSense: [String: [Int]] = [:]
  /// Tokens of each stem; ascending.
  private(set) var tokensOfStem: [String: [Int]] = [:]
  /// Abbreviations that the note itself explains.
  let definitions: [String: [[String]]]
  /// For each token, whether a negation governs it.
  let isNegated: [Bool]

  /// Reads a note.
  public init(_ note: String) {
    scalars = Array(note.unicodeScalars)
    let layout = NoteLayout(scalars)
    sections = layout.sections
    sentences = layout.sentences
    tokens = Lexer.tokens(of: scalars)
    (sentenceTokens, sentenceOfToken) = Self.assign(tokens, to: layout.sentences)
    quantities = Quantity.all(in: tokens)
    frequencies = Frequency.all(in: tokens)
    definitions = Definitions.all(in: tokens)
    isNegated = Negation.marks(of: tokens)
    indexWords()
  }

  private static func assign(
    _ tokens: [Token], to sentences: [NoteSentence]
  ) -> ([Range<Int>], [Int]) {
    var ranges: [Range<Int>] = []
    var owner = Array(repeating: -1, count: tokens.count)
    var token = 0
    for (index, sentence) in sentences.enumerated() {
      while token < tokens.count, tokens[token].range.lowerBound < sentence.range.lowerBound {
        token += 1
      }
      let first = token
      while token < tokens.count, tokens[token].range.lowerBound < sentence.range.upperBound {
        owner[token] = index
        token += 1
      }
      ranges.append(first..<token)
    }
    return (ranges, owner)
  }

  private mutating func indexWords() {
    let lexicon = Lexicon.shared
    for (index, token) in tokens.enumerated() where token.kind == .word {
      let sentence = sentenceOfToken[index]
      guard sentence >= 0 else { continue }
      tokensOfStem[token.stem, default: []].append(index)
      Self.add(sentence, to: &sentencesOfStem[token.stem, default: []])
      for group in lexicon.groups[token.stem] ?? [] {
        Self.add(sentence, to: &sentencesOfGroup[group, default: []])
      }
      let own = definitions[token.text] ?? []
      let known = token.text.utf8.count <= 7 ? lexicon.senses[token.text] ?? [] : []
      for stem in (own + known).joined() {
        Self.add(sentence, to: &sentencesOfSense[stem, default: []])
      }
    }
  }

  /// The numbers whose tokens lie in a range.
  func quantities(in range: Range<Int>) -> ArraySlice<Quantity> {
    var (low, high) = (0, quantities.count)
    while low < high {
      let middle = (low + high) / 2
      if quantities[middle].token < range.lowerBound { low = middle + 1 } else { high = middle }
    }
    var end = low
    while end < quantities.count, quantities[end].token < range.upperBound { end += 1 }
    return quantities[low..<end]
  }

  private static func add(_ sentence: Int, to list: inout [Int]) {
    if list.last != sentence { list.append(sentence) }
  }
}

/// Abbreviations that a text explains itself: "acute kidney injury (AKI)", "AKI (acute kidney ...)".
enum Definitions {
  static func all(in tokens: [Token]) -> [String: [[String]]] {
    var found: [String: [[String]]] = [:]
    for (index, token) in tokens.enumerated() where token.text == "(" && index > 0 {
      let before = tokens[index - 1]
      let inside = tokens[(index + 1)..<min(index + 10, tokens.count)].prefix { $0.text != ")" }
      let words = inside.filter { $0.kind == .word }
      if before.isCapitals, words.count >= 1, isInitials(before.text, words.map(\.text)) {
        found[before.text, default: []].append(words.map(\.stem))
      } else if words.count == 1, let short = words.first, short.isCapitals {
        let count = short.text.utf8.count
        let low = max(0, index - count)
        let long = tokens[low..<index].filter { $0.kind == .word }
        if count >= 2, isInitials(short.text, long.map(\.text)) {
          found[short.text, default: []].append(long.map(\.stem))
        }
      }
    }
    return found
  }

  /// Whether the first letters of the words spell the abbreviation.
  static func isInitials(_ short: String, _ words: [String]) -> Bool {
    String(words.compactMap(\.first)) == short && words.count >= 2
  }
}
