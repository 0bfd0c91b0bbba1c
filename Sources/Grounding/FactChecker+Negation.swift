extension FactChecker {
  /// Whether what the claim denies is denied in the note, and what it states is stated.
  func polarity(_ range: Range<Int>, _ claim: Int, _ evidence: [Int]) -> Finding? {
    let denial = range.first { Negation.isDenial($0, in: answer.tokens) }
    if let denial { return deniedAlone(denial, claim, evidence) }
    if range.contains(where: { Negation.cues.contains(answer.tokens[$0].text) }) { return nil }
    for term in matchedTerms(claim, in: range) {
      let token = answer.tokens[term.token]
      let places = note.tokensOfStem[token.stem] ?? []
      guard !places.isEmpty, places.count < 20, token.text.utf8.count > 3 || token.isCapitals,
        term.token + 1 >= answer.tokens.count || answer.tokens[term.token + 1].text != ":",
        places.contains(where: { evidence.contains(note.sentenceOfToken[$0]) }),
        places.allSatisfy({ Negation.isDirectlyDenied($0, in: note.tokens) })
      else { continue }
      return Finding(
        verdict: .contradicted,
        reason: "The claim states \(word(term.token)); the note denies it.")
    }
    return nil
  }

  /// A denial of the claim where nothing of its evidence denies anything.
  private func deniedAlone(_ denial: Int, _ claim: Int, _ evidence: [Int]) -> Finding? {
    let list = (terms[claim] ?? []).filter { $0.quantity == nil }
    let near = list.filter { abs($0.token - denial) <= 5 && !$0.matches.isEmpty }
    let total = near.reduce(1e-9) { $0 + $1.weight }
    var best = 0.0
    for sentence in evidence {
      let tokens = note.sentenceTokens[sentence]
      if tokens.contains(where: { Negation.cues.contains(note.tokens[$0].text) }) { return nil }
      best = max(best, near.reduce(0) { $0 + $1.weight * $1.strength(in: sentence) } / total)
    }
    guard near.count >= 2, best >= 0.4, let first = near.last else { return nil }
    return Finding(
      verdict: .contradicted, reason: "The claim denies \(word(first.token)); the note states it.")
  }
}
