/// Holds the facts of a claim against a note: numbers, doses, frequencies, sides, medicines,
/// negation. Each check is silent where the note leaves room.
struct FactChecker {
  let note: NoteIndex
  let answer: AnswerText
  let terms: [Int: [AnswerTerm]]
  let asked: QuestionText
  let answerQuantities: [Quantity]
  let answerNegated: [Bool]

  init(note: NoteIndex, answer: AnswerText, terms: [Int: [AnswerTerm]], asked: QuestionText) {
    self.note = note
    self.answer = answer
    self.terms = terms
    self.asked = asked
    answerQuantities = Quantity.all(in: answer.tokens)
    answerNegated = Negation.marks(of: answer.tokens)
  }

  /// The verdict on one claim, given the sentences that were found for it.
  func finding(for claim: Int, evidence: [Int]) -> Finding {
    let range = answer.claimTokens[claim]
    let checks = [
      numbers(range, claim), sides(range, claim), frequencies(range, claim), drugs(range, claim),
      courses(range, claim), exchanged(range, claim),
      polarity(range, claim, evidence),
    ]
    let found = checks.compactMap { $0 }
    if let worst = found.first(where: { $0.verdict == .contradicted }) ?? found.first {
      return worst
    }
    return support(claim, evidence)
  }

  /// Whether enough of the claim's words stand in the note.
  private func support(_ claim: Int, _ evidence: [Int]) -> Finding {
    let list = terms[claim] ?? []
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
      : "Part of its words stand in the marked sentences; no fact of it was found wrong."
    return Finding(verdict: .supported, reason: reason)
  }

  func word(_ index: Int) -> String {
    String(String.UnicodeScalarView(answer.scalars[answer.tokens[index].range]))
  }

  /// Terms of a claim between two tokens that the note holds.
  func matchedTerms(_ claim: Int, in range: Range<Int>) -> [AnswerTerm] {
    (terms[claim] ?? []).filter {
      range.contains($0.token) && $0.quantity == nil && !$0.matches.isEmpty
    }
  }
}
