extension NoteIndex {
  /// The claims of an answer, each with its evidence in this note and a verdict.
  ///
  /// - Parameters:
  ///   - question: what the answer answers; its words help to find the evidence, and what
  ///     it states itself is not held against the answer.
  ///   - model: what a model adds to the rules, where something was fitted to such a model.
  public func claims(
    of answer: String, question: String = "", model: ModelLayer? = nil
  ) -> [GroundedClaim] {
    let model = model.flatMap { $0.fits(self) ? $0 : nil }
    var reading = AnswerReading(answer, question: question, note: self, model: model)
    let evidence = assign(
      reading.ranking, reading.termsOfClaim, reading.absences.map { $0 != nil },
      threshold: reading.trees["evidence"]?.threshold ?? 0.1)
    return reading.text.claims.indices.map { claim in
      let found: Finding
      let spans: [Int]
      if let absence = reading.absences[claim] {
        (found, spans) = absence.finding(
          terms: reading.termsOfClaim[claim] ?? [], asked: reading.askedTerms, note: self,
          answer: reading.text)
      } else {
        spans = evidence[claim]
        found = reading.finding(for: claim, evidence: spans)
      }
      return GroundedClaim(
        text: String(String.UnicodeScalarView(reading.text.scalars[reading.text.claims[claim]])),
        range: reading.text.claims[claim], verdict: found.verdict,
        spans: spans.map { sentences[$0].range }, reason: found.reason)
    }
  }

  /// Gives each sentence that is likely evidence to the claims that it serves best.
  private func assign(
    _ ranking: EvidenceRanking, _ terms: [Int: [AnswerTerm]], _ isAbsence: [Bool],
    threshold: Double
  ) -> [[Int]] {
    var shares = Array(repeating: [Int: Double](), count: isAbsence.count)
    for (claim, list) in terms {
      for term in list {
        for match in term.matches {
          shares[claim][match.sentence, default: 0] += term.weight * match.strength
        }
      }
    }
    var evidence = Array(repeating: [Int](), count: isAbsence.count)
    let likely = ranking.probability.indices.filter { ranking.probability[$0] >= threshold }
    // The best sixty do for any answer, and keep a hostile note from costing its square.
    let kept = likely.sorted { ranking.probability[$0] > ranking.probability[$1] }.prefix(60)
    for sentence in kept.sorted() {
      let claims = isAbsence.indices.filter { !isAbsence[$0] }
      let best = claims.map { shares[$0][sentence] ?? 0 }.max() ?? 0
      for claim in claims where (shares[claim][sentence] ?? 0) >= 0.7 * best {
        evidence[claim].append(sentence)
      }
    }
    for claim in evidence.indices where evidence[claim].isEmpty && !isAbsence[claim] {
      let best = shares[claim].max {
        ($0.value * ranking.probability[$0.key], $1.key)
          < ($1.value * ranking.probability[$1.key], $0.key)
      }
      if let best { evidence[claim] = [best.key] }
    }
    return evidence
  }
}

/// What a check found out about a claim.
struct Finding {
  var verdict: Verdict
  var reason: String
}

/// The question that an answer answers.
struct QuestionText {
  var tokens: [Token]
  var stems: Set<String>
  var quantities: [Quantity]
  /// Ranges of tokens that stand in quotation marks.
  private var quotes: [Range<Int>] = []

  init(_ text: String) {
    tokens = Lexer.tokens(of: Array(text.unicodeScalars))
    stems = Set(tokens.map(\.stem))
    quantities = Quantity.all(in: tokens)
    var open: Int?
    for (index, token) in tokens.enumerated()
    where ["\"", "\u{201C}", "\u{201D}"].contains(token.text) {
      if let start = open {
        if index > start + 2 { quotes.append(start + 1..<index) }
        open = nil
      } else {
        open = index
      }
    }
  }

  /// Sentences of the note that hold what the question quotes.
  func quotedSentences(in note: NoteIndex) -> Set<Int> {
    var found = Set<Int>()
    for quote in quotes {
      let words = tokens[quote].filter { $0.kind != .mark }.map(\.stem)
      guard let first = words.first else { continue }
      let starts: [Int]
      if tokens[quote].first(where: { $0.kind != .mark })?.kind == .word {
        starts = note.tokensOfStem[first] ?? []
      } else {
        starts = note.tokens.indices.filter { note.tokens[$0].stem == first }
      }
      for start in starts.prefix(100) where holds(words, at: start, note) {
        if note.sentenceOfToken[start] >= 0 { found.insert(note.sentenceOfToken[start]) }
      }
    }
    return found
  }

  private func holds(_ words: [String], at start: Int, _ note: NoteIndex) -> Bool {
    var place = start
    for word in words {
      while place < note.tokens.count, note.tokens[place].kind == .mark { place += 1 }
      guard place < note.tokens.count, note.tokens[place].stem == word else { return false }
      place += 1
    }
    return true
  }
}

/// A claim that the note does not speak of something.
struct Absence {
  private var topic: Range<Int>

  private static let sources: Set<String> = [
    "note", "summary", "record", "chart", "letter", "document", "text", "list", "report",
  ]
  private static let verbs: Set<String> = Set(
    [
      "mention", "state", "record", "document", "specify", "list", "name", "report", "describe",
      "address", "say", "includes", "contain", "comment", "provided", "reference",
    ].map(Stem.of) + ["say", "sai", "said", "states", "given", "gives", "give", "stated", "lists"])
  private static let denials: Set<String> = [
    "no", "not", "none", "nothing", "never", "nowhere", "neither", "doesn't", "isn't", "without",
    "unknown", "unstated", "nor", "cannot", "aren't", "wasn't",
  ]

  /// Nil for a claim that states something.
  init?(claim: Range<Int>, of tokens: [Token]) {
    let words = claim.filter { tokens[$0].kind == .word }
    let sources: Set<String> = ["note", "summary", "chart", "letter"]
    let source = words.firstIndex { sources.contains(tokens[$0].text) }
    let denial = words.firstIndex {
      ["no", "none", "nothing", "neither"].contains(tokens[$0].text)
    }
    if let source, let denial, abs(source - denial) <= 8 {
      let ends = words[max(source, denial)] + 1 < claim.upperBound
      topic =
        ends
        ? Self.topic(denial: words[denial], verb: words[denial], claim, tokens)
        : words[min(source, denial)] + 1..<words[max(source, denial)]
      return
    }
    for (place, index) in words.enumerated() where Self.denials.contains(tokens[index].text) {
      let near = words[max(0, place - 3)..<min(words.count, place + 9)]
      let hasSource = words[max(0, place - 6)..<min(words.count, place + 3)].contains {
        Self.sources.contains(tokens[$0].stem) || Self.sources.contains(tokens[$0].text)
      }
      let verb = near.first {
        (Self.verbs.contains(tokens[$0].stem) || Self.verbs.contains(tokens[$0].text))
          && (hasSource || !["given", "gives", "give", "report", "list"].contains(tokens[$0].stem))
      }
      guard let verb else { continue }
      if tokens[index].text == "unknown" || tokens[index].text == "without" { continue }
      topic = Self.topic(denial: index, verb: verb, claim, tokens)
      return
    }
    return nil
  }

  private static func topic(
    denial: Int, verb: Int, _ claim: Range<Int>, _ tokens: [Token]
  ) -> Range<Int> {
    let ends: Set<String> = [".", ";", ":", ",", "but", "only", "(", "so", "and", "or"]
    let low = min(denial, verb) + 1
    let from = max(denial, verb) + 1
    let after = tokens[from..<claim.upperBound].firstIndex { ends.contains($0.text) }
    let end = max(from, after ?? claim.upperBound)
    if end == from { return claim.lowerBound..<max(claim.lowerBound, from) }
    return low..<end
  }

  /// Held against the note: contradicted where one sentence speaks of all of the topic.
  func finding(
    terms: [AnswerTerm], asked: [AnswerTerm], note: NoteIndex, answer: AnswerText
  ) -> (Finding, [Int]) {
    let about = terms.filter {
      topic.contains($0.token) && !Self.verbs.contains(answer.tokens[$0.token].stem)
        && !Self.sources.contains(answer.tokens[$0.token].stem)
    }
    let silent = Finding(
      verdict: .supported, reason: "Nothing in the note speaks of this, as the claim says.")
    guard !about.isEmpty else { return (silent, []) }
    var held: [Int: Double] = [:]
    let total = about.reduce(0) { $0 + $1.weight }
    for term in about {
      for match in term.matches where match.strength >= 0.75 {
        held[match.sentence, default: 0] += term.weight
      }
    }
    let full = held.filter { $0.value >= total - 1e-9 }.keys.sorted()
    let spoken = full.filter { sentence in
      about.contains { term in
        note.sentenceTokens[sentence].contains {
          note.tokens[$0].stem == answer.tokens[term.token].stem && !note.isNegated[$0]
        }
      }
    }
    guard let first = spoken.first else { return (silent, []) }
    return (
      Finding(
        verdict: .contradicted,
        reason: "The claim says that the note does not speak of this, but it does."), [first]
    )
  }
}
