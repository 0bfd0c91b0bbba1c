/// An answer read beside a note: its words found there, its details, and what is to be said of them.
struct AnswerReading {
  let note: NoteIndex
  let text: AnswerText
  let termsOfClaim: [Int: [AnswerTerm]]
  let askedTerms: [AnswerTerm]
  let ranking: EvidenceRanking
  /// For each claim, what it says the note does not speak of.
  let absences: [Absence?]
  /// What a model's trace tells; nil without one.
  let traced: TraceReading?
  /// The trees in force: those fitted to rules alone, or to rules and traces.
  let trees: [String: DecisionTrees]
  private var finder: FactFinder

  init(_ answer: String, question: String, note: NoteIndex, model: ModelLayer? = nil) {
    self.note = note
    traced = model.map { TraceReading($0.trace, sentenceCount: note.sentences.count) }
    trees = model?.tables?.trees ?? Lexicon.shared.trees
    text = AnswerText(answer)
    let asked = QuestionText(question)
    var matcher = TermMatcher(note: note)
    let terms = matcher.terms(of: text.tokens, claims: text.claimTokens)
    askedTerms = matcher.terms(of: asked.tokens, claims: [0..<asked.tokens.count])
    let tokens = text.tokens
    let absences = text.claimTokens.map { Absence(claim: $0, of: tokens) }
    self.absences = absences
    ranking = EvidenceRanking(
      note: note, answer: text, terms: terms, question: askedTerms,
      quoted: asked.quotedSentences(in: note), absenceCount: absences.count { $0 != nil },
      traced: traced?.sentenceFeatures(claims: text.claims), trees: trees["evidence"])
    termsOfClaim = Dictionary(grouping: terms, by: \.claim)
    finder = FactFinder(
      note: note, answer: text, terms: termsOfClaim, asked: asked,
      evidence: ranking.features.map { $0[1] })
  }

  /// The details of all claims that state something.
  mutating func facts() -> [Fact] {
    text.claims.indices.filter { absences[$0] == nil }.flatMap { facts(of: $0) }
  }

  /// The details of one claim, with what a trace tells of each.
  private mutating func facts(of claim: Int) -> [Fact] {
    var facts = finder.facts(of: claim)
    guard let traced else { return facts }
    for index in facts.indices {
      let tokens = text.tokens[facts[index].tokens]
      guard let first = tokens.first, let last = tokens.last else { continue }
      facts[index].features += traced.factFeatures(
        at: first.range.lowerBound..<last.range.upperBound)
    }
    return facts
  }

  /// The verdict on one claim, given the sentences that were found for it.
  mutating func finding(for claim: Int, evidence: [Int]) -> Finding {
    var worst: (excess: Double, fact: Fact)?
    for fact in facts(of: claim) {
      guard let trees = trees[fact.kind.rawValue] else { continue }
      let excess =
        fact.isSurelyWrong ? 1 : trees.probability(fact.features) - trees.threshold
      if excess >= 0, excess > worst?.excess ?? -1 { worst = (excess, fact) }
    }
    if let worst { return finding(on: worst.fact) }
    return support(claim, evidence)
  }

  /// What is wrong with a detail, in words.
  func finding(on fact: Fact) -> Finding {
    let shown = String(
      String.UnicodeScalarView(
        text.scalars[
          text.tokens[fact.tokens.lowerBound].range
            .lowerBound..<text.tokens[
              fact.tokens.upperBound - 1
            ].range.upperBound]))
    let reason =
      switch (fact.kind, fact.hasRival) {
      case (.number, true): "The note has another number here than \(shown)."
      case (.number, false): "The note does not have \(shown) here."
      case (.side, true): "The note has another side here than \(shown)."
      case (.frequency, true): "The note gives another frequency here than \(shown)."
      case (.medicine, true): "The note has \(shown), but not in this place."
      case (.medicine, false): "The note does not name \(shown)."
      case (.polarity, true): "The note says the opposite of \(shown) here."
      case (.denial, _): "The claim denies what the note seems to state (\(shown))."
      case (.statement, _): "The claim states \(shown); the note seems to deny it."
      default: "The note does not say \(shown) here."
      }
    return Finding(verdict: fact.hasRival ? .contradicted : .notAddressed, reason: reason)
  }

  /// Whether enough of the claim's words stand in the note.
  private func support(_ claim: Int, _ evidence: [Int]) -> Finding {
    let list = termsOfClaim[claim] ?? []
    let total = list.reduce(0) { $0 + $1.weight }
    let held = list.reduce(0) { $0 + ($1.matches.isEmpty ? 0 : $1.weight) }
    let matched = list.count { !$0.matches.isEmpty }
    if evidence.isEmpty || matched == 0 || (list.count >= 3 && held < 0.08 * total) {
      return Finding(verdict: .notAddressed, reason: "The note does not speak of this.")
    }
    let near = list.reduce(0) { sum, term in
      sum + (evidence.contains { term.strength(in: $0) > 0 } ? term.weight : 0)
    }
    let reason =
      near >= 0.8 * total
      ? "Nearly all of it stands in the marked sentences."
      : "Part of its words stand in the marked sentences; no detail of it was found wrong."
    return Finding(verdict: .supported, reason: reason)
  }
}

/// What the fitted trees look at; for the recipe that fits them.
public struct GroundingFeatures: Sendable {
  /// A sentence of the note with its features, or a detail of the answer.
  public struct Row: Sendable {
    /// `evidence`, or the kind of detail.
    public var kind: String
    /// Offsets in Unicode scalars: of the note for `evidence`, else of the answer.
    public var range: Range<Int>
    /// The claim of the answer; -1 for `evidence`.
    public var claim: Int
    /// The features in the order that the trees count them.
    public var values: [Double]
    /// Whether a rule finds the detail wrong whatever the trees say.
    public var isSurelyWrong = false
  }
  /// The rows, sentences first.
  public var rows: [Row]
}

extension NoteIndex {
  /// What the fitted trees see of an answer.
  ///
  /// - Parameter model: What a model adds; its features follow those of the rules.
  public func features(
    of answer: String, question: String = "", model: ModelLayer? = nil
  ) -> GroundingFeatures {
    var reading = AnswerReading(answer, question: question, note: self, model: model)
    var rows = sentences.indices.map {
      GroundingFeatures.Row(
        kind: "evidence", range: sentences[$0].range, claim: -1,
        values: reading.ranking.features[$0])
    }
    for fact in reading.facts() {
      let tokens = reading.text.tokens[fact.tokens]
      guard let first = tokens.first, let last = tokens.last else { continue }
      rows.append(
        GroundingFeatures.Row(
          kind: fact.kind.rawValue, range: first.range.lowerBound..<last.range.upperBound,
          claim: fact.claim, values: fact.features, isSurelyWrong: fact.isSurelyWrong))
    }
    return GroundingFeatures(rows: rows)
  }
}
