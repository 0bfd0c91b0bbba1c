/// Finds the details of an answer and what the note has where they would stand.
struct FactFinder {
  let note: NoteIndex
  let answer: AnswerText
  let terms: [Int: [AnswerTerm]]
  let asked: QuestionText
  let quantities: [Quantity]
  let answerFrequencies: [(range: Range<Int>, name: String)]
  let negated: [Bool]
  /// The share of the answer's words that each sentence holds best.
  let evidence: [Double]
  let noteCues: [Int]
  let noteWideCues: [Int]
  let noteDrugs: [Int]
  private var placesOfStem: [String: [Int]] = [:]

  /// How many places of anything are looked at, so that no text costs its square.
  static let most = 60

  init(
    note: NoteIndex, answer: AnswerText, terms: [Int: [AnswerTerm]], asked: QuestionText,
    evidence: [Double]
  ) {
    self.note = note
    self.answer = answer
    self.terms = terms
    self.asked = asked
    self.evidence = evidence
    quantities = Quantity.all(in: answer.tokens)
    answerFrequencies = Frequency.all(in: answer.tokens)
    negated = Negation.marks(of: answer.tokens)
    noteCues = note.tokens.indices.filter { Negation.isDenial($0, in: note.tokens) }
    noteWideCues = note.tokens.indices.filter { Negation.cues.contains(note.tokens[$0].text) }
    noteDrugs = note.tokens.indices.filter { Lexicon.shared.isDrug(note.tokens[$0]) }
  }

  /// The details of one claim.
  mutating func facts(of claim: Int) -> [Fact] {
    let range = answer.claimTokens[claim]
    return numbers(range, claim) + opposites(range, claim) + frequencies(range, claim)
      + medicines(range, claim) + denials(range, claim) + statements(range, claim)
  }

  /// Where the note speaks of the words around a detail.
  mutating func anchors(around fact: Range<Int>, _ claim: Int) -> Anchors {
    var anchors = Anchors()
    let around = (terms[claim] ?? []).filter { !fact.contains($0.token) }
      .map { ($0, Self.distance($0.token, fact)) }.sorted {
        ($0.1, $0.0.token) < ($1.1, $1.0.token)
      }
      .prefix(24)
    var held: [Int: Double] = [:]
    for (term, distance) in around {
      let share = term.weight / (1 + Double(distance) / 3)
      anchors.total += share
      for match in term.matches.prefix(200) {
        held[match.sentence, default: 0] += share * match.strength
      }
      if anchors.near.count < 4, distance <= 10, !term.matches.isEmpty {
        anchors.near.append((places(of: term), distance))
      }
    }
    for (sentence, own) in held {
      let beside = max(held[sentence - 1] ?? 0, held[sentence + 1] ?? 0)
      anchors.pull[sentence] = own + 0.5 * beside
      if own > 0, anchors.pull[sentence - 1] == nil, held[sentence - 1] == nil {
        anchors.pull[sentence - 1] = 0.5 * own
      }
      if anchors.pull[sentence + 1] == nil, held[sentence + 1] == nil {
        anchors.pull[sentence + 1] = 0.5 * own
      }
    }
    if let top = held.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) {
      anchors.bestSentence = top.key
    }
    anchors.best = anchors.pull.values.max() ?? 0
    return anchors
  }

  private static func distance(_ token: Int, _ fact: Range<Int>) -> Int {
    token < fact.lowerBound ? fact.lowerBound - token : token - fact.upperBound + 1
  }

  /// Tokens of the note that say what a term says.
  mutating func places(of term: AnswerTerm) -> [Int] {
    if let quantity = term.quantity {
      return Array(
        note.quantities.filter { quantity.agrees(with: $0) }.prefix(Self.most).map(\.token))
    }
    let token = answer.tokens[term.token]
    if let known = placesOfStem[token.stem] { return known }
    var found = Array((note.tokensOfStem[token.stem] ?? []).prefix(Self.most))
    for match in term.matches.prefix(12) where match.strength < 1 {
      for index in note.sentenceTokens[match.sentence].prefix(Self.most)
      where Self.says(note.tokens[index], token, note) {
        found.append(index)
      }
    }
    placesOfStem[token.stem] = found
    return found
  }

  /// Whether a word of the note is a short or long form or a synonym of one of the answer.
  private static func says(_ word: Token, _ token: Token, _ note: NoteIndex) -> Bool {
    guard word.kind == .word else { return false }
    let lexicon = Lexicon.shared
    if let own = lexicon.groups[word.stem], let other = lexicon.groups[token.stem],
      own.contains(where: other.contains)
    {
      return true
    }
    let senses = (note.definitions[word.text] ?? []) + (lexicon.senses[word.text] ?? [])
    if senses.contains(where: { $0.contains(token.stem) }) { return true }
    return word.text.utf8.count >= 3 && token.text.hasPrefix(word.text)
  }

  /// What the trees of every kind see of a detail's surroundings.
  func surroundings(_ anchors: Anchors, _ fact: Range<Int>, _ claim: Int) -> [Double] {
    [
      min(anchors.total, 12), anchors.total > 0 ? anchors.best / anchors.total : 0,
      Double(answer.claimTokens[claim].count), Double(min(claim, 6)),
      anchors.bestSentence >= 0 ? evidence[anchors.bestSentence] : 0,
    ]
  }

  func word(_ index: Int) -> String {
    String(String.UnicodeScalarView(answer.scalars[answer.tokens[index].range]))
  }
}
