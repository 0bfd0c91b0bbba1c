/// A word or number of an answer with the places in the note that say the same.
struct AnswerTerm {
  /// Index among the answer's tokens.
  var token: Int
  var claim: Int
  /// Rarity in the note: high for a term that few sentences hold.
  var weight: Double
  /// Sentences that hold it with how surely, ascending.
  var matches: [(sentence: Int, strength: Double)]
  var quantity: Quantity?

  func strength(in sentence: Int) -> Double {
    matches.first { $0.sentence == sentence }?.strength ?? 0
  }
}

/// Finds where a note says what a word says: the word itself, its short or long form, its synonym.
struct TermMatcher {
  let note: NoteIndex
  private var cache: [String: [(sentence: Int, strength: Double)]] = [:]

  init(note: NoteIndex) {
    self.note = note
  }

  /// The terms of a text; `claims` gives the ranges of tokens that belong to each claim.
  mutating func terms(of tokens: [Token], claims: [Range<Int>]) -> [AnswerTerm] {
    let quantities = Dictionary(
      Quantity.all(in: tokens).map { ($0.token, $0) }, uniquingKeysWith: { _, second in second })
    var terms: [AnswerTerm] = []
    for (claim, range) in claims.enumerated() {
      for index in range {
        if let term = term(index, tokens, range, quantities[index], claim) { terms.append(term) }
      }
    }
    return terms
  }

  private mutating func term(
    _ index: Int, _ tokens: [Token], _ range: Range<Int>, _ quantity: Quantity?, _ claim: Int
  ) -> AnswerTerm? {
    let token = tokens[index]
    if let quantity, token.kind == .number || quantity.unit != nil {
      let matches = sentences(of: quantity)
      return AnswerTerm(
        token: index, claim: claim, weight: weight(matches.count), matches: matches,
        quantity: quantity)
    }
    guard token.kind == .word, !Lexicon.stopWords.contains(token.text),
      token.text.utf8.count > 1 || token.isCapitals
    else { return nil }
    var matches = sentences(of: token)
    if matches.isEmpty || token.text.utf8.count > 3 {
      matches = merged(matches, initials(around: index, tokens, range).map { ($0, 0.8) })
    }
    return AnswerTerm(
      token: index, claim: claim, weight: weight(matches.count), matches: matches, quantity: nil)
  }

  private func weight(_ count: Int) -> Double {
    let total = Double(max(note.sentences.count, 4))
    let ratio = (total + 1) / (Double(count) + 0.5)
    return max(0.05, logarithm(ratio))
  }

  private func sentences(of quantity: Quantity) -> [(sentence: Int, strength: Double)] {
    var found: [(sentence: Int, strength: Double)] = []
    for other in note.quantities where quantity.agrees(with: other) {
      let sentence = note.sentenceOfToken[other.token]
      guard sentence >= 0 else { continue }
      let strength = quantity.unit != nil && other.unit == nil && quantity.value < 10 ? 0.7 : 1
      if let last = found.last, last.sentence == sentence {
        found[found.count - 1].strength = max(last.strength, strength)
      } else {
        found.append((sentence, strength))
      }
    }
    return found
  }

  mutating func sentences(of token: Token) -> [(sentence: Int, strength: Double)] {
    let key = token.isCapitals ? token.text.uppercased() : token.text
    if let known = cache[key] { return known }
    let lexicon = Lexicon.shared
    var found = (note.sentencesOfStem[token.stem] ?? []).map { (sentence: $0, strength: 1.0) }
    for group in lexicon.groups[token.stem] ?? [] {
      found = merged(found, (note.sentencesOfGroup[group] ?? []).map { ($0, 0.75) })
    }
    found = merged(found, (note.sentencesOfSense[token.stem] ?? []).map { ($0, 0.75) })
    found = merged(found, prefixes(of: token).map { ($0, 0.75) })
    if token.text.utf8.count <= 7 {
      let senses = (note.definitions[token.text] ?? []) + (lexicon.senses[token.text] ?? [])
      for sense in senses { found = merged(found, holdingAll(sense).map { ($0, 0.75) }) }
    }
    cache[key] = found
    return found
  }

  /// Sentences whose shortened word starts the given one: `midaz` for `midazolam`.
  private func prefixes(of token: Token) -> [Int] {
    guard token.stem.utf8.count >= 6 else { return [] }
    let bytes = Array(token.text.utf8)
    var found: [Int] = []
    for length in 3..<bytes.count {
      let short = String(decoding: bytes[..<length], as: UTF8.self)
      guard length >= 4 || !Lexicon.stopWords.contains(short) else { continue }
      found += note.sentencesOfStem[short] ?? []
    }
    return Array(Set(found)).sorted()
  }

  private func holdingAll(_ stems: [String]) -> [Int] {
    guard let first = stems.first, var held = note.sentencesOfStem[first].map(Set.init) else {
      return []
    }
    for stem in stems.dropFirst() where !held.isEmpty {
      held.formIntersection(note.sentencesOfStem[stem] ?? [])
    }
    return held.sorted()
  }

  /// Sentences with an abbreviation that the first letters of the words around spell.
  private func initials(around index: Int, _ tokens: [Token], _ range: Range<Int>) -> [Int] {
    let low = max(range.lowerBound, index - 6)
    let high = min(range.upperBound, index + 7)
    let words = (low..<high).filter {
      tokens[$0].kind == .word && !["of", "the", "and", "in", "a"].contains(tokens[$0].text)
    }
    guard let place = words.firstIndex(of: index) else { return [] }
    var found: [Int] = []
    for start in max(0, place - 4)...place {
      var text = ""
      for end in start..<min(start + 5, words.count) {
        if let letter = tokens[words[end]].text.first { text.append(letter) }
        guard end >= place, end > start else { continue }
        for token in note.tokensOfStem[text] ?? [] where note.tokens[token].isCapitals {
          let sentence = note.sentenceOfToken[token]
          if sentence >= 0 { found.append(sentence) }
        }
      }
    }
    return Array(Set(found)).sorted()
  }

  private func merged(
    _ left: [(sentence: Int, strength: Double)], _ right: [(Int, Double)]
  ) -> [(sentence: Int, strength: Double)] {
    if right.isEmpty { return left }
    var result: [(sentence: Int, strength: Double)] = []
    result.reserveCapacity(left.count + right.count)
    var (a, b) = (0, 0)
    while a < left.count || b < right.count {
      if b == right.count || (a < left.count && left[a].sentence < right[b].0) {
        result.append(left[a])
        a += 1
      } else if a == left.count || right[b].0 < left[a].sentence {
        result.append((right[b].0, right[b].1))
        b += 1
      } else {
        result.append((left[a].sentence, max(left[a].strength, right[b].1)))
        a += 1
        b += 1
      }
    }
    return result
  }
}

/// The natural logarithm of a positive number, since the standard library alone has none.
///
/// - Source: x = m * 2^e with m in [1, 2), and atanh's series for m.
func logarithm(_ x: Double) -> Double {
  guard x > 0, x.isFinite else { return 0 }
  let y = (x.significand - 1) / (x.significand + 1)
  var (sum, power) = (0.0, y)
  for odd in stride(from: 1.0, through: 15.0, by: 2.0) {
    sum += power / odd
    power *= y * y
  }
  return 2 * sum + Double(x.exponent) * 0.6931471805599453
}
